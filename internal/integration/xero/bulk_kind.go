package xero

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// BulkKind is what a bulk run can be about.
type BulkKind struct {
	Name   string     // in addresses and requests
	Label  string     // for people
	States []BulkWord // that its records can be narrowed to
	Dated  bool       // whether days narrow it
	parts  []bulkPart // what it is made of, in the order in which it goes
}

// BulkWord is a value of a filter, in words.
type BulkWord struct{ Value, Label string }

// bulkPart is how records of one kind are sent and read in bulk.
type bulkPart struct {
	kind link.Kind
	rank int // in which they go: what others need comes first
	// choose reads ids of our records that a filter selects.
	choose func(ctx context.Context, s *store.Store, org crm.OrgID, c store.BulkChoice) ([]uuid.UUID, error)
	// plan finds out what the push would do with a record.
	plan func(p *planner, ctx context.Context, id uuid.UUID) error
	// pull reads all that Xero has since the time that the reading is at; nil: it
	// is read with another kind.
	pull func(p *puller, ctx context.Context) error
	// cursor names since when the usual reading reads the kind.
	cursor func(connection.Connection) string
}

// The ranks of kinds.
const (
	rankContact = iota + 1
	rankInvoice
	rankPayment
	rankCreditNote
	rankAllocation
	rankRefund
)

func bulkContacts() bulkPart {
	return bulkPart{link.Contact, rankContact, func(ctx context.Context, s *store.Store, org crm.OrgID, c store.BulkChoice) ([]uuid.UUID, error) {
		return s.CustomersForBulk(ctx, org, c)
	}, (*planner).planCustomer, (*puller).contacts, cursorContacts}
}

func bulkInvoices() bulkPart {
	return bulkPart{link.Invoice, rankInvoice, func(ctx context.Context, s *store.Store, org crm.OrgID, c store.BulkChoice) ([]uuid.UUID, error) {
		return s.InvoicesForBulk(ctx, org, c)
	}, (*planner).planInvoice, (*puller).invoices, func(connection.Connection) string { return cursorInvoices }}
}

func bulkPayments() bulkPart {
	return bulkPart{link.Payment, rankPayment, func(ctx context.Context, s *store.Store, org crm.OrgID, c store.BulkChoice) ([]uuid.UUID, error) {
		return s.PaymentsForBulk(ctx, org, c)
	}, (*planner).planPayment, (*puller).payments, func(connection.Connection) string { return cursorPayments }}
}

// bulkCredits are credit notes and what is used of them. Reading a credit note
// reads all of it.
func bulkCredits() []bulkPart {
	return []bulkPart{
		{link.CreditNote, rankCreditNote, func(ctx context.Context, s *store.Store, org crm.OrgID, c store.BulkChoice) ([]uuid.UUID, error) {
			return s.CreditNotesForBulk(ctx, org, c)
		}, (*planner).planCreditNote, (*puller).creditNotes, func(connection.Connection) string { return cursorCredits }},
		{link.Allocation, rankAllocation, func(ctx context.Context, s *store.Store, org crm.OrgID, c store.BulkChoice) ([]uuid.UUID, error) {
			return s.AllocationsForBulk(ctx, org, c)
		}, (*planner).planAllocation, nil, nil},
		{link.Refund, rankRefund, func(ctx context.Context, s *store.Store, org crm.OrgID, c store.BulkChoice) ([]uuid.UUID, error) {
			return s.RefundsForBulk(ctx, org, c)
		}, (*planner).planRefund, nil, nil},
	}
}

// BulkEverything is the name of the kind that all others are part of.
const BulkEverything = "all"

// BulkKinds are what a bulk run can be about, in the order in which people
// read them.
func BulkKinds() []BulkKind {
	all := append([]bulkPart{bulkContacts(), bulkInvoices(), bulkPayments()}, bulkCredits()...)
	return []BulkKind{
		{"contact", "Customers", []BulkWord{{"active", "Active"}, {"archived", "Archived"}}, false, []bulkPart{bulkContacts()}},
		{"invoice", "Invoices", []BulkWord{{"open", "Open"}, {"issued", "Issued"}, {"part_paid", "Part paid"}, {"paid", "Paid"}, {"voided", "Voided"}}, true, []bulkPart{bulkInvoices()}},
		{"payment", "Payments", []BulkWord{{"booked", "Booked"}, {"reversed", "Reversed"}}, true, []bulkPart{bulkPayments()}},
		{"credit_note", "Credit notes", []BulkWord{{"issued", "Issued"}, {"applied", "Applied"}, {"voided", "Voided"}}, true, bulkCredits()},
		{BulkEverything, "Everything", nil, false, all},
	}
}

// BulkKindNamed is the kind of a name.
func BulkKindNamed(name string) (BulkKind, bool) {
	all := BulkKinds()
	n := slices.IndexFunc(all, func(k BulkKind) bool { return k.Name == name })
	if n < 0 {
		return BulkKind{}, false
	}
	return all[n], true
}

// TakesOver reports whether documents of the kind can be taken over from Xero.
func (k BulkKind) TakesOver() bool {
	return slices.ContainsFunc(k.parts, func(p bulkPart) bool { return p.kind == link.Invoice || p.kind == link.CreditNote })
}

// BulkWish is what a person wants to be sent or read.
type BulkWish struct {
	Direction store.BulkDirection
	Kind      string
	Filter    store.BulkFilter
}

// check returns an Error of kind Invalid that names the fields.
func (w BulkWish) check() error {
	wrong := map[string]string{}
	if w.Direction != store.BulkPush && w.Direction != store.BulkPull {
		wrong["direction"] = "Choose push, to send to Xero, or pull, to read from Xero."
	}
	kind, known := BulkKindNamed(w.Kind)
	if !known {
		wrong["kind"] = "Choose what it is about: " + kindNames() + "."
		return crm.FieldErrors(wrong)
	}
	f := w.Filter
	if f.State != "" && !slices.ContainsFunc(kind.States, func(s BulkWord) bool { return s.Value == f.State }) {
		wrong["state"] = "Leave the state empty, or choose one that " + kind.Label + " have."
	}
	if !kind.Dated && !f.From.IsZero() {
		wrong["from"] = "Days narrow invoices, payments and credit notes only."
	}
	if !kind.Dated && !f.To.IsZero() {
		wrong["to"] = "Days narrow invoices, payments and credit notes only."
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From) {
		wrong["to"] = "The last day is before the first."
	}
	if f.TakeOver && (w.Direction != store.BulkPull || !kind.TakesOver()) {
		wrong["take_over"] = "Only invoices and credit notes that are read from Xero can be taken over."
	}
	f.TakeOver = false
	if w.Direction == store.BulkPull && f != (store.BulkFilter{}) {
		wrong["filter"] = "Reading from Xero takes all records of the kind; leave the filter empty."
	}
	return crm.FieldErrors(wrong)
}

// kindNames lists the names of the kinds for people who type them.
func kindNames() string {
	var names []string
	for _, k := range BulkKinds() {
		names = append(names, k.Name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
