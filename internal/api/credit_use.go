package api

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
)

// Allocation is a part of a credit note set against an invoice.
type Allocation struct {
	ID           crm.AllocationID `json:"id" format:"uuid"`
	CreditNoteID crm.CreditNoteID `json:"credit_note_id" format:"uuid"`
	InvoiceID    crm.InvoiceID    `json:"invoice_id" format:"uuid"`
	Amount       Money            `json:"amount"`
	AllocatedOn  crm.Day          `json:"allocated_on" format:"date"`
	Source       string           `json:"source" enum:"renoz,xero" doc:"Where it was first recorded."`
	RemovedAt    *time.Time       `json:"removed_at,omitempty" doc:"When it was taken back."`
	CreatedAt    time.Time        `json:"created_at"`
	Version      int64            `json:"version"`
}

// AllocationInput is an allocation to make.
type AllocationInput struct {
	InvoiceID   crm.InvoiceID `json:"invoice_id" format:"uuid" doc:"Of the same customer."`
	Amount      Money         `json:"amount" doc:"At most what remains of the credit and what is owed."`
	AllocatedOn *crm.Day      `json:"allocated_on,omitempty" format:"date" doc:"Today when left out."`
}

// Refund is a part of a credit note that was paid back.
type Refund struct {
	ID           crm.RefundID     `json:"id" format:"uuid"`
	CreditNoteID crm.CreditNoteID `json:"credit_note_id" format:"uuid"`
	Number       string           `json:"number"`
	Amount       Money            `json:"amount"`
	PaidOn       crm.Day          `json:"paid_on" format:"date"`
	Method       string           `json:"method"`
	Reference    string           `json:"reference"`
	Source       string           `json:"source" enum:"renoz,xero" doc:"Where it was first recorded."`
	ReversedAt   *time.Time       `json:"reversed_at,omitempty" doc:"When it was taken back."`
	CreatedAt    time.Time        `json:"created_at"`
	Version      int64            `json:"version"`
}

// LedgerEntry is one thing that changed what is owed on an invoice.
type LedgerEntry struct {
	Kind      string  `json:"kind" enum:"invoice,payment,allocation,credit_note,prepayment,overpayment" doc:"allocation: of a credit note here; credit_note: of one that only Xero knows."`
	ID        string  `json:"id,omitempty" doc:"Of the invoice, payment or allocation."`
	Number    string  `json:"number,omitempty"`
	Text      string  `json:"text,omitempty" doc:"Method and reference, or reason."`
	On        crm.Day `json:"on" format:"date"`
	Amount    Money   `json:"amount" doc:"Below 0: so much less is owed."`
	Balance   Money   `json:"balance" doc:"What is owed after it."`
	TakenBack bool    `json:"taken_back" doc:"It counts for nothing."`
	Source    string  `json:"source" enum:"renoz,xero"`
}

type (
	allocationPath struct {
		ID crm.AllocationID `path:"id" format:"uuid"`
	}
	refundPath struct {
		ID crm.RefundID `path:"id" format:"uuid"`
	}
	allocationsAnswer struct{ Body List[Allocation] }
	refundsAnswer     struct{ Body List[Refund] }
	ledgerAnswer      struct{ Body List[LedgerEntry] }
)

func (t *table) creditUses() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Credit notes"}
	}
	allocated := row("allocate-credit-note", http.MethodPost, "/credit-notes/{id}/allocations", auth.CreditNotesIssue, "Set a part of a credit note against an invoice")
	refunded := row("refund-credit-note", http.MethodPost, "/credit-notes/{id}/refunds", auth.PaymentsRecord, "Record that a part of a credit note was paid back")
	allocated.status, refunded.status = http.StatusCreated, http.StatusCreated
	add(t, row("list-allocations", http.MethodGet, "/credit-notes/{id}/allocations", auth.CreditNotesView, "List the allocations of a credit note, all at once"), t.listAllocations)
	add(t, allocated, t.allocateCredit)
	add(t, row("get-allocation", http.MethodGet, "/allocations/{id}", auth.CreditNotesView, "Read an allocation"), t.getAllocation)
	add(t, row("get-refund", http.MethodGet, "/refunds/{id}", auth.CreditNotesView, "Read a refund"), t.getRefund)
	add(t, row("remove-allocation", http.MethodPost, "/allocations/{id}/remove", auth.CreditNotesIssue, "Take an allocation back"), t.removeAllocation)
	add(t, row("list-refunds", http.MethodGet, "/credit-notes/{id}/refunds", auth.CreditNotesView, "List the refunds of a credit note, all at once"), t.listRefunds)
	add(t, refunded, t.refundCredit)
	add(t, row("reverse-refund", http.MethodPost, "/refunds/{id}/reverse", auth.PaymentsRecord, "Take a refund back"), t.reverseRefund)
	ledger := row("get-invoice-ledger", http.MethodGet, "/invoices/{id}/ledger", auth.InvoicesView, "How what is owed on an invoice came about")
	ledger.tag = "Invoices"
	add(t, ledger, t.getLedger)
}

func (a *API) listAllocations(ctx context.Context, in *creditPath) (*allocationsAnswer, error) {
	n, err := a.book.CreditNote(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := a.book.AllocationsOf(ctx, in.ID)
	out := &allocationsAnswer{List[Allocation]{Items: make([]Allocation, len(all))}}
	for k, x := range all {
		out.Body.Items[k] = showAllocation(x, n.Currency)
	}
	return out, err
}

func (a *API) allocateCredit(ctx context.Context, in *struct {
	ID   crm.CreditNoteID `path:"id" format:"uuid"`
	Body AllocationInput
}) (*made[Allocation], error) {
	n, err := a.book.CreditNote(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	b, w := in.Body, wrongs{}
	input := records.AllocationInput{CreditNoteID: in.ID, InvoiceID: b.InvoiceID, Amount: w.minor("amount", &b.Amount, n.Currency)}
	set(&input.On, b.AllocatedOn)
	if err := w.err(); err != nil {
		return nil, err
	}
	x, err := take(ctx, a, step[crm.Allocation, Allocation]{auth.CreditNotesIssue, http.StatusCreated,
		func(w records.Work) (crm.Allocation, error) { return w.Allocate(ctx, input) },
		func(x crm.Allocation) Allocation { return showAllocation(x, n.Currency) }})
	if err != nil {
		return nil, err
	}
	return &made[Allocation]{versionTag(x.Version), madeAt(prefix+"/credit-notes/allocations", x.ID.String()), x}, nil
}

func (a *API) getAllocation(ctx context.Context, in *allocationPath) (*versioned[Allocation], error) {
	x, err := a.book.Allocation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	home, err := a.home(ctx)
	return &versioned[Allocation]{ETag: versionTag(x.Version), Body: showAllocation(x, home)}, err
}

func (a *API) getRefund(ctx context.Context, in *refundPath) (*versioned[Refund], error) {
	x, err := a.book.Refund(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	home, err := a.home(ctx)
	return &versioned[Refund]{ETag: versionTag(x.Version), Body: showRefund(x, home)}, err
}

func (a *API) removeAllocation(ctx context.Context, in *allocationPath) (*versioned[Allocation], error) {
	home, err := a.home(ctx)
	if err != nil {
		return nil, err
	}
	x, err := take(ctx, a, step[crm.Allocation, Allocation]{auth.CreditNotesIssue, http.StatusOK,
		func(w records.Work) (crm.Allocation, error) { return w.RemoveAllocation(ctx, in.ID) },
		func(x crm.Allocation) Allocation { return showAllocation(x, home) }})
	if err != nil {
		return nil, err
	}
	return &versioned[Allocation]{ETag: versionTag(x.Version), Body: x}, nil
}

func (a *API) listRefunds(ctx context.Context, in *creditPath) (*refundsAnswer, error) {
	n, err := a.book.CreditNote(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := a.book.RefundsOf(ctx, in.ID)
	out := &refundsAnswer{List[Refund]{Items: make([]Refund, len(all))}}
	for k, x := range all {
		out.Body.Items[k] = showRefund(x, n.Currency)
	}
	return out, err
}

func (a *API) refundCredit(ctx context.Context, in *struct {
	ID   crm.CreditNoteID `path:"id" format:"uuid"`
	Body PaymentInput
}) (*made[Refund], error) {
	n, err := a.book.CreditNote(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	b, w := in.Body, wrongs{}
	input := records.RefundInput{CreditNoteID: in.ID, Amount: w.minor("amount", &b.Amount, n.Currency), Method: b.Method, Reference: b.Reference}
	set(&input.PaidOn, b.PaidOn)
	if err := w.err(); err != nil {
		return nil, err
	}
	x, err := take(ctx, a, step[crm.Refund, Refund]{auth.PaymentsRecord, http.StatusCreated,
		func(w records.Work) (crm.Refund, error) { return w.RecordRefund(ctx, input) },
		func(x crm.Refund) Refund { return showRefund(x, n.Currency) }})
	if err != nil {
		return nil, err
	}
	return &made[Refund]{versionTag(x.Version), madeAt(prefix+"/credit-notes/refunds", x.ID.String()), x}, nil
}

func (a *API) reverseRefund(ctx context.Context, in *refundPath) (*versioned[Refund], error) {
	home, err := a.home(ctx)
	if err != nil {
		return nil, err
	}
	x, err := take(ctx, a, step[crm.Refund, Refund]{auth.PaymentsRecord, http.StatusOK,
		func(w records.Work) (crm.Refund, error) { return w.ReverseRefund(ctx, in.ID) },
		func(x crm.Refund) Refund { return showRefund(x, home) }})
	if err != nil {
		return nil, err
	}
	return &versioned[Refund]{ETag: versionTag(x.Version), Body: x}, nil
}

func (a *API) getLedger(ctx context.Context, in *invoicePath) (*ledgerAnswer, error) {
	i, err := a.book.Invoice(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	entries, err := a.book.Ledger(ctx, in.ID)
	out := &ledgerAnswer{List[LedgerEntry]{Items: make([]LedgerEntry, len(entries))}}
	for k, e := range entries {
		out.Body.Items[k] = LedgerEntry{
			Kind: string(e.Kind), Number: e.Number, Text: e.Text, On: e.On, Amount: money(e.Amount, i.Currency), Balance: money(e.Balance, i.Currency),
			TakenBack: e.TakenBack, Source: string(e.Source)}
		if e.Kind == records.InvoiceEntry || e.Kind == records.PaymentEntry || e.Kind == records.AllocationEntry {
			out.Body.Items[k].ID = e.ID.String()
		}
	}
	return out, err
}

func showAllocation(x crm.Allocation, c crm.Currency) Allocation {
	return Allocation{x.ID, x.CreditNoteID, x.InvoiceID, money(x.Amount, c), x.AllocatedOn, string(x.Source), x.RemovedAt, x.CreatedAt, x.Version}
}

func showRefund(x crm.Refund, c crm.Currency) Refund {
	return Refund{x.ID, x.CreditNoteID, x.Number, money(x.Amount, c), x.PaidOn, x.Method, x.Reference, string(x.Source), x.ReversedAt, x.CreatedAt, x.Version}
}
