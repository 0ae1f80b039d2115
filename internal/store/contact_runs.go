package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// RunKind is what a run does with each contact.
type RunKind string

// The kinds of run.
const (
	ImportContacts RunKind = "import" // make a customer of it
	AcceptMatches  RunKind = "accept" // link it to the suggested customer
)

// RunState is where a run stands.
type RunState string

// The states of a run.
const (
	RunGoes    RunState = "running"
	RunDone    RunState = "done"
	RunStopped RunState = "stopped"
)

// ContactRun is work on many contacts. Contacts carry its id until it has
// dealt with them, so that it goes on where it was after a restart.
type ContactRun struct {
	ID                  uuid.UUID
	Org                 crm.OrgID
	Kind                RunKind
	State               RunState
	Total, Done, Failed int
	Problem             string // of the last contact that failed
	Actor               string
	CreatedAt           time.Time
	UpdatedAt           time.Time
}

// BeginContactRun keeps a run of which the contacts are marked already.
func (t *Tx) BeginContactRun(ctx context.Context, r ContactRun) error {
	err := t.q.InsertContactRun(ctx, db.InsertContactRunParams{ID: r.ID, OrgID: r.Org, Kind: string(r.Kind), Planned: int64(r.Total), Actor: r.Actor, Now: instant.At(t.Now())})
	if err != nil {
		return fmt.Errorf("begin a run: %w", err)
	}
	return nil
}

// MarkSuggested gives a run all open suggestions from a score on.
func (t *Tx) MarkSuggested(ctx context.Context, r ContactRun, service string, minScore int) (int, error) {
	n, err := t.q.MarkSuggestedForRun(ctx, db.MarkSuggestedForRunParams{RunID: &r.ID, OrgID: r.Org, Service: service, MinScore: int64(minScore)})
	return marked(n, err)
}

// MarkOnlyRemote gives a run all active contacts without a likely customer.
func (t *Tx) MarkOnlyRemote(ctx context.Context, r ContactRun, service string, below int) (int, error) {
	n, err := t.q.MarkOnlyRemoteForRun(ctx, db.MarkOnlyRemoteForRunParams{RunID: &r.ID, OrgID: r.Org, Service: service, Below: int64(below)})
	return marked(n, err)
}

// MarkContact gives a run one contact.
func (t *Tx) MarkContact(ctx context.Context, r ContactRun, service, remoteID string) (int, error) {
	n, err := t.q.MarkContactForRun(ctx, db.MarkContactForRunParams{RunID: &r.ID, OrgID: r.Org, Service: service, RemoteID: remoteID})
	return marked(n, err)
}

func marked(n int64, err error) (int, error) {
	if err != nil {
		return 0, fmt.Errorf("mark contacts for a run: %w", err)
	}
	return int(n), nil
}

// ContactsOfRun are up to max contacts that a run has still to deal with.
func (r Reader) ContactsOfRun(ctx context.Context, run ContactRun, max int) ([]RemoteContact, error) {
	rows, err := r.q.ContactsOfRun(ctx, run.Org, &run.ID, batch(max))
	if err != nil {
		return nil, fmt.Errorf("read the contacts of a run: %w", err)
	}
	return each(rows, remoteContactOf), nil
}

// UnmarkContact takes a contact off the run that deals with it. It reports
// false when the run has dealt with it already, or was stopped.
func (t *Tx) UnmarkContact(ctx context.Context, c RemoteContact, r ContactRun) (bool, error) {
	n, err := t.q.UnmarkContact(ctx, db.UnmarkContactParams{OrgID: c.Org, Service: c.Service, RemoteID: c.ID, RunID: &r.ID})
	if err != nil {
		return false, fmt.Errorf("take a contact off a run: %w", err)
	}
	return n > 0, nil
}

// AdvanceContactRun adds to what a run has done. It reports false when the run
// was stopped.
func (t *Tx) AdvanceContactRun(ctx context.Context, r ContactRun, done, failed int, problem string) (bool, error) {
	n, err := t.q.AdvanceContactRun(ctx, db.AdvanceContactRunParams{Done: int64(done), Failed: int64(failed), Problem: problem, Now: instant.At(t.Now()), OrgID: r.Org, ID: r.ID})
	if err != nil {
		return false, fmt.Errorf("advance a run: %w", err)
	}
	return n > 0, nil
}

// EndContactRun ends a run and lets go of what it had yet to do.
func (t *Tx) EndContactRun(ctx context.Context, r ContactRun, state RunState) error {
	if _, err := t.q.EndContactRun(ctx, db.EndContactRunParams{State: string(state), Now: instant.At(t.Now()), OrgID: r.Org, ID: r.ID}); err != nil {
		return fmt.Errorf("end a run: %w", err)
	}
	if err := t.q.UnmarkRun(ctx, r.Org, &r.ID); err != nil {
		return fmt.Errorf("end a run: %w", err)
	}
	return nil
}

// ContactRun is one run. A missing one is an Error of kind NotFound.
func (r Reader) ContactRun(ctx context.Context, org crm.OrgID, id uuid.UUID) (ContactRun, error) {
	row, err := r.q.ContactRun(ctx, org, id)
	if err != nil {
		return ContactRun{}, notFound(err, "run")
	}
	return runOf(row), nil
}

// LatestContactRun is an organisation's last run, if there was one.
func (r Reader) LatestContactRun(ctx context.Context, org crm.OrgID) (_ ContactRun, found bool, err error) {
	rows, err := r.q.LatestContactRun(ctx, org)
	if err != nil || len(rows) == 0 {
		return ContactRun{}, false, err
	}
	return runOf(rows[0]), true, nil
}

// RunningContactRuns are the runs of all organisations that have not ended.
func (r Reader) RunningContactRuns(ctx context.Context) ([]ContactRun, error) {
	rows, err := r.q.RunningContactRuns(ctx)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	return each(rows, runOf), nil
}

func runOf(x db.ContactRun) ContactRun {
	return ContactRun{
		ID: x.ID, Org: x.OrgID, Kind: RunKind(x.Kind), State: RunState(x.State), Total: int(x.Planned), Done: int(x.Done), Failed: int(x.Failed),
		Problem: x.Problem, Actor: x.Actor, CreatedAt: x.CreatedAt.Time, UpdatedAt: x.UpdatedAt.Time}
}
