package xero

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
)

// ReconcileArgs asks to compare both sides of an organisation.
type ReconcileArgs struct {
	Org crm.OrgID `json:"org"`
	Run uuid.UUID `json:"run"`
}

// Kind names the job.
func (ReconcileArgs) Kind() string { return "xero_reconcile" }

// What a difference is, beside the names of fields.
const (
	MissingHere  = "missing_here"
	MissingThere = "missing_there"
)

// BeginReconciliation begins to compare all customers, invoices, payments and
// credit notes with Xero's. It changes nothing on either side. It returns an
// Error of kind Conflict while one is under way.
func (s *Service) BeginReconciliation(ctx context.Context) (store.Reconciliation, error) {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return store.Reconciliation{}, err
	}
	if _, err := s.connection(ctx, who.Org); err != nil {
		return store.Reconciliation{}, err
	}
	return s.beginReconciliation(ctx, who.Org, who.Actor())
}

func (s *Service) beginReconciliation(ctx context.Context, org crm.OrgID, actor string) (store.Reconciliation, error) {
	run := store.Reconciliation{ID: crm.NewID[crm.Change]().UUID, Org: org, Service: Name, State: store.Comparing, Actor: actor, StartedAt: s.Now()}
	err := s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.HoldOrganisation(ctx, org); err != nil { // one at a time begins
			return err
		}
		last, err := tx.Reconciliations(ctx, org, Name, "", 1)
		if err != nil {
			return err
		}
		if len(last.Rows) > 0 && last.Rows[0].State == store.Comparing {
			return crm.Errorf(crm.Conflict, "A reconciliation is under way already. Wait for it, or stop it first.")
		}
		if err := tx.BeginReconciliation(ctx, run); err != nil {
			return err
		}
		return tx.Wake(ctx, ReconcileArgs{org, run.ID}, jobs.Normal)
	})
	return run, err
}

// StopReconciliation ends one after the page that it is at. What it found so far
// is not kept.
func (s *Service) StopReconciliation(ctx context.Context, id uuid.UUID) error {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return err
	}
	run, err := s.Store.Reconciliation(ctx, who.Org, id)
	if err != nil {
		return err
	}
	run.State = store.Stopped
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.EndReconciliation(ctx, run) })
}

// errStopped ends a comparison that somebody stopped.
var errStopped = errors.New("the reconciliation was stopped")

// Reconcile compares both sides. After a restart it begins anew, because what
// was read is not kept.
func (s *Service) Reconcile(ctx context.Context, args ReconcileArgs) error {
	if !s.comparing.Enter(args.Org) {
		return nil
	}
	defer func() {
		for s.comparing.Leave(args.Org) { // who came meanwhile finds it done
		}
	}()
	ctx = ratelimit.WithPriority(ctx, ratelimit.Bulk)
	rec, err := s.Store.Reconciliation(ctx, args.Org, args.Run)
	if err != nil || rec.State != store.Comparing {
		return err
	}
	r, err := s.newRun(ctx, args.Org)
	if err != nil {
		return err
	}
	if r == nil {
		return s.giveUp(ctx, rec, "Xero is not connected any more.")
	}
	reading, t := s.follow(ctx, args.Org, "reconciliation")
	c, err := r.newComparison(reading, rec)
	if err == nil {
		err = c.all(reading)
	}
	if kept := s.Store.InTx(context.WithoutCancel(ctx), func(tx *store.Tx) error { return t.write(ctx, tx) }); kept != nil {
		return kept
	}
	return s.endComparison(ctx, r, c, err)
}

func (s *Service) endComparison(ctx context.Context, r *run, c *comparison, err error) error {
	switch {
	case errors.Is(err, errStopped):
		return nil
	case err != nil:
		if wait, ok := notYet(err, s.Now()); ok {
			return jobs.Snooze(wait)
		}
		var failure *xeroapi.Error
		if !errors.As(err, &failure) {
			return err
		}
		if failure.Kind == xeroapi.KindLimited {
			return jobs.Snooze(max(failure.RetryAfter, moment))
		}
		return errors.Join(s.giveUp(ctx, c.rec, words(failure)), ignoreHalt(r.consequence(ctx, err)))
	}
	c.rec.State, c.rec.Found = store.Compared, len(c.found)
	err = s.Store.InTx(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		if err := tx.KeepDifferences(ctx, c.rec, c.found); err != nil {
			return err
		}
		if err := tx.KeepMonths(ctx, c.rec, c.monthly()); err != nil {
			return err
		}
		return tx.EndReconciliation(ctx, c.rec)
	})
	if err != nil || len(c.found) == 0 || c.rec.Actor != nightly {
		return err
	}
	return s.Notify(ctx, Notice{Org: c.rec.Org, Cause: "xero_differences", Title: "Renoz and Xero differ", Href: "/xero/reconciliation",
		Text: fmt.Sprintf("The nightly reconciliation found %d differences.", len(c.found))})
}

func ignoreHalt(err error) error {
	if errors.Is(err, errHalted) {
		return nil
	}
	return err
}

func (s *Service) giveUp(ctx context.Context, rec store.Reconciliation, why string) error {
	rec.State, rec.Problem = store.GaveUp, why
	return s.Store.InTx(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.EndReconciliation(ctx, rec) })
}

// nightly is who begins a reconciliation that nobody asked for.
const nightly = "schedule"

// When reconciliations run by themselves: in the small hours of the organisation's
// day, once a night.
const (
	nightFrom  = 2
	nightUntil = 5
	nightRest  = 20 * time.Hour
)

// reconcileAtNight begins the nightly reconciliation of a connection when it is
// time, and wakes one that a process left.
func (s *Service) reconcileAtNight(ctx context.Context, c connection.Connection) error {
	if !c.Usable(s.Now()) {
		return nil
	}
	org, err := s.Store.Organisation(ctx, c.Org)
	if err != nil {
		return err
	}
	last, err := s.Store.Reconciliations(ctx, c.Org, Name, "", 1)
	if err != nil {
		return err
	}
	if len(last.Rows) > 0 && last.Rows[0].State == store.Comparing {
		return s.Store.InTx(ctx, func(tx *store.Tx) error {
			return tx.Wake(ctx, ReconcileArgs{c.Org, last.Rows[0].ID}, jobs.Normal)
		})
	}
	hour := s.Now().In(org.Location()).Hour()
	rested := len(last.Rows) == 0 || s.Now().Sub(last.Rows[0].StartedAt) > nightRest
	if hour < nightFrom || hour >= nightUntil || !rested {
		return nil
	}
	_, err = s.beginReconciliation(ctx, c.Org, nightly)
	if crm.KindOf(err) == crm.Conflict {
		return nil
	}
	return err
}

// AcceptDifference keeps that a difference is to stay, with a reason; later
// reconciliations leave it out. Undo takes that back.
func (s *Service) AcceptDifference(ctx context.Context, run uuid.UUID, position int, reason string) error {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return err
	}
	if reason == "" {
		return crm.FieldErrors(map[string]string{"reason": "Say why, for those who ask later."})
	}
	d, err := s.Store.Difference(ctx, who.Org, run, position)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.AcceptDifference(ctx, Name, d, who.Name, reason); err != nil {
			return err
		}
		return tx.ActOnDifference(ctx, d, who.Name)
	})
}

// UnacceptDifference undoes AcceptDifference.
func (s *Service) UnacceptDifference(ctx context.Context, run uuid.UUID, position int) error {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return err
	}
	d, err := s.Store.Difference(ctx, who.Org, run, position)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.UnacceptDifference(ctx, Name, d) })
}
