package records

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/crm"
)

// RemoteCreditNote is what a service reports about a credit note of ours.
type RemoteCreditNote struct {
	CreditNoteID crm.CreditNoteID
	Key          string // names it in the service; foreign credits of that name are it, and count no more
	Voided       bool
	Elsewhere    crm.MinorUnits     // allocated to documents that are not ours
	Allocations  []RemoteAllocation // all to invoices of ours; one from there that is missing was taken back
	Refunds      []RemotePayment    // all that the service has; PaymentID is that of our refund
}

// RemoteAllocation is an allocation as a service has it.
type RemoteAllocation struct {
	Key          string           // names it in the service
	AllocationID crm.AllocationID // ours, when the service's is a copy of it; zero otherwise
	InvoiceID    crm.InvoiceID
	Amount       crm.MinorUnits
	On           crm.Day
	Removed      bool // taken back in the service
	Removing     bool // taken back here, which the service has yet to hear
}

// ApplyRemoteCreditNote brings a credit note, its allocations and refunds, and
// the invoices that it credits into line with what a service reports, whose name
// must be the Work's origin and a crm.PaymentSource. It reports whether anything
// changed; doing it twice changes nothing more.
//
// As with payments in ApplyRemote, an allocation or refund made here that the
// report does not name counts as one that the service does not have yet; when
// the service had it and has it no more, the report must name it as removed or
// reversed. A credit note that is a draft or voided here is left alone, and so is
// one that is voided there while something is used of it that was recorded here. It
// returns an Error of kind NotFound when there is no such credit note.
func (w Work) ApplyRemoteCreditNote(ctx context.Context, r RemoteCreditNote) (changed bool, err error) {
	n, err := w.tx.LockCreditNote(ctx, w.by.Org, r.CreditNoteID)
	if err != nil {
		return false, err
	}
	if n.State == crm.CreditNoteDraft || n.State == crm.CreditNoteVoided {
		return false, nil
	}
	m := creditMerge{Work: w, note: n, remote: r, used: usage{applied: r.Elsewhere}, invoices: map[crm.InvoiceID]bool{}}
	if err := m.allocations(ctx); err != nil {
		return false, err
	}
	if err := m.refunds(ctx); err != nil {
		return false, err
	}
	if err := m.replaced(ctx); err != nil {
		return false, err
	}
	if r.Voided && m.used.applied+m.used.refunded > 0 { // which the service cannot take; somebody has to decide
		return m.changed, m.settleInvoices(ctx)
	}
	if r.Voided {
		n.State, n.Applied, n.Refunded = crm.CreditNoteVoided, 0, 0
		if n, err = w.saveCreditNote(ctx, n); err != nil {
			return false, err
		}
		if err := w.publish(ctx, ofCreditNote(n), crm.Voided, "Voided the credit note."); err != nil {
			return false, err
		}
		return true, m.settleInvoices(ctx)
	}
	_, used, err := w.use(ctx, n, m.used, "What was used of the credit changed.")
	if err != nil {
		return false, err
	}
	return used || m.changed, m.settleInvoices(ctx)
}

// creditMerge brings the allocations and refunds of one credit note together.
type creditMerge struct {
	Work
	note     crm.CreditNote
	remote   RemoteCreditNote
	used     usage // what counts as used
	invoices map[crm.InvoiceID]bool
	changed  bool
}

func (m *creditMerge) allocations(ctx context.Context) error {
	ours, err := m.tx.AllocationsOf(ctx, m.by.Org, m.note.ID)
	if err != nil {
		return err
	}
	byID, byKey := map[crm.AllocationID]RemoteAllocation{}, map[string]RemoteAllocation{}
	for _, a := range m.remote.Allocations {
		if a.AllocationID.IsZero() {
			byKey[a.Key] = a
		} else {
			byID[a.AllocationID] = a
		}
		if !a.Removed {
			m.used.applied += a.Amount
		}
	}
	for _, a := range ours {
		remote, there := byID[a.ID]
		if !there && a.Source != crm.FromRenoz {
			remote, there = byKey[a.Key]
			delete(byKey, a.Key)
		}
		if err := m.allocation(ctx, a, remote, there); err != nil {
			return err
		}
	}
	for _, a := range m.remote.Allocations { // in the service's order
		if _, fresh := byKey[a.Key]; !fresh || !a.AllocationID.IsZero() || a.Removed {
			continue
		}
		delete(byKey, a.Key)
		if err := m.addAllocation(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// allocation merges one that is known here.
func (m *creditMerge) allocation(ctx context.Context, a crm.Allocation, remote RemoteAllocation, there bool) error {
	gone := there && remote.Removed || !there && a.Source != crm.FromRenoz
	switch {
	case gone && a.RemovedAt == nil:
		m.changed, m.invoices[a.InvoiceID] = true, true
		_, err := m.detach(ctx, a, m.note, "its invoice")
		return err
	case gone:
	case there && a.RemovedAt != nil && (a.Source == crm.FromRenoz || remote.Removing):
		m.used.applied -= remote.Amount // the service has yet to take it back
	case !there && a.RemovedAt == nil:
		m.used.applied += a.Amount // the service has yet to get it
	case there && (a.RemovedAt != nil || a.Amount != remote.Amount || a.AllocatedOn != remote.On && !remote.On.IsZero()):
		return m.changeAllocation(ctx, a, remote)
	}
	return nil
}

func (m *creditMerge) changeAllocation(ctx context.Context, a crm.Allocation, remote RemoteAllocation) error {
	m.changed, m.invoices[a.InvoiceID] = true, true
	a.Amount, a.RemovedAt = remote.Amount, nil
	if !remote.On.IsZero() {
		a.AllocatedOn = remote.On
	}
	if err := m.tx.UpdateAllocation(ctx, a); err != nil {
		return err
	}
	a.Version++
	return m.publish(ctx, ofAllocation(a, m.note), crm.Updated, "What is set of "+m.note.Number+" against an invoice changed to "+a.Amount.Format(m.note.Currency)+" of "+a.AllocatedOn.Format()+".")
}

func (m *creditMerge) addAllocation(ctx context.Context, remote RemoteAllocation) error {
	a := crm.Allocation{
		ID: crm.NewID[crm.Allocation](), OrgID: m.by.Org, CreditNoteID: m.note.ID, InvoiceID: remote.InvoiceID, Amount: remote.Amount,
		AllocatedOn: remote.On, Source: crm.PaymentSource(m.by.Origin), Key: remote.Key, Version: 1, CreatedAt: m.book.now(),
	}
	if a.AllocatedOn.IsZero() {
		a.AllocatedOn = m.note.IssuedOn
	}
	if err := a.Validate(); err != nil {
		return err
	}
	if err := m.tx.InsertAllocation(ctx, a); err != nil {
		return err
	}
	m.changed, m.invoices[a.InvoiceID] = true, true
	return m.publish(ctx, ofAllocation(a, m.note), crm.Created, "Set "+a.Amount.Format(m.note.Currency)+" of "+m.note.Number+" against an invoice.")
}

func (m *creditMerge) refunds(ctx context.Context) error {
	ours, err := m.tx.RefundsOf(ctx, m.by.Org, m.note.ID)
	if err != nil {
		return err
	}
	byID, byKey := map[crm.RefundID]RemotePayment{}, map[string]RemotePayment{}
	for _, p := range m.remote.Refunds {
		if p.PaymentID.IsZero() {
			byKey[p.Key] = p
		} else {
			byID[crm.RefundID(p.PaymentID)] = p
		}
		if !p.Reversed {
			m.used.refunded += p.Amount
		}
	}
	for _, x := range ours {
		remote, there := byID[x.ID]
		if x.Source != crm.FromRenoz {
			remote, there = byKey[x.Number]
			delete(byKey, x.Number)
		}
		if err := m.refund(ctx, x, remote, there); err != nil {
			return err
		}
	}
	for _, p := range m.remote.Refunds { // in the service's order
		if _, fresh := byKey[p.Key]; !fresh || !p.PaymentID.IsZero() || p.Reversed {
			continue
		}
		delete(byKey, p.Key)
		if err := m.addRefund(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// refund merges one that is known here.
func (m *creditMerge) refund(ctx context.Context, x crm.Refund, remote RemotePayment, there bool) error {
	own := x.Source == crm.FromRenoz
	gone := there && remote.Reversed || !there && !own
	switch {
	case gone && x.ReversedAt == nil:
		m.changed = true
		_, err := m.reverse(ctx, x, m.note)
		return err
	case gone:
	case own && there && x.ReversedAt != nil:
		m.used.refunded -= x.Amount // the service has yet to take it back
	case own && !there && x.ReversedAt == nil:
		m.used.refunded += x.Amount // the service has yet to get it
	case !own && (x.ReversedAt != nil || x.Amount != remote.Amount || x.PaidOn != remote.PaidOn || x.Reference != remote.Reference):
		m.changed = true
		x.Amount, x.PaidOn, x.Reference, x.ReversedAt = remote.Amount, remote.PaidOn, remote.Reference, nil
		if err := m.tx.UpdateRefund(ctx, x); err != nil {
			return err
		}
		x.Version++
		return m.publish(ctx, ofRefund(x), crm.Updated, "The refund changed to "+x.Amount.Format(m.note.Currency)+" of "+x.PaidOn.Format()+".")
	}
	return nil
}

func (m *creditMerge) addRefund(ctx context.Context, remote RemotePayment) error {
	x := crm.Refund{
		ID: crm.NewID[crm.Refund](), OrgID: m.by.Org, CreditNoteID: m.note.ID, Number: remote.Key, Amount: remote.Amount, PaidOn: remote.PaidOn,
		Method: remote.Method, Reference: remote.Reference, Source: crm.PaymentSource(m.by.Origin), Version: 1, CreatedAt: m.book.now(),
	}
	if err := x.Validate(); err != nil {
		return err
	}
	if err := m.tx.InsertRefund(ctx, x); err != nil {
		return err
	}
	m.changed = true
	return m.publish(ctx, ofRefund(x), crm.Created, "Paid "+x.Amount.Format(m.note.Currency)+" of "+m.note.Number+" back.")
}

// settleInvoices writes what they are credited now to the invoices that were
// touched, always in the same order so that two of these never wait for each
// other.
func (m *creditMerge) settleInvoices(ctx context.Context) error {
	ids := slices.SortedFunc(maps.Keys(m.invoices), func(a, b crm.InvoiceID) int { return strings.Compare(a.String(), b.String()) })
	for _, id := range ids {
		i, err := m.tx.LockInvoice(ctx, m.by.Org, id)
		if err != nil {
			return err
		}
		if err := m.replace(ctx, id); err != nil {
			return err
		}
		if i.State == crm.InvoiceDraft || i.State == crm.InvoiceVoided {
			continue
		}
		sum, err := m.credited(ctx, id)
		if err != nil {
			return err
		}
		if _, err := m.settle(ctx, i, balance{paid: i.Paid, credited: sum}, "The credits of the invoice changed."); err != nil {
			return err
		}
	}
	return nil
}
