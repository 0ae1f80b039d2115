package resendpages

import (
	"testing"

	"github.com/renoz/renoz/internal/integration/resend"
)

func TestCardInWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		week, before             resend.Tally
		trend, bounced, delivery string
	}{
		{resend.Tally{}, resend.Tally{}, "None, as in the 7 days before", "None, as in the 7 days before", "Not known yet"},
		{resend.Tally{Left: 3, Arrived: 2, Bounced: 1}, resend.Tally{}, "3, none in the 7 days before", "1, none in the 7 days before", "66.6 %"},
		{resend.Tally{Left: 15, Arrived: 15}, resend.Tally{Left: 10, Bounced: 2}, "15, 50 % more than in the 7 days before", "None, 2 in the 7 days before", "100 %"},
		{resend.Tally{Left: 5, Arrived: 5}, resend.Tally{Left: 10}, "5, 50 % fewer than in the 7 days before", "None, as in the 7 days before", "100 %"},
		{resend.Tally{Left: 1e4, Arrived: 9999, Bounced: 1}, resend.Tally{Left: 1e4, Bounced: 1}, "10,000, as in the 7 days before", "1, as in the 7 days before", "99.9 %"},
	} {
		v := cardView{Glance: resend.Glance{Week: test.week, Before: test.before}}
		if v.trend() != test.trend || v.bounced() != test.bounced || v.delivery() != test.delivery {
			t.Errorf("%+v: %q, %q, %q", test.week, v.trend(), v.bounced(), v.delivery())
		}
	}
}
