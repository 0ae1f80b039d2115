package store_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// later is how far a test has moved its store's clock.
type later struct{ by atomic.Int64 }

func (l *later) forward(d time.Duration) { l.by.Add(int64(d)) }

func peopleStart() time.Time { return time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC) }

// eachWithClock runs a test on both engines with a clock that it moves.
func eachWithClock(t *testing.T, test func(t *testing.T, s *store.Store, l *later)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) {
		l := &later{}
		now := func() time.Time { return peopleStart().Add(time.Duration(l.by.Load())) }
		s, err := store.Open(t.Context(), store.Config{URL: url, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		test(t, s, l)
	})
}

func addBusiness(t *testing.T, s *store.Store, name string) crm.Organisation {
	t.Helper()
	o := crm.Organisation{
		ID: crm.NewID[crm.Organisation](), Name: name, Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU",
		TermsDays: 30, YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "SO-", CreatedAt: peopleStart(),
	}
	if err := s.AddOrganisation(t.Context(), o, crm.AustralianTaxRates()); err != nil {
		t.Fatal(err)
	}
	return o
}

func ofKind(t *testing.T, err error, kind crm.Kind) {
	t.Helper()
	if err == nil || crm.KindOf(err) != kind {
		t.Fatalf("want an error of kind %s, got %v", kind, err)
	}
}

func TestOrganisations(t *testing.T) {
	t.Parallel()
	eachWithClock(t, func(t *testing.T, s *store.Store, _ *later) {
		first, second := addBusiness(t, s, "Volt Supply"), addBusiness(t, s, "Sun Traders")
		if all, err := s.Organisations(t.Context()); err != nil || len(all) != 2 || all[0] != first {
			t.Fatalf("%+v, %v", all, err)
		}
		second.Name, second.TermsDays = "Sun Trading", 14
		rates := crm.AustralianTaxRates()
		rates[crm.GST] = 12_50
		if err := s.UpdateOrganisation(t.Context(), second, rates); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Organisation(t.Context(), second.ID); err != nil || got != second {
			t.Errorf("%+v, %v", got, err)
		}
		kept, err := s.OrganisationTaxRates(t.Context(), second.ID)
		if err != nil || kept[crm.GST] != 12_50 || kept.Validate() != nil {
			t.Errorf("%v, %v", kept, err)
		}
		if kept, err := s.OrganisationTaxRates(t.Context(), first.ID); err != nil || kept[crm.GST] != 10_00 {
			t.Errorf("the other organisation's rates: %v, %v", kept, err)
		}
		unknown := first
		unknown.ID = crm.NewID[crm.Organisation]()
		ofKind(t, s.UpdateOrganisation(t.Context(), unknown, rates), crm.NotFound)
		ofKind(t, s.UpdateOrganisation(t.Context(), first, crm.TaxRates{}), crm.Invalid)
		_, err = s.Organisation(t.Context(), unknown.ID)
		ofKind(t, err, crm.NotFound)
	})
}

func TestUsersAndMembers(t *testing.T) {
	t.Parallel()
	eachWithClock(t, func(t *testing.T, s *store.Store, _ *later) {
		org := addBusiness(t, s, "Volt Supply").ID
		ann := auth.Account{User: crm.User{ID: crm.NewID[crm.User](), Email: "ann@example.com", Name: "Ann", CreatedAt: peopleStart()}, PasswordHash: "hash"}
		if err := s.AddUser(t.Context(), ann, org, auth.Owner); err != nil {
			t.Fatal(err)
		}
		again := ann
		again.ID = crm.NewID[crm.User]()
		ofKind(t, s.AddUser(t.Context(), again, org, auth.Sales), crm.Conflict)
		ofKind(t, s.AddMember(t.Context(), org, ann.ID, auth.Sales), crm.Conflict)
		if got, err := s.UserByEmail(t.Context(), "ann@example.com"); err != nil || got != ann {
			t.Errorf("%+v, %v", got, err)
		}
		undone := errors.New("undone")
		err := s.ChangeMember(t.Context(), org, ann.ID, func([]auth.Member) (*auth.Member, error) { return nil, undone })
		if !errors.Is(err, undone) {
			t.Errorf("got %v", err)
		}
		all, err := s.Members(t.Context(), org)
		if err != nil || len(all) != 1 || all[0].User != ann.User || all[0].Role != auth.Owner || !all[0].Since.Equal(peopleStart()) {
			t.Errorf("%+v, %v", all, err)
		}
		ofKind(t, s.SetPasswordHash(t.Context(), again.ID, "other", ""), crm.NotFound)
	})
}

func TestOwnSessions(t *testing.T) {
	t.Parallel()
	eachWithClock(t, func(t *testing.T, s *store.Store, _ *later) {
		ctx, org := t.Context(), addBusiness(t, s, "Volt Supply").ID
		user := func(name string) crm.UserID {
			a := auth.Account{User: crm.User{ID: crm.NewID[crm.User](), Email: name + "@example.com", Name: name, CreatedAt: peopleStart()}, PasswordHash: "hash"}
			if err := s.AddUser(ctx, a, org, auth.Sales); err != nil {
				t.Fatal(err)
			}
			return a.ID
		}
		ann, bob := user("ann"), user("bob")
		add := func(hash string, who crm.UserID, seen time.Duration) auth.Session {
			at := peopleStart().Add(seen)
			n := auth.Session{Hash: hash, User: who, Org: org, UserAgent: "agent of " + hash, Address: "203.0.113.9", CreatedAt: peopleStart(), SeenAt: at, ExpiresAt: at.Add(time.Hour)}
			if err := s.AddSession(ctx, n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		old, recent, foreign := add("old", ann, 0), add("recent", ann, time.Minute), add("foreign", bob, 0)
		want := func(who crm.UserID, sessions ...auth.Session) {
			t.Helper()
			if got, err := s.SessionsOf(ctx, who); err != nil || !slices.Equal(got, sessions) {
				t.Errorf("%+v, %v, want %+v", got, err, sessions)
			}
		}
		want(ann, recent, old)
		old.SeenAt, old.ExpiresAt, old.Address = peopleStart().Add(time.Hour), peopleStart().Add(2*time.Hour), "2001:db8::7"
		if err := s.TouchSession(ctx, "old", auth.SessionUse{At: old.SeenAt, Expires: old.ExpiresAt, Address: old.Address}); err != nil {
			t.Fatal(err)
		}
		want(ann, old, recent)
		if err := s.EndOtherSessionsOf(ctx, ann, "old"); err != nil {
			t.Fatal(err)
		}
		want(ann, old)
		want(bob, foreign)
		if err := s.RenameUser(ctx, ann, "Ann Lee"); err != nil {
			t.Fatal(err)
		}
		if a, err := s.User(ctx, ann); err != nil || a.Name != "Ann Lee" {
			t.Errorf("%+v, %v", a, err)
		}
		ofKind(t, s.RenameUser(ctx, crm.NewID[crm.User](), "Nobody"), crm.NotFound)
	})
}

func TestFacts(t *testing.T) {
	t.Parallel()
	eachWithClock(t, func(t *testing.T, s *store.Store, _ *later) {
		steps := []struct {
			do   func(context.Context) error
			want string
		}{
			{func(context.Context) error { return nil }, ""},
			{func(ctx context.Context) error { _, err := s.KeepFact(ctx, "key", "one"); return err }, "one"},
			{func(ctx context.Context) error {
				kept, err := s.KeepFact(ctx, "key", "two")
				if kept != "one" {
					t.Errorf("kept %q", kept)
				}
				return err
			}, "one"},
			{func(ctx context.Context) error { return s.SetFact(ctx, "key", "three") }, "three"},
		}
		for i, step := range steps {
			if err := step.do(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Fact(t.Context(), "key"); err != nil || got != step.want {
				t.Errorf("step %d: %q, %v", i, got, err)
			}
		}
	})
}

func TestRequestsAreAnsweredOnce(t *testing.T) {
	t.Parallel()
	eachWithClock(t, func(t *testing.T, s *store.Store, l *later) {
		k := store.RequestKey{Org: addBusiness(t, s, "Volt Supply").ID, Key: "k1", Fingerprint: "f1"}
		begin := func(k store.RequestKey) (store.KeptAnswer, error) { return s.BeginRequest(t.Context(), k) }
		fresh := func(k store.RequestKey) {
			t.Helper()
			if a, err := begin(k); err != nil || a != (store.KeptAnswer{}) {
				t.Fatalf("%+v, %v", a, err)
			}
		}
		fresh(k)
		_, err := begin(k)
		ofKind(t, err, crm.Conflict)
		other := k
		other.Fingerprint = "f2"
		_, err = begin(other)
		ofKind(t, err, crm.Invalid)
		elsewhere := other
		elsewhere.Org = addBusiness(t, s, "Sun Traders").ID
		fresh(elsewhere)

		l.forward(2 * time.Minute)
		fresh(k) // its process died
		answer := store.KeptAnswer{Status: 201, ContentType: "application/json", Body: `{"id":1}`}
		if err := s.FinishRequest(t.Context(), k, answer); err != nil {
			t.Fatal(err)
		}
		ofKind(t, s.FinishRequest(t.Context(), k, answer), crm.Conflict)
		l.forward(23 * time.Hour)
		if a, err := begin(k); err != nil || a != answer {
			t.Errorf("%+v, %v", a, err)
		}
		_, err = begin(other)
		ofKind(t, err, crm.Invalid)
		l.forward(time.Hour)
		fresh(other)
		if err := s.DropRequest(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		fresh(k)
		l.forward(24 * time.Hour)
		if err := s.DropOldRequests(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNotices(t *testing.T) {
	t.Parallel()
	eachWithClock(t, func(t *testing.T, s *store.Store, l *later) {
		org, other := addBusiness(t, s, "Volt Supply").ID, addBusiness(t, s, "Sun Traders").ID
		tell := func(org crm.OrgID, cause string, want bool) {
			t.Helper()
			n := notify.Notice{Org: org, Cause: cause, Level: notify.Urgent, Title: "Xero is disconnected", Text: "Connect it again.", Href: "/xero"}
			if kept, err := s.KeepNotice(t.Context(), n); err != nil || kept != want {
				t.Fatalf("kept %t, %v", kept, err)
			}
		}
		tell(org, "a", true)
		tell(org, "a", false)
		tell(org, "b", true)
		tell(other, "a", true)
		l.forward(time.Hour - time.Second)
		tell(org, "a", false)
		l.forward(time.Second)
		tell(org, "a", true)

		all, err := s.Notices(t.Context(), org, crm.NotificationID{}, 2)
		if err != nil || len(all) != 2 || all[0].Cause != "a" || all[1].Cause != "b" {
			t.Fatalf("%+v, %v", all, err)
		}
		rest, err := s.Notices(t.Context(), org, all[1].ID, 2)
		if err != nil || len(rest) != 1 || rest[0].Cause != "a" || rest[0].ReadAt != nil {
			t.Fatalf("%+v, %v", rest, err)
		}
		if err := s.ReadNotices(t.Context(), org, all[1].ID); err != nil {
			t.Fatal(err)
		}
		for at, want := range map[crm.OrgID]int{org: 1, other: 1} {
			if n, err := s.UnreadNotices(t.Context(), at); err != nil || n != want {
				t.Errorf("%d unread, want %d, %v", n, want, err)
			}
		}
		l.forward(91 * 24 * time.Hour)
		if err := s.DropOldNotices(t.Context()); err != nil {
			t.Fatal(err)
		}
		if all, err := s.Notices(t.Context(), org, crm.NotificationID{}, 0); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}
