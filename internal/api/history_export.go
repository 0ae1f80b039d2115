package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/synclog"
)

type entryExport struct {
	EntryFilter
	Format string `query:"format" enum:"csv,jsonl" default:"csv" doc:"csv: with a line of names first; jsonl: a JSON object a line."`
}

func (t *table) historyExport() {
	add(t, spec{
		id: "export-history", method: http.MethodGet, path: "/sync/history/export", permission: auth.SyncView, tag: "Sync history",
		summary: "Write operations with services to a file, the newest first", about: "All that the filter selects, without pages.",
		answers: []string{"text/csv", "application/jsonl"},
	}, t.exportHistory)
}

func (a *API) exportHistory(ctx context.Context, in *entryExport) (*huma.StreamResponse, error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	file, err := synclog.NewExport(in.filter(), func(f synclog.Filter) ([]synclog.Entry, error) { return a.store.Entries(ctx, who.Org, f) })
	if err != nil {
		return nil, err
	}
	format := synclog.Format(in.Format)
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", format.MediaType())
		c.SetHeader("Content-Disposition", `attachment; filename="sync-history-`+a.now().Format(time.DateOnly)+"."+in.Format+`"`)
		if err := file.WriteIn(format, c.BodyWriter()); err != nil && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "the history was not written whole", "error", err, "request_id", requestOf(ctx).id)
			panic(http.ErrAbortHandler) // so that the reader does not take it for whole
		}
	}}, nil
}
