package resend

import (
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/mail"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 1, 0, 0, 0, time.UTC)
	later := now.Add(time.Hour)
	ready := View{Settings: Settings{From: "accounts@mail.example.com", Postal: "1 Wharf Street"}, HasKey: true}
	paused := func(p mail.Pause) View { v := ready; v.Paused = p; return v }
	for name, test := range map[string]struct {
		view   View
		week   Tally
		health Health
		reason string
	}{
		"not set up":        {View{}, Tally{}, Off, "not set up"},
		"paused by hand":    {paused(mail.Pause{Code: pausedByHand, Why: "Ada has paused all mail."}), Tally{}, Amber, "Ada has paused"},
		"quota":             {paused(mail.Pause{Code: "daily_quota_exceeded", Why: "The quota is used up.", Until: &later}), Tally{}, Amber, "goes on by itself"},
		"refused":           {paused(mail.Pause{Code: "validation_error", Why: "The domain is not verified."}), Tally{}, Red, "not verified"},
		"quiet":             {ready, Tally{}, Green, "Nothing was sent"},
		"good":              {ready, Tally{Left: 4, Arrived: 4}, Green, "4 mails sent in the last seven days, none bounced."},
		"too few to judge":  {ready, Tally{Left: 4, Arrived: 2, Bounced: 2}, Green, "2 bounced"},
		"failed":            {ready, Tally{Left: 4, Arrived: 4, Failed: 1}, Amber, "1 mail of the last seven days could not be sent"},
		"nothing told":      {ready, Tally{Left: 12}, Amber, "webhook"},
		"many bounces":      {ready, Tally{Left: 100, Arrived: 97, Bounced: 3}, Amber, "3.0 % of the mail"},
		"too many bounces":  {ready, Tally{Left: 100, Arrived: 90, Bounced: 10}, Red, "10.0 %"},
		"some complaints":   {ready, Tally{Left: 1000, Arrived: 1000, Complained: 1}, Amber, "0.10 % of the mail of the last seven days was called spam"},
		"too many complain": {ready, Tally{Left: 100, Arrived: 100, Complained: 1}, Red, "1.00 %"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := Glance{View: test.view, Week: test.week, Held: test.view.Paused.Holds(now)}
			if health, reason := g.health(); health != test.health || !strings.Contains(reason, test.reason) {
				t.Errorf("got %s, %q", health, reason)
			}
		})
	}
}

func TestTallies(t *testing.T) {
	t.Parallel()
	both := tallyOf(map[mail.State]int{mail.Queued: 1, mail.Delivered: 6, mail.Opened: 2, mail.Bounced: 2, mail.Complained: 1, mail.Failed: 3, mail.Sent: 1})
	if both != (Tally{Waiting: 1, Left: 12, Arrived: 9, Bounced: 2, Complained: 1, Failed: 3}) {
		t.Errorf("the tally is %+v", both)
	}
	before := both.less(Tally{Left: 2, Arrived: 2})
	if rate, known := before.Delivery(); !known || before.Left != 10 || rate < 0.77 || rate > 0.78 {
		t.Errorf("before that it was %+v", before)
	}
	if _, known := (Tally{Left: 5}).Delivery(); known {
		t.Error("a rate is known before anything was told")
	}
}
