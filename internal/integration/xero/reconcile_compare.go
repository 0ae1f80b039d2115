package xero

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// The fields of documents that are compared.
const (
	fieldTotal     = "total"
	fieldTax       = "tax"
	fieldState     = "state"
	fieldPaid      = "paid"
	fieldCredited  = "credited"
	fieldUsed      = "used"
	fieldDue       = "due_on"
	fieldDate      = "issued_on"
	fieldReference = "reference"
	fieldContact   = "customer"
	fieldAmount    = "amount"
)

// sides gathers what differs between one record of ours and Xero's.
type sides struct {
	of    store.Difference // kind, record, remote id and label
	found []store.Difference
}

func (s *sides) differ(what, ours, theirs string) {
	if ours == theirs {
		return
	}
	d := s.of
	d.What, d.Ours, d.Theirs = what, ours, theirs
	s.found = append(s.found, d)
}

func (s *sides) money(what string, ours crm.MinorUnits, theirs xeroapi.Money, c crm.Currency) {
	s.differ(what, ours.Format(c), crm.MinorUnits(theirs).Format(c))
}

func (s *sides) day(what string, ours crm.Day, theirs xeroapi.Date) {
	there := ""
	if !theirs.IsZero() {
		there = dayOf(theirs).Format()
	}
	s.differ(what, ours.Format(), there)
}

// compareInvoice finds what differs of an invoice that is on both sides. What a
// voided one was over matters to nobody.
func (c *comparison) compareInvoice(o store.LinkedInvoice, theirs xeroapi.Invoice) []store.Difference {
	s := sides{of: store.Difference{Kind: link.Invoice, Record: o.ID.UUID, RemoteID: theirs.InvoiceID, Label: o.Number}}
	gone := endedThere(theirs.Status)
	if gone != (o.State == crm.InvoiceVoided) {
		s.differ(fieldState, o.State.Label(), statusWords(theirs.Status))
	}
	if gone || o.State == crm.InvoiceVoided {
		return s.found
	}
	if unapproved(theirs.Status) && !c.settings.Draft {
		s.differ(fieldState, o.State.Label(), statusWords(theirs.Status))
	}
	if there := c.customers[o.CustomerID]; there != "" && there != theirs.Contact.ContactID {
		s.differ(fieldContact, c.names[there], theirs.Contact.Name)
	}
	s.money(fieldTotal, o.Total, theirs.Total, o.Currency)
	s.money(fieldTax, o.Tax, theirs.TotalTax, o.Currency)
	s.money(fieldPaid, o.Paid, theirs.AmountPaid, o.Currency)
	s.money(fieldCredited, o.Credited, theirs.AmountCredited, o.Currency)
	s.day(fieldDate, o.IssuedOn, theirs.Date)
	s.day(fieldDue, o.DueOn, theirs.DueDate)
	s.differ(fieldReference, o.Reference, theirs.Reference)
	s.found = append(s.found, c.comparePayments(o, theirs)...)
	return s.found
}

// comparePayments finds which payments of an invoice are on one side only, or
// over another amount.
func (c *comparison) comparePayments(o store.LinkedInvoice, theirs xeroapi.Invoice) []store.Difference {
	var found []store.Difference
	ours := map[string]store.LinkedPayment{}
	for _, p := range c.payments[o.ID] {
		switch {
		case p.Source != crm.FromRenoz:
			ours[p.Number] = p
		case p.RemoteID != "":
			ours[p.RemoteID] = p
		case !p.Reversed && !store.OnItsWay(p.LinkState):
			found = append(found, store.Difference{Kind: link.Payment, What: MissingThere, Record: p.ID.UUID, Label: p.Number + " for " + o.Number, Ours: p.Amount.Format(o.Currency) + " on " + p.PaidOn.Format()})
		}
	}
	there := map[string]bool{}
	for _, p := range theirs.Payments {
		if p.Status == xeroapi.PaymentDeleted {
			continue
		}
		there[p.PaymentID] = true
		said := crm.MinorUnits(p.Amount).Format(o.Currency) + " on " + dayOf(p.Date).Format()
		known, here := ours[p.PaymentID]
		switch {
		case here && known.Reversed && known.Source == crm.FromRenoz:
			if !store.OnItsWay(known.LinkState) {
				found = append(found, store.Difference{Kind: link.Payment, What: fieldState, Record: known.ID.UUID, RemoteID: p.PaymentID, Label: known.Number + " for " + o.Number, Ours: "Taken back", Theirs: said})
			}
		case !here, known.Reversed && !store.OnItsWay(known.LinkState):
			found = append(found, store.Difference{Kind: link.Payment, What: MissingHere, RemoteID: theirs.InvoiceID, Label: "A payment for " + o.Number, Theirs: said})
		case !known.Reversed && (known.Amount != crm.MinorUnits(p.Amount) || known.PaidOn != dayOf(p.Date)):
			found = append(found, store.Difference{Kind: link.Payment, What: fieldAmount, Record: known.ID.UUID, RemoteID: p.PaymentID, Label: known.Number + " for " + o.Number,
				Ours: known.Amount.Format(o.Currency) + " on " + known.PaidOn.Format(), Theirs: said})
		}
	}
	for id, p := range ours {
		if !there[id] && !p.Reversed && !store.OnItsWay(p.LinkState) {
			found = append(found, store.Difference{Kind: link.Payment, What: MissingThere, Record: p.ID.UUID, RemoteID: id, Label: p.Number + " for " + o.Number, Ours: p.Amount.Format(o.Currency) + " on " + p.PaidOn.Format()})
		}
	}
	return found
}

// compareCredit finds what differs of a credit note that is on both sides.
func (c *comparison) compareCredit(o store.LinkedCreditNote, theirs xeroapi.CreditNote) []store.Difference {
	s := sides{of: store.Difference{Kind: link.CreditNote, Record: o.ID.UUID, RemoteID: theirs.CreditNoteID, Label: o.Number}}
	gone := endedThere(theirs.Status)
	if gone != (o.State == crm.CreditNoteVoided) {
		s.differ(fieldState, o.State.Label(), statusWords(theirs.Status))
	}
	if gone || o.State == crm.CreditNoteVoided {
		return s.found
	}
	if unapproved(theirs.Status) && !c.settings.Draft {
		s.differ(fieldState, o.State.Label(), statusWords(theirs.Status))
	}
	s.money(fieldTotal, o.Total, theirs.Total, o.Currency)
	s.money(fieldTax, o.Tax, theirs.TotalTax, o.Currency)
	s.money(fieldUsed, o.Applied+o.Refunded, theirs.Total-theirs.RemainingCredit, o.Currency)
	s.day(fieldDate, o.IssuedOn, theirs.Date)
	s.differ(fieldReference, o.Reference, theirs.Reference)
	return s.found
}

// compareContact finds what differs of a customer that is on both sides, from
// its fields as Xero would hold them.
func compareContact(o crm.Customer, ours Values, theirs xeroapi.Contact) []store.Difference {
	s := sides{of: store.Difference{Kind: link.Contact, Record: o.ID.UUID, RemoteID: theirs.ContactID, Label: o.Name}}
	archived := theirs.ContactStatus == contactArchived
	if archived != (o.ArchivedAt != nil) {
		s.differ(fieldState, archivedWords(o.ArchivedAt != nil), archivedWords(archived))
	}
	if archived || o.ArchivedAt != nil {
		return s.found
	}
	there := ValuesOfContact(theirs)
	for _, f := range Fields() {
		if said, known := there[f]; known && said != ours[f] {
			s.differ(string(f), f.Words(ours[f]), f.Words(said))
		}
	}
	return s.found
}

func archivedWords(archived bool) string {
	if archived {
		return "Archived"
	}
	return "Active"
}

// statusWords is a status of Xero's for people: "AUTHORISED" is "Authorised".
func statusWords(status string) string {
	if status == "" {
		return ""
	}
	return status[:1] + strings.ToLower(status[1:])
}

// monthOf adds a document to the totals of its month.
func (c *comparison) monthOf(kind link.Kind, day crm.Day) *store.Month {
	key := [2]string{string(kind), day.Time(time.UTC).Format("2006-01")}
	if c.months[key] == nil {
		c.months[key] = &store.Month{Kind: kind, Month: key[1]}
	}
	return c.months[key]
}

func missingThere(kind link.Kind, id uuid.UUID, label, ours string) store.Difference {
	return store.Difference{Kind: kind, What: MissingThere, Record: id, Label: label, Ours: ours}
}

func missingHere(kind link.Kind, remote, label, theirs string) store.Difference {
	return store.Difference{Kind: kind, What: MissingHere, RemoteID: remote, Label: label, Theirs: theirs}
}

// onlyThere adds a document that only Xero has, with what stands against taking
// it over.
func (c *comparison) onlyThere(ctx context.Context, kind link.Kind, theirs xeroapi.Invoice) error {
	d := store.OnlyThere{ContactID: theirs.Contact.ContactID, Contact: theirs.Contact.Name, On: dayOf(theirs.Date), Total: crm.MinorUnits(theirs.Total), Currency: crm.Currency(theirs.CurrencyCode)}
	_, err := c.taking.written(ctx, c.Store.Reader, kind, theirs)
	problem, err := hindrance(err)
	if err != nil {
		return err
	}
	if problem != nil {
		d.Code, d.Reason, d.Action = problem.Code, problem.Text, problem.Action
	}
	total := crm.Money{Amount: d.Total, Currency: d.Currency}.Show(c.org.Currency)
	found := missingHere(kind, theirs.InvoiceID, theirs.InvoiceNumber, total+" of "+d.On.Format()+" for "+d.Contact)
	found.Document = &d
	c.found = append(c.found, found)
	return nil
}
