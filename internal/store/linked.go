package store

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store/db"
)

// LinkedInvoice is an invoice that is no draft, with what it is to a service.
type LinkedInvoice struct {
	ID         crm.InvoiceID
	Number     string
	State      crm.InvoiceState
	Currency   crm.Currency
	Reference  string
	IssuedOn   crm.Day
	DueOn      crm.Day
	Total      crm.MinorUnits
	Tax        crm.MinorUnits
	Paid       crm.MinorUnits
	Credited   crm.MinorUnits
	CustomerID crm.CustomerID
	RemoteID   string
	LinkState  string // empty: the service was never told of it
}

// LinkedCreditNote is a credit note that is no draft, with what it is to a
// service.
type LinkedCreditNote struct {
	ID         crm.CreditNoteID
	Number     string
	State      crm.CreditNoteState
	Currency   crm.Currency
	Reference  string
	IssuedOn   crm.Day
	Total      crm.MinorUnits
	Tax        crm.MinorUnits
	Applied    crm.MinorUnits
	Refunded   crm.MinorUnits
	CustomerID crm.CustomerID
	RemoteID   string
	LinkState  string
}

// LinkedPayment is a payment with what it is to a service.
type LinkedPayment struct {
	ID        crm.PaymentID
	InvoiceID crm.InvoiceID
	Number    string
	Amount    crm.MinorUnits
	PaidOn    crm.Day
	Source    crm.PaymentSource
	Reversed  bool
	RemoteID  string
	LinkState string
}

// LinkedCustomer is a customer, archived ones too, with what it is to a service.
type LinkedCustomer struct {
	ID         crm.CustomerID
	Number     string
	Name       string
	Version    int64
	ArchivedAt *time.Time
	RemoteID   string
	LinkState  string
	Snapshot   string // what was last agreed
	Agreed     int64  // the version that was
}

// OnItsWay reports whether a link in that state is being sent or waits to be.
func OnItsWay(state string) bool { return link.Link{State: link.State(state)}.Waiting() }

// LinkedInvoices goes through all invoices that are no drafts, a thousand at a
// time.
func (r Reader) LinkedInvoices(ctx context.Context, org crm.OrgID, service string, take func(LinkedInvoice)) error {
	var after crm.InvoiceID
	for {
		rows, err := r.q.LinkedInvoicesAfter(ctx, db.LinkedInvoicesAfterParams{Service: service, OrgID: org, After: after, MaxRows: maxBatch})
		if err != nil {
			return fmt.Errorf("go through invoices: %w", err)
		}
		for _, row := range rows {
			take(LinkedInvoice(row))
			after = row.ID
		}
		if len(rows) < maxBatch {
			return nil
		}
	}
}

// LinkedCreditNotes goes through all credit notes that are no drafts, a thousand
// at a time.
func (r Reader) LinkedCreditNotes(ctx context.Context, org crm.OrgID, service string, take func(LinkedCreditNote)) error {
	var after crm.CreditNoteID
	for {
		rows, err := r.q.LinkedCreditNotesAfter(ctx, db.LinkedCreditNotesAfterParams{Service: service, OrgID: org, After: after, MaxRows: maxBatch})
		if err != nil {
			return fmt.Errorf("go through credit notes: %w", err)
		}
		for _, row := range rows {
			take(LinkedCreditNote(row))
			after = row.ID
		}
		if len(rows) < maxBatch {
			return nil
		}
	}
}

// LinkedPayments goes through all payments, reversed ones too, a thousand at a
// time.
func (r Reader) LinkedPayments(ctx context.Context, org crm.OrgID, service string, take func(LinkedPayment)) error {
	var after crm.PaymentID
	for {
		rows, err := r.q.LinkedPaymentsAfter(ctx, db.LinkedPaymentsAfterParams{Service: service, OrgID: org, After: after, MaxRows: maxBatch})
		if err != nil {
			return fmt.Errorf("go through payments: %w", err)
		}
		for _, row := range rows {
			take(LinkedPayment{row.ID, row.InvoiceID, row.Number, row.Amount, row.PaidOn, row.Source, row.ReversedAt != nil, row.RemoteID, row.LinkState})
			after = row.ID
		}
		if len(rows) < maxBatch {
			return nil
		}
	}
}

// LinkedCustomers goes through all customers, a thousand at a time.
func (r Reader) LinkedCustomers(ctx context.Context, org crm.OrgID, service string, take func(LinkedCustomer)) error {
	var after crm.CustomerID
	for {
		rows, err := r.q.LinkedCustomersAfter(ctx, db.LinkedCustomersAfterParams{Service: service, OrgID: org, After: after, MaxRows: maxBatch})
		if err != nil {
			return fmt.Errorf("go through customers: %w", err)
		}
		for _, row := range rows {
			take(LinkedCustomer{row.ID, row.Number, row.Name, row.Version, row.ArchivedAt.Std(), row.RemoteID, row.LinkState, row.Snapshot, row.Agreed})
			after = row.ID
		}
		if len(rows) < maxBatch {
			return nil
		}
	}
}
