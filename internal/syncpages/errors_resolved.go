package syncpages

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// resolvedState is the tab of what had failed and became right.
const resolvedState = "resolved"

// undoable is how long the list of open errors offers to undo a dismissal; the
// list of dismissed ones does so as long as something of it is left.
const undoable = time.Hour

// resolution is a record that did not arrive, and then did.
type resolution struct {
	link.Resolution
	URL string
}

// resolved reads what became right.
func (p *Pages) resolved(r *http.Request, org crm.OrgID, v *errorsView) error {
	f := store.ResolutionFilter{Kind: link.Kind(v.Kind), Text: v.Text, Limit: pageSize + 1}
	if before, err := uuid.Parse(r.FormValue("after")); err == nil {
		f.Before, v.After = before, true
	}
	rows, err := p.store.Resolutions(r.Context(), org, f)
	if err != nil {
		return err
	}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		v.Next = v.address(rows[pageSize-1].ID.String())
	}
	v.Resolved = make([]resolution, len(rows))
	for i, row := range rows {
		v.Resolved[i].Resolution = row
		if v.Resolved[i].URL, err = p.recordURL(r.Context(), org, row.Kind, row.Record); err != nil {
			return err
		}
	}
	return nil
}

// dismissals are those that the list offers to undo: the latest one among the
// open errors, and those of several records among the dismissed ones.
func (p *Pages) dismissals(ctx context.Context, org crm.OrgID, v errorsView) ([]link.Dismissal, error) {
	if !v.MayRetry || v.After || v.Text+v.Kind != "" {
		return nil, nil
	}
	if v.State == "" {
		return p.store.Dismissals(ctx, org, p.now().Add(-undoable), 1)
	}
	all, err := p.store.Dismissals(ctx, org, time.Time{}, pageSize)
	several := all[:0]
	for _, d := range all {
		if d.Count > 1 {
			several = append(several, d)
		}
	}
	return several, err
}

// how says what made a record right.
func (r resolution) how() string {
	switch r.Mend {
	case link.AfterRetry:
		if r.By == "" {
			return "After a retry"
		}
		return "After a retry by " + r.By
	case link.AfterChange:
		return "After the record was changed"
	case link.AfterUnblocked:
		return "After what it waited for was mended"
	case link.AfterMatch:
		return "After its contact was chosen"
	}
	return "By itself"
}
