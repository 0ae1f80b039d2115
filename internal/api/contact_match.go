package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
)

// ContactMatch is a contact in Xero and a customer, side by side.
type ContactMatch struct {
	ContactID  string             `json:"contact_id,omitempty" doc:"In Xero."`
	Contact    string             `json:"contact,omitempty" doc:"Its name in Xero."`
	Status     string             `json:"contact_status,omitempty" enum:"ACTIVE,ARCHIVED,GDPRREQUEST"`
	CustomerID string             `json:"customer_id,omitempty"`
	Customer   string             `json:"customer,omitempty"`
	Number     string             `json:"customer_number,omitempty"`
	Score      int                `json:"score,omitempty" doc:"0 to 100."`
	Reasons    string             `json:"reasons,omitempty"`
	Others     []ContactCandidate `json:"others,omitempty" doc:"The candidates after the best."`
	SkippedBy  string             `json:"skipped_by,omitempty"`
	State      string             `json:"state,omitempty" doc:"Of the link."`
	Problem    string             `json:"problem,omitempty"`
}

// ContactCandidate is another customer that a contact may be.
type ContactCandidate struct {
	CustomerID string   `json:"customer_id"`
	Name       string   `json:"name"`
	Number     string   `json:"number"`
	Score      int      `json:"score"`
	Reasons    []string `json:"reasons" nullable:"false"`
}

// ContactConflict is a field that both sides changed differently.
type ContactConflict struct {
	ID         string    `json:"id"`
	CustomerID string    `json:"customer_id"`
	Customer   string    `json:"customer"`
	ContactID  string    `json:"contact_id" doc:"In Xero."`
	Field      string    `json:"field"`
	State      string    `json:"state" enum:"open,ours,theirs,gone" doc:"ours and theirs: whose value was kept; gone: both sides agreed meanwhile, or were unlinked."`
	DecidedBy  string    `json:"decided_by,omitempty"`
	Ours       string    `json:"ours"`
	OursBy     string    `json:"ours_by,omitempty"`
	OursAt     time.Time `json:"ours_at"`
	Theirs     string    `json:"theirs"`
	TheirsAt   time.Time `json:"theirs_at"`
	Note       string    `json:"note,omitempty"`
}

// MatchDecision says what becomes of a contact.
type MatchDecision struct {
	Action     string `json:"action" enum:"link,skip,unskip,import"`
	CustomerID string `json:"customer_id,omitempty" doc:"For link: the customer that it is."`
}

// ConflictDecision says which value to keep.
type ConflictDecision struct {
	Keep string `json:"keep" enum:"ours,theirs"`
}

type (
	matchesInput struct {
		Paging
		List   string `query:"list" enum:"suggested,skipped,xero,renoz,linked" default:"suggested" doc:"Which contacts and customers to list."`
		Score  int    `query:"score" minimum:"50" maximum:"100" default:"50" doc:"The lowest score of suggestions."`
		Search string `query:"q" maxLength:"200" doc:"In names, numbers, e-mail addresses and ABNs."`
	}
	matchDecisionInput struct {
		ID   string `path:"id" maxLength:"64" doc:"Of the contact in Xero."`
		Body MatchDecision
	}
	customerInXero struct {
		ID string `path:"id" format:"uuid" doc:"Of the customer."`
	}
	conflictsInput struct {
		Paging
		Search string `query:"q" maxLength:"200" doc:"In names and numbers of customers."`
	}
	conflictDecisionInput struct {
		ID   string `path:"id" format:"uuid"`
		Body ConflictDecision
	}
)

func (t *table) xeroContacts() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Xero"}
	}
	add(t, row("list-contact-matches", http.MethodGet, "/xero/contacts", auth.SyncView, "Contacts in Xero and customers, matched"), t.listMatches)
	add(t, row("decide-contact-match", http.MethodPost, "/xero/contacts/{id}/decide", auth.SyncRetry, "Link, skip or import a contact"), t.decideMatch)
	add(t, row("list-contact-conflicts", http.MethodGet, "/xero/conflicts", auth.SyncView, "Fields that both sides changed"), t.listConflicts)
	add(t, row("decide-contact-conflict", http.MethodPost, "/xero/conflicts/{id}/keep", auth.SyncRetry, "Keep one side's value"), t.decideConflict)
}

func (a *API) listMatches(ctx context.Context, in *matchesInput) (*listed[ContactMatch], error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	f := store.MatchFilter{Service: xero.Name, Search: in.Search, MinScore: in.Score, Skipped: in.List == "skipped", After: in.After, Limit: in.Limit}
	var page store.Page[store.MatchRow]
	switch in.List {
	case "xero":
		page, err = a.store.OnlyRemote(ctx, who.Org, f)
	case "renoz":
		page, err = a.store.OnlyOwn(ctx, who.Org, f)
	case "linked":
		page, err = a.store.Linked(ctx, who.Org, f)
	default:
		page, err = a.store.SuggestedMatches(ctx, who.Org, f)
	}
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, page, contactMatch), nil
}

func contactMatch(m store.MatchRow) ContactMatch {
	out := ContactMatch{
		ContactID: m.RemoteID, Contact: m.RemoteName, Status: m.RemoteStatus, Customer: m.Name, Number: m.Number, Score: m.Match.Score,
		Reasons: m.Match.Reasons, SkippedBy: m.Skipped, State: m.LinkState, Problem: m.Problem,
	}
	if !m.Customer.IsZero() {
		out.CustomerID = m.Customer.String()
	}
	for _, c := range xero.Runners(m.Match) {
		out.Others = append(out.Others, ContactCandidate{c.Customer.String(), c.Name, c.Number, c.Score, c.Reasons})
	}
	return out
}

func (a *API) decideMatch(ctx context.Context, in *matchDecisionInput) (*begunAnswer, error) {
	switch in.Body.Action {
	case "skip":
		return said("The contact is skipped."), a.xero.SkipContact(ctx, in.ID, false)
	case "unskip":
		return said("The contact is suggested again."), a.xero.SkipContact(ctx, in.ID, true)
	case "import":
		_, err := a.xero.ImportContact(ctx, in.ID)
		return said("The contact is a customer now."), err
	}
	customer, err := crm.ParseID[crm.Customer](in.Body.CustomerID)
	if err != nil {
		return nil, crm.FieldErrors(map[string]string{"customer_id": "Name the customer that the contact is."})
	}
	return said("The two are linked."), a.xero.LinkContact(ctx, in.ID, customer)
}

func said(text string) *begunAnswer { return &begunAnswer{Begun{text}} }

func (a *API) listConflicts(ctx context.Context, in *conflictsInput) (*listed[ContactConflict], error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	page, err := a.store.OpenConflicts(ctx, who.Org, store.MatchFilter{Search: in.Search, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, page, showConflict), nil
}

func (a *API) decideConflict(ctx context.Context, in *conflictDecisionInput) (*begunAnswer, error) {
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, crm.Errorf(crm.Invalid, "%q is not an id.", in.ID)
	}
	return said("Both sides get the value that you kept."), a.xero.DecideConflict(ctx, id, store.ConflictState(in.Body.Keep))
}
