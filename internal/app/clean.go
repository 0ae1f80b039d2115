package app

import (
	"context"
	"errors"
	"time"

	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// cleanArgs asks to remove what nobody needs any more.
type cleanArgs struct{}

// Kind names the job.
func (cleanArgs) Kind() string { return "clean" }

func (a *App) registerCleaning() {
	jobs.Handle(a.workers, func(ctx context.Context, _ cleanArgs) error { return a.clean(ctx) })
	a.workers.Every(time.Hour, cleanArgs{})
}

// clean removes old history, sessions, request keys and notices.
func (a *App) clean(ctx context.Context) error {
	return errors.Join(
		a.Auth.Clean(ctx),
		a.Store.DropOldRequests(ctx),
		a.Store.DropOldNotices(ctx),
		a.Store.DropOldBulkRuns(ctx, a.Config.Now().Add(-synclog.Keep)),
		a.Store.DropOldResolutions(ctx),
		a.Store.DropMailHours(ctx, a.Config.Now().Add(-synclog.Keep)),
		a.Store.DropOldGaps(ctx, synclog.Keep),
		a.Store.DropConfirmations(ctx, a.Config.Now().Add(-synclog.Keep)),
		a.Store.DropSuppressionImports(ctx, a.Config.Now().Add(-synclog.Keep)),
		a.indexHistory(ctx),
		a.Store.InTx(ctx, func(tx *store.Tx) error {
			_, err := tx.DeleteOldHistory(ctx, tx.Now().Add(-synclog.Keep))
			return err
		}),
	)
}

// indexHistory adds to the index of the history's words what a program of the
// release before has written meanwhile without them.
func (a *App) indexHistory(ctx context.Context) error {
	const back = 24 * time.Hour
	_, err := a.Store.IndexHistory(ctx, a.Config.Now().Add(-back))
	return err
}
