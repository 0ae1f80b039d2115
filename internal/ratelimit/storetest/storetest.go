// Package storetest holds what every ratelimit.Store must do, as tests to run
// against one. It owns no Store.
package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/ratelimit"
)

var minute = time.Date(2026, time.November, 22, 10, 5, 0, 0, time.UTC)

type suite struct {
	ratelimit.Store
	t *testing.T
}

// Run tests a Store. Each call of open may return the same one: the tests use
// tenants of their own.
func Run(t *testing.T, open func(t *testing.T) ratelimit.Store) {
	for name, test := range map[string]func(suite){
		"leases end at the limit":             suite.leases,
		"processes together stay under it":    suite.together,
		"tenants and windows are apart":       suite.apart,
		"requests are given back":             suite.givenBack,
		"corrections are believed":            suite.corrections,
		"a block holds for everybody":         suite.blocks,
		"slots are counted, expire and leave": suite.slots,
		"slots are never more than the limit": suite.slotsTogether,
	} {
		t.Run(name, func(t *testing.T) { test(suite{open(t), t}) })
	}
}

func newBudget() ratelimit.Budget {
	key := ratelimit.Key{Service: "xero", Tenant: uuid.NewString(), Window: "minute"}
	return ratelimit.Budget{Key: key, Length: time.Minute, Limit: 60, Reserve: 10}
}

func leaseOf(b ratelimit.Budget, want int) ratelimit.Lease {
	return ratelimit.Lease{Budget: b, Start: minute, Want: want, Now: minute.Add(15 * time.Second)}
}

func (s suite) lease(l ratelimit.Lease) ratelimit.Grant {
	s.t.Helper()
	grant, err := s.Lease(context.Background(), l)
	if err != nil {
		s.t.Fatalf("Lease: %v", err)
	}
	return grant
}

func (s suite) want(got, want ratelimit.Grant) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("granted %+v, want %+v", got, want)
	}
}

func (s suite) leases() {
	lease := leaseOf(newBudget(), 40)
	s.want(s.lease(lease), ratelimit.Grant{Tokens: 40, Used: 40, Limit: 60})
	lease.Leave = 10
	s.want(s.lease(lease), ratelimit.Grant{Tokens: 10, Used: 50, Limit: 60})
	s.want(s.lease(lease), ratelimit.Grant{Used: 50, Limit: 60, RetryAfter: 45 * time.Second})
	lease.Leave = 0
	s.want(s.lease(lease), ratelimit.Grant{Tokens: 10, Used: 60, Limit: 60})
	lease.Start, lease.Now = minute.Add(time.Minute), minute.Add(time.Minute)
	s.want(s.lease(lease), ratelimit.Grant{Tokens: 40, Used: 40, Limit: 60})
}

func (s suite) together() {
	budget := newBudget()
	granted := make([]int, 8)
	var group sync.WaitGroup
	for i := range granted {
		group.Go(func() {
			for {
				grant, err := s.Lease(context.Background(), leaseOf(budget, 3))
				if err != nil {
					s.t.Errorf("Lease: %v", err)
				}
				if grant.Tokens == 0 {
					return
				}
				granted[i] += grant.Tokens
			}
		})
	}
	group.Wait()
	total := 0
	for _, n := range granted {
		total += n
	}
	if total != 60 {
		s.t.Errorf("granted %d of 60", total)
	}
}

func (s suite) apart() {
	first, second := newBudget(), newBudget()
	day := first
	day.Window, day.Length = "day", 24*time.Hour
	for _, budget := range []ratelimit.Budget{first, second, day} {
		s.want(s.lease(leaseOf(budget, 60)), ratelimit.Grant{Tokens: 60, Used: 60, Limit: 60})
	}
}

func (s suite) givenBack() {
	budget := newBudget()
	s.lease(leaseOf(budget, 60))
	s.lease(leaseOf(budget, -5))
	s.want(s.lease(leaseOf(budget, 60)), ratelimit.Grant{Tokens: 5, Used: 60, Limit: 60})
	old := leaseOf(budget, -5)
	old.Start = minute.Add(-time.Minute)
	s.lease(old)
	s.want(s.lease(leaseOf(budget, 1)), ratelimit.Grant{Used: 60, Limit: 60, RetryAfter: 45 * time.Second})
}

func (s suite) correct(c ratelimit.Correction) {
	s.t.Helper()
	if err := s.Correct(context.Background(), c); err != nil {
		s.t.Fatalf("Correct: %v", err)
	}
}

func (s suite) corrections() {
	budget := newBudget()
	s.lease(leaseOf(budget, 5))
	c := ratelimit.Correction{Budget: budget, Start: minute, Remaining: 2}
	s.correct(c)
	s.want(s.lease(leaseOf(budget, 5)), ratelimit.Grant{Tokens: 2, Used: 60, Limit: 60})
	c.Remaining = 50 // an answer overtaken by others
	s.correct(c)
	s.want(s.lease(leaseOf(budget, 1)), ratelimit.Grant{Used: 60, Limit: 60, RetryAfter: 45 * time.Second})

	c.Remaining = 99 // the limit is really 100
	s.correct(c)
	s.want(s.lease(leaseOf(budget, 50)), ratelimit.Grant{Tokens: 40, Used: 100, Limit: 100})

	next := leaseOf(budget, 50)
	next.Start, next.Now = minute.Add(time.Minute), minute.Add(time.Minute)
	s.want(s.lease(next), ratelimit.Grant{Tokens: 50, Used: 50, Limit: 100})
	c.Remaining = 0 // of the window before
	s.correct(c)
	s.want(s.lease(next), ratelimit.Grant{Tokens: 50, Used: 100, Limit: 100})
	c.Start, c.Remaining, c.Total = next.Start.Add(time.Minute), 20, 30
	s.correct(c)
	next.Start, next.Now = c.Start, c.Start
	s.want(s.lease(next), ratelimit.Grant{Tokens: 20, Used: 30, Limit: 30})
}

func (s suite) blocks() {
	budget := newBudget()
	for _, seconds := range []time.Duration{75, 20} { // the later moment stays
		if err := s.Block(context.Background(), budget.Key, minute.Add(seconds*time.Second)); err != nil {
			s.t.Fatalf("Block: %v", err)
		}
	}
	s.want(s.lease(leaseOf(budget, 5)), ratelimit.Grant{Limit: 60, RetryAfter: time.Minute})
	after := leaseOf(budget, 5)
	after.Start, after.Now = minute.Add(time.Minute), minute.Add(75*time.Second)
	s.want(s.lease(after), ratelimit.Grant{Tokens: 5, Used: 5, Limit: 60})
}

func newSlot(tenant string) ratelimit.Slot {
	key := ratelimit.Key{Service: "xero", Tenant: tenant, Window: ratelimit.Concurrent}
	return ratelimit.Slot{Key: key, ID: uuid.NewString(), Limit: 2, Now: minute, Expires: minute.Add(time.Minute)}
}

func (s suite) acquire(slot ratelimit.Slot, want bool) {
	s.t.Helper()
	held, err := s.Acquire(context.Background(), slot)
	if err != nil || held != want {
		s.t.Errorf("Acquire: %t, %v; want %t", held, err, want)
	}
}

func (s suite) slots() {
	tenant := uuid.NewString()
	first := newSlot(tenant)
	s.acquire(first, true)
	s.acquire(newSlot(tenant), true)
	s.acquire(newSlot(tenant), false)
	s.acquire(newSlot(uuid.NewString()), true)
	for range 2 {
		if err := s.Release(context.Background(), first); err != nil {
			s.t.Errorf("Release: %v", err)
		}
	}
	s.acquire(newSlot(tenant), true)
	later := newSlot(tenant)
	later.Now, later.Expires = minute.Add(time.Minute), minute.Add(2*time.Minute)
	s.acquire(later, true) // the others have expired
	if err := s.Block(context.Background(), later.Key, minute.Add(90*time.Second)); err != nil {
		s.t.Fatalf("Block: %v", err)
	}
	blocked := newSlot(tenant)
	blocked.Now, blocked.Expires = later.Now, later.Expires
	s.acquire(blocked, false)
}

func (s suite) slotsTogether() {
	tenant := uuid.NewString()
	held := make([]bool, 12)
	var group sync.WaitGroup
	for i := range held {
		group.Go(func() {
			var err error
			if held[i], err = s.Acquire(context.Background(), newSlot(tenant)); err != nil {
				s.t.Errorf("Acquire: %v", err)
			}
		})
	}
	group.Wait()
	count := 0
	for _, yes := range held {
		if yes {
			count++
		}
	}
	if count != 2 {
		s.t.Errorf("%d slots of 2 are held", count)
	}
}
