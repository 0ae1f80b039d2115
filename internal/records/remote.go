package records

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
)

// RemoteInvoice is what a service reports about an invoice.
type RemoteInvoice struct {
	InvoiceID crm.InvoiceID
	Voided    bool
	Paid      crm.MinorUnits  // by all payments that the service has
	PaidOn    *crm.Day        // the day it was settled; nil: the day of the last payment
	Payments  []RemotePayment // all that the service has; one from there that is missing was taken back
	Credits   []ForeignCredit // all of credits that are not ours; one that is missing was taken back
	Reference *string         // to take over; nil: ours stays
	DueOn     *crm.Day        // to take over; nil: ours stays
}

// ForeignCredit is what a service has set against an invoice from a credit that
// it alone knows.
type ForeignCredit struct {
	Key    string // names the credit in the service
	Kind   crm.CreditKind
	Number string
	Amount crm.MinorUnits
	On     crm.Day // of the credit
}

// RemotePayment is a payment as a service has it.
type RemotePayment struct {
	Key       string        // names it in the service, and becomes the number of a payment that was recorded there
	PaymentID crm.PaymentID // ours, when the service's is a copy of it; zero otherwise
	Amount    crm.MinorUnits
	PaidOn    crm.Day
	Method    string
	Reference string
	Reversed  bool // taken back in the service
}

// ApplyRemote brings an invoice and its payments into line with what a service
// reports, whose name must be the Work's origin and a crm.PaymentSource. It
// reports whether anything changed; doing it twice changes nothing more.
//
// A payment recorded here that the report does not name counts as one that the
// service does not have yet: it stays paid. When the service had it and has it
// no more, the report must name it as reversed. One taken back here that the
// service still has does not count as paid. What our own credit notes are
// allocated is told by their reports, see ApplyRemoteCreditNote. An invoice that
// is a draft or voided here is left alone, and so is one that is voided there while
// money or credit stands against it that was recorded here. It returns an Error of
// kind NotFound when there is no such invoice.
func (w Work) ApplyRemote(ctx context.Context, r RemoteInvoice) (changed bool, err error) {
	i, err := w.tx.LockInvoice(ctx, w.by.Org, r.InvoiceID)
	if err != nil {
		return false, err
	}
	if i.State == crm.InvoiceDraft || i.State == crm.InvoiceVoided {
		return false, nil
	}
	payments, err := w.tx.PaymentsOf(ctx, w.by.Org, i.ID)
	if err != nil {
		return false, err
	}
	m := merge{Work: w, invoice: i, remote: r, paid: r.Paid}
	if err := m.payments(ctx, payments); err != nil {
		return false, err
	}
	if err := m.credits(ctx); err != nil {
		return false, err
	}
	credited, err := w.credited(ctx, i.ID)
	if err != nil {
		return false, err
	}
	if r.Voided {
		if m.paid+credited > 0 { // which the service cannot take; somebody has to decide
			return m.changed, nil
		}
		return true, w.voidRemotely(ctx, i)
	}
	if i, err = m.takeOver(ctx, i); err != nil {
		return false, err
	}
	settled, err := w.settle(ctx, i, balance{m.paid, credited, r.PaidOn}, "The balance changed.")
	return settled || m.changed, err
}

func (w Work) voidRemotely(ctx context.Context, i crm.Invoice) error {
	i.State, i.Paid, i.Credited, i.PaidOn = crm.InvoiceVoided, 0, 0, nil
	i, err := w.saveInvoice(ctx, i)
	if err != nil {
		return err
	}
	return w.publish(ctx, ofInvoice(i), crm.Voided, "Voided the invoice.")
}

// takeOver writes what only the service changed to the invoice.
func (m *merge) takeOver(ctx context.Context, i crm.Invoice) (crm.Invoice, error) {
	before := i
	if m.remote.Reference != nil {
		i.Reference = *m.remote.Reference
	}
	if m.remote.DueOn != nil {
		i.DueOn = *m.remote.DueOn
	}
	if i.Reference == before.Reference && i.DueOn == before.DueOn || i.Validate() != nil { // what we could not keep stays as it was
		return before, nil
	}
	i, err := m.saveInvoice(ctx, i)
	if err != nil {
		return before, err
	}
	m.changed = true
	return i, m.publish(ctx, ofInvoice(i), crm.Updated, invoiceDifference(before, i))
}

// merge brings the payments of one invoice together.
type merge struct {
	Work
	invoice crm.Invoice
	remote  RemoteInvoice
	paid    crm.MinorUnits // what counts as paid
	changed bool
}

func (m *merge) payments(ctx context.Context, ours []crm.Payment) error {
	byID := map[crm.PaymentID]RemotePayment{}
	byKey := map[string]RemotePayment{}
	for _, p := range m.remote.Payments {
		if p.PaymentID.IsZero() {
			byKey[p.Key] = p
		} else {
			byID[p.PaymentID] = p
		}
	}
	for _, p := range ours {
		var err error
		if p.Source == crm.FromRenoz {
			remote, there := byID[p.ID]
			err = m.own(ctx, p, remote, there)
		} else {
			remote, there := byKey[p.Number]
			delete(byKey, p.Number)
			err = m.theirs(ctx, p, remote, there)
		}
		if err != nil {
			return err
		}
	}
	for _, p := range m.remote.Payments { // in the service's order
		if _, fresh := byKey[p.Key]; !fresh || !p.PaymentID.IsZero() || p.Reversed {
			continue
		}
		delete(byKey, p.Key)
		if err := m.add(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// credits keeps what the service has set against the invoice from credits that
// it alone knows.
func (m *merge) credits(ctx context.Context) error {
	known, err := m.tx.ForeignCreditsOn(ctx, m.by.Org, m.invoice.ID)
	if err != nil {
		return err
	}
	before := map[string]crm.ForeignCredit{}
	for _, c := range known {
		before[c.Key] = c
	}
	for _, c := range m.remote.Credits {
		now := crm.ForeignCredit{OrgID: m.by.Org, InvoiceID: m.invoice.ID, Key: c.Key, Kind: c.Kind, Number: c.Number, Amount: c.Amount, CreditOn: c.On}
		if before[c.Key] != now {
			m.changed = true
			if err := m.tx.KeepForeignCredit(ctx, now); err != nil {
				return err
			}
		}
		delete(before, c.Key)
	}
	at := m.book.now()
	for _, c := range before {
		if c.RemovedAt != nil {
			continue
		}
		m.changed, c.RemovedAt = true, &at
		if err := m.tx.KeepForeignCredit(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// own merges a payment that was recorded here.
func (m *merge) own(ctx context.Context, p crm.Payment, remote RemotePayment, there bool) error {
	switch {
	case there && remote.Reversed && p.ReversedAt == nil:
		m.changed = true
		_, err := m.takeBack(ctx, p, m.invoice)
		return err
	case there && !remote.Reversed && p.ReversedAt != nil:
		m.paid -= p.Amount // the service has yet to take it back
	case !there && p.ReversedAt == nil:
		m.paid += p.Amount // the service has yet to get it
	}
	return nil
}

// theirs merges a payment that came from the service before.
func (m *merge) theirs(ctx context.Context, p crm.Payment, remote RemotePayment, there bool) error {
	gone := !there || remote.Reversed
	if gone {
		if p.ReversedAt != nil {
			return nil
		}
		m.changed = true
		_, err := m.takeBack(ctx, p, m.invoice)
		return err
	}
	same := p.Amount == remote.Amount && p.PaidOn == remote.PaidOn && p.Method == remote.Method && p.Reference == remote.Reference
	if same && p.ReversedAt == nil {
		return nil
	}
	m.changed = true
	p.Amount, p.PaidOn, p.Method, p.Reference, p.ReversedAt = remote.Amount, remote.PaidOn, remote.Method, remote.Reference, nil
	if err := m.tx.UpdatePayment(ctx, p); err != nil {
		return err
	}
	p.Version++
	return m.publish(ctx, ofPayment(p), crm.Updated, "The payment changed to "+p.Amount.Format(m.invoice.Currency)+".")
}

// add keeps a payment that is new here.
func (m *merge) add(ctx context.Context, remote RemotePayment) error {
	p := crm.Payment{
		ID: crm.NewID[crm.Payment](), OrgID: m.by.Org, InvoiceID: m.invoice.ID, Number: remote.Key, Amount: remote.Amount, PaidOn: remote.PaidOn,
		Method: remote.Method, Reference: remote.Reference, Source: crm.PaymentSource(m.by.Origin), Version: 1, CreatedAt: m.book.now(),
	}
	if err := p.Validate(); err != nil {
		return err
	}
	if err := m.tx.InsertPayment(ctx, p); err != nil {
		return err
	}
	m.changed = true
	return m.publish(ctx, ofPayment(p), crm.Created, "Received "+p.Amount.Format(m.invoice.Currency)+" for invoice "+m.invoice.Number+".")
}
