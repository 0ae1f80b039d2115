// Package storetest holds what every breaker.Store must do, as tests to run
// against one. It owns no Store.
package storetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/breaker"
)

// Run tests a Store. Each call of open may return the same one: the tests use
// tenants of their own.
func Run(t *testing.T, open func(t *testing.T) breaker.Store) {
	t.Run("circuits are kept", func(t *testing.T) { kept(t, open(t)) })
	t.Run("one of many saves wins", func(t *testing.T) { oneWins(t, open(t)) })
}

func newKey() breaker.Key { return breaker.Key{Service: "xero", Tenant: uuid.NewString()} }

func load(t *testing.T, store breaker.Store, key breaker.Key) breaker.Circuit {
	t.Helper()
	circuit, err := store.Load(context.Background(), key)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return circuit
}

func kept(t *testing.T, store breaker.Store) {
	key, other := newKey(), newKey()
	first := load(t, store, key)
	if first.State != "" && first.State != breaker.Closed || first.Version != 0 || first.Failures != 0 || !first.Until.IsZero() {
		t.Errorf("a circuit that was never saved is %+v", first)
	}
	now := time.Date(2026, time.November, 22, 10, 5, 0, 0, time.UTC)
	want := breaker.Circuit{State: breaker.Opened, Failures: 5, Until: now.Add(30 * time.Second), Cause: "HTTP 503", Changed: now}
	for version := range int64(3) {
		want.Version = version
		want.Failures++
		if saved, err := store.Save(context.Background(), key, want); err != nil || !saved {
			t.Fatalf("Save of version %d: %t, %v", version, saved, err)
		}
	}
	stale := want
	stale.Failures = 99
	stale.Version = 1
	if saved, err := store.Save(context.Background(), key, stale); err != nil || saved {
		t.Errorf("Save of a stale version: %t, %v", saved, err)
	}
	got := load(t, store, key)
	if !got.Until.Equal(want.Until) || !got.Changed.Equal(want.Changed) {
		t.Errorf("times are %v and %v", got.Until, got.Changed)
	}
	want.Version, want.Until, want.Changed = 3, got.Until, got.Changed
	if got != want {
		t.Errorf("kept %+v, want %+v", got, want)
	}
	want.Until = time.Time{}
	if saved, err := store.Save(context.Background(), key, want); err != nil || !saved {
		t.Errorf("Save without a moment: %t, %v", saved, err)
	}
	if got := load(t, store, key); !got.Until.IsZero() {
		t.Errorf("no moment became %v", got.Until)
	}
	if got := load(t, store, other); got.Version != 0 {
		t.Errorf("another tenant's circuit is %+v", got)
	}
}

func oneWins(t *testing.T, store breaker.Store) {
	for _, version := range []int64{0, 1} {
		key := newKey()
		for before := range version {
			if saved, err := store.Save(context.Background(), key, breaker.Circuit{State: breaker.Closed, Version: before}); err != nil || !saved {
				t.Fatalf("Save: %t, %v", saved, err)
			}
		}
		var wins atomic.Int64
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				saved, err := store.Save(context.Background(), key, breaker.Circuit{State: breaker.HalfOpen, Version: version})
				if err != nil {
					t.Errorf("Save: %v", err)
				}
				if saved {
					wins.Add(1)
				}
			})
		}
		group.Wait()
		if wins.Load() != 1 {
			t.Errorf("%d saves of version %d won", wins.Load(), version)
		}
	}
}
