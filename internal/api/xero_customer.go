package api

import (
	"context"
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
)

// CustomerSides are a customer and a contact in Xero, field by field.
type CustomerSides struct {
	CustomerID string            `json:"customer_id" format:"uuid"`
	Customer   string            `json:"customer"`
	Number     string            `json:"customer_number"`
	Linked     bool              `json:"linked" doc:"Whether the contact is the customer's; otherwise it is the one that it most likely is."`
	ContactID  string            `json:"contact_id,omitempty" doc:"In Xero; left out where none is known."`
	Contact    string            `json:"contact,omitempty" doc:"Its name in Xero."`
	Status     string            `json:"contact_status,omitempty" enum:"ACTIVE,ARCHIVED,GDPRREQUEST"`
	URL        string            `json:"url,omitempty" format:"uri" doc:"Of the contact in Xero."`
	Score      int               `json:"score,omitempty" doc:"0 to 100, of a contact that is not linked."`
	State      string            `json:"state,omitempty" doc:"Of the link."`
	Problem    string            `json:"problem,omitempty"`
	NextAction string            `json:"next_action,omitempty"`
	Fields     []CustomerField   `json:"fields" nullable:"false" doc:"Empty without a contact."`
	Conflicts  []ContactConflict `json:"conflicts" nullable:"false" doc:"Open ones first."`
	Others     []LikelyContact   `json:"others,omitempty" doc:"Further contacts that it may be, the most likely first."`
}

// CustomerField is a field on both sides, in words.
type CustomerField struct {
	Field  string `json:"field"`
	Ours   string `json:"ours"`
	Theirs string `json:"theirs"`
	Same   bool   `json:"same"`
}

// LikelyContact is another contact that a customer may be.
type LikelyContact struct {
	ContactID string `json:"contact_id"`
	Contact   string `json:"contact"`
	Score     int    `json:"score"`
	SkippedBy string `json:"skipped_by,omitempty"`
}

type sidesAnswer struct{ Body CustomerSides }

func (t *table) xeroCustomers() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: "/xero/customers/{id}" + path, permission: p, summary: summary, tag: "Xero"}
	}
	add(t, row("get-customer-sides", http.MethodGet, "", auth.SyncView, "A customer and its contact in Xero, field by field"), t.getSides)
	add(t, row("unlink-contact", http.MethodPost, "/unlink", auth.SyncRetry, "Forget which contact a customer is"), t.unlinkContact)
	create := row("create-contact", http.MethodPost, "/create", auth.SyncRetry, "Send a customer to Xero as a new contact, whatever was suggested")
	create.status = http.StatusAccepted
	add(t, create, t.createContact)
}

func (a *API) getSides(ctx context.Context, in *customerInXero) (*sidesAnswer, error) {
	id, err := crm.ParseID[crm.Customer](in.ID)
	if err != nil {
		return nil, err
	}
	s, err := a.xero.Sides(ctx, id)
	if err != nil {
		return nil, err
	}
	return &sidesAnswer{showSides(s)}, nil
}

func showSides(s xero.Sides) CustomerSides {
	out := CustomerSides{
		CustomerID: s.Customer.ID.String(), Customer: s.Customer.Name, Number: s.Customer.Number, Linked: s.Linked(), URL: s.URL,
		Fields: make([]CustomerField, len(s.Differences)), Conflicts: make([]ContactConflict, len(s.Conflicts)),
	}
	if c := s.Contact; c != nil {
		out.ContactID, out.Contact, out.Status = c.ID, c.Name, c.Status
		if !out.Linked {
			out.Score = c.Match.Score
		}
	}
	if l := s.Link; l != nil {
		out.State, out.Problem, out.NextAction = string(l.State), l.Problem.Text, string(l.Problem.Action)
	}
	for i, d := range s.Differences {
		out.Fields[i] = CustomerField{string(d.Field), d.Ours, d.Theirs, d.Same}
	}
	for i, c := range s.Conflicts {
		out.Conflicts[i] = showConflict(c)
		out.Conflicts[i].Customer = s.Customer.Name
	}
	for _, c := range s.Others {
		out.Others = append(out.Others, LikelyContact{c.ID, c.Name, c.Match.Score, c.Skipped})
	}
	return out
}

func (a *API) unlinkContact(ctx context.Context, in *customerInXero) (*begunAnswer, error) {
	id, err := crm.ParseID[crm.Customer](in.ID)
	if err != nil {
		return nil, err
	}
	return said("The customer is unlinked. Nothing changed in Xero."), a.xero.UnlinkContact(ctx, id)
}

func (a *API) createContact(ctx context.Context, in *customerInXero) (*begunAnswer, error) {
	id, err := crm.ParseID[crm.Customer](in.ID)
	if err != nil {
		return nil, err
	}
	return said("The customer goes to Xero as a new contact."), a.xero.CreateAnyway(ctx, id)
}

func showConflict(c store.Conflict) ContactConflict {
	return ContactConflict{
		ID: c.ID.String(), CustomerID: c.Customer.String(), Customer: c.Name, ContactID: c.RemoteID, Field: c.Field, State: string(c.State), DecidedBy: c.DecidedBy,
		Ours: c.Ours, OursBy: c.OursBy, OursAt: c.OursAt, Theirs: c.Theirs, TheirsAt: c.TheirsAt, Note: c.Note,
	}
}
