package resend

import (
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
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
		"good":              {ready, Tally{Figures: mail.Figures{Sent: 4, Delivered: 4}}, Green, "4 mails sent in the last seven days, none bounced."},
		"too few to judge":  {ready, Tally{Figures: mail.Figures{Sent: 4, Delivered: 2, Bounced: 2}}, Green, "2 bounced"},
		"failed":            {ready, Tally{Figures: mail.Figures{Sent: 4, Delivered: 4}, Failed: 1}, Amber, "1 mail of the last seven days could not be sent"},
		"nothing told":      {ready, Tally{Figures: mail.Figures{Sent: 12}}, Amber, "webhook"},
		"many bounces":      {ready, Tally{Figures: mail.Figures{Sent: 100, Delivered: 97, Bounced: 3}}, Amber, "3.0 % of the mail"},
		"too many bounces":  {ready, Tally{Figures: mail.Figures{Sent: 100, Delivered: 90, Bounced: 10}}, Red, "10.0 %"},
		"some complaints":   {ready, Tally{Figures: mail.Figures{Sent: 1000, Delivered: 1000, Complained: 1}}, Amber, "0.10 % of the mail of the last seven days was called spam"},
		"one of few":        {ready, Tally{Figures: mail.Figures{Sent: 100, Delivered: 100, Complained: 1}}, Green, "none bounced"},
		"too many complain": {ready, Tally{Figures: mail.Figures{Sent: 1000, Delivered: 1000, Complained: 4}}, Red, "0.40 %"},
		"marketing paused":  {View{Settings: ready.Settings, HasKey: true, Marketing: mail.MarketingPause{Why: "5.0 % bounced."}}, Tally{}, Red, "Marketing mail is paused. 5.0 %"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := Glance{View: test.view, Week: test.week, Days: []store.DayFigures{{Figures: test.week.Figures}}, Held: test.view.Paused.Holds(now)}
			if health, reason := g.health(); health != test.health || !strings.Contains(reason, test.reason) {
				t.Errorf("got %s, %q", health, reason)
			}
		})
	}
}

func TestDeliveryRate(t *testing.T) {
	t.Parallel()
	if rate, known := (Tally{Figures: mail.Figures{Sent: 10, Delivered: 7, Bounced: 2}}).Delivery(); !known || rate < 0.77 || rate > 0.78 {
		t.Errorf("%v", rate)
	}
	if _, known := (Tally{Figures: mail.Figures{Sent: 5}}).Delivery(); known {
		t.Error("a rate is known before anything was told")
	}
}
