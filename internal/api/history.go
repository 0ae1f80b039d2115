package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/synclog"
)

// Entry is one operation with a service.
type Entry struct {
	ID          string    `json:"id" format:"uuid"`
	Service     string    `json:"service"`
	Direction   string    `json:"direction" enum:"out,in" doc:"out: to the service."`
	EntityType  string    `json:"entity_type"`
	EntityID    string    `json:"entity_id" doc:"Of our record."`
	EntityLabel string    `json:"entity_label"`
	Action      string    `json:"action" enum:"create,update,delete,read,connect"`
	Status      string    `json:"status" enum:"success,failed,pending"`
	Error       string    `json:"error,omitempty"`
	Attempt     int       `json:"attempt"`
	Actor       string    `json:"actor" doc:"Who or what caused it."`
	DurationMS  float64   `json:"duration_ms"`
	HTTPStatus  int       `json:"http_status,omitempty"`
	At          time.Time `json:"at"`
}

// EntryDetail is an operation with the exchange that it was part of.
type EntryDetail struct {
	Entry
	Call *Call `json:"call,omitempty"`
}

// Call is one exchange with a service. Secrets and personal data are masked.
type Call struct {
	ID            crm.CallID `json:"id" format:"uuid"`
	Method        string     `json:"method"`
	Path          string     `json:"path"`
	HTTPStatus    int        `json:"http_status" doc:"0: no answer came."`
	DurationMS    float64    `json:"duration_ms"`
	CorrelationID string     `json:"correlation_id,omitempty" doc:"What the service's support asks for."`
	Request       string     `json:"request,omitempty"`
	Response      string     `json:"response,omitempty"`
	Error         string     `json:"error,omitempty"`
	At            time.Time  `json:"at"`
}

type entryQuery struct {
	Paging
	EntryFilter
}

// EntryFilter selects operations.
type EntryFilter struct {
	Service    string    `query:"service" maxLength:"50"`
	EntityType string    `query:"entity_type" maxLength:"50"`
	Status     string    `query:"status" enum:"success,failed,pending"`
	Direction  string    `query:"direction" enum:"out,in"`
	Actor      string    `query:"actor" maxLength:"100" doc:"Who made it: a person's name, sync, schedule or webhook."`
	From       time.Time `query:"from" doc:"Operations from this moment on."`
	Until      time.Time `query:"until" doc:"Operations before this moment."`
	Q          string    `query:"q" maxLength:"200" doc:"Words, each of which begins a word of the record's label or id, of the error or of who made it. Zeros in front of a number may be left out."`
}

type entryPath struct {
	ID string `path:"id" format:"uuid"`
}

type entryAnswer struct{ Body EntryDetail }

func (f EntryFilter) filter() synclog.Filter {
	return synclog.Filter{Service: f.Service, EntityType: f.EntityType, Text: f.Q, Status: synclog.Status(f.Status), Direction: synclog.Direction(f.Direction),
		Actor: f.Actor, From: f.From, Until: f.Until}
}

func (t *table) history() {
	row := func(id, path, summary string) spec {
		return spec{id: id, method: http.MethodGet, path: path, permission: auth.SyncView, summary: summary, tag: "Sync history"}
	}
	add(t, row("list-history", "/sync/history", "List operations with services, the newest first"), t.listEntries)
	add(t, row("get-history-entry", "/sync/history/{id}", "Read an operation with what was sent and what came back"), t.getEntry)
}

func (a *API) listEntries(ctx context.Context, in *entryQuery) (*listed[Entry], error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	before, err := placeOf(in.After)
	if err != nil {
		return nil, err
	}
	f := in.filter()
	f.Before, f.Limit = before, in.Limit+1
	rows, err := a.store.Entries(ctx, who.Org, f)
	if err != nil {
		return nil, err
	}
	rows, next := cut(rows, in.Limit, func(e synclog.Entry) string { return e.ID.String() })
	return stretch(ctx, rows, next, showEntry), nil
}

// placeOf is the id in a cursor, or none.
func placeOf(after string) (uuid.UUID, error) {
	if after == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(after)
	if err != nil {
		return uuid.Nil, errPlace()
	}
	return id, nil
}

func errPlace() error {
	return crm.FieldErrors(map[string]string{"after": "This place in the list is not known; start at the first page."})
}

func (a *API) getEntry(ctx context.Context, in *entryPath) (*entryAnswer, error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	id, err := crm.ParseID[crm.Call](in.ID)
	if err != nil {
		return nil, err
	}
	e, err := a.store.Entry(ctx, who.Org, id.UUID)
	if err != nil {
		return nil, err
	}
	out := &entryAnswer{EntryDetail{Entry: showEntry(e)}}
	if e.CallID == nil {
		return out, nil
	}
	c, err := a.store.Call(ctx, who.Org, *e.CallID)
	switch {
	case crm.KindOf(err) == crm.NotFound: // it is older than what is kept
	case err != nil:
		return nil, err
	default:
		out.Body.Call = &Call{c.ID, c.Method, c.Path, c.HTTPStatus, millis(c.Duration), c.CorrelationID, c.Request, c.Response, c.Error, c.At}
	}
	return out, nil
}

func showEntry(e synclog.Entry) Entry {
	return Entry{e.ID.String(), e.Service, string(e.Direction), e.EntityType, e.EntityID, e.Label, string(e.Action), string(e.Status),
		e.Error, e.Attempt, e.Actor, millis(e.Duration), e.HTTPStatus, e.At}
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
