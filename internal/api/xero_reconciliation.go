package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// Reconciliation is one comparison of both sides.
type Reconciliation struct {
	ID         uuid.UUID  `json:"id"`
	State      string     `json:"state" enum:"running,done,stopped,failed"`
	Stage      string     `json:"stage,omitempty" doc:"What is being compared."`
	Compared   int        `json:"compared" doc:"Records so far."`
	Found      int        `json:"found" doc:"Differences."`
	Problem    string     `json:"problem,omitempty" doc:"Why it failed."`
	Actor      string     `json:"actor" doc:"Who asked for it; schedule: nobody."`
	StartedAt  time.Time  `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
}

// ReconciliationDifference is what a record is on one side and not on the other.
type ReconciliationDifference struct {
	Position int        `json:"position" doc:"Names it in its reconciliation."`
	Kind     string     `json:"kind" enum:"contact,invoice,payment,credit_note"`
	What     string     `json:"what" doc:"missing_here, missing_there, or the field that differs." example:"paid"`
	RecordID *uuid.UUID `json:"record_id,omitempty" doc:"Ours; absent when it is missing here."`
	RemoteID string     `json:"remote_id,omitempty" doc:"Xero's; absent when it is missing there."`
	Label    string     `json:"label"`
	Ours     string     `json:"ours" doc:"In words."`
	Theirs   string     `json:"theirs" doc:"In words."`
	ActedBy  string     `json:"acted_by,omitempty"`
	ActedAt  *time.Time `json:"acted_at,omitempty"`
	Document *OnlyThere `json:"document,omitempty" doc:"Of an invoice or a credit note that only Xero has."`
}

// OnlyThere is a document that only Xero has.
type OnlyThere struct {
	Contact    string  `json:"contact"`
	ContactID  string  `json:"contact_id" doc:"In Xero."`
	On         crm.Day `json:"on" format:"date"`
	Total      Money   `json:"total"`
	URL        string  `json:"url,omitempty" format:"uri" doc:"Where a person sees it in Xero."`
	Code       string  `json:"code,omitempty" doc:"What stands against taking it over; nothing is known when absent."`
	Reason     string  `json:"reason,omitempty" doc:"That in words, with what to do."`
	NextAction string  `json:"next_action,omitempty"`
}

// ReconciliationMonth is what both sides have of one kind and month.
type ReconciliationMonth struct {
	Kind        string `json:"kind" enum:"invoice,credit_note"`
	Month       string `json:"month" example:"2026-11"`
	Ours        int    `json:"ours"`
	OursTotal   Money  `json:"ours_total"`
	Theirs      int    `json:"theirs"`
	TheirsTotal Money  `json:"theirs_total"`
}

// Acceptance says why a difference is to stay.
type Acceptance struct {
	Reason string `json:"reason" minLength:"1" maxLength:"200"`
}

// TakeOver names documents by their differences.
type TakeOver struct {
	Positions []int `json:"positions" minItems:"1" maxItems:"200"`
}

// Taken is what became of a document that was to be taken over.
type Taken struct {
	Kind       string     `json:"kind" enum:"invoice,credit_note"`
	Number     string     `json:"number"`
	RemoteID   string     `json:"remote_id" doc:"In Xero."`
	RecordID   *uuid.UUID `json:"record_id,omitempty" doc:"Ours; absent when it was not taken over."`
	Created    bool       `json:"created" doc:"False for one that was a record here already."`
	Code       string     `json:"code,omitempty" doc:"Why it was not taken over."`
	Reason     string     `json:"reason,omitempty" doc:"That in words, with what to do."`
	NextAction string     `json:"next_action,omitempty"`
}

type (
	reconciliationPath struct {
		ID uuid.UUID `path:"id"`
	}
	differencePath struct {
		ID       uuid.UUID `path:"id"`
		Position int       `path:"position" minimum:"1"`
	}
	differenceQuery struct {
		ID uuid.UUID `path:"id"`
		Paging
		Kind string `query:"kind" enum:"contact,invoice,payment,credit_note" doc:"All when left out."`
		What string `query:"what" maxLength:"40" doc:"All when left out."`
		Q    string `query:"q" maxLength:"200" doc:"In label and values."`
	}
	reconciliationAnswer struct{ Body Reconciliation }
	takenAnswer          struct{ Body List[Taken] }
	takeOverInput        struct {
		ID   uuid.UUID `path:"id"`
		Body TakeOver
	}
	monthsAnswer struct{ Body List[ReconciliationMonth] }
)

func (t *table) reconciliations() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: "/xero/reconciliations" + path, permission: p, summary: summary, tag: "Xero"}
	}
	begin := row("begin-reconciliation", http.MethodPost, "", auth.SyncRetry, "Compare all records with Xero's")
	begin.status = http.StatusAccepted
	add(t, row("list-reconciliations", http.MethodGet, "", auth.SyncView, "List reconciliations, the newest first"), t.listReconciliations)
	add(t, begin, t.beginReconciliation)
	add(t, row("get-reconciliation", http.MethodGet, "/{id}", auth.SyncView, "How far a reconciliation is and what it found"), t.getReconciliation)
	add(t, row("stop-reconciliation", http.MethodPost, "/{id}/stop", auth.SyncRetry, "Stop a reconciliation"), t.stopReconciliation)
	add(t, row("list-differences", http.MethodGet, "/{id}/differences", auth.SyncView, "List what a reconciliation found"), t.listDifferences)
	add(t, row("list-reconciliation-months", http.MethodGet, "/{id}/months", auth.SyncView, "Totals by month on both sides"), t.listMonths)
	add(t, row("resolve-difference", http.MethodPost, "/{id}/differences/{position}/resolve", auth.SyncRetry, "Send what is ours to say once more, and read what is Xero's"), t.resolveDifference)
	taking := row("take-over-documents", http.MethodPost, "/{id}/take-over", auth.SyncRetry, "Make records of documents that only Xero has")
	taking.about = "Each is made whole or not at all: one that cannot be comes back with its reason. All documents at once are taken over by a bulk run with take_over."
	add(t, taking, t.takeOver)
	add(t, row("accept-difference", http.MethodPost, "/{id}/differences/{position}/accept", auth.SyncRetry, "Let a difference stay"), t.acceptDifference)
	add(t, row("unaccept-difference", http.MethodPost, "/{id}/differences/{position}/unaccept", auth.SyncRetry, "Undo accepting a difference"), t.unacceptDifference)
}

func (a *API) listReconciliations(ctx context.Context, in *struct{ Paging }) (*listed[Reconciliation], error) {
	who, err := auth.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	p, err := a.store.Reconciliations(ctx, who.Org, xero.Name, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, showReconciliation), nil
}

func (a *API) beginReconciliation(ctx context.Context, _ *struct{}) (*reconciliationAnswer, error) {
	r, err := a.xero.BeginReconciliation(ctx)
	return &reconciliationAnswer{showReconciliation(r)}, err
}

func (a *API) getReconciliation(ctx context.Context, in *reconciliationPath) (*reconciliationAnswer, error) {
	r, err := a.reconciliation(ctx, in.ID)
	return &reconciliationAnswer{showReconciliation(r)}, err
}

func (a *API) reconciliation(ctx context.Context, id uuid.UUID) (store.Reconciliation, error) {
	who, err := auth.SignedIn(ctx)
	if err != nil {
		return store.Reconciliation{}, err
	}
	return a.store.Reconciliation(ctx, who.Org, id)
}

func (a *API) stopReconciliation(ctx context.Context, in *reconciliationPath) (*reconciliationAnswer, error) {
	if err := a.xero.StopReconciliation(ctx, in.ID); err != nil {
		return nil, err
	}
	return a.getReconciliation(ctx, in)
}

func (a *API) listDifferences(ctx context.Context, in *differenceQuery) (*listed[ReconciliationDifference], error) {
	r, err := a.reconciliation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	after := 0
	if in.After != "" {
		if after, err = strconv.Atoi(in.After); err != nil {
			return nil, crm.FieldErrors(map[string]string{"after": "Use the next of the page before."})
		}
	}
	p, err := a.store.Differences(ctx, r.Org, r.ID, store.DifferenceFilter{Kind: link.Kind(in.Kind), What: in.What, Search: in.Q, After: after, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	shown := make(map[int]*OnlyThere, len(p.Rows))
	for _, d := range p.Rows {
		if shown[d.Position], err = a.onlyThere(ctx, d); err != nil {
			return nil, err
		}
	}
	return pageOf(ctx, p, func(d store.Difference) ReconciliationDifference {
		out := showDifference(d)
		out.Document = shown[d.Position]
		return out
	}), nil
}

func (a *API) listMonths(ctx context.Context, in *reconciliationPath) (*monthsAnswer, error) {
	r, err := a.reconciliation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	home, err := a.home(ctx)
	if err != nil {
		return nil, err
	}
	months, err := a.store.Months(ctx, r.Org, r.ID)
	out := &monthsAnswer{List[ReconciliationMonth]{Items: make([]ReconciliationMonth, len(months))}}
	for n, m := range months {
		out.Body.Items[n] = ReconciliationMonth{string(m.Kind), m.Month, m.Ours, money(m.OursTotal, home), m.Theirs, money(m.TheirsTotal, home)}
	}
	return out, err
}

func (a *API) resolveDifference(ctx context.Context, in *differencePath) (*struct{}, error) {
	return nil, a.xero.ResolveDifference(ctx, in.ID, in.Position)
}

func (a *API) takeOver(ctx context.Context, in *takeOverInput) (*takenAnswer, error) {
	taken, err := a.xero.TakeOver(ctx, in.ID, in.Body.Positions)
	out := &takenAnswer{List[Taken]{Items: make([]Taken, len(taken))}}
	for n, x := range taken {
		out.Body.Items[n] = Taken{Kind: string(x.Kind), Number: x.Number, RemoteID: x.Remote, Created: x.Fresh}
		if x.Problem != nil {
			out.Body.Items[n].Code, out.Body.Items[n].Reason, out.Body.Items[n].NextAction = x.Problem.Code, x.Problem.Text, string(x.Problem.Action)
			continue
		}
		out.Body.Items[n].RecordID = &x.Record
	}
	return out, err
}

// onlyThere is what a list shows of a document that only Xero has.
func (a *API) onlyThere(ctx context.Context, d store.Difference) (*OnlyThere, error) {
	if d.Document == nil {
		return nil, nil //nolint:nilnil // it is none
	}
	out := &OnlyThere{Contact: d.Document.Contact, ContactID: d.Document.ContactID, On: d.Document.On, Total: money(d.Document.Total, d.Document.Currency)}
	problem, err := a.xero.Hindrance(ctx, d)
	if err != nil {
		return nil, err
	}
	if problem != nil && d.ActedAt == nil {
		out.Code, out.Reason, out.NextAction = problem.Code, problem.Text, string(problem.Action)
	}
	c, err := a.store.Connection(ctx, d.Org, xero.Name)
	switch {
	case crm.KindOf(err) == crm.NotFound:
		return out, nil
	case err != nil:
		return nil, err
	case d.Kind == link.CreditNote:
		out.URL = a.xero.CreditNoteURL(c, d.RemoteID)
	default:
		out.URL = a.xero.InvoiceURL(c, d.RemoteID)
	}
	return out, nil
}

func (a *API) acceptDifference(ctx context.Context, in *struct {
	ID       uuid.UUID `path:"id"`
	Position int       `path:"position" minimum:"1"`
	Body     Acceptance
}) (*struct{}, error) {
	return nil, a.xero.AcceptDifference(ctx, in.ID, in.Position, in.Body.Reason)
}

func (a *API) unacceptDifference(ctx context.Context, in *differencePath) (*struct{}, error) {
	return nil, a.xero.UnacceptDifference(ctx, in.ID, in.Position)
}

func showReconciliation(r store.Reconciliation) Reconciliation {
	return Reconciliation{r.ID, string(r.State), r.Stage, r.Compared, r.Found, r.Problem, r.Actor, r.StartedAt, r.FinishedAt}
}

func showDifference(d store.Difference) ReconciliationDifference {
	out := ReconciliationDifference{
		Position: d.Position, Kind: string(d.Kind), What: d.What, RemoteID: d.RemoteID, Label: d.Label, Ours: d.Ours, Theirs: d.Theirs, ActedBy: d.ActedBy, ActedAt: d.ActedAt}
	if d.Record != uuid.Nil {
		out.RecordID = &d.Record
	}
	return out
}
