package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// letters is an organisation that sends mail.
type letters struct {
	*testing.T
	*store.Store
	org crm.OrgID
}

func newLetters(t *testing.T, s *store.Store) letters {
	t.Helper()
	l := letters{t, s, crm.NewID[crm.Organisation]()}
	if err := s.AddOrganisation(t.Context(), crm.Organisation{ID: l.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30,
		YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now().UTC()}, crm.AustralianTaxRates()); err != nil {
		t.Fatal(err)
	}
	return l
}

func in(t *testing.T, s *store.Store, do func(*store.Tx) error) {
	t.Helper()
	if err := s.InTx(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func (l letters) add(m mail.Message) mail.ID {
	l.Helper()
	m.ID, m.Org, m.DueAt = crm.NewID[mail.Message](), l.org, time.Now().Add(-time.Minute)
	if m.State == "" {
		m.State = mail.Queued
	}
	if m.Category == "" {
		m.Category = mail.Invoice
	}
	m.Stream = m.Category.Stream()
	if m.Payload == "" {
		m.Payload = "{}"
	}
	in(l.T, l.Store, func(tx *store.Tx) error { return tx.InsertMail(l.Context(), m) })
	return m.ID
}

func TestMailLists(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, other := newLetters(t, s), newLetters(t, s)
		record, customer := uuid.New(), crm.NewID[crm.Customer]()
		a := l.add(mail.Message{Recipient: "jo@acme.example", Subject: "Invoice INV-00001", Payload: `{"html":"what it says"}`})
		b := l.add(mail.Message{Recipient: "joan@acme.example", Subject: "50% off", Category: mail.Newsletter})
		c := l.add(mail.Message{Recipient: "al@beta.example", Subject: "Receipt for jo", Category: mail.Receipt, State: mail.Suppressed, About: mail.About{Kind: "invoice", ID: record}, Customer: &customer})
		other.add(mail.Message{Recipient: "jo@acme.example", Subject: "Invoice INV-00001", About: mail.About{Kind: "invoice", ID: record}, Customer: &customer})
		for _, q := range []struct {
			name string
			f    mail.Filter
			want []mail.ID
		}{
			{"all", mail.Filter{}, []mail.ID{c, b, a}}, {"page", mail.Filter{Limit: 1, Before: c}, []mail.ID{b}},
			{"address", mail.Filter{Text: " Jo@acme.example"}, []mail.ID{a}}, {"beginning", mail.Filter{Text: "jo"}, []mail.ID{c, b, a}},
			{"beginning, not middle", mail.Filter{Text: "acme"}, nil}, {"subject", mail.Filter{Text: "inv-0"}, []mail.ID{a}}, {"percent", mail.Filter{Text: "0%"}, []mail.ID{b}},
			{"state", mail.Filter{State: mail.Suppressed}, []mail.ID{c}}, {"category", mail.Filter{Category: mail.Receipt}, []mail.ID{c}},
			{"both", mail.Filter{Category: mail.Receipt, State: mail.Queued}, nil}, {"text and state", mail.Filter{Text: "jo", State: mail.Queued}, []mail.ID{b, a}},
			{"record", mail.Filter{About: mail.About{ID: record}}, []mail.ID{c}}, {"customer", mail.Filter{Customer: &customer}, []mail.ID{c}},
		} {
			found, err := s.Mails(t.Context(), l.org, q.f)
			if err != nil {
				t.Fatal(err)
			}
			var ids []mail.ID
			for _, m := range found {
				if ids = append(ids, m.ID); m.Payload != "" {
					t.Errorf("%s: lists read what mails say", q.name)
				}
			}
			if !slices.Equal(ids, q.want) {
				t.Errorf("%s: %v, want %v", q.name, ids, q.want)
			}
		}
		if m, err := s.Mail(t.Context(), l.org, a); err != nil || m.Payload != `{"html":"what it says"}` {
			t.Errorf("%+v, %v", m, err)
		}
		if counts, err := s.CountMails(t.Context(), l.org, time.Now().Add(-time.Hour)); err != nil || counts[mail.Queued] != 2 || counts[mail.Suppressed] != 1 {
			t.Errorf("%v, %v", counts, err)
		}
	})
}

// TestParcelOrder claims in the order in which mails have to leave.
func TestParcelOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLetters(t, s)
		process := store.NewProcess()
		claim := func(most int) *store.Parcel {
			t.Helper()
			var p *store.Parcel
			in(t, s, func(tx *store.Tx) (err error) {
				p, err = tx.ClaimParcel(t.Context(), store.ParcelClaim{Org: l.org, Process: process.ID, Account: "one", Least: store.MailBulk, Most: most},
					func(mail.Message) (bool, error) { return true, nil })
				return err
			})
			return p
		}
		for n := range 3 {
			l.add(mail.Message{Recipient: fmt.Sprintf("r%d@acme.example", n), Category: mail.Newsletter, Payload: fmt.Sprint(n)})
		}
		bulk := claim(2)
		in(t, s, func(tx *store.Tx) error {
			bulk.Doubtful = true
			return tx.RepeatParcel(t.Context(), process.ID, *bulk, time.Now().Add(-time.Second))
		})
		urgent := l.add(mail.Message{Recipient: "jo@acme.example"})
		// Within a request the order is that of ids, in which all hold them.
		if p := claim(2); len(p.Mails) != 2 || p.Mails[1].ID != urgent || p.Urgency != store.MailUrgent || p.Doubtful {
			t.Errorf("%+v", p)
		}
		again := claim(2)
		if again.ID != bulk.ID || !again.Doubtful || again.TriedAt == nil || again.Account != "one" || len(again.Mails) != 2 {
			t.Errorf("%+v", again)
		}
		for i, m := range again.Mails {
			if m.ID != bulk.Mails[i].ID || m.Payload != bulk.Mails[i].Payload || m.Position != i {
				t.Errorf("the request changed: %+v", m)
			}
		}
		if p := claim(2); p != nil {
			t.Errorf("%+v", p)
		}
		err := s.InTx(t.Context(), func(tx *store.Tx) error { return tx.EndParcel(t.Context(), store.NewProcess().ID, *again) })
		if crm.KindOf(err) != crm.Conflict {
			t.Errorf("another process ended the request: %v", err)
		}
	})
}

// TestOrganisationsWithMail names those whose mail could leave now.
func TestOrganisationsWithMail(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Now()
		names := map[crm.OrgID]string{}
		make := func(name string, p mail.Pause, queued bool) {
			l := newLetters(t, s)
			names[l.org] = name
			in(t, s, func(tx *store.Tx) error {
				return errors.Join(tx.SaveMailSettings(t.Context(), l.org, store.MailSettings{Settings: "{}"}), tx.PauseMail(t.Context(), l.org, p))
			})
			if queued {
				l.add(mail.Message{Recipient: "jo@acme.example"})
			}
		}
		past, future := now.Add(-time.Hour), now.Add(time.Hour)
		make("ready", mail.Pause{}, true)
		make("nothing", mail.Pause{}, false)
		make("paused", mail.Pause{Why: "by hand"}, true)
		make("paused until later", mail.Pause{Why: "quota", Until: &future}, true)
		make("pause is over", mail.Pause{Why: "quota", Until: &past}, true)
		found, err := s.OrganisationsWithMail(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, org := range found {
			got = append(got, names[org])
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{"pause is over", "ready"}) {
			t.Errorf("%v", got)
		}
	})
}
