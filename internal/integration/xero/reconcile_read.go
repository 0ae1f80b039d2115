package xero

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// comparison is one reconciliation under way. Our side is held in memory in
// short, a few hundred bytes a record; Xero's comes page by page.
type comparison struct {
	*run
	client    *xeroapi.Client
	rec       store.Reconciliation
	accepted  map[[3]string]bool
	customers map[crm.CustomerID]string // id in Xero of each that is there
	names     map[string]string         // of our customers, by their id in Xero
	payments  map[crm.InvoiceID][]store.LinkedPayment
	taking    *takeover // tells what could not be taken over
	months    map[[2]string]*store.Month
	found     []store.Difference
}

func (r *run) newComparison(ctx context.Context, rec store.Reconciliation) (*comparison, error) {
	c := &comparison{
		run: r, client: r.client(r.conn), rec: rec, accepted: map[[3]string]bool{}, customers: map[crm.CustomerID]string{}, names: map[string]string{},
		payments: map[crm.InvoiceID][]store.LinkedPayment{}, months: map[[2]string]*store.Month{},
	}
	c.rec.Compared, c.rec.Found = 0, 0
	var err error
	if c.taking, err = r.newTakeover(ctx, r.conn, rec.Actor); err != nil {
		return c, err
	}
	accepted, err := r.Store.AcceptedDifferences(ctx, r.org.ID, Name)
	for _, a := range accepted {
		c.accepted[[3]string{string(a.Kind), a.What, a.Subject}] = true
	}
	return c, err
}

func (c *comparison) all(ctx context.Context) error {
	for _, stage := range []func(context.Context) error{c.contacts, c.invoices, c.creditNotes, c.again} {
		if err := stage(ctx); err != nil {
			return err
		}
	}
	c.found = slices.DeleteFunc(c.found, func(d store.Difference) bool {
		return c.accepted[[3]string{string(d.Kind), d.What, d.Subject()}]
	})
	order := map[link.Kind]int{link.Contact: 1, link.Invoice: 2, link.Payment: 3, link.CreditNote: 4}
	slices.SortStableFunc(c.found, func(a, b store.Difference) int {
		return cmp.Or(cmp.Compare(order[a.Kind], order[b.Kind]), cmp.Compare(a.Label, b.Label))
	})
	return nil
}

// advance tells how far it is, and ends with errStopped when somebody stopped
// it.
func (c *comparison) advance(ctx context.Context, stage string, compared int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.rec.Stage, c.rec.Found = stage, len(c.found)
	c.rec.Compared += compared
	goes := false
	err := c.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		goes, err = tx.AdvanceReconciliation(ctx, c.rec)
		return err
	})
	if err == nil && !goes {
		return errStopped
	}
	return err
}

func (c *comparison) contacts(ctx context.Context) error {
	const stage = "customers"
	ours := map[string]store.LinkedCustomer{}
	err := c.Store.LinkedCustomers(ctx, c.org.ID, Name, func(o store.LinkedCustomer) {
		switch {
		case o.RemoteID != "":
			ours[o.RemoteID] = o
			c.customers[o.ID], c.names[o.RemoteID] = o.RemoteID, o.Name
		case o.ArchivedAt == nil && !store.OnItsWay(o.LinkState):
			c.found = append(c.found, missingThere(link.Contact, o.ID.UUID, o.Name, o.Number))
		}
	})
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for page, err := range c.client.ContactsSince(ctx, time.Time{}) {
		if err != nil {
			return fmt.Errorf("read all contacts: %w", err)
		}
		for _, theirs := range page {
			if seen[theirs.ContactID] {
				continue
			}
			seen[theirs.ContactID] = true
			if err := c.contact(ctx, ours, theirs); err != nil {
				return err
			}
		}
		if err := c.advance(ctx, stage, len(page)); err != nil {
			return err
		}
	}
	for id, o := range ours {
		if !seen[id] {
			c.found = append(c.found, missingThere(link.Contact, o.ID.UUID, o.Name, o.Number))
		}
	}
	return nil
}

// contact compares one contact. A customer that has not changed since both sides
// agreed is not read: what was agreed is kept with its link.
func (c *comparison) contact(ctx context.Context, ours map[string]store.LinkedCustomer, theirs xeroapi.Contact) error {
	o, here := ours[theirs.ContactID]
	gone := theirs.MergedToContactID != "" || theirs.ContactStatus == contactErased
	if !here {
		if !gone && theirs.IsCustomer && theirs.ContactStatus == contactActive {
			c.found = append(c.found, missingHere(link.Contact, theirs.ContactID, theirs.Name, theirs.EmailAddress))
		}
		return nil
	}
	if gone || store.OnItsWay(o.LinkState) {
		return nil
	}
	brief := crm.Customer{ID: o.ID, Name: o.Name, ArchivedAt: o.ArchivedAt}
	if agreed := decodeValues(o.Snapshot); o.Agreed == o.Version && len(compareContact(brief, agreed, theirs)) == 0 {
		return nil
	}
	whole, err := c.Store.Customer(ctx, c.org.ID, o.ID)
	if err != nil {
		return err
	}
	c.found = append(c.found, compareContact(whole, valuesOf(whole), theirs)...)
	return nil
}

func (c *comparison) invoices(ctx context.Context) error {
	const stage = "invoices"
	err := c.Store.LinkedPayments(ctx, c.org.ID, Name, func(p store.LinkedPayment) { c.payments[p.InvoiceID] = append(c.payments[p.InvoiceID], p) })
	if err != nil {
		return err
	}
	ours := map[string]store.LinkedInvoice{}
	err = c.Store.LinkedInvoices(ctx, c.org.ID, Name, func(o store.LinkedInvoice) {
		if o.State != crm.InvoiceVoided {
			m := c.monthOf(link.Invoice, o.IssuedOn)
			m.Ours++
			m.OursTotal += o.Total
		}
		switch {
		case o.RemoteID != "":
			ours[o.RemoteID] = o
		case o.State != crm.InvoiceVoided && !store.OnItsWay(o.LinkState):
			c.found = append(c.found, missingThere(link.Invoice, o.ID.UUID, o.Number, o.Total.Format(o.Currency)))
		}
	})
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for page, err := range c.client.InvoicesSince(ctx, time.Time{}, xeroapi.SalesInvoices) {
		if err != nil {
			return fmt.Errorf("read all invoices: %w", err)
		}
		for _, theirs := range page {
			if seen[theirs.InvoiceID] {
				continue
			}
			seen[theirs.InvoiceID] = true
			if err := c.invoiceThere(ctx, ours, theirs); err != nil {
				return err
			}
		}
		if err := c.advance(ctx, stage, len(page)); err != nil {
			return err
		}
	}
	for id, o := range ours {
		if !seen[id] && o.State != crm.InvoiceVoided {
			c.found = append(c.found, missingThere(link.Invoice, o.ID.UUID, o.Number, o.Total.Format(o.Currency)))
		}
	}
	return nil
}

func (c *comparison) invoiceThere(ctx context.Context, ours map[string]store.LinkedInvoice, theirs xeroapi.Invoice) error {
	counts := theirs.Status == xeroapi.StatusAuthorised || theirs.Status == xeroapi.StatusPaid
	o, here := ours[theirs.InvoiceID]
	if here && unapproved(theirs.Status) {
		counts = true
	}
	if counts {
		m := c.monthOf(link.Invoice, dayOf(theirs.Date))
		m.Theirs++
		m.TheirsTotal += crm.MinorUnits(theirs.Total)
	}
	switch {
	case here && !store.OnItsWay(o.LinkState):
		c.found = append(c.found, c.compareInvoice(o, theirs)...)
	case !here && counts:
		return c.onlyThere(ctx, link.Invoice, theirs)
	}
	return nil
}

func (c *comparison) creditNotes(ctx context.Context) error {
	const stage = "credit notes"
	ours := map[string]store.LinkedCreditNote{}
	err := c.Store.LinkedCreditNotes(ctx, c.org.ID, Name, func(o store.LinkedCreditNote) {
		if o.State != crm.CreditNoteVoided {
			m := c.monthOf(link.CreditNote, o.IssuedOn)
			m.Ours++
			m.OursTotal += o.Total
		}
		switch {
		case o.RemoteID != "":
			ours[o.RemoteID] = o
		case o.State != crm.CreditNoteVoided && !store.OnItsWay(o.LinkState):
			c.found = append(c.found, missingThere(link.CreditNote, o.ID.UUID, o.Number, o.Total.Format(o.Currency)))
		}
	})
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for page, err := range c.client.CreditNotesSince(ctx, time.Time{}, xeroapi.SalesCreditNotes) {
		if err != nil {
			return fmt.Errorf("read all credit notes: %w", err)
		}
		for _, theirs := range page {
			if seen[theirs.CreditNoteID] {
				continue
			}
			seen[theirs.CreditNoteID] = true
			if err := c.creditThere(ctx, ours, theirs); err != nil {
				return err
			}
		}
		if err := c.advance(ctx, stage, len(page)); err != nil {
			return err
		}
	}
	for id, o := range ours {
		if !seen[id] && o.State != crm.CreditNoteVoided {
			c.found = append(c.found, missingThere(link.CreditNote, o.ID.UUID, o.Number, o.Total.Format(o.Currency)))
		}
	}
	return nil
}

func (c *comparison) creditThere(ctx context.Context, ours map[string]store.LinkedCreditNote, theirs xeroapi.CreditNote) error {
	counts := theirs.Status == xeroapi.StatusAuthorised || theirs.Status == xeroapi.StatusPaid
	o, here := ours[theirs.CreditNoteID]
	if here && unapproved(theirs.Status) {
		counts = true
	}
	if counts {
		m := c.monthOf(link.CreditNote, dayOf(theirs.Date))
		m.Theirs++
		m.TheirsTotal += crm.MinorUnits(theirs.Total)
	}
	switch {
	case here && !store.OnItsWay(o.LinkState):
		c.found = append(c.found, c.compareCredit(o, theirs)...)
	case !here && counts:
		return c.onlyThere(ctx, link.CreditNote, likeInvoice(theirs))
	}
	return nil
}

// monthly are the totals by month, in no order.
func (c *comparison) monthly() []store.Month {
	months := make([]store.Month, 0, len(c.months))
	for _, m := range slices.SortedFunc(maps.Values(c.months), func(a, b *store.Month) int { return cmp.Compare(a.Month, b.Month) }) {
		months = append(months, *m)
	}
	return months
}

// againMost is how many documents that differ are read a second time.
const againMost = 400

// again looks a second time at what differs, because either side may have
// changed while the other was read. Beyond againMost documents what was found
// stays.
func (c *comparison) again(ctx context.Context) error {
	suspects := map[link.Kind]map[string]bool{link.Invoice: {}, link.CreditNote: {}}
	for _, d := range c.found {
		kind, id := d.Kind, d.RemoteID
		if kind == link.Payment {
			kind, id = link.Invoice, c.invoiceOfPayment(ctx, d)
		}
		if suspects[kind] != nil && id != "" && d.What != MissingHere || d.Kind == link.Payment && id != "" {
			suspects[kind][id] = true
		}
	}
	c.found = slices.DeleteFunc(c.found, func(d store.Difference) bool { return c.arrived(ctx, d) })
	for _, kind := range []link.Kind{link.Invoice, link.CreditNote} {
		ids := slices.Sorted(maps.Keys(suspects[kind]))
		if len(ids) > againMost {
			continue
		}
		for len(ids) > 0 {
			n := min(len(ids), lookUpMost)
			if err := c.compareAgain(ctx, kind, ids[:n]); err != nil {
				return err
			}
			if err := c.advance(ctx, "what differs", 0); err != nil {
				return err
			}
			ids = ids[n:]
		}
	}
	return nil
}

// invoiceOfPayment is the invoice, by its id in Xero, of a payment that differs.
func (c *comparison) invoiceOfPayment(ctx context.Context, d store.Difference) string {
	if d.What == MissingHere {
		return d.RemoteID
	}
	p, err := c.Store.Payment(ctx, c.org.ID, crm.PaymentID{UUID: d.Record})
	if err != nil {
		return ""
	}
	l, err := c.Store.Link(ctx, c.key(link.Invoice, p.InvoiceID.UUID))
	if err != nil {
		return ""
	}
	return l.RemoteID
}

// arrived reports that a record which was on one side only is on both by now, or
// on its way.
func (c *comparison) arrived(ctx context.Context, d store.Difference) bool {
	switch {
	case d.Kind == link.Payment:
		return false
	case d.What == MissingThere:
		l, err := c.Store.Link(ctx, c.key(d.Kind, d.Record))
		return err == nil && (l.Waiting() || l.RemoteID != "" && d.RemoteID == "" && l.State == link.Synced && l.UpdatedAt.After(c.rec.StartedAt))
	case d.What == MissingHere:
		_, err := c.Store.LinkByRemote(ctx, c.key(d.Kind, uuid.Nil), d.RemoteID)
		return err == nil
	}
	return false
}

// compareAgain puts what differs now of some documents in place of what was
// found of them.
func (c *comparison) compareAgain(ctx context.Context, kind link.Kind, ids []string) error {
	var fresh []store.Difference
	mine := map[uuid.UUID]bool{}
	if kind == link.Invoice {
		found, err := c.client.InvoicesByID(ctx, ids)
		if err != nil {
			return err
		}
		for _, theirs := range found {
			o, waits, err := c.invoiceNow(ctx, theirs.InvoiceID)
			if err != nil {
				return err
			}
			mine[o.ID.UUID] = true
			for _, p := range c.payments[o.ID] {
				mine[p.ID.UUID] = true
			}
			if !waits {
				fresh = append(fresh, c.compareInvoice(o, theirs)...)
			}
		}
	} else {
		found, err := c.client.CreditNotesByID(ctx, ids)
		if err != nil {
			return err
		}
		for _, theirs := range found {
			o, waits, err := c.creditNow(ctx, theirs.CreditNoteID)
			if err != nil {
				return err
			}
			mine[o.ID.UUID] = true
			if !waits {
				fresh = append(fresh, c.compareCredit(o, theirs)...)
			}
		}
	}
	c.found = slices.DeleteFunc(c.found, func(d store.Difference) bool {
		return mine[d.Record] || d.Kind == link.Payment && kind == link.Invoice && d.What == MissingHere && slices.Contains(ids, d.RemoteID)
	})
	c.found = append(c.found, fresh...)
	return nil
}

// invoiceNow is our side of an invoice as it is now, its payments included.
func (c *comparison) invoiceNow(ctx context.Context, remote string) (o store.LinkedInvoice, waits bool, err error) {
	l, err := c.Store.LinkByRemote(ctx, c.key(link.Invoice, uuid.Nil), remote)
	if err != nil {
		return o, false, err
	}
	i, err := c.Store.Invoice(ctx, c.org.ID, crm.InvoiceID{UUID: l.Record})
	if err != nil {
		return o, false, err
	}
	payments, err := c.Store.PaymentsOf(ctx, c.org.ID, i.ID)
	if err != nil {
		return o, false, err
	}
	c.payments[i.ID] = nil
	for _, p := range payments {
		sent, err := c.Store.Link(ctx, c.key(link.Payment, p.ID.UUID))
		if err != nil && crm.KindOf(err) != crm.NotFound {
			return o, false, err
		}
		c.payments[i.ID] = append(c.payments[i.ID], store.LinkedPayment{
			ID: p.ID, InvoiceID: i.ID, Number: p.Number, Amount: p.Amount, PaidOn: p.PaidOn, Source: p.Source, Reversed: p.ReversedAt != nil,
			RemoteID: sent.RemoteID, LinkState: string(sent.State)})
	}
	return store.LinkedInvoice{
		ID: i.ID, Number: i.Number, State: i.State, Currency: i.Currency, Reference: i.Reference, IssuedOn: i.IssuedOn, DueOn: i.DueOn,
		Total: i.Totals.Total, Tax: i.Totals.Tax, Paid: i.Paid, Credited: i.Credited, CustomerID: i.CustomerID, RemoteID: remote, LinkState: string(l.State),
	}, l.Waiting(), nil
}

// creditNow is our side of a credit note as it is now.
func (c *comparison) creditNow(ctx context.Context, remote string) (o store.LinkedCreditNote, waits bool, err error) {
	l, err := c.Store.LinkByRemote(ctx, c.key(link.CreditNote, uuid.Nil), remote)
	if err != nil {
		return o, false, err
	}
	n, err := c.Store.CreditNote(ctx, c.org.ID, crm.CreditNoteID{UUID: l.Record})
	return store.LinkedCreditNote{
		ID: n.ID, Number: n.Number, State: n.State, Currency: n.Currency, Reference: n.Reference, IssuedOn: n.IssuedOn, Total: n.Totals.Total, Tax: n.Totals.Tax,
		Applied: n.Applied, Refunded: n.Refunded, CustomerID: n.CustomerID, RemoteID: remote, LinkState: string(l.State),
	}, l.Waiting(), err
}
