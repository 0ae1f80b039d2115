package mail_test

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
)

// TestFigures tells lives of messages, and what each counts as.
func TestFigures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		told   []mail.Event
		wanted mail.Figures
	}{
		{"waits", nil, mail.Figures{}},
		{"sent", []mail.Event{{What: mail.WasSent}}, mail.Figures{Sent: 1}},
		{"delivered", []mail.Event{{What: mail.WasSent}, {What: mail.WasDelivered}}, mail.Figures{Sent: 1, Delivered: 1}},
		{"delivered, sent never told", []mail.Event{{What: mail.WasDelivered}}, mail.Figures{Sent: 1, Delivered: 1}},
		{"opened by whom is not known", []mail.Event{{What: mail.WasDelivered}, {What: mail.WasOpened, Agent: mail.Unknown}}, mail.Figures{Sent: 1, Delivered: 1, Opened: 1}},
		{"opened, delivery never told", []mail.Event{{What: mail.WasSent}, {What: mail.WasOpened}}, mail.Figures{Sent: 1, Delivered: 1, Opened: 1}},
		{"scanned", []mail.Event{{What: mail.WasDelivered}, {What: mail.WasClicked, Agent: mail.Machine}}, mail.Figures{Sent: 1, Delivered: 1, Opened: 1, Clicked: 1}},
		{"read", []mail.Event{{What: mail.WasDelivered}, {What: mail.WasClicked, Agent: mail.Person}},
			mail.Figures{Sent: 1, Delivered: 1, Opened: 1, OpenedByPerson: 1, Clicked: 1, ClickedByPerson: 1}},
		{"bounced", []mail.Event{{What: mail.WasSent}, {What: mail.WasBounced}}, mail.Figures{Sent: 1, Bounced: 1}},
		{"bounced after it was delivered", []mail.Event{{What: mail.WasDelivered}, {What: mail.WasOpened}, {What: mail.WasBounced}}, mail.Figures{Sent: 1, Bounced: 1}},
		{"complained", []mail.Event{{What: mail.WasDelivered}, {What: mail.WasComplained}}, mail.Figures{Sent: 1, Delivered: 1, Complained: 1}},
		{"given up by the service", []mail.Event{{What: mail.WasSent}, {What: mail.WasFailed}}, mail.Figures{Sent: 1, Stopped: 1}},
		{"not tried by the service", []mail.Event{{What: mail.WasSent}, {What: mail.WasSuppressed}}, mail.Figures{Sent: 1, Stopped: 1}},
	} {
		m := mail.Message{State: mail.Queued}
		for i, e := range c.told {
			e.At = noon.Add(time.Duration(i) * time.Minute)
			m.Fold(e)
		}
		if got := m.Figures(); got != c.wanted {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.wanted)
		}
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	f := mail.Figures{Sent: 200, Delivered: 190, Opened: 95, ClickedByPerson: 19, Bounced: 8, Complained: 1, Stopped: 2}
	for name, pair := range map[string][2]float64{
		"delivery": {f.DeliveryRate().Value, 0.95}, "open": {f.OpenRate().Value, 0.5}, "click": {f.ClickRate().Value, 0.1},
		"click to open": {f.ClickToOpenRate().Value, 0.2}, "bounce": {f.BounceRate().Value, 0.04}, "complaint": {f.ComplaintRate().Value, 1.0 / 190},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s rate %v, want %v", name, pair[0], pair[1])
		}
	}
	if f.Underway() != 0 || (mail.Figures{Sent: 3, Delivered: 1}).Underway() != 2 {
		t.Error("what is under way is wrong")
	}
	if (mail.Figures{}).BounceRate().Known {
		t.Error("a rate of nothing is known")
	}
}

// TestFigureDay counts a message on the day of the organisation's clock.
func TestFigureDay(t *testing.T) {
	t.Parallel()
	sydney, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 13, 30, 0, 0, time.UTC) // half past midnight there
	m := mail.Message{State: mail.Queued, Category: mail.Invoice, Recipient: "jo@acme.example", Template: "invoice"}
	if keys := m.FigureKeys(sydney); len(keys) != 0 {
		t.Errorf("it counts before it left: %v", keys)
	}
	m.Fold(mail.Event{What: mail.WasSent, At: at})
	for _, key := range m.FigureKeys(sydney) {
		if key.Day != crm.NewDay(2026, 11, 23) {
			t.Errorf("%+v", key)
		}
	}
	if got := m.FigureKeys(time.UTC)[0].Day; got != crm.NewDay(2026, 11, 22) {
		t.Error(got)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                string
		f                   mail.Figures
		bounces, complaints mail.Grade
	}{
		{"few mails say nothing", mail.Figures{Sent: 99, Bounced: 50}, mail.Fine, mail.Fine},
		{"two per cent", mail.Figures{Sent: 100, Bounced: 2}, mail.Fine, mail.Fine},
		{"above", mail.Figures{Sent: 100, Bounced: 3}, mail.Worrying, mail.Fine},
		{"four per cent", mail.Figures{Sent: 100, Bounced: 4}, mail.Worrying, mail.Fine},
		{"too many", mail.Figures{Sent: 100, Bounced: 5}, mail.Harmful, mail.Fine},
		{"one complaint among few", mail.Figures{Sent: 999, Delivered: 999, Complained: 30}, mail.Fine, mail.Fine},
		{"one complaint among 1,000", mail.Figures{Sent: 1000, Delivered: 1000, Complained: 1}, mail.Fine, mail.Worrying},
		{"three", mail.Figures{Sent: 1000, Delivered: 1000, Complained: 3}, mail.Fine, mail.Worrying},
		{"four", mail.Figures{Sent: 1000, Delivered: 1000, Complained: 4}, mail.Fine, mail.Harmful},
	} {
		if v := mail.Judge(c.f); v.Bounces != c.bounces || v.Complaints != c.complaints || (v.Words() == "") != (v.Worst() == mail.Fine) {
			t.Errorf("%s: %+v %q", c.name, v, v.Words())
		}
	}
}
