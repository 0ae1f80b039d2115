package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// Failure is a record that a person must see to before it goes to a service.
type Failure struct {
	Service       string     `json:"service"`
	Kind          LinkKind   `json:"kind"`
	RecordID      string     `json:"record_id" format:"uuid" doc:"Of our record: a customer for a contact."`
	Label         string     `json:"label" doc:"What people call the record."`
	State         string     `json:"state" enum:"synced,pending,sending,unknown,blocked,rejected,dead,dismissed"`
	RemoteID      string     `json:"remote_id,omitempty"`
	Attempts      int        `json:"attempts"`
	Code          string     `json:"code,omitempty" doc:"The cause."`
	Problem       string     `json:"problem,omitempty"`
	NextAction    string     `json:"next_action,omitempty"`
	FailedAt      *time.Time `json:"failed_at,omitempty"`
	DismissedBy   string     `json:"dismissed_by,omitempty"`
	DismissReason string     `json:"dismiss_reason,omitempty"`
	UpdatedAt     time.Time  `json:"updated_at"`
}

// Cause is why a group of records failed.
type Cause struct {
	Code       string   `json:"code"`
	Kind       string   `json:"kind" doc:"What sort of trouble."`
	NextAction string   `json:"next_action"`
	RecordKind LinkKind `json:"record_kind"`
	Count      int      `json:"count"`
	Example    string   `json:"example"`
}

type failureQuery struct {
	Paging
	State string   `query:"state" enum:"blocked,rejected,dead,dismissed" doc:"All that need a person when left out."`
	Kind  LinkKind `query:"kind"`
	Q     string   `query:"q" maxLength:"200"`
}

type failurePath struct {
	Kind     LinkKind `path:"kind"`
	RecordID string   `path:"record_id" format:"uuid"`
}

type (
	causesAnswer  struct{ Body List[Cause] }
	failureAnswer struct{ Body Failure }
	linksAnswer   struct{ Body List[Failure] }
	countAnswer   struct{ Body Count }
)

// RetryInput says what is tried again: some records, a cause, what failed with
// a code, or all that failed when everything is left out.
type RetryInput struct {
	Records []RecordInput `json:"records,omitempty" maxItems:"500"`
	Cause   *CauseInput   `json:"cause,omitempty"`
	Code    string        `json:"code,omitempty" maxLength:"200" doc:"Of all causes with it, whatever the kind of record."`
}

// DismissInput says why a record is taken off the list.
type DismissInput struct {
	Reason string `json:"reason" maxLength:"500" doc:"For those who ask later."`
}

// Count is how many records a step reached.
type Count struct {
	Count int `json:"count"`
}

func (t *table) failures() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Sync errors"}
	}
	add(t, row("list-errors", http.MethodGet, "/sync/errors", auth.ErrorsView, "List records that need a person, the newest first"), t.listFailures)
	add(t, row("list-error-causes", http.MethodGet, "/sync/errors/causes", auth.ErrorsView, "Why records failed, the commonest cause first"), t.listCauses)
	add(t, row("retry-errors", http.MethodPost, "/sync/errors/retry", auth.SyncRetry, "Try several records again, all of one cause, or all"), t.retrySeveral)
	add(t, row("retry-error", http.MethodPost, "/sync/errors/{kind}/{record_id}/retry", auth.SyncRetry, "Try one record again"), t.retryOne)
	add(t, row("dismiss-error", http.MethodPost, "/sync/errors/{kind}/{record_id}/dismiss", auth.SyncRetry, "Take a record off the list, with a reason"), t.dismiss)
	add(t, row("restore-error", http.MethodPost, "/sync/errors/{kind}/{record_id}/restore", auth.SyncRetry, "Put a dismissed record back on the list"), t.restore)
	add(t, row("list-links", http.MethodGet, "/sync/links/{record_id}", auth.SyncView, "What one of our records is to each service"), t.listLinks)
}

func (a *API) listFailures(ctx context.Context, in *failureQuery) (*listed[Failure], error) {
	who, err := auth.Require(ctx, auth.ErrorsView)
	if err != nil {
		return nil, err
	}
	f := store.FailureFilter{State: link.State(in.State), Kind: link.Kind(in.Kind), Text: in.Q, Limit: in.Limit + 1}
	if f.BeforeAt, f.BeforeID, err = failureAfter(in.After); err != nil {
		return nil, err
	}
	rows, err := a.store.Failures(ctx, who.Org, f)
	if err != nil {
		return nil, err
	}
	rows, next := cut(rows, in.Limit, failureCursor)
	return stretch(ctx, rows, next, showFailure), nil
}

// failureCursor is when a record failed, and which it is.
func failureCursor(l link.Link) string {
	var at time.Time
	if l.FailedAt != nil {
		at = *l.FailedAt
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(at.UnixMicro(), 10) + " " + l.Record.String()))
}

func failureAfter(cursor string) (at time.Time, id uuid.UUID, err error) {
	if cursor == "" {
		return at, id, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return at, id, errPlace()
	}
	micros, record, _ := strings.Cut(string(text), " ")
	n, err := strconv.ParseInt(micros, 10, 64)
	if err != nil {
		return at, id, errPlace()
	}
	if id, err = uuid.Parse(record); err != nil {
		return at, id, errPlace()
	}
	return time.UnixMicro(n).UTC(), id, nil
}

func (a *API) listCauses(ctx context.Context, _ *struct{}) (*causesAnswer, error) {
	who, err := auth.Require(ctx, auth.ErrorsView)
	if err != nil {
		return nil, err
	}
	causes, err := a.store.FailureCauses(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	out := &causesAnswer{List[Cause]{Items: make([]Cause, len(causes))}}
	for i, c := range causes {
		out.Body.Items[i] = Cause{c.Code, c.Kind, string(c.Action), LinkKind(c.Record), c.Count, c.Example}
	}
	return out, nil
}

func (a *API) retrySeveral(ctx context.Context, in *struct {
	Body RetryInput
}) (*countAnswer, error) {
	b, n := in.Body, 0
	if b.Cause != nil && len(b.Records) > 0 || b.Code != "" && (b.Cause != nil || len(b.Records) > 0) {
		return nil, crm.Errorf(crm.Invalid, "Name records, a cause or a code, and only one of them.")
	}
	keys, err := keysOf(b.Records)
	switch {
	case err != nil:
	case b.Cause != nil:
		n, err = a.xero.RetryCause(ctx, b.Cause.cause())
	case len(keys) > 0:
		n, err = a.xero.RetryAll(ctx, keys)
	default:
		n, err = a.xero.RetryFailed(ctx, b.Code)
	}
	return &countAnswer{Count{n}}, err
}

func (a *API) retryOne(ctx context.Context, in *failurePath) (*failureAnswer, error) {
	return a.mend(ctx, *in, func(k link.Key) error { return a.xero.Retry(ctx, k) })
}

func (a *API) dismiss(ctx context.Context, in *struct {
	Kind     LinkKind `path:"kind"`
	RecordID string   `path:"record_id" format:"uuid"`
	Body     DismissInput
}) (*failureAnswer, error) {
	return a.mend(ctx, failurePath{in.Kind, in.RecordID}, func(k link.Key) error { return a.xero.Dismiss(ctx, k, strings.TrimSpace(in.Body.Reason)) })
}

func (a *API) restore(ctx context.Context, in *failurePath) (*failureAnswer, error) {
	return a.mend(ctx, *in, func(k link.Key) error { return a.xero.Restore(ctx, k) })
}

// mend does something to a link of the organisation and shows the link after it.
func (a *API) mend(ctx context.Context, in failurePath, do func(link.Key) error) (*failureAnswer, error) {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return nil, err
	}
	record, err := uuid.Parse(in.RecordID)
	if err != nil {
		return nil, err
	}
	k := link.Key{Org: who.Org, Service: xero.Name, Kind: link.Kind(in.Kind), Record: record}
	if _, err := a.store.Link(ctx, k); err != nil {
		return nil, err
	}
	if err := do(k); err != nil {
		return nil, err
	}
	l, err := a.store.Link(ctx, k)
	if err != nil {
		return nil, err
	}
	return &failureAnswer{showFailure(l)}, nil
}

func (a *API) listLinks(ctx context.Context, in *struct {
	RecordID string `path:"record_id" format:"uuid"`
}) (*linksAnswer, error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	record, err := uuid.Parse(in.RecordID)
	if err != nil {
		return nil, err
	}
	links, err := a.store.LinksOf(ctx, who.Org, record)
	if err != nil {
		return nil, err
	}
	out := &linksAnswer{List[Failure]{Items: make([]Failure, len(links))}}
	for i, l := range links {
		out.Body.Items[i] = showFailure(l)
	}
	return out, nil
}

func showFailure(l link.Link) Failure {
	return Failure{
		Service: l.Service, Kind: LinkKind(l.Kind), RecordID: l.Record.String(), Label: l.Label, State: string(l.State), RemoteID: l.RemoteID,
		Attempts: l.Attempts, Code: l.Problem.Code, Problem: l.Problem.Text, NextAction: string(l.Problem.Action), FailedAt: l.FailedAt,
		DismissedBy: l.DismissedBy, DismissReason: l.DismissReason, UpdatedAt: l.UpdatedAt,
	}
}
