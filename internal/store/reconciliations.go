package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// ReconciliationState is where a comparison of both sides stands.
type ReconciliationState string

// The states of a reconciliation.
const (
	Comparing ReconciliationState = "running"
	Compared  ReconciliationState = "done"
	Stopped   ReconciliationState = "stopped"
	GaveUp    ReconciliationState = "failed"
)

// Reconciliation is one comparison of an organisation's records with those of a
// service.
type Reconciliation struct {
	ID         uuid.UUID // sorts by time
	Org        crm.OrgID
	Service    string
	State      ReconciliationState
	Stage      string // what is being compared, in words
	Compared   int    // records so far
	Found      int    // differences
	Problem    string // why it gave up
	Actor      string
	StartedAt  time.Time
	UpdatedAt  time.Time
	FinishedAt *time.Time
}

// Difference is what a record is on one side and not on the other.
type Difference struct {
	Run      uuid.UUID
	Org      crm.OrgID
	Position int // in the run, from 1
	Kind     link.Kind
	What     string    // missing_here, missing_there, or the field that differs
	Record   uuid.UUID // ours; zero: missing here
	RemoteID string    // the service's; empty: missing there
	Label    string    // what people call the record
	Ours     string    // in words
	Theirs   string    // in words
	ActedBy  string    // who did something about it; empty: nobody yet
	ActedAt  *time.Time
	Document *OnlyThere // of one that is missing here and could be taken over
}

// OnlyThere is a document that only the service has.
type OnlyThere struct {
	ContactID string         `json:"contact_id"` // the service's
	Contact   string         `json:"contact"`
	On        crm.Day        `json:"on"`
	Total     crm.MinorUnits `json:"total"`
	Currency  crm.Currency   `json:"currency"`
	Code      string         `json:"code,omitempty"`   // of what stood against taking it over; empty: nothing
	Reason    string         `json:"reason,omitempty"` // that, in words, with what to do
	Action    link.Action    `json:"action,omitempty"` // the one thing to do
}

// Subject names what differs from one run to the next: the record, or the
// service's id of one that is missing here.
func (d Difference) Subject() string {
	if d.Record != uuid.Nil {
		return d.Record.String()
	}
	return d.RemoteID
}

// Month is what both sides have of one kind, by the month of the documents.
type Month struct {
	Kind        link.Kind
	Month       string // such as 2026-11
	Ours        int
	OursTotal   crm.MinorUnits
	Theirs      int
	TheirsTotal crm.MinorUnits
}

// Accepted is a difference that is to stay.
type Accepted struct {
	Kind      link.Kind
	What      string
	Subject   string // see Difference.Subject
	Actor     string
	Reason    string
	CreatedAt time.Time
}

// BeginReconciliation keeps a comparison that begins.
func (t *Tx) BeginReconciliation(ctx context.Context, r Reconciliation) error {
	err := t.q.BeginReconciliation(ctx, db.BeginReconciliationParams{ID: r.ID, OrgID: r.Org, Service: r.Service, Actor: r.Actor, Now: instant.At(t.Now())})
	return doing(err, "begin a reconciliation")
}

// AdvanceReconciliation keeps how far a comparison is. It reports false when it
// was stopped.
func (t *Tx) AdvanceReconciliation(ctx context.Context, r Reconciliation) (goes bool, err error) {
	n, err := t.q.AdvanceReconciliation(ctx, db.AdvanceReconciliationParams{
		Stage: r.Stage, Compared: int64(r.Compared), Found: int64(r.Found), Now: instant.At(t.Now()), OrgID: r.Org, ID: r.ID})
	return n > 0, doing(err, "advance a reconciliation")
}

// EndReconciliation ends a comparison in the state it has. It does nothing to
// one that has ended.
func (t *Tx) EndReconciliation(ctx context.Context, r Reconciliation) error {
	_, err := t.q.EndReconciliation(ctx, db.EndReconciliationParams{
		State: string(r.State), Problem: r.Problem, Compared: int64(r.Compared), Found: int64(r.Found), Now: instant.At(t.Now()), OrgID: r.Org, ID: r.ID})
	return doing(err, "end a reconciliation")
}

// Reconciliation is one comparison. It returns an Error of kind NotFound when
// the organisation has no such one.
func (r Reader) Reconciliation(ctx context.Context, org crm.OrgID, id uuid.UUID) (Reconciliation, error) {
	row, err := r.q.Reconciliation(ctx, org, id)
	return reconciliationOf(row), notFound(err, "reconciliation")
}

// Reconciliations is a page of comparisons, the newest first.
func (r Reader) Reconciliations(ctx context.Context, org crm.OrgID, service, after string, max int) (Page[Reconciliation], error) {
	before, err := parseIDCursor[crm.Change](after, uuid.Max)
	if err != nil {
		return Page[Reconciliation]{}, err
	}
	size := limit(max)
	rows, err := r.q.Reconciliations(ctx, db.ReconciliationsParams{OrgID: org, Service: service, Before: before.UUID, MaxRows: size + 1})
	if err != nil {
		return Page[Reconciliation]{}, fmt.Errorf("list reconciliations: %w", err)
	}
	return page(each(rows, reconciliationOf), size, func(x Reconciliation) string { return x.ID.String() }), nil
}

// RunningReconciliations are those of all organisations that have not ended.
func (r Reader) RunningReconciliations(ctx context.Context, service string) ([]Reconciliation, error) {
	rows, err := r.q.RunningReconciliations(ctx, service)
	return each(rows, reconciliationOf), doing(err, "list the reconciliations that run")
}

// KeepDifferences keeps what a comparison found in place of what it had.
func (t *Tx) KeepDifferences(ctx context.Context, run Reconciliation, all []Difference) error {
	if err := t.q.DeleteDifferences(ctx, run.Org, run.ID); err != nil {
		return fmt.Errorf("keep differences: %w", err)
	}
	for n, d := range all {
		document := ""
		if d.Document != nil {
			text, err := json.Marshal(d.Document)
			if err != nil {
				return fmt.Errorf("write what a document is: %w", err)
			}
			document = string(text)
		}
		var record *uuid.UUID
		if d.Record != uuid.Nil {
			record = &d.Record
		}
		err := t.q.InsertDifference(ctx, db.InsertDifferenceParams{
			RunID: run.ID, OrgID: run.Org, Position: int64(n + 1), Kind: string(d.Kind), What: d.What, RecordID: record, RemoteID: d.RemoteID,
			Label: d.Label, Ours: d.Ours, Theirs: d.Theirs, Document: document})
		if err != nil {
			return fmt.Errorf("keep a difference: %w", err)
		}
	}
	return nil
}

// Difference is one difference. It returns an Error of kind NotFound when the
// organisation has no such one.
func (r Reader) Difference(ctx context.Context, org crm.OrgID, run uuid.UUID, position int) (Difference, error) {
	row, err := r.q.Difference(ctx, org, run, int64(position))
	return differenceOf(row), notFound(err, "difference")
}

// ActOnDifference notes who did something about a difference.
func (t *Tx) ActOnDifference(ctx context.Context, d Difference, by string) error {
	_, err := t.q.ActOnDifference(ctx, db.ActOnDifferenceParams{ActedBy: by, Now: instant.Ptr(t.Now()), OrgID: d.Org, RunID: d.Run, Position: int64(d.Position)})
	return doing(err, "note what was done about a difference")
}

// DifferenceFilter says which differences a list shows. Empty fields select all.
type DifferenceFilter struct {
	Kind   link.Kind
	What   string
	Search string // in label and values
	After  int    // position of the last one before
	Limit  int    // zero: 50; at most 200
}

// Differences is a page of what a comparison found, in its order. Next of the
// page is the position of its last one.
func (r Reader) Differences(ctx context.Context, org crm.OrgID, run uuid.UUID, f DifferenceFilter) (Page[Difference], error) {
	size := limit(f.Limit)
	rows, err := r.q.Differences(ctx, db.DifferencesParams{
		OrgID: org, RunID: run, After: int64(f.After), Kind: string(f.Kind), What: f.What, Pattern: contains(f.Search), MaxRows: size + 1})
	if err != nil {
		return Page[Difference]{}, fmt.Errorf("list differences: %w", err)
	}
	return page(each(rows, differenceOf), size, func(d Difference) string { return fmt.Sprint(d.Position) }), nil
}

// DifferenceCount is how many differences there are of one sort.
type DifferenceCount struct {
	Kind     link.Kind
	What     string
	N, Acted int
}

// CountDifferences groups what a comparison found.
func (r Reader) CountDifferences(ctx context.Context, org crm.OrgID, run uuid.UUID) ([]DifferenceCount, error) {
	rows, err := r.q.CountDifferences(ctx, org, run)
	return each(rows, func(row db.CountDifferencesRow) DifferenceCount {
		return DifferenceCount{link.Kind(row.Kind), row.What, int(row.N), int(row.Acted)}
	}), doing(err, "count differences")
}

// KeepMonths keeps the totals by month of a comparison.
func (t *Tx) KeepMonths(ctx context.Context, run Reconciliation, months []Month) error {
	for _, m := range months {
		err := t.q.KeepMonth(ctx, db.KeepMonthParams{
			RunID: run.ID, OrgID: run.Org, Kind: string(m.Kind), Month: m.Month, Ours: int64(m.Ours), OursTotal: int64(m.OursTotal),
			Theirs: int64(m.Theirs), TheirsTotal: int64(m.TheirsTotal)})
		if err != nil {
			return fmt.Errorf("keep the totals of a month: %w", err)
		}
	}
	return nil
}

// Months are the totals by month of a comparison, invoices before credit notes and
// the newest first.
func (r Reader) Months(ctx context.Context, org crm.OrgID, run uuid.UUID) ([]Month, error) {
	rows, err := r.q.Months(ctx, org, run)
	return each(rows, func(row db.ReconciliationMonth) Month {
		return Month{link.Kind(row.Kind), row.Month, int(row.Ours), crm.MinorUnits(row.OursTotal), int(row.Theirs), crm.MinorUnits(row.TheirsTotal)}
	}), doing(err, "read the totals by month")
}

// AcceptDifference keeps that a difference is to stay, so that later
// comparisons leave it out.
func (t *Tx) AcceptDifference(ctx context.Context, service string, d Difference, by, reason string) error {
	err := t.q.AcceptDifference(ctx, db.AcceptDifferenceParams{
		OrgID: d.Org, Service: service, Kind: string(d.Kind), What: d.What, Subject: d.Subject(), Actor: by, Reason: reason, Now: instant.At(t.Now())})
	return doing(err, "accept a difference")
}

// UnacceptDifference undoes AcceptDifference.
func (t *Tx) UnacceptDifference(ctx context.Context, service string, d Difference) error {
	n, err := t.q.UnacceptDifference(ctx, db.UnacceptDifferenceParams{OrgID: d.Org, Service: service, Kind: string(d.Kind), What: d.What, Subject: d.Subject()})
	return missing(n, err, "accepted difference")
}

// AcceptedDifferences are all differences that are to stay, the newest first.
func (r Reader) AcceptedDifferences(ctx context.Context, org crm.OrgID, service string) ([]Accepted, error) {
	rows, err := r.q.AcceptedDifferences(ctx, org, service)
	return each(rows, func(row db.ReconciliationAccepted) Accepted {
		return Accepted{link.Kind(row.Kind), row.What, row.Subject, row.Actor, row.Reason, row.CreatedAt.Time}
	}), doing(err, "list accepted differences")
}

func reconciliationOf(row db.Reconciliation) Reconciliation {
	return Reconciliation{
		ID: row.ID, Org: row.OrgID, Service: row.Service, State: ReconciliationState(row.State), Stage: row.Stage, Compared: int(row.Compared),
		Found: int(row.Found), Problem: row.Problem, Actor: row.Actor, StartedAt: row.StartedAt.Time, UpdatedAt: row.UpdatedAt.Time, FinishedAt: row.FinishedAt.Std(),
	}
}

func differenceOf(row db.ReconciliationDifference) Difference {
	d := Difference{
		Run: row.RunID, Org: row.OrgID, Position: int(row.Position), Kind: link.Kind(row.Kind), What: row.What, RemoteID: row.RemoteID,
		Label: row.Label, Ours: row.Ours, Theirs: row.Theirs, ActedBy: row.ActedBy, ActedAt: row.ActedAt.Std(),
	}
	if row.RecordID != nil {
		d.Record = *row.RecordID
	}
	var document OnlyThere
	if row.Document != "" && json.Unmarshal([]byte(row.Document), &document) == nil {
		d.Document = &document
	}
	return d
}
