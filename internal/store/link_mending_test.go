package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// mill sends links of one organisation to an end.
type mill struct {
	*testing.T
	s       *store.Store
	org     crm.OrgID
	process uuid.UUID
}

func (m mill) in(do func(tx *store.Tx) error) {
	m.Helper()
	must(m.T, m.s.InTx(m.Context(), do))
}

func (m mill) key() link.Key {
	return link.Key{Org: m.org, Service: "xero", Kind: link.Invoice, Record: uuid.Must(uuid.NewV7())}
}

func (m mill) want(k link.Key, version int64) {
	m.Helper()
	m.in(func(tx *store.Tx) error {
		return tx.WantLink(m.Context(), store.Want{Key: k, Label: "INV-" + k.Record.String()[30:], Version: version, Priority: link.Normal})
	})
}

// settle claims what waits and ends each as step does.
func (m mill) settle(step func(l *link.Link)) {
	m.Helper()
	m.in(func(tx *store.Tx) error {
		claimed, err := tx.ClaimLinks(m.Context(), store.Claim{Org: m.org, Service: "xero", Kind: link.Invoice, Process: m.process, Max: 50})
		if err != nil {
			return err
		}
		for _, l := range claimed {
			step(&l)
			if err := tx.SettleLink(m.Context(), m.process, l); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m mill) succeed() {
	m.Helper()
	m.settle(func(l *link.Link) { l.Succeed(link.Remote{ID: l.Record.String()}, l.Wanted, time.Now()) })
}

// failed makes links that ended as step does.
func (m mill) failed(n int, step func(l *link.Link)) []link.Key {
	m.Helper()
	keys := make([]link.Key, n)
	for i := range keys {
		keys[i] = m.key()
		m.want(keys[i], 1)
	}
	m.settle(step)
	return keys
}

func (m mill) state(k link.Key) link.State {
	m.Helper()
	l, err := m.s.Link(m.Context(), k)
	must(m.T, err)
	return l.State
}

func rejected(l *link.Link) {
	l.Reject(link.Problem{Kind: "invalid", Code: "locked", Text: "The period is locked.", Action: link.Review}, time.Now())
}

func blocked(l *link.Link) {
	l.Block(link.Problem{Kind: "blocked", Code: "unmapped", Text: "No account is chosen.", Action: link.Map}, time.Now())
}

// dead fails like a refusal by its kind and attempts, which is no guess's business.
func dead(l *link.Link) {
	l.Attempts = 1
	l.Problem = link.Problem{Kind: "blocked", Code: "down", Text: "Xero did not answer.", Action: link.Retry}
	now := time.Now()
	l.State, l.FailedAt = link.Dead, &now
}

func eachMill(t *testing.T, test func(m mill)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		test(mill{t, s, crm.NewID[crm.Organisation](), uuid.New()})
	})
}

// TestResolutions keeps how links that had failed became right, with the reason
// they failed for and not that of a later try.
func TestResolutions(t *testing.T) {
	t.Parallel()
	eachMill(t, func(m mill) {
		ctx := m.Context()
		quiet := m.key()
		m.want(quiet, 1)
		m.succeed() // it never failed, and is no resolution
		keys := m.failed(4, rejected)
		waits := m.failed(1, blocked)[0]
		m.in(func(tx *store.Tx) error { return tx.RetryLink(ctx, keys[0], "Alex Kim") })
		m.settle(func(l *link.Link) {
			l.Postpone(time.Now(), link.Problem{Code: "limited", Text: "Xero's limit is reached.", Action: link.Wait})
		})
		m.succeed()
		m.want(keys[1], 2)
		m.succeed()
		m.in(func(tx *store.Tx) error { _, err := tx.UnblockLinks(ctx, m.org, "xero", "unmapped"); return err })
		m.succeed()
		m.in(func(tx *store.Tx) error { _, err := tx.RetryLinks(ctx, m.org, "locked", "Jo"); return err })
		m.settle(func(l *link.Link) { // both are tried again, one is refused again
			if l.Record == keys[2].Record {
				rejected(l)
				return
			}
			l.Succeed(link.Remote{ID: l.Record.String()}, 1, time.Now())
		})
		m.want(keys[2], 2)
		m.succeed()
		got, err := m.s.Resolutions(ctx, m.org, store.ResolutionFilter{})
		must(t, err)
		want := []struct {
			record uuid.UUID
			mend   link.Mend
			by     string
			code   string
		}{
			{keys[2].Record, link.AfterChange, "", "locked"}, {keys[3].Record, link.AfterRetry, "Jo", "locked"},
			{waits.Record, link.AfterUnblocked, "", "unmapped"}, {keys[1].Record, link.AfterChange, "", "locked"}, {keys[0].Record, link.AfterRetry, "Alex Kim", "locked"},
		}
		if len(got) != len(want) {
			t.Fatalf("%d resolutions: %+v", len(got), got)
		}
		for i, w := range want {
			g := got[i]
			if g.Record != w.record || g.Mend != w.mend || g.By != w.by || g.Failed.Code != w.code || g.Failed.Text == "" || g.FailedAt.IsZero() || g.ResolvedAt.Before(g.FailedAt.Add(-time.Second)) {
				t.Errorf("resolution %d is %+v, want %+v", i, g, w)
			}
		}
		m.filtered(got)
	})
}

func (m mill) filtered(all []link.Resolution) {
	m.Helper()
	for name, c := range map[string]struct {
		f store.ResolutionFilter
		n int
	}{
		"person": {store.ResolutionFilter{Text: "alex"}, 1}, "reason": {store.ResolutionFilter{Text: "ACCOUNT"}, 1}, "kind": {store.ResolutionFilter{Kind: link.Contact}, 0},
		"page": {store.ResolutionFilter{Before: all[1].ID}, len(all) - 2}, "few": {store.ResolutionFilter{Limit: 2}, 2},
	} {
		if got, err := m.s.Resolutions(m.Context(), m.org, c.f); err != nil || len(got) != c.n {
			m.Errorf("%s: %d resolutions, want %d, %v", name, len(got), c.n, err)
		}
	}
	if other, err := m.s.Resolutions(m.Context(), crm.NewID[crm.Organisation](), store.ResolutionFilter{}); err != nil || len(other) != 0 {
		m.Errorf("another organisation sees %d, %v", len(other), err)
	}
}

// TestResolutionsAreKeptForAMonth moves the store's clock.
func TestResolutionsAreKeptForAMonth(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := time.Now()
		s, err := store.Open(t.Context(), store.Config{URL: url, Now: func() time.Time { return now }})
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		m := mill{t, s, crm.NewID[crm.Organisation](), uuid.New()}
		k := m.failed(1, rejected)[0]
		m.want(k, 2)
		m.succeed()
		for _, c := range []struct {
			after time.Duration
			n     int
		}{{29 * 24 * time.Hour, 1}, {31 * 24 * time.Hour, 0}, {0, 0}} {
			now = now.Add(c.after)
			must(t, s.DropOldResolutions(t.Context()))
			if got, err := s.Resolutions(t.Context(), m.org, store.ResolutionFilter{}); err != nil || len(got) != c.n {
				t.Errorf("after %v there are %d, %v", c.after, len(got), err)
			}
			now = now.Add(-c.after)
		}
	})
}

// TestDismissalsAreUndone dismisses links of all three states, some together,
// and gives each the state back that it had.
func TestDismissalsAreUndone(t *testing.T) {
	t.Parallel()
	eachMill(t, func(m mill) {
		ctx := m.Context()
		had := map[link.Key]link.State{}
		for _, step := range []func(*link.Link){rejected, blocked, dead} {
			for _, k := range m.failed(2, step) {
				had[k] = m.state(k)
			}
		}
		var d link.Dismissal
		m.in(func(tx *store.Tx) (err error) {
			if d, err = tx.NewDismissal("Alex Kim", "Booked by hand"); err != nil {
				return err
			}
			for k := range had {
				if err := tx.DismissLink(ctx, k, d); err != nil {
					return err
				}
			}
			return nil
		})
		var alone link.Key
		for k := range had { // one is restored alone, and what follows is not undone with the others
			alone = k
			break
		}
		m.in(func(tx *store.Tx) error { return tx.RestoreLink(ctx, alone) })
		open, err := m.s.Dismissals(ctx, m.org, time.Now().Add(-time.Hour), 10)
		if err != nil || len(open) != 1 || open[0].ID != d.ID || open[0].Count != 5 || open[0].By != "Alex Kim" || open[0].Reason != "Booked by hand" || open[0].At.Sub(d.At).Abs() > time.Second {
			t.Errorf("the dismissals are %+v, %v", open, err)
		}
		m.in(func(tx *store.Tx) error {
			if _, err := tx.RestoreDismissal(ctx, crm.NewID[crm.Organisation](), d.ID); crm.KindOf(err) != crm.NotFound {
				t.Errorf("another organisation restores: %v", err)
			}
			n, err := tx.RestoreDismissal(ctx, m.org, d.ID)
			if n != 5 {
				t.Errorf("%d are restored", n)
			}
			return err
		})
		for k, state := range had {
			if got := m.state(k); got != state {
				t.Errorf("it was %s and is %s", state, got)
			}
		}
		m.in(func(tx *store.Tx) error {
			if _, err := tx.RestoreDismissal(ctx, m.org, d.ID); crm.KindOf(err) != crm.NotFound {
				t.Errorf("it is restored twice: %v", err)
			}
			return nil
		})
		m.cause()
	})
}

// cause dismisses one cause and nothing else.
func (m mill) cause() {
	m.Helper()
	causes, err := m.s.FailureCauses(m.Context(), m.org)
	must(m.T, err)
	for _, c := range causes {
		if c.Code != "locked" {
			continue
		}
		m.in(func(tx *store.Tx) error {
			d, err := tx.NewDismissal("Jo", "Old year")
			if err != nil {
				return err
			}
			n, err := tx.DismissCause(m.Context(), m.org, c, d)
			if n != c.Count {
				m.Errorf("%d of %d are dismissed", n, c.Count)
			}
			return err
		})
	}
	if all, _, err := m.s.CountFailures(m.Context(), m.org); err != nil || all != 4 {
		m.Errorf("%d are left, %v", all, err)
	}
}

// TestRetriedByCause retries what the list of causes names, and nothing that has
// only its code in common with it.
func TestRetriedByCause(t *testing.T) {
	t.Parallel()
	eachMill(t, func(m mill) {
		ctx := m.Context()
		fails := func(p link.Problem) func(*link.Link) {
			return func(l *link.Link) { l.Reject(p, time.Now()) }
		}
		same := m.failed(2, rejected)
		others := m.failed(1, fails(link.Problem{Kind: "invalid", Code: "locked", Text: "The period is locked.", Action: link.LookRemote}))
		others = append(others, m.failed(1, fails(link.Problem{Kind: "blocked", Code: "locked", Text: "The period is locked.", Action: link.Review}))...)
		unnamed := m.failed(1, fails(link.Problem{Kind: "invalid", Text: "It was refused.", Action: link.Review}))[0]
		locked := store.Cause{Code: "locked", Kind: "invalid", Action: link.Review, Record: link.Invoice}
		retry := func(org crm.OrgID, c store.Cause, want int) {
			t.Helper()
			m.in(func(tx *store.Tx) error {
				n, err := tx.RetryCause(ctx, org, c, "Jo")
				if n != want {
					t.Errorf("%d are retried for %+v, want %d", n, c, want)
				}
				return err
			})
		}
		retry(crm.NewID[crm.Organisation](), locked, 0)
		retry(m.org, store.Cause{Code: "locked", Kind: "invalid", Action: link.Review, Record: link.Contact}, 0)
		retry(m.org, locked, len(same))
		for _, k := range append(others, unnamed) {
			if s := m.state(k); s != link.Rejected {
				t.Errorf("another cause is %s", s)
			}
		}
		retry(m.org, store.Cause{Kind: "invalid", Action: link.Review, Record: link.Invoice}, 1)
		if s := m.state(unnamed); s != link.Pending {
			t.Errorf("a cause without a code is %s", s)
		}
		causes, err := m.s.FailureCauses(ctx, m.org)
		must(t, err)
		for _, c := range causes {
			retry(m.org, c, c.Count)
		}
		if all, _, err := m.s.CountFailures(ctx, m.org); err != nil || all != 0 {
			t.Errorf("%d are left, %v", all, err)
		}
	})
}
