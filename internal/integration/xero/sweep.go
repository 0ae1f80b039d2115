package xero

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/store"
)

// SweepArgs asks for the hourly look at all connections.
type SweepArgs struct{}

// Kind names the job.
func (SweepArgs) Kind() string { return "xero_sweep" }

// warnBefore is how long before access runs out a person is told.
const warnBefore = 7 * 24 * time.Hour

// Register makes the integration the worker of its jobs.
func (s *Service) Register(w *jobs.Workers) {
	jobs.Handle(w, s.Push)
	jobs.Handle(w, s.Pull)
	jobs.Handle(w, s.Bulk)
	jobs.Handle(w, s.RunContacts)
	jobs.Handle(w, s.Reconcile)
	jobs.Handle(w, func(ctx context.Context, _ SweepArgs) error { return s.Sweep(ctx) })
	jobs.Handle(w, s.CheckTold)
	jobs.Handle(w, func(ctx context.Context, _ store.FillGaps) error { return s.FillGaps(ctx) })
	w.Every(time.Hour, SweepArgs{})
}

// Sweep reads back from all connected organisations, reconciles them at night,
// and tells people whose access ends soon.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.resumeRuns(ctx); err != nil {
		return err
	}
	conns, err := s.Store.Connections(ctx, Name)
	if err != nil {
		return err
	}
	for _, c := range conns {
		if err := s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.Wake(ctx, PullArgs{c.Org}, jobs.Normal) }); err != nil {
			return err
		}
		if err := s.reconcileAtNight(ctx, c); err != nil {
			return err
		}
		if left := c.RefreshExpiresAt.Sub(s.Now()); left < warnBefore {
			err := s.Notify(ctx, Notice{Org: c.Org, Cause: "xero_expires", Title: "Access to Xero ends soon", Href: "/xero",
				Text: "It ends on " + c.RefreshExpiresAt.Format("02/01/2006") + " unless you connect again before."})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Wake enqueues jobs for what is due: records that wait in links, webhooks in
// the inbox. It is repeated every few seconds in each process, so that a lost
// job delays its work and loses nothing.
func (s *Service) Wake(ctx context.Context) error {
	if err := s.wakeBulk(ctx); err != nil {
		return err
	}
	waiting, err := s.Store.LinksWaiting(ctx, s.Now())
	if err != nil {
		return err
	}
	events, err := s.Store.EventsWaiting(ctx, s.Now())
	failed := s.gates.Failures()
	if len(s.looks.Failures()) > 0 {
		events = append(events, Name)
	}
	if err != nil || len(waiting)+len(events)+len(failed) == 0 {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, w := range waiting {
			if w.Service != Name || s.gates.Running(w.Org) {
				continue
			}
			if err := tx.Wake(ctx, PushArgs{w.Org}, jobs.Normal); err != nil {
				return err
			}
		}
		for _, org := range failed {
			if err := tx.Wake(ctx, PushArgs{org}, jobs.Normal); err != nil {
				return err
			}
		}
		for _, service := range events {
			if err := tx.Wake(ctx, store.LookAtInbox{Service: service}, jobs.Normal); err != nil {
				return err
			}
		}
		return nil
	})
}
