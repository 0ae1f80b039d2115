package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// Resolution is a record that had failed and became right.
type Resolution struct {
	Service    string    `json:"service"`
	Kind       LinkKind  `json:"kind"`
	RecordID   string    `json:"record_id" format:"uuid" doc:"Of our record: a customer for a contact."`
	Label      string    `json:"label" doc:"What people call the record."`
	Code       string    `json:"code,omitempty" doc:"The cause."`
	Problem    string    `json:"problem,omitempty"`
	FailedAt   time.Time `json:"failed_at"`
	How        string    `json:"how" enum:"itself,retry,change,unblocked,matched" doc:"retry: somebody had it tried again; change: the record was changed; unblocked: what it waited for was mended; matched: its contact was chosen."`
	By         string    `json:"by,omitempty" doc:"Who retried."`
	ResolvedAt time.Time `json:"resolved_at"`
}

type resolutionQuery struct {
	Paging
	Kind LinkKind `query:"kind"`
	Q    string   `query:"q" maxLength:"200"`
}

// DismissSeveralInput says what is taken off the list, either records or a cause.
type DismissSeveralInput struct {
	Records []RecordInput `json:"records,omitempty" maxItems:"500"`
	Cause   *CauseInput   `json:"cause,omitempty"`
	Reason  string        `json:"reason" maxLength:"500" doc:"For those who ask later."`
}

// RecordInput names a record that failed.
type RecordInput struct {
	Kind     LinkKind `json:"kind"`
	RecordID string   `json:"record_id" format:"uuid"`
}

// CauseInput names a cause by what the list of causes says of it.
type CauseInput struct {
	Code       string   `json:"code" maxLength:"200"`
	Kind       string   `json:"kind" maxLength:"200"`
	NextAction string   `json:"next_action" maxLength:"200"`
	RecordKind LinkKind `json:"record_kind"`
}

func (c CauseInput) cause() store.Cause {
	return store.Cause{Code: c.Code, Kind: c.Kind, Action: link.Action(c.NextAction), Record: link.Kind(c.RecordKind)}
}

// keysOf are the links of some records.
func keysOf(records []RecordInput) ([]link.Key, error) {
	keys := make([]link.Key, len(records))
	for i, r := range records {
		record, err := uuid.Parse(r.RecordID)
		if err != nil {
			return nil, crm.Errorf(crm.Invalid, "A record_id is not an id.")
		}
		keys[i] = link.Key{Kind: link.Kind(r.Kind), Record: record}
	}
	return keys, nil
}

// Dismissal is what was taken off the list together, and can be put back.
type Dismissal struct {
	ID    string `json:"id" format:"uuid"`
	Count int    `json:"count"`
}

// DismissalItem is a dismissal of which something is left.
type DismissalItem struct {
	Dismissal
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	Label  string    `json:"label" doc:"Of one of the records."`
}

type (
	dismissalAnswer  struct{ Body Dismissal }
	dismissalsAnswer struct{ Body List[DismissalItem] }
)

// dismissalsListed is how many dismissals are answered with.
const dismissalsListed = 50

func (t *table) resolutions() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Sync errors"}
	}
	add(t, row("list-resolved-errors", http.MethodGet, "/sync/errors/resolved", auth.ErrorsView, "List records that had failed and became right within 30 days, the latest first"), t.listResolutions)
	add(t, row("dismiss-errors", http.MethodPost, "/sync/errors/dismiss", auth.SyncRetry, "Take several records off the list, or all of one cause, with a reason"), t.dismissSeveral)
	add(t, row("list-dismissals", http.MethodGet, "/sync/errors/dismissals", auth.ErrorsView, "List dismissals that can be undone, the latest 50 first"), t.listDismissals)
	add(t, row("restore-dismissal", http.MethodPost, "/sync/errors/dismissals/{id}/restore", auth.SyncRetry, "Put what is left of a dismissal back on the list"), t.restoreDismissal)
}

func (a *API) listResolutions(ctx context.Context, in *resolutionQuery) (*listed[Resolution], error) {
	who, err := auth.Require(ctx, auth.ErrorsView)
	if err != nil {
		return nil, err
	}
	before, err := placeOf(in.After)
	if err != nil {
		return nil, err
	}
	rows, err := a.store.Resolutions(ctx, who.Org, store.ResolutionFilter{Kind: link.Kind(in.Kind), Text: in.Q, Before: before, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	rows, next := cut(rows, in.Limit, func(r link.Resolution) string { return r.ID.String() })
	return stretch(ctx, rows, next, showResolution), nil
}

func showResolution(r link.Resolution) Resolution {
	how := string(r.Mend)
	if r.Mend == link.ByItself {
		how = "itself"
	}
	return Resolution{r.Service, LinkKind(r.Kind), r.Record.String(), r.Label, r.Failed.Code, r.Failed.Text, r.FailedAt, how, r.By, r.ResolvedAt}
}

func (a *API) dismissSeveral(ctx context.Context, in *struct {
	Body DismissSeveralInput
}) (*dismissalAnswer, error) {
	reason, of := strings.TrimSpace(in.Body.Reason), in.Body.Cause
	if (of == nil) == (len(in.Body.Records) == 0) {
		return nil, crm.Errorf(crm.Invalid, "Name either records or a cause.")
	}
	if of != nil {
		d, err := a.xero.DismissCause(ctx, of.cause(), reason)
		return &dismissalAnswer{Dismissal{d.ID.String(), d.Count}}, err
	}
	keys, err := keysOf(in.Body.Records)
	if err != nil {
		return nil, err
	}
	d, err := a.xero.DismissAll(ctx, keys, reason)
	return &dismissalAnswer{Dismissal{d.ID.String(), d.Count}}, err
}

func (a *API) listDismissals(ctx context.Context, _ *struct{}) (*dismissalsAnswer, error) {
	who, err := auth.Require(ctx, auth.ErrorsView)
	if err != nil {
		return nil, err
	}
	rows, err := a.store.Dismissals(ctx, who.Org, time.Time{}, dismissalsListed)
	out := &dismissalsAnswer{List[DismissalItem]{Items: make([]DismissalItem, len(rows))}}
	for i, d := range rows {
		out.Body.Items[i] = DismissalItem{Dismissal{d.ID.String(), d.Count}, d.At, d.By, d.Reason, d.Label}
	}
	return out, err
}

func (a *API) restoreDismissal(ctx context.Context, in *struct {
	ID string `path:"id" format:"uuid"`
}) (*countAnswer, error) {
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, err
	}
	n, err := a.xero.RestoreAll(ctx, id)
	return &countAnswer{Count{n}}, err
}
