package xero_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// TestLostRefresh has four processes meet an expired token at once, and loses
// Xero's answer to the first refresh: the old refresh token works once more, all
// end up with the same new access, and nobody is asked to connect again.
func TestLostRefresh(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		processes := []*world{w}
		for range 3 {
			processes = append(processes, w.beside(url))
		}
		w.clock.pass(time.Hour)
		before := w.connection()
		w.must(w.sim.Fail(xerosim.Fault{Kind: xerosim.FaultCutAfter, Path: "/connect/token", Count: 1}))
		lost := w.askAll(processes)
		if lost > 1 {
			t.Errorf("%d processes failed for one lost answer", lost)
		}
		if n := len(w.sim.Faults()); n != 0 {
			t.Fatalf("%d answers were left to lose", n)
		}
		after := w.connection()
		if after.State != connection.Connected || after.TokenVersion != before.TokenVersion+1 || after.SealedToken == before.SealedToken {
			t.Errorf("the connection was %s with token %d, is %s with token %d", before.State, before.TokenVersion, after.State, after.TokenVersion)
		}
		for _, p := range processes {
			if len(p.notices) != 0 {
				t.Errorf("people were told %v", p.notices)
			}
		}
		w.clock.pass(2 * time.Hour) // past any grace: only the token that is kept can work now
		if failed := w.askAll(processes); failed != 0 || w.connection().TokenVersion != before.TokenVersion+2 {
			t.Errorf("later %d failed, and the token is %d", failed, w.connection().TokenVersion)
		}
	})
}

// beside is another process on the same database.
func (w *world) beside(url string) *world {
	w.Helper()
	other := *w
	s, err := store.Open(w.Context(), store.Config{URL: url, Now: w.clock.Now})
	w.must(err)
	w.Cleanup(func() { w.must(s.Close()) })
	other.store, other.notices = s, nil
	other.integration()
	return &other
}

func (w *world) connection() connection.Connection {
	w.Helper()
	c, err := w.store.Connection(w.ctx, w.org, xero.Name)
	w.must(err)
	return c
}

// askAll has each process ask Xero something at the same moment, and counts
// those that got no answer.
func (w *world) askAll(processes []*world) (failed int) {
	w.Helper()
	begin := make(chan struct{})
	results := make(chan error, len(processes))
	var group sync.WaitGroup
	for _, p := range processes {
		group.Go(func() {
			<-begin
			_, err := p.xero.Choices(p.ctx)
			results <- err
		})
	}
	close(begin)
	group.Wait()
	close(results)
	for err := range results {
		if err != nil {
			w.Log(errors.Unwrap(err))
			failed++
		}
	}
	return failed
}
