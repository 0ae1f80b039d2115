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

// Invoice is what a customer owes.
type Invoice struct {
	ID         crm.InvoiceID  `json:"id" format:"uuid"`
	Number     string         `json:"number" doc:"Given when it is issued; empty on a draft." example:"INV-00042"`
	CustomerID crm.CustomerID `json:"customer_id" format:"uuid"`
	OrderID    *crm.OrderID   `json:"order_id,omitempty" format:"uuid"`
	State      string         `json:"state" enum:"draft,issued,part_paid,paid,overdue,voided" doc:"As of today: overdue when the due date has passed and something is owed."`
	Reference  string         `json:"reference"`
	IssuedOn   *crm.Day       `json:"issued_on,omitempty" format:"date"`
	DueOn      *crm.Day       `json:"due_on,omitempty" format:"date"`
	Lines      []Line         `json:"lines" nullable:"false"`
	Totals     Totals         `json:"totals"`
	Paid       Money          `json:"paid"`
	Credited   Money          `json:"credited"`
	Due        Money          `json:"due" doc:"What is still owed."`
	PaidOn     *crm.Day       `json:"paid_on,omitempty" format:"date" doc:"The day it was settled."`
	CreatedAt  time.Time      `json:"created_at"`
	UpdatedAt  time.Time      `json:"updated_at"`
	Version    int64          `json:"version"`
}

// InvoiceItem is an invoice in a list.
type InvoiceItem struct {
	ID           crm.InvoiceID  `json:"id" format:"uuid"`
	Number       string         `json:"number"`
	State        string         `json:"state" enum:"draft,issued,part_paid,paid,overdue,voided"`
	IssuedOn     *crm.Day       `json:"issued_on,omitempty" format:"date"`
	DueOn        *crm.Day       `json:"due_on,omitempty" format:"date"`
	Total        Money          `json:"total"`
	Paid         Money          `json:"paid"`
	Credited     Money          `json:"credited"`
	Due          Money          `json:"due"`
	Reference    string         `json:"reference"`
	CustomerID   crm.CustomerID `json:"customer_id" format:"uuid"`
	CustomerName string         `json:"customer_name"`
	OrderID      *crm.OrderID   `json:"order_id,omitempty" format:"uuid"`
	Xero         *Remote        `json:"xero,omitempty"`
}

// InvoiceInput is a draft invoice to add.
type InvoiceInput struct {
	CustomerID crm.CustomerID `json:"customer_id" format:"uuid"`
	Reference  string         `json:"reference,omitempty"`
	IssuedOn   *crm.Day       `json:"issued_on,omitempty" format:"date" doc:"The day on which it is issued when left out."`
	DueOn      *crm.Day       `json:"due_on,omitempty" format:"date" doc:"By the customer's terms when left out."`
	Lines      []LineInput    `json:"lines" nullable:"false"`
}

// InvoiceChange is what to change; what is left out stays. Of an issued invoice
// reference and due date can change, while nothing is paid.
type InvoiceChange struct {
	CustomerID Clearable[crm.CustomerID] `json:"customer_id,omitempty" format:"uuid"`
	Reference  Clearable[string]         `json:"reference,omitempty"`
	IssuedOn   Clearable[crm.Day]        `json:"issued_on,omitempty" format:"date" doc:"null: the day on which it is issued."`
	DueOn      Clearable[crm.Day]        `json:"due_on,omitempty" format:"date" doc:"null: by the customer's terms."`
	Lines      Clearable[[]LineInput]    `json:"lines,omitempty" doc:"All of them, in order."`
}

type invoicePath struct {
	ID crm.InvoiceID `path:"id" format:"uuid"`
}

type invoiceQuery struct {
	Paging
	Q          string         `query:"q" maxLength:"200" doc:"In number, reference and the customer's name."`
	State      string         `query:"state" enum:"draft,issued,part_paid,paid,voided,open,overdue" doc:"open: issued or part paid; all when left out."`
	CustomerID crm.CustomerID `query:"customer_id" format:"uuid"`
}

func (t *table) invoices() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Invoices"}
	}
	made := row("create-invoice", http.MethodPost, "/invoices", auth.InvoicesEdit, "Add a draft invoice without an order")
	made.status = http.StatusCreated
	add(t, row("list-invoices", http.MethodGet, "/invoices", auth.InvoicesView, "List invoices, the newest first"), t.listInvoices)
	add(t, made, t.createInvoice)
	add(t, row("get-invoice", http.MethodGet, "/invoices/{id}", auth.InvoicesView, "Read an invoice"), t.getInvoice)
	add(t, row("change-invoice", http.MethodPatch, "/invoices/{id}", auth.InvoicesEdit, "Change a draft invoice, or reference and due date of an issued one"), t.changeInvoice)
	add(t, row("issue-invoice", http.MethodPost, "/invoices/{id}/issue", auth.InvoicesIssue, "Issue a draft invoice"), t.issueInvoice)
	add(t, row("void-invoice", http.MethodPost, "/invoices/{id}/void", auth.InvoicesIssue, "Void an invoice without payments"), t.voidInvoice)
}

func (a *API) listInvoices(ctx context.Context, in *invoiceQuery) (*listed[InvoiceItem], error) {
	today, err := a.today(ctx)
	if err != nil {
		return nil, err
	}
	p, err := a.book.Invoices(ctx, store.InvoiceFilter{Customer: in.CustomerID, Search: in.Q, State: in.State, Today: today, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, func(r store.InvoiceRow) InvoiceItem {
		c := r.Currency
		return InvoiceItem{
			ID: r.ID, Number: r.Number, State: string(r.StateOn(today)), IssuedOn: some(r.IssuedOn), DueOn: some(r.DueOn),
			Total: money(r.Total, c), Paid: money(r.Paid, c), Credited: money(r.Credited, c), Due: money(r.Due(), c), Reference: r.Reference,
			CustomerID: r.CustomerID, CustomerName: r.CustomerName, OrderID: r.OrderID, Xero: remote(r.LinkState, r.RemoteID),
		}
	}), nil
}

// today is the organisation's day.
func (a *API) today(ctx context.Context) (crm.Day, error) {
	who, err := auth.SignedIn(ctx)
	if err != nil {
		return crm.Day{}, err
	}
	o, err := a.store.Organisation(ctx, who.Org)
	return crm.DayIn(a.now(), o.Location()), err
}

func (a *API) invoice(i Invoice, err error) (*versioned[Invoice], error) {
	if err != nil {
		return nil, err
	}
	return &versioned[Invoice]{ETag: versionTag(i.Version), Body: i}, nil
}

func (a *API) getInvoice(ctx context.Context, in *invoicePath) (*versioned[Invoice], error) {
	today, err := a.today(ctx)
	if err != nil {
		return nil, err
	}
	i, err := a.book.Invoice(ctx, in.ID)
	return a.invoice(showInvoice(i, today), err)
}

func (a *API) createInvoice(ctx context.Context, in *struct{ Body InvoiceInput }) (*made[Invoice], error) {
	home, err := a.home(ctx)
	if err != nil {
		return nil, err
	}
	b, w := in.Body, wrongs{}
	input := records.InvoiceInput{CustomerID: b.CustomerID, Reference: b.Reference, Lines: w.lines(b.Lines, home)}
	set(&input.IssuedOn, b.IssuedOn)
	set(&input.DueOn, b.DueOn)
	if err := w.err(); err != nil {
		return nil, err
	}
	i, err := a.takeInvoice(ctx, step[crm.Invoice, Invoice]{permission: auth.InvoicesEdit, status: http.StatusCreated,
		do: func(w records.Work) (crm.Invoice, error) { return w.CreateInvoice(ctx, input) }})
	if err != nil {
		return nil, err
	}
	return &made[Invoice]{versionTag(i.Version), madeAt(prefix+"/invoices", i.ID.String()), i}, nil
}

// takeInvoice is take with an invoice shown as of today.
func (a *API) takeInvoice(ctx context.Context, s step[crm.Invoice, Invoice]) (Invoice, error) {
	today, err := a.today(ctx)
	if err != nil {
		return Invoice{}, err
	}
	s.show = func(i crm.Invoice) Invoice { return showInvoice(i, today) }
	return take(ctx, a, s)
}

// issuing is a step for those who may issue invoices.
func (a *API) issuing(ctx context.Context, do func(records.Work) (crm.Invoice, error)) (*versioned[Invoice], error) {
	return a.invoice(a.takeInvoice(ctx, step[crm.Invoice, Invoice]{permission: auth.InvoicesIssue, status: http.StatusOK, do: do}))
}

func (a *API) issueInvoice(ctx context.Context, in *invoicePath) (*versioned[Invoice], error) {
	return a.issuing(ctx, func(w records.Work) (crm.Invoice, error) { return w.IssueInvoice(ctx, in.ID) })
}

func (a *API) voidInvoice(ctx context.Context, in *invoicePath) (*versioned[Invoice], error) {
	return a.issuing(ctx, func(w records.Work) (crm.Invoice, error) { return w.VoidInvoice(ctx, in.ID) })
}

func (a *API) changeInvoice(ctx context.Context, in *struct {
	ID crm.InvoiceID `path:"id" format:"uuid"`
	IfMatch
	Body InvoiceChange
}) (*versioned[Invoice], error) {
	today, err := a.today(ctx)
	if err != nil {
		return nil, err
	}
	i, err := a.book.Invoice(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.meets(i.Version); err != nil {
		return nil, err
	}
	i, err = a.rewriteInvoice(ctx, i, in.Body)
	return a.invoice(showInvoice(i, today), in.raced(err, func() (int64, error) {
		now, err := a.book.Invoice(ctx, in.ID)
		return now.Version, err
	}))
}

// rewriteInvoice changes a draft, or what may change of an invoice that is one
// no longer.
func (a *API) rewriteInvoice(ctx context.Context, i crm.Invoice, b InvoiceChange) (crm.Invoice, error) {
	if i.State != crm.InvoiceDraft && b.amends() {
		amendment := records.InvoiceAmendment{Reference: i.Reference, DueOn: i.DueOn}
		b.Reference.set(&amendment.Reference, "")
		b.DueOn.set(&amendment.DueOn, crm.Day{})
		return a.book.AmendInvoice(ctx, i.ID, i.Version, amendment)
	}
	input, err := b.over(i)
	if err != nil {
		return crm.Invoice{}, err
	}
	return a.book.UpdateInvoice(ctx, i.ID, i.Version, input)
}

// amends reports whether only what an issued invoice may change is sent.
func (b InvoiceChange) amends() bool {
	return !b.CustomerID.sent && !b.Lines.sent && !b.IssuedOn.sent
}

func (b InvoiceChange) over(i crm.Invoice) (records.InvoiceInput, error) {
	w := wrongs{}
	in := records.InvoiceInput{CustomerID: i.CustomerID, Reference: i.Reference, IssuedOn: i.IssuedOn, DueOn: i.DueOn, Lines: records.LineInputsOf(i.Lines)}
	b.CustomerID.set(&in.CustomerID, crm.CustomerID{})
	b.Reference.set(&in.Reference, "")
	b.IssuedOn.set(&in.IssuedOn, crm.Day{})
	b.DueOn.set(&in.DueOn, crm.Day{})
	if b.Lines.sent {
		in.Lines = w.lines(b.Lines.or(nil), i.Currency)
	}
	return in, w.err()
}

func showInvoice(i crm.Invoice, today crm.Day) Invoice {
	c := i.Currency
	return Invoice{
		ID: i.ID, Number: i.Number, CustomerID: i.CustomerID, OrderID: i.OrderID, State: string(i.StateOn(today)), Reference: i.Reference,
		IssuedOn: some(i.IssuedOn), DueOn: some(i.DueOn), Lines: lines(i.Lines, c), Totals: totals(i.Totals, c),
		Paid: money(i.Paid, c), Credited: money(i.Credited, c), Due: money(i.Due(), c), PaidOn: i.PaidOn,
		CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt, Version: i.Version,
	}
}
