package resendpages

import (
	"testing"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

func TestCardInWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		week, before             resend.Tally
		trend, bounced, delivery string
	}{
		{resend.Tally{}, resend.Tally{}, "None, as in the 7 days before", "None, as in the 7 days before", "Not known yet"},
		{resend.Tally{Figures: mail.Figures{Sent: 3, Delivered: 2, Bounced: 1}}, resend.Tally{}, "3, none in the 7 days before", "1, none in the 7 days before", "66.6 %"},
		{resend.Tally{Figures: mail.Figures{Sent: 15, Delivered: 15}}, resend.Tally{Figures: mail.Figures{Sent: 10, Bounced: 2}}, "15, 50 % more than in the 7 days before", "None, 2 in the 7 days before", "100 %"},
		{resend.Tally{Figures: mail.Figures{Sent: 5, Delivered: 5}}, resend.Tally{Figures: mail.Figures{Sent: 10}}, "5, 50 % fewer than in the 7 days before", "None, as in the 7 days before", "100 %"},
		{resend.Tally{Figures: mail.Figures{Sent: 1e4, Delivered: 9999, Bounced: 1}}, resend.Tally{Figures: mail.Figures{Sent: 1e4, Bounced: 1}}, "10,000, as in the 7 days before", "1, as in the 7 days before", "99.9 %"},
	} {
		v := cardView{Glance: resend.Glance{Week: test.week, Before: test.before}}
		if v.trend() != test.trend || v.bounced() != test.bounced || v.delivery() != test.delivery {
			t.Errorf("%+v: %q, %q, %q", test.week, v.trend(), v.bounced(), v.delivery())
		}
	}
}
