package ratelimit_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/ratelimit/storetest"
)

// memory is a Store that counts how often it is asked.
type memory struct {
	mu     sync.Mutex
	rows   map[ratelimit.Key]ratelimit.Row
	slots  map[ratelimit.Key]map[string]time.Time
	leases int
	writes int // corrections
	fail   error
}

func newMemory() *memory {
	return &memory{rows: map[ratelimit.Key]ratelimit.Row{}, slots: map[ratelimit.Key]map[string]time.Time{}}
}

func (m *memory) Lease(_ context.Context, l ratelimit.Lease) (ratelimit.Grant, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leases++
	row, grant := m.rows[l.Key].Lease(l)
	m.rows[l.Key] = row
	return grant, m.fail
}

func (m *memory) Correct(_ context.Context, c ratelimit.Correction) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writes++
	m.rows[c.Key] = m.rows[c.Key].Correct(c)
	return m.fail
}

func (m *memory) Block(_ context.Context, key ratelimit.Key, until time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[key] = m.rows[key].Block(until)
	return m.fail
}

func (m *memory) Acquire(_ context.Context, s ratelimit.Slot) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	held := map[string]time.Time{}
	for id, expires := range m.slots[s.Key] {
		if expires.After(s.Now) {
			held[id] = expires
		}
	}
	m.slots[s.Key] = held
	if len(held) >= s.Limit || m.rows[s.Key].BlockedUntil.After(s.Now) {
		return false, m.fail
	}
	held[s.ID] = s.Expires
	return true, m.fail
}

func (m *memory) Release(_ context.Context, s ratelimit.Slot) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.slots[s.Key], s.ID)
	return m.fail
}

func (m *memory) used(key ratelimit.Key) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows[key].Used
}

func TestMemory(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) ratelimit.Store { return newMemory() })
}
