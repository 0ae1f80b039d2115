package store

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// Beat is how often a process says that it lives, and silence how long it may
// keep quiet before its claims are taken from it.
const (
	Beat    = 2 * time.Second
	silence = 15 * time.Second
)

// Process is one running program. What it claims is its own while it lives.
type Process struct {
	ID   uuid.UUID
	host string
	pid  int
}

// NewProcess names this program.
func NewProcess() Process {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return Process{uuid.Must(uuid.NewV7()), host, os.Getpid()}
}

// Announce says that the process lives. It is repeated every Beat.
func (s *Store) Announce(ctx context.Context, p Process) error {
	return s.InTx(ctx, func(t *Tx) error {
		now := instant.At(t.Now())
		err := t.q.InsertProcess(ctx, db.InsertProcessParams{ID: p.ID, Host: p.host, Pid: int64(p.pid), StartedAt: now, SeenAt: now})
		if err != nil {
			return fmt.Errorf("announce this process: %w", err)
		}
		return nil
	})
}

// Retire gives up what the process has claimed, at its orderly end.
func (s *Store) Retire(ctx context.Context, p Process) error {
	return s.InTx(ctx, func(t *Tx) error {
		if err := t.q.DeleteProcess(ctx, p.ID); err != nil {
			return fmt.Errorf("retire this process: %w", err)
		}
		_, err := t.release(ctx)
		return err
	})
}

// ReleaseDead takes the claims of processes that are gone: those that kept
// silent too long, those of this host whose number no process has, and with a
// SQLite file, which one process has to itself, all but this one. Links that
// were being sent are in doubt from then on. It returns how much was released.
func (s *Store) ReleaseDead(ctx context.Context, self Process) (int, error) {
	released := 0
	err := s.InTx(ctx, func(t *Tx) error {
		if _, err := t.q.DeleteProcessesUnseen(ctx, instant.At(t.Now().Add(-silence))); err != nil {
			return fmt.Errorf("forget silent processes: %w", err)
		}
		rows, err := t.q.Processes(ctx)
		if err != nil {
			return fmt.Errorf("list processes: %w", err)
		}
		for _, row := range rows {
			if row.ID == self.ID || !s.gone(row, self) {
				continue
			}
			if err := t.q.DeleteProcess(ctx, row.ID); err != nil {
				return fmt.Errorf("forget a process: %w", err)
			}
		}
		released, err = t.release(ctx)
		return err
	})
	return released, err
}

func (s *Store) gone(row db.Process, self Process) bool {
	if s.Alone() {
		return true
	}
	if row.Host != self.host {
		return false
	}
	return row.Pid == int64(self.pid) || syscall.Kill(int(row.Pid), 0) == syscall.ESRCH
}

// Alone reports whether one process has the database to itself.
func (s *Store) Alone() bool {
	_, file := s.engine.(*sqliteEngine)
	return file
}

// ReleaseLinks gives up what this process has claimed of an organisation and
// did not settle, because the database did not answer in between. Nothing of
// the organisation may be under way in this process.
func (s *Store) ReleaseLinks(ctx context.Context, p Process, org crm.OrgID, service string) error {
	return s.InTx(ctx, func(t *Tx) error {
		_, err := t.raw.Exec(ctx, `update links set state = 'unknown', claimed_by = null, claimed_at = null, due_at = $1, updated_at = $1
 where org_id = $2 and service = $3 and claimed_by = $4`, instant.At(t.Now()), org.String(), service, p.ID.String())
		if err != nil {
			return fmt.Errorf("release records of this process: %w", err)
		}
		return nil
	})
}

// ReleaseEvents is ReleaseLinks for the webhooks of a service.
func (s *Store) ReleaseEvents(ctx context.Context, p Process, service string) error {
	return s.InTx(ctx, func(t *Tx) error {
		_, err := t.raw.Exec(ctx, `update inbox_events set state = 'received', claimed_by = null, due_at = $1
 where service = $2 and claimed_by = $3`, instant.At(t.Now()), service, p.ID.String())
		if err != nil {
			return fmt.Errorf("release webhooks of this process: %w", err)
		}
		return nil
	})
}

func (t *Tx) release(ctx context.Context) (int, error) {
	now := instant.At(t.Now())
	links, err := t.q.ReleaseDeadLinks(ctx, now)
	if err != nil {
		return 0, fmt.Errorf("release records: %w", err)
	}
	events, err := t.q.ReleaseDeadEvents(ctx, now)
	if err != nil {
		return 0, fmt.Errorf("release webhooks: %w", err)
	}
	parcels, err := t.q.ReleaseDeadParcels(ctx)
	if err != nil {
		return 0, fmt.Errorf("release requests of mails: %w", err)
	}
	if _, err := t.raw.Exec(ctx, releaseDeadSlots); err != nil {
		return 0, fmt.Errorf("release the slots of calls: %w", err)
	}
	return int(links + events + parcels), nil
}

// releaseDeadSlots gives back what calls of dead processes held. A slot's name
// begins with the id of the process that holds it.
const releaseDeadSlots = `delete from budget_slots where slot like '%/%'
 and not exists (select 1 from processes p where budget_slots.slot like cast(p.id as text) || '/%')`

// processLimits are limits whose slots are given back when their process dies,
// so that a restart need not wait until they expire.
type processLimits struct {
	Limits
	holder uuid.UUID
}

// LimitsOf keeps budgets in this database for a process that is announced.
func (s *Store) LimitsOf(p Process) ratelimit.Store { return processLimits{s.Limits(), p.ID} }

// Acquire takes a slot of those that may be held at once.
func (l processLimits) Acquire(ctx context.Context, s ratelimit.Slot) (bool, error) {
	return l.Limits.Acquire(ctx, l.named(s))
}

// Release gives a slot back.
func (l processLimits) Release(ctx context.Context, s ratelimit.Slot) error {
	return l.Limits.Release(ctx, l.named(s))
}

func (l processLimits) named(s ratelimit.Slot) ratelimit.Slot {
	s.ID = l.holder.String() + "/" + s.ID
	return s
}
