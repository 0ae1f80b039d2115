package store

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/jackc/pgx/v5"
	"riverqueue.com/riverui"
	"riverqueue.com/riverui/uiendpoints"
)

// JobPages are River's own pages about jobs, below prefix. They live until ctx
// ends.
func (s *Store) JobPages(ctx context.Context, prefix string, log *slog.Logger) (http.Handler, error) {
	h, err := riverui.NewHandler(&riverui.HandlerOpts{Endpoints: s.engine.jobPages(), Logger: log, Prefix: prefix})
	if err != nil {
		return nil, fmt.Errorf("prepare the pages of jobs: %w", err)
	}
	if err := h.Start(ctx); err != nil {
		return nil, fmt.Errorf("start the pages of jobs: %w", err)
	}
	return h, nil
}

func (e *sqliteEngine) jobPages() uiendpoints.Bundle { return riverui.NewEndpoints(e.insert, nil) }

func (e *postgresEngine) jobPages() uiendpoints.Bundle {
	return riverui.NewEndpoints[pgx.Tx](e.insert, nil)
}
