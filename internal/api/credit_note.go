package api

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// CreditNote is what a customer need not pay, or gets back.
type CreditNote struct {
	ID         crm.CreditNoteID `json:"id" format:"uuid"`
	Number     string           `json:"number" doc:"Given when it is issued; empty on a draft." example:"CN-00042"`
	CustomerID crm.CustomerID   `json:"customer_id" format:"uuid"`
	InvoiceID  *crm.InvoiceID   `json:"invoice_id,omitempty" format:"uuid" doc:"The invoice that it corrects."`
	State      string           `json:"state" enum:"draft,issued,applied,voided" doc:"applied: all of it is allocated or refunded."`
	Reference  string           `json:"reference"`
	Reason     string           `json:"reason"`
	IssuedOn   *crm.Day         `json:"issued_on,omitempty" format:"date"`
	Lines      []Line           `json:"lines" nullable:"false"`
	Totals     Totals           `json:"totals"`
	Applied    Money            `json:"applied" doc:"Allocated to invoices."`
	Refunded   Money            `json:"refunded" doc:"Paid back."`
	Remaining  Money            `json:"remaining" doc:"What can still be allocated or refunded."`
	CreatedAt  time.Time        `json:"created_at"`
	UpdatedAt  time.Time        `json:"updated_at"`
	Version    int64            `json:"version"`
}

// CreditNoteItem is a credit note in a list.
type CreditNoteItem struct {
	ID           crm.CreditNoteID `json:"id" format:"uuid"`
	Number       string           `json:"number"`
	State        string           `json:"state" enum:"draft,issued,applied,voided"`
	IssuedOn     *crm.Day         `json:"issued_on,omitempty" format:"date"`
	Total        Money            `json:"total"`
	Applied      Money            `json:"applied"`
	Refunded     Money            `json:"refunded"`
	Remaining    Money            `json:"remaining"`
	Reference    string           `json:"reference"`
	Reason       string           `json:"reason"`
	CustomerID   crm.CustomerID   `json:"customer_id" format:"uuid"`
	CustomerName string           `json:"customer_name"`
	InvoiceID    *crm.InvoiceID   `json:"invoice_id,omitempty" format:"uuid"`
	Xero         *Remote          `json:"xero,omitempty"`
}

// CreditNoteInput is a draft credit note to add.
type CreditNoteInput struct {
	CustomerID *crm.CustomerID `json:"customer_id,omitempty" format:"uuid" doc:"The invoice's customer when left out."`
	InvoiceID  *crm.InvoiceID  `json:"invoice_id,omitempty" format:"uuid" doc:"The invoice that it corrects."`
	Reference  string          `json:"reference,omitempty"`
	Reason     string          `json:"reason,omitempty"`
	IssuedOn   *crm.Day        `json:"issued_on,omitempty" format:"date" doc:"The day on which it is issued when left out."`
	Lines      []LineInput     `json:"lines,omitempty" doc:"All lines of the invoice when left out."`
}

// CreditNoteChange is what to change of a draft; what is left out stays.
type CreditNoteChange struct {
	CustomerID Clearable[crm.CustomerID] `json:"customer_id,omitempty" format:"uuid"`
	Reference  Clearable[string]         `json:"reference,omitempty"`
	Reason     Clearable[string]         `json:"reason,omitempty"`
	IssuedOn   Clearable[crm.Day]        `json:"issued_on,omitempty" format:"date" doc:"null: the day on which it is issued."`
	Lines      Clearable[[]LineInput]    `json:"lines,omitempty" doc:"All of them, in order."`
}

// CreditNoteIssue says how to issue a credit note.
type CreditNoteIssue struct {
	Allocate bool `json:"allocate,omitempty" doc:"Set it against the invoice that it corrects, up to what is owed there."`
}

type creditPath struct {
	ID crm.CreditNoteID `path:"id" format:"uuid"`
}

type creditQuery struct {
	Paging
	Q          string         `query:"q" maxLength:"200" doc:"In number, reference, reason and the customer's name."`
	State      string         `query:"state" enum:"draft,issued,applied,voided" doc:"All when left out."`
	CustomerID crm.CustomerID `query:"customer_id" format:"uuid"`
}

func (t *table) creditNotes() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Credit notes"}
	}
	made := row("create-credit-note", http.MethodPost, "/credit-notes", auth.CreditNotesEdit, "Add a draft credit note")
	made.status = http.StatusCreated
	add(t, row("list-credit-notes", http.MethodGet, "/credit-notes", auth.CreditNotesView, "List credit notes, the newest first"), t.listCredits)
	add(t, made, t.createCredit)
	add(t, row("get-credit-note", http.MethodGet, "/credit-notes/{id}", auth.CreditNotesView, "Read a credit note"), t.getCredit)
	add(t, row("change-credit-note", http.MethodPatch, "/credit-notes/{id}", auth.CreditNotesEdit, "Change a draft credit note"), t.changeCredit)
	add(t, row("issue-credit-note", http.MethodPost, "/credit-notes/{id}/issue", auth.CreditNotesIssue, "Issue a draft credit note"), t.issueCredit)
	add(t, row("void-credit-note", http.MethodPost, "/credit-notes/{id}/void", auth.CreditNotesIssue, "Void a credit note of which nothing is used"), t.voidCredit)
}

func (a *API) listCredits(ctx context.Context, in *creditQuery) (*listed[CreditNoteItem], error) {
	p, err := a.book.CreditNotes(ctx, store.CreditNoteFilter{Customer: in.CustomerID, Search: in.Q, State: in.State, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, func(r store.CreditNoteRow) CreditNoteItem {
		c := r.Currency
		return CreditNoteItem{
			ID: r.ID, Number: r.Number, State: string(r.State), IssuedOn: some(r.IssuedOn), Total: money(r.Total, c), Applied: money(r.Applied, c),
			Refunded: money(r.Refunded, c), Remaining: money(r.Remaining(), c), Reference: r.Reference, Reason: r.Reason,
			CustomerID: r.CustomerID, CustomerName: r.CustomerName, InvoiceID: r.InvoiceID, Xero: remote(r.LinkState, r.RemoteID),
		}
	}), nil
}

func (a *API) credit(n CreditNote, err error) (*versioned[CreditNote], error) {
	if err != nil {
		return nil, err
	}
	return &versioned[CreditNote]{ETag: versionTag(n.Version), Body: n}, nil
}

func (a *API) getCredit(ctx context.Context, in *creditPath) (*versioned[CreditNote], error) {
	n, err := a.book.CreditNote(ctx, in.ID)
	return a.credit(showCredit(n), err)
}

func (a *API) createCredit(ctx context.Context, in *struct{ Body CreditNoteInput }) (*made[CreditNote], error) {
	home, err := a.home(ctx)
	if err != nil {
		return nil, err
	}
	b, w := in.Body, wrongs{}
	input := records.CreditNoteInput{InvoiceID: b.InvoiceID, Reference: b.Reference, Reason: b.Reason}
	if b.Lines != nil {
		input.Lines = w.lines(b.Lines, home)
	}
	set(&input.CustomerID, b.CustomerID)
	set(&input.IssuedOn, b.IssuedOn)
	if err := w.err(); err != nil {
		return nil, err
	}
	n, err := take(ctx, a, step[crm.CreditNote, CreditNote]{auth.CreditNotesEdit, http.StatusCreated,
		func(w records.Work) (crm.CreditNote, error) { return w.CreateCreditNote(ctx, input) }, showCredit})
	if err != nil {
		return nil, err
	}
	return &made[CreditNote]{versionTag(n.Version), madeAt(prefix+"/credit-notes", n.ID.String()), n}, nil
}

func (a *API) issueCredit(ctx context.Context, in *struct {
	ID   crm.CreditNoteID `path:"id" format:"uuid"`
	Body *CreditNoteIssue `required:"false"`
}) (*versioned[CreditNote], error) {
	allocate := in.Body != nil && in.Body.Allocate
	return a.credit(take(ctx, a, step[crm.CreditNote, CreditNote]{auth.CreditNotesIssue, http.StatusOK,
		func(w records.Work) (crm.CreditNote, error) { return w.IssueCreditNote(ctx, in.ID, allocate) }, showCredit}))
}

func (a *API) voidCredit(ctx context.Context, in *creditPath) (*versioned[CreditNote], error) {
	return a.credit(take(ctx, a, step[crm.CreditNote, CreditNote]{auth.CreditNotesIssue, http.StatusOK,
		func(w records.Work) (crm.CreditNote, error) { return w.VoidCreditNote(ctx, in.ID) }, showCredit}))
}

func (a *API) changeCredit(ctx context.Context, in *struct {
	ID crm.CreditNoteID `path:"id" format:"uuid"`
	IfMatch
	Body CreditNoteChange
}) (*versioned[CreditNote], error) {
	n, err := a.book.CreditNote(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.meets(n.Version); err != nil {
		return nil, err
	}
	input, err := in.Body.over(n)
	if err != nil {
		return nil, err
	}
	n, err = a.book.UpdateCreditNote(ctx, n.ID, n.Version, input)
	return a.credit(showCredit(n), in.raced(err, func() (int64, error) {
		now, err := a.book.CreditNote(ctx, in.ID)
		return now.Version, err
	}))
}

func (b CreditNoteChange) over(n crm.CreditNote) (records.CreditNoteInput, error) {
	w := wrongs{}
	in := records.CreditNoteInput{CustomerID: n.CustomerID, Reference: n.Reference, Reason: n.Reason, IssuedOn: n.IssuedOn, Lines: records.LineInputsOf(n.Lines)}
	b.CustomerID.set(&in.CustomerID, crm.CustomerID{})
	b.Reference.set(&in.Reference, "")
	b.Reason.set(&in.Reason, "")
	b.IssuedOn.set(&in.IssuedOn, crm.Day{})
	if b.Lines.sent {
		in.Lines = w.lines(b.Lines.or(nil), n.Currency)
	}
	return in, w.err()
}

func showCredit(n crm.CreditNote) CreditNote {
	c := n.Currency
	return CreditNote{
		ID: n.ID, Number: n.Number, CustomerID: n.CustomerID, InvoiceID: n.InvoiceID, State: string(n.State), Reference: n.Reference, Reason: n.Reason,
		IssuedOn: some(n.IssuedOn), Lines: lines(n.Lines, c), Totals: totals(n.Totals, c),
		Applied: money(n.Applied, c), Refunded: money(n.Refunded, c), Remaining: money(n.Remaining(), c),
		CreatedAt: n.CreatedAt, UpdatedAt: n.UpdatedAt, Version: n.Version,
	}
}
