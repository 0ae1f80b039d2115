package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// What five years of a busy business leave, beside 200 others.
const (
	manyMails      = 1_000_000
	mailsToday     = 30_000
	mailsWaiting   = 20_000
	eventsOfMail   = 3
	manyRecipients = 30_000
	manySuppressed = 5_000
	otherOrgs      = 200
)

// BenchmarkMails asks what pages and jobs ask of a million mails and three
// million events:
//
//	scripts/with-postgres go test -run '^$' -bench Mails -benchtime 40x -timeout 40m ./internal/store
func BenchmarkMails(b *testing.B) {
	storetest.EachURLOf(b, func(b *testing.B, url string) {
		s := storetest.Open(b, url)
		v := fillMails(b, url, s)
		for _, q := range append(v.lists(), v.work()...) {
			b.Run(q.name, func(b *testing.B) { q.measure(b) })
		}
	})
}

type mailVolume struct {
	*store.Store
	org                     crm.OrgID
	now                     time.Time
	ids                     []uuid.UUID
	about, customer, parcel uuid.UUID
}

func recipient(n int) string { return fmt.Sprintf("buyer%d@acme%d.example", n%manyRecipients, n%300) }

func fillMails(b *testing.B, url string, s *store.Store) *mailVolume {
	b.Helper()
	v := &mailVolume{Store: s, org: crm.NewID[crm.Organisation](), now: time.Now().UTC().Truncate(time.Second), about: uuid.New(), customer: uuid.New(), parcel: uuid.New()}
	for n := range otherOrgs + 1 {
		org := crm.Organisation{ID: v.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July,
			InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: v.now}
		if n > 0 {
			org.ID = crm.NewID[crm.Organisation]()
		}
		if err := s.AddOrganisation(b.Context(), org, crm.AustralianTaxRates()); err != nil {
			b.Fatal(err)
		}
		inTx(b, s, func(tx *store.Tx) error {
			return tx.SaveMailSettings(b.Context(), org.ID, store.MailSettings{Settings: "{}", UpdatedBy: "test"})
		})
	}
	begun := time.Now()
	v.ids = make([]uuid.UUID, manyMails)
	for n := range v.ids {
		v.ids[n] = idAt(v.sentAt(n))
	}
	bulk(b, url, "mails", manyMails, v.mail)
	bulk(b, url, "mail_events", manyMails*eventsOfMail, v.event)
	bulk(b, url, "mail_suppressions", manySuppressed, func(n int) []any {
		return []any{idAt(v.sentAt(n * 100)), v.org.UUID, recipient(n * 5), "all", "bounce", "", "", "Resend", v.now, "", "", nil, "mail_event", "there", "", nil}
	})
	v.countFigures(b)
	b.Logf("filled in %s", time.Since(begun).Round(time.Second))
	return v
}

// countFigures adds up what became of the mail of each day.
func (v *mailVolume) countFigures(b *testing.B) {
	b.Helper()
	sydney, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		b.Fatal(err)
	}
	last := crm.DayIn(v.now, sydney)
	for day := crm.DayIn(v.sentAt(0), sydney); !day.After(last); day = day.AddDays(1) {
		inTx(b, v.Store, func(tx *store.Tx) error {
			_, err := tx.MendFigures(b.Context(), v.org, day, sydney)
			return err
		})
	}
}

// figures are what a report of the last so many days asks.
func (v *mailVolume) figures(name string, by mail.Facet, days int) question {
	return question{"figures/" + name, -1, func(ctx context.Context, _ int) (int, error) {
		last := crm.DayIn(v.now, time.UTC)
		first := last.AddDays(1 - days)
		for _, p := range [][2]crm.Day{{first, last}, {first.AddDays(-days), first.AddDays(-1)}, {first.AddDays(-365), first.AddDays(-1)}} {
			if _, err := v.FiguresByDay(ctx, v.org, store.FigureFilter{Facet: mail.Overall, First: p[0], Last: p[1]}); err != nil {
				return 0, err
			}
		}
		rows, err := v.FiguresOf(ctx, v.org, store.FigureFilter{Facet: by, First: first, Last: last})
		if len(rows) == 0 {
			return 0, fmt.Errorf("no figures by %s: %w", by, err)
		}
		return 0, err
	}}
}

// sentAt is when the n-th mail was made: those of today within the last day, the
// others over five years.
func (v *mailVolume) sentAt(n int) time.Time {
	if n >= manyMails-mailsToday {
		return v.now.Add(-time.Duration(manyMails-n) * (12 * time.Hour / mailsToday))
	}
	return v.now.AddDate(0, 0, -1).Add(-time.Duration(manyMails-n) * (5 * 365 * 24 * time.Hour / manyMails))
}

func (v *mailVolume) mail(n int) []any {
	at := v.sentAt(n)
	states := []string{"delivered", "delivered", "opened", "opened", "clicked", "sent"}
	state, category, urgency := states[n%len(states)], mail.Categories()[n*7%11], 1
	switch {
	case n == 77_003:
		state = "complained"
	case n >= manyMails-mailsWaiting:
		state, urgency = "queued", 1+n%2*3
	case n%50 == 7:
		state = "bounced"
	case n%1000 == 3:
		state = "failed"
	}
	about, customer := uuid.UUID{1, byte(n >> 16), byte(n >> 8), byte(n)}, uuid.UUID{2, byte(n % 10_000 >> 8), byte(n % 10_000)}
	if n%40_000 == 9 {
		about = v.about
	}
	if n%10_000 == 9 {
		customer = v.customer
	}
	remote, due := any(fmt.Sprintf("remote-%d", n)), at
	if state == "queued" {
		remote = ""
	}
	left := any(at)
	if state == "queued" || state == "failed" {
		left = nil
	}
	if n%4 == 1 { // of those that wait
		due = v.now.Add(time.Hour)
	}
	return []any{v.ids[n], v.org.UUID, string(category), string(category.Stream()), "", "invoice", about, customer, recipient(n), "Buyer", fmt.Sprintf("Invoice INV-%06d from Voltway", n),
		false, state, urgency, nil, 0, remote, 1, due, "", "", "test", at, at, nil, at, nil, nil, nil, nil, nil, nil, nil, nil, nil, left, nil, nil}
}

func (v *mailVolume) event(n int) []any {
	m := n / eventsOfMail
	at := v.sentAt(m).Add(time.Duration(n%eventsOfMail) * time.Minute)
	what := []string{"sent", "delivered", "opened"}[n%eventsOfMail]
	if what == "opened" && m%10 == 7 {
		what = "bounced"
	}
	return []any{idAt(at), v.org.UUID, v.ids[m], fmt.Sprintf("remote-%d", m), what, at, recipient(m), "", "", false, "", ""}
}

func (v *mailVolume) lists() []question {
	list := func(name string, rows int, f mail.Filter) question {
		return question{"list/" + name, rows, func(ctx context.Context, _ int) (int, error) {
			found, err := v.Mails(ctx, v.org, f)
			return len(found), err
		}}
	}
	customer := crm.CustomerID{UUID: v.customer}
	return []question{
		list("first", 50, mail.Filter{}), list("middle", 50, mail.Filter{Before: mail.ID{UUID: v.ids[manyMails/2]}}),
		list("state", 50, mail.Filter{State: mail.Delivered}), list("state-rare", 1, mail.Filter{State: mail.Complained}), list("state-none", -1, mail.Filter{State: mail.Delayed}),
		list("category", 50, mail.Filter{Category: mail.Invoice}), list("category-none", -1, mail.Filter{Category: "nothing"}),
		list("pair", 50, mail.Filter{Category: mail.Invoice, State: mail.Bounced}), list("pair-none", -1, mail.Filter{Category: mail.Invoice, State: mail.Complained}),
		list("about", 20, mail.Filter{About: mail.About{Kind: "invoice", ID: v.about}}), list("customer", 50, mail.Filter{Customer: &customer}),
		list("address", 30, mail.Filter{Text: recipient(17)}), list("address-none", -1, mail.Filter{Text: "nobody@nowhere.example"}),
		list("prefix", 50, mail.Filter{Text: "buyer17"}), list("prefix-everybody", 50, mail.Filter{Text: "b"}), list("prefix-none", -1, mail.Filter{Text: "zz"}),
		list("prefix-state-none", -1, mail.Filter{Text: "buyer17", State: mail.Delayed}), list("subject", 1, mail.Filter{Text: "INV-999999"}),
		v.figures("7-days", mail.ByCategory, 7), v.figures("30-days", mail.ByDomain, 30), v.figures("90-days", mail.ByDomain, 90), v.figures("3-years", mail.ByDomain, 1095),
		{"count/today", 1, func(ctx context.Context, _ int) (int, error) {
			counts, err := v.CountMails(ctx, v.org, v.now.Add(-24*time.Hour))
			return len(counts), err
		}},
		{"count/30-days", 1, func(ctx context.Context, _ int) (int, error) {
			counts, err := v.CountMails(ctx, v.org, v.now.Add(-30*24*time.Hour))
			return len(counts), err
		}},
		{"suppressions/list", 50, func(ctx context.Context, _ int) (int, error) {
			found, err := v.Suppressions(ctx, v.org, mail.SuppressionFilter{})
			return len(found), err
		}},
		{"suppressions/search-none", -1, func(ctx context.Context, _ int) (int, error) {
			found, err := v.Suppressions(ctx, v.org, mail.SuppressionFilter{Text: "nobody"})
			return len(found), err
		}},
	}
}

// work is what jobs ask, and what every event asks.
func (v *mailVolume) work() []question {
	one := func(found bool, err error) (int, error) {
		if found {
			return 1, err
		}
		return 0, err
	}
	return []question{
		{"work/organisations", 1, func(ctx context.Context, _ int) (int, error) {
			found, err := v.OrganisationsWithMail(ctx, v.now)
			return len(found), err
		}},
		{"work/next-due", 1, func(ctx context.Context, _ int) (int, error) {
			due, err := v.NextMailDue(ctx, v.org)
			return one(!due.IsZero(), err)
		}},
		{"work/suppressions-of", 1, func(ctx context.Context, n int) (int, error) {
			found, err := v.SuppressionsOf(ctx, v.org, recipient(n*5%(manySuppressed*5)))
			return len(found), err
		}},
		{"work/last-removal", -1, func(ctx context.Context, n int) (int, error) {
			at, err := v.LastRemoval(ctx, v.org, recipient(n*5), mail.Everything)
			return one(at != nil, err)
		}},
		{"work/transient-bounces", 0, func(ctx context.Context, n int) (int, error) {
			found, err := v.TransientBounces(ctx, v.org, recipient(n*10+7), v.now.AddDate(-5, 0, 0), v.now)
			return len(found), err
		}},
		{"work/by-remote", 1, func(ctx context.Context, n int) (int, error) {
			_, found, err := v.MailByRemote(ctx, fmt.Sprintf("remote-%d", n*977))
			return one(found, err)
		}},
		{"work/events", eventsOfMail, func(ctx context.Context, n int) (int, error) {
			found, err := v.MailEvents(ctx, mail.ID{UUID: v.ids[n*977]})
			return len(found), err
		}},
		{"work/silent", 1, func(ctx context.Context, _ int) (int, error) {
			f := store.Silence{Since: v.now.AddDate(0, 0, -30), Until: v.now.Add(-time.Hour), Again: v.now, Limit: 200}
			found, err := v.SilentMails(ctx, v.org, f)
			if err != nil {
				return 0, err
			}
			orgs, err := v.OrganisationsWithSilentMail(ctx, f)
			return min(len(found), len(orgs)), err
		}},
		{"work/claim-100", 100, v.claim},
	}
}

// claim packs the next hundred mails, whose requests are then not kept.
func (v *mailVolume) claim(ctx context.Context, _ int) (n int, err error) {
	process := uuid.New()
	undo := fmt.Errorf("undo")
	err = v.InTx(ctx, func(tx *store.Tx) error {
		p, err := tx.ClaimParcel(ctx, store.ParcelClaim{Org: v.org, Process: process, Least: store.MailBulk, Most: 100}, func(m mail.Message) (bool, error) {
			held, err := tx.SuppressionsOf(ctx, m.Org, m.Recipient)
			return len(held) >= 0, err
		})
		if err != nil {
			return err
		}
		n = len(p.Mails)
		return undo
	})
	if err == undo { //nolint:errorlint // it is passed through as it is
		err = nil
	}
	return n, err
}
