package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// ContactRun is work on many contacts.
type ContactRun struct {
	ID        string    `json:"id" format:"uuid"`
	Kind      string    `json:"kind" enum:"accept,import" doc:"accept: link contacts to the customers suggested for them; import: make customers of them."`
	State     string    `json:"state" enum:"running,done,stopped"`
	Total     int       `json:"total"`
	Done      int       `json:"done"`
	Failed    int       `json:"failed"`
	Problem   string    `json:"problem,omitempty" doc:"Of the last contact that failed."`
	Actor     string    `json:"actor" doc:"Who began it."`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// ContactsChosen names contacts in Xero.
type ContactsChosen struct {
	ContactIDs []string `json:"contact_ids" minItems:"1" maxItems:"500"`
}

// ContactsImported says which contacts become customers.
type ContactsImported struct {
	ContactIDs []string `json:"contact_ids,omitempty" maxItems:"500"`
	All        bool     `json:"all,omitempty" doc:"All active ones without a likely customer, in place of some."`
}

// ScoreAccepted is from which score on suggestions are accepted.
type ScoreAccepted struct {
	Score int `json:"score" minimum:"50" maximum:"100"`
}

type (
	contactRunAnswer struct{ Body ContactRun }
	contactRunInput  struct {
		ID string `path:"id" format:"uuid"`
	}
)

func (t *table) xeroContactRuns() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: "/xero/contacts" + path, permission: p, summary: summary, tag: "Xero"}
	}
	accepted := func(s spec) spec { s.status = http.StatusAccepted; return s }
	some := row("link-suggested-contacts", http.MethodPost, "/link", auth.SyncRetry, "Link contacts to the customers suggested for them")
	some.about = "All of them or none."
	add(t, some, t.linkSuggested)
	add(t, accepted(row("accept-contact-matches", http.MethodPost, "/accept", auth.SyncRetry, "Link all contacts whose suggestion has a score or more")), t.acceptAbove)
	add(t, accepted(row("import-contacts", http.MethodPost, "/import", auth.SyncRetry, "Make customers of several contacts, or of all without a likely customer")), t.importContacts)
	add(t, row("get-latest-contact-run", http.MethodGet, "/runs/latest", auth.SyncView, "How far the latest run of accepting or importing contacts is"), t.latestContactRun)
	add(t, row("get-contact-run", http.MethodGet, "/runs/{id}", auth.SyncView, "How far a run of accepting or importing contacts is"), t.getContactRun)
	add(t, row("stop-contact-run", http.MethodPost, "/runs/{id}/stop", auth.SyncRetry, "End a run after the contact that it is at; what is done stays"), t.stopContactRun)
}

func (a *API) linkSuggested(ctx context.Context, in *struct{ Body ContactsChosen }) (*countAnswer, error) {
	return &countAnswer{Count{len(in.Body.ContactIDs)}}, a.xero.LinkSuggested(ctx, in.Body.ContactIDs)
}

func (a *API) acceptAbove(ctx context.Context, in *struct{ Body ScoreAccepted }) (*contactRunAnswer, error) {
	run, err := a.xero.AcceptAbove(ctx, in.Body.Score)
	return a.begunRun(ctx, run, err)
}

func (a *API) importContacts(ctx context.Context, in *struct{ Body ContactsImported }) (*contactRunAnswer, error) {
	if in.Body.All == (len(in.Body.ContactIDs) > 0) {
		return nil, crm.FieldErrors(map[string]string{"contact_ids": "Name contacts, or ask for all."})
	}
	if in.Body.All {
		run, err := a.xero.ImportAll(ctx)
		return a.begunRun(ctx, run, err)
	}
	run, err := a.xero.ImportContacts(ctx, in.Body.ContactIDs)
	return a.begunRun(ctx, run, err)
}

// begunRun shows a run as it was kept.
func (a *API) begunRun(ctx context.Context, run store.ContactRun, err error) (*contactRunAnswer, error) {
	if err != nil {
		return nil, err
	}
	return a.getContactRun(ctx, &contactRunInput{run.ID.String()})
}

func (a *API) latestContactRun(ctx context.Context, _ *struct{}) (*contactRunAnswer, error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	run, found, err := a.store.LatestContactRun(ctx, who.Org)
	if err == nil && !found {
		err = crm.Errorf(crm.NotFound, "No contacts were accepted or imported in a run yet.")
	}
	return &contactRunAnswer{showContactRun(run)}, err
}

func (a *API) getContactRun(ctx context.Context, in *contactRunInput) (*contactRunAnswer, error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, crm.Errorf(crm.Invalid, "%q is not an id.", in.ID)
	}
	run, err := a.store.ContactRun(ctx, who.Org, id)
	return &contactRunAnswer{showContactRun(run)}, err
}

func (a *API) stopContactRun(ctx context.Context, in *contactRunInput) (*contactRunAnswer, error) {
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, crm.Errorf(crm.Invalid, "%q is not an id.", in.ID)
	}
	if err := a.xero.StopRun(ctx, id); err != nil {
		return nil, err
	}
	return a.getContactRun(ctx, in)
}

func showContactRun(r store.ContactRun) ContactRun {
	return ContactRun{r.ID.String(), string(r.Kind), string(r.State), r.Total, r.Done, r.Failed, r.Problem, r.Actor, r.CreatedAt, r.UpdatedAt}
}
