package auth_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

const password = "correct horse battery"

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is a service over a database with one organisation.
type world struct {
	*auth.Service
	t     *testing.T
	store *store.Store
	clock *clock
	org   crm.OrgID
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, newWorld(t, s)) })
}

func newWorld(t *testing.T, s *store.Store) *world {
	t.Helper()
	c := newClock()
	service, err := auth.New(auth.Config{Store: s, Now: c.now, PublicURL: "https://renoz.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Service: service, t: t, store: s, clock: c}
	w.org = w.organisation("Volt Supply")
	return w
}

func (w *world) organisation(name string) crm.OrgID {
	w.t.Helper()
	o := crm.Organisation{
		ID: crm.NewID[crm.Organisation](), Name: name, Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU",
		TermsDays: 30, YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "SO-", CreatedAt: w.clock.now(),
	}
	if err := w.store.AddOrganisation(w.t.Context(), o, crm.AustralianTaxRates()); err != nil {
		w.t.Fatal(err)
	}
	return o.ID
}

// system is the command line acting in the first organisation.
func (w *world) system() context.Context {
	return auth.With(w.t.Context(), auth.System(w.org, "command line"))
}

func (w *world) user(email string, role auth.Role) crm.UserID {
	w.t.Helper()
	id, err := w.CreateUser(w.system(), auth.NewUser{Email: email, Name: "Person " + email, Password: password, Role: role})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// as signs a person in and acts as them.
func (w *world) as(email string) context.Context {
	w.t.Helper()
	token, err := w.SignIn(w.t.Context(), auth.Credentials{Email: email, Password: password})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.with(token)
}

func (w *world) with(token string) context.Context {
	w.t.Helper()
	identity, err := w.Identify(w.t.Context(), token)
	if err != nil {
		w.t.Fatal(err)
	}
	return auth.With(w.t.Context(), identity)
}

func wantKind(t *testing.T, err error, kind crm.Kind) {
	t.Helper()
	switch {
	case err == nil:
		t.Fatalf("no error, want one of kind %s", kind)
	case crm.KindOf(err) != kind:
		t.Fatalf("error of kind %s, want %s: %v", crm.KindOf(err), kind, err)
	}
}
