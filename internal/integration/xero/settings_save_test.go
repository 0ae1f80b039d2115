package xero_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/synclog"
)

// deeds are the lines of the history about the connection, the latest first.
func (w *world) deeds() []string {
	w.Helper()
	page, err := w.store.Entries(w.ctx, w.org, synclog.Filter{Service: xero.Name, EntityType: "connection", Limit: 50})
	w.must(err)
	var out []string
	for _, e := range page {
		if e.Action != synclog.Read {
			out = append(out, e.Actor+": "+string(e.Action)+" "+e.Label)
		}
	}
	return out
}

// TestHistoryTellsWhoChangedTheConnection looks for settings, of contacts too, the
// reset of the breaker and the end of the connection.
func TestHistoryTellsWhoChangedTheConnection(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		who := auth.System(w.org, "Ada")
		who.Name = "Ada Lovelace"
		w.ctx = auth.With(w.Context(), who)
		settings := xero.DefaultSettings()
		settings.SalesAccount, settings.Draft = "260", true
		w.must(w.xero.SaveSettings(w.ctx, settings))
		w.must(w.xero.SaveSettings(w.ctx, settings)) // changes nothing
		contacts := xero.DefaultContactSettings()
		contacts.AskFrom, contacts.Owners[xero.FieldEmail] = 90, xero.OwnerXero
		w.must(w.xero.SaveContactSettings(w.ctx, contacts))
		w.xero.Breaker = &opened{}
		w.must(w.xero.ResetBreaker(w.ctx))
		name := w.connection().TenantName
		w.must(w.xero.Disconnect(w.ctx))
		want := []string{
			"Ada Lovelace: disconnect " + name,
			"Ada Lovelace: update calls Paused → Working",
			"Ada Lovelace: update settings: score from which is asked 80 → 90; owner of E-mail address ask → xero",
			"Ada Lovelace: update settings: account of sales 200 → 260; documents arrive as drafts no → yes",
		}
		if got := w.deeds(); len(got) < 4 || !slices.Equal(got[:4], want) {
			w.Errorf("the history says %q", got)
		}
	})
}

// opened is a breaker that is open until it is reset.
type opened struct{ reset bool }

func (o *opened) State(context.Context, string, string) (breaker.Circuit, error) {
	if o.reset {
		return breaker.Circuit{}, nil
	}
	return breaker.Circuit{State: breaker.Opened, Failures: 5}, nil
}

func (o *opened) Reset(context.Context, string, string) error {
	o.reset = true
	return nil
}

// TestSettingsOfBothPagesStay saves both kinds of settings again and again at the
// same time: neither takes the other's back.
func TestSettingsOfBothPagesStay(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		other := w.beside(url)
		now := func(of *world) xero.Settings {
			s, err := xero.SettingsOf(of.connection())
			w.must(err)
			return s
		}
		const rounds = 40
		lost := make(chan error, 2*rounds)
		var both sync.WaitGroup
		both.Go(func() {
			for n := range rounds {
				c := xero.DefaultContactSettings()
				c.AskFrom = 60 + n
				if err := other.xero.SaveContactSettings(other.ctx, c); err != nil {
					lost <- err
				} else if got := now(other).Contacts.AskFrom; got != c.AskFrom {
					lost <- errors.New("the score was taken back")
				}
			}
		})
		both.Go(func() {
			for n := range rounds {
				s := xero.DefaultSettings()
				s.TakeOver = n%2 == 0
				if err := w.xero.SaveSettings(w.ctx, s); err != nil {
					lost <- err
				} else if got := now(w).TakeOver; got != s.TakeOver {
					lost <- errors.New("taking over was taken back")
				}
			}
		})
		both.Wait()
		close(lost)
		for err := range lost {
			t.Error(err)
		}
	})
}
