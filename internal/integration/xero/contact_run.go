package xero

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/store"
)

// RunArgs asks to go on with work on many contacts.
type RunArgs struct {
	Org crm.OrgID `json:"org"`
	Run uuid.UUID `json:"run"`
}

// Kind names the job.
func (RunArgs) Kind() string { return "xero_contact_run" }

// AcceptAbove begins to link all suggestions from a score on to their
// customers. It returns an Error of kind Conflict when there are none.
func (s *Service) AcceptAbove(ctx context.Context, minScore int) (store.ContactRun, error) {
	if minScore < suggestFrom || minScore > certain {
		return store.ContactRun{}, crm.FieldErrors(map[string]string{"score": "Enter a score from 50 to 100."})
	}
	return s.begin(ctx, store.AcceptMatches, func(tx *store.Tx, r store.ContactRun) (int, error) {
		return tx.MarkSuggested(ctx, r, Name, minScore)
	})
}

// ImportAll begins to make customers of all active contacts that have no
// likely one.
func (s *Service) ImportAll(ctx context.Context) (store.ContactRun, error) {
	return s.begin(ctx, store.ImportContacts, func(tx *store.Tx, r store.ContactRun) (int, error) {
		return tx.MarkOnlyRemote(ctx, r, Name, suggestFrom)
	})
}

// ImportContacts begins to make customers of some contacts.
func (s *Service) ImportContacts(ctx context.Context, remoteIDs []string) (store.ContactRun, error) {
	return s.begin(ctx, store.ImportContacts, func(tx *store.Tx, r store.ContactRun) (int, error) {
		total := 0
		for _, id := range remoteIDs {
			n, err := tx.MarkContact(ctx, r, Name, id)
			if err != nil {
				return 0, err
			}
			total += n
		}
		return total, nil
	})
}

func (s *Service) begin(ctx context.Context, kind store.RunKind, mark func(*store.Tx, store.ContactRun) (int, error)) (run store.ContactRun, err error) {
	if _, err := auth.Require(ctx, auth.CustomersEdit); err != nil {
		return run, err
	}
	err = s.decide(ctx, func(tx *store.Tx, d decision) error {
		last, found, err := tx.LatestContactRun(ctx, d.who.Org)
		if err != nil {
			return err
		}
		if found && last.State == store.RunGoes {
			return crm.Errorf(crm.Conflict, "Another run is under way. Wait for it, or stop it first.")
		}
		run = store.ContactRun{ID: crm.NewID[crm.Change]().UUID, Org: d.who.Org, Kind: kind, State: store.RunGoes, Actor: d.who.Name}
		if run.Total, err = mark(tx, run); err != nil {
			return err
		}
		if run.Total == 0 {
			return crm.Errorf(crm.Conflict, "There is nothing to do: no contact fits.")
		}
		if err := tx.BeginContactRun(ctx, run); err != nil {
			return err
		}
		return tx.Wake(ctx, RunArgs{run.Org, run.ID}, jobs.Normal)
	})
	return run, err
}

// StopRun ends a run after the contact that it is at. What is done stays.
func (s *Service) StopRun(ctx context.Context, id uuid.UUID) error {
	return s.decide(ctx, func(tx *store.Tx, d decision) error {
		run, err := tx.ContactRun(ctx, d.who.Org, id)
		if err != nil {
			return err
		}
		return tx.EndContactRun(ctx, run, store.RunStopped)
	})
}

// runBatch is how many contacts are read at once.
const runBatch = 50

// RunContacts goes on with a run until it is done, stopped, or the process
// ends; what is left stays marked for the next job.
func (s *Service) RunContacts(ctx context.Context, args RunArgs) error {
	if !s.runs.Enter(args.Org) {
		return nil
	}
	defer func() {
		for s.runs.Leave(args.Org) { // who came meanwhile finds nothing left to do
		}
	}()
	conn, err := s.Store.Connection(ctx, args.Org, Name)
	if err != nil {
		return err
	}
	settings, err := SettingsOf(conn)
	if err != nil {
		return err
	}
	for s.mayCall(ctx) {
		run, err := s.Store.ContactRun(ctx, args.Org, args.Run)
		if err != nil || run.State != store.RunGoes {
			return err
		}
		some, err := s.Store.ContactsOfRun(ctx, run, runBatch)
		if err != nil {
			return err
		}
		if len(some) == 0 {
			return s.endRun(ctx, run)
		}
		for _, c := range some {
			if err := s.runOne(ctx, contactsOf{args.Org, settings.Contacts}, run, c); err != nil {
				return err
			}
		}
	}
	return jobs.Snooze(time.Second)
}

func (s *Service) endRun(ctx context.Context, run store.ContactRun) error {
	if err := s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.EndContactRun(ctx, run, store.RunDone) }); err != nil {
		return err
	}
	return s.rematch(ctx, run.Org)
}

// runOne deals with one contact. What is done is counted in the same
// transaction, so that it is neither done nor counted twice.
func (s *Service) runOne(ctx context.Context, of contactsOf, run store.ContactRun, c store.RemoteContact) error {
	err := s.Store.InTx(ctx, func(tx *store.Tx) error {
		mine, err := tx.UnmarkContact(ctx, c, run)
		if err != nil || !mine {
			return err
		}
		if run.Kind == store.ImportContacts {
			_, err = s.importContact(ctx, tx, of, c, run.Actor)
		} else {
			err = s.bindSuggested(ctx, tx, of, c, "Linked by "+run.Actor)
		}
		if err != nil {
			return err
		}
		_, err = tx.AdvanceContactRun(ctx, run, 1, 0, "")
		return err
	})
	if !refusal(err) {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		mine, failed := tx.UnmarkContact(ctx, c, run)
		if failed != nil || !mine {
			return failed
		}
		_, failed = tx.AdvanceContactRun(ctx, run, 0, 1, c.Name+": "+reasonOf(err))
		return failed
	})
}

// resumeRuns wakes the runs that a process left when it ended.
func (s *Service) resumeRuns(ctx context.Context) error {
	runs, err := s.Store.RunningContactRuns(ctx)
	if err != nil || len(runs) == 0 {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, r := range runs {
			if err := tx.Wake(ctx, RunArgs{r.Org, r.ID}, jobs.Normal); err != nil {
				return err
			}
		}
		return nil
	})
}
