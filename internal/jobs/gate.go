package jobs

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// Gates let one run at a time work for an organisation in this process. Who
// comes while one runs makes it go round once more. After one that failed,
// claims may be left that nobody works on. The zero organisation stands for work
// on all of them. The zero Gates are open.
type Gates struct {
	mu     sync.Mutex
	again  map[crm.OrgID]bool // present: one runs
	failed map[crm.OrgID]bool
}

// Enter reports whether to begin.
func (g *Gates) Enter(org crm.OrgID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, running := g.again[org]; running {
		g.again[org] = true
		return false
	}
	if g.again == nil {
		g.again = map[crm.OrgID]bool{}
	}
	g.again[org] = false
	return true
}

// Leave reports whether to go round once more.
func (g *Gates) Leave(org crm.OrgID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.again[org] {
		g.again[org] = false
		return true
	}
	delete(g.again, org)
	return false
}

// Abandon ends a run that cannot go on.
func (g *Gates) Abandon(org crm.OrgID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.again, org)
	if g.failed == nil {
		g.failed = map[crm.OrgID]bool{}
	}
	g.failed[org] = true
}

// Recover does what a failed run left to do, before the next one works. Only
// the run that holds the gate may call it.
func (g *Gates) Recover(org crm.OrgID, do func() error) error {
	g.mu.Lock()
	failed := g.failed[org]
	g.mu.Unlock()
	if !failed {
		return nil
	}
	if err := do(); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.failed, org)
	return nil
}

// Failures are the organisations whose last run failed.
func (g *Gates) Failures() []crm.OrgID {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Collect(maps.Keys(g.failed))
}

// Running reports whether one works for an organisation.
func (g *Gates) Running(org crm.OrgID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, running := g.again[org]
	return running
}

// Naps are the jobs of this process that will run again, at most one for each
// organisation at a time.
type Naps struct {
	mu    sync.Mutex
	until map[crm.OrgID]time.Time
}

// Begin reports false when a job runs again by then anyway.
func (n *Naps) Begin(org crm.OrgID, now, until time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if next := n.until[org]; next.After(now) && !next.After(until) {
		return false
	}
	if n.until == nil {
		n.until = map[crm.OrgID]time.Time{}
	}
	n.until[org] = until
	return true
}
