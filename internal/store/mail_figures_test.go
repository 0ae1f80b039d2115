package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// TestFiguresFollowMails tells random things of mails in random order. Adding up
// as they change comes to the same as adding up all mails.
func TestFiguresFollowMails(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLetters(t, s)
		random := rand.New(rand.NewPCG(7, 1))
		begun := time.Date(2026, 9, 20, 0, 0, 0, 0, time.UTC)
		ids := make([]mail.ID, 60)
		for i := range ids {
			ids[i] = l.add(mail.Message{Recipient: fmt.Sprintf("jo@acme%d.example", i%5), Template: []string{"", "invoice", "receipt"}[i%3], Category: []mail.Category{mail.Invoice, mail.Newsletter}[i%2]})
		}
		whats := []mail.What{mail.WasSent, mail.WasDelivered, mail.WasOpened, mail.WasClicked, mail.WasBounced, mail.WasComplained, mail.WasFailed, mail.WasSuppressed}
		for range 300 {
			in(t, s, func(tx *store.Tx) error {
				for range 1 + random.IntN(5) {
					m, _, err := tx.HoldMail(t.Context(), ids[random.IntN(len(ids))])
					if err != nil {
						return err
					}
					before := m
					m.Fold(mail.Event{What: whats[random.IntN(len(whats))], At: begun.Add(time.Duration(random.IntN(60*24*60)) * time.Minute), Agent: mail.Person,
						Code: []string{"Permanent/General", "Transient/General"}[random.IntN(2)]})
					if err := tx.ChangeMail(t.Context(), before, m); err != nil {
						return err
					}
				}
				return nil
			})
		}
		l.rightFigures(crm.NewDay(2026, 9, 18), crm.NewDay(2026, 11, 22))
	})
}

var sydney = func() *time.Location {
	loc, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		panic(err)
	}
	return loc
}()

// rightFigures checks that adding up again changes nothing, and that months come
// to the same as their days.
func (l letters) rightFigures(first, last crm.Day) {
	l.Helper()
	for day := first; !day.After(last); day = day.AddDays(1) {
		if wrong := l.mend(day); wrong != 0 {
			l.Errorf("%d figures of %s were wrong", wrong, day)
		}
	}
	if wrong := l.mendMonth(last); wrong != 0 {
		l.Errorf("%d figures of the last month were wrong", wrong)
	}
	for _, p := range [][2]crm.Day{{first, last}, {crm.NewDay(2026, 11, 1), crm.NewDay(2026, 11, 30)}, {crm.NewDay(2026, 10, 1), crm.NewDay(2026, 10, 31)}, {crm.NewDay(2026, 10, 1), crm.NewDay(2026, 11, 1)}, {crm.NewDay(2026, 9, 30), crm.NewDay(2026, 10, 30)}} {
		got, err := l.FiguresOf(l.Context(), l.org, store.FigureFilter{Facet: mail.ByDomain, First: p[0], Last: p[1]})
		if err != nil {
			l.Fatal(err)
		}
		want := map[string]mail.Figures{}
		for day := p[0]; !day.After(p[1]); day = day.AddDays(1) { // one day is never read from a month
			part, err := l.FiguresOf(l.Context(), l.org, store.FigureFilter{Facet: mail.ByDomain, First: day, Last: day})
			if err != nil {
				l.Fatal(err)
			}
			for value, f := range part {
				want[value] = want[value].Plus(f)
			}
		}
		if !maps.Equal(got, want) {
			l.Errorf("from %s to %s: %v, want %v", p[0], p[1], got, want)
		}
	}
}

func (l letters) mend(day crm.Day) (wrong int) {
	l.Helper()
	in(l.T, l.Store, func(tx *store.Tx) (err error) {
		wrong, err = tx.MendFigures(l.Context(), l.org, day, sydney)
		return err
	})
	return wrong
}

func (l letters) mendMonth(day crm.Day) (wrong int) {
	l.Helper()
	in(l.T, l.Store, func(tx *store.Tx) (err error) {
		wrong, err = tx.MendMonth(l.Context(), l.org, day)
		return err
	})
	return wrong
}

// TestFiguresAreMended changes figures behind the store's back, as a defect would.
func TestFiguresAreMended(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLetters(t, s)
		at := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
		for i := range 4 {
			id := l.add(mail.Message{Recipient: fmt.Sprintf("jo@acme%d.example", i%2), Template: "invoice"})
			in(t, s, func(tx *store.Tx) error {
				m, _, err := tx.HoldMail(t.Context(), id)
				if err != nil {
					return err
				}
				before := m
				m.Fold(mail.Event{What: mail.WasSent, At: at})
				return tx.ChangeMail(t.Context(), before, m)
			})
		}
		day := crm.NewDay(2026, 11, 22)
		if wrong := l.mend(day); wrong != 0 {
			t.Fatalf("%d figures were wrong from the start", wrong)
		}
		for _, statement := range []string{
			"update mail_figures set delivered = delivered + 5 where facet = 'all'",
			"update mail_figures set sent = 0 where facet = 'domain' and value = 'acme1.example'",
			"delete from mail_figures where facet = 'template'",
		} {
			if err := s.Statement(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if wrong := l.mend(day); wrong != 3 {
			t.Errorf("%d figures were mended, want 3", wrong)
		}
		if wrong := l.mend(day); wrong != 0 {
			t.Errorf("%d figures were wrong after that", wrong)
		}
		if wrong := l.mendMonth(day); wrong != 1 { // it was right, and followed its day
			t.Errorf("%d figures of the month were mended, want 1", wrong)
		}
		l.rightFigures(day, day)
		got, err := s.FiguresByDay(t.Context(), l.org, store.FigureFilter{Facet: mail.Overall, First: day, Last: day})
		if err != nil || len(got) != 1 || got[0].Figures != (mail.Figures{Sent: 4}) {
			t.Errorf("%+v %v", got, err)
		}
	})
}
