package xero

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// codeInvoiceWaits marks payments that wait for their invoice.
const codeInvoiceWaits = "invoice_waits"

// pushPayments books one payment. A payment has no number that Xero keeps
// unique, so each goes alone under a key that stays the same until its outcome
// is known: within six minutes Xero recognises it, later it is looked up first.
func (r *run) pushPayments(ctx context.Context) (int, error) {
	claimed, err := r.claim(ctx, link.Payment, 1)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	l := claimed[0]
	reading, t := r.follow(ctx, r.org.ID, "sync")
	payment, err := r.Store.Payment(ctx, r.org.ID, crm.PaymentID{UUID: l.Record})
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	invoiceID, step, err := r.judgePayment(reading, &l, payment)
	if err != nil {
		return 1, r.unprepared(ctx, t, claimed, err)
	}
	switch step {
	case paymentBook:
		return 1, r.bookPayment(ctx, l, payment, invoiceID)
	case paymentDelete:
		return 1, r.deletePayment(ctx, l, payment)
	}
	return 1, r.settle(ctx, t, []link.Link{l}, func(ctx context.Context, tx *store.Tx) error { return r.logHeld(ctx, tx, []link.Link{l}) })
}

// paymentStep is what has to be done in Xero about a payment.
type paymentStep int

const (
	paymentRests paymentStep = iota // nothing, or not yet, which its link says
	paymentBook
	paymentDelete
)

// judgePayment decides what becomes of a payment that waits, and says on its
// link why nothing is done. A payment is booked on invoiceID.
func (r *run) judgePayment(ctx context.Context, l *link.Link, p crm.Payment) (invoiceID string, _ paymentStep, _ error) {
	invoice, err := r.linkOf(ctx, link.Key{Org: r.org.ID, Service: Name, Kind: link.Invoice, Record: p.InvoiceID.UUID})
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return "", paymentRests, err
	}
	held, err := r.holdsBack(ctx, l.DueAt, func(b Books) *link.Problem { return checkDay(b, "The payment", p.PaidOn) })
	if err != nil {
		return "", paymentRests, err
	}
	switch {
	case p.ReversedAt != nil && l.RemoteID == "": // never arrived
		l.Succeed(link.Remote{}, p.Version, r.Now())
	case held != nil:
		l.Block(*held, r.Now())
	case p.ReversedAt != nil:
		return "", paymentDelete, nil
	case l.RemoteID != "": // payments cannot be changed in Xero
		l.Succeed(link.Remote{ID: l.RemoteID, Number: l.RemoteNumber, Version: l.RemoteVersion, Snapshot: l.Snapshot}, p.Version, r.Now())
	case invoice.RemoteID == "":
		l.Postpone(r.Now().Add(r.Schedule.Wait(lookUpAfter)), link.Problem{Kind: "waits", Code: codeInvoiceWaits, Text: "Waiting for its invoice to be in Xero.", Action: link.Wait})
	default:
		return invoice.RemoteID, paymentBook, nil
	}
	return "", paymentRests, nil
}

func (r *run) bookPayment(ctx context.Context, l link.Link, p crm.Payment, invoiceID string) error {
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	body := xeroapi.Payment{
		Invoice: &xeroapi.Invoice{InvoiceID: invoiceID}, Account: &xeroapi.Account{Code: r.settings.PaymentAccount},
		Date: date(p.PaidOn), Amount: xeroapi.Money(p.Amount), Reference: p.Number,
	}
	if err := r.keepWriteKey(ctx, &l); err != nil {
		return err
	}
	results, err := r.client(r.conn).CreatePayments(ctx, l.WriteKey, []xeroapi.Payment{body})
	action := synclog.Create
	switch {
	case err != nil:
		r.fail(&l, err)
	case results[0].OK():
		l.Succeed(remotePayment(results[0].Record), p.Version, r.Now())
	default:
		r.refuse(&l, results[0].Problems)
	}
	return r.settlePayment(ctx, t, l, action, err)
}

// keepWriteKey gives the write a key before it leaves, unless it repeats one
// whose outcome is not known.
func (r *run) keepWriteKey(ctx context.Context, l *link.Link) error {
	if l.WriteKey != "" {
		return nil
	}
	l.WriteKey = string(l.Kind) + "-" + uuid.NewString()
	return r.Store.InTx(ctx, func(tx *store.Tx) error { return tx.KeepWriteKey(ctx, r.Process.ID, *l) })
}

func (r *run) deletePayment(ctx context.Context, l link.Link, p crm.Payment) error {
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	if err := r.keepWriteKey(ctx, &l); err != nil {
		return err
	}
	deleted, err := r.client(r.conn).DeletePayment(ctx, l.WriteKey, l.RemoteID)
	if err != nil {
		r.fail(&l, err)
	} else {
		l.Succeed(remotePayment(deleted), p.Version, r.Now())
	}
	return r.settlePayment(ctx, t, l, synclog.Delete, err)
}

func (r *run) settlePayment(ctx context.Context, t *trail, l link.Link, action synclog.Action, err error) error {
	failed := r.settle(ctx, t, []link.Link{l}, func(ctx context.Context, tx *store.Tx) error {
		e := t.entry(t.last())
		e.Direction, e.Action, e.EntityType, e.EntityID, e.Label = synclog.Out, action, string(link.Payment), l.Record.String(), l.Label
		e.Attempt = max(l.Attempts, 1)
		e.Status, e.Error = outcome(l)
		return tx.InsertEntry(ctx, e)
	})
	if failed != nil {
		return failed
	}
	return r.consequence(ctx, err)
}

// lookUpPayments asks what became of a payment whose outcome is not known: by
// its invoice, amount, date and our number as the reference.
func (r *run) lookUpPayments(ctx context.Context) (int, error) {
	claimed, err := r.claimUnknown(ctx, link.Payment, 1)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	l := claimed[0]
	payment, err := r.Store.Payment(ctx, r.org.ID, crm.PaymentID{UUID: l.Record})
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	invoice, err := r.Store.Link(ctx, link.Key{Org: r.org.ID, Service: Name, Kind: link.Invoice, Record: payment.InvoiceID.UUID})
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	remote, err := r.client(r.conn).PaymentsOfInvoice(ctx, invoice.RemoteID)
	if err != nil {
		return 1, r.stillUnknown(ctx, t, claimed, err)
	}
	r.resolvePayment(&l, payment, remote)
	return 1, r.settle(ctx, t, []link.Link{l}, nil)
}

func (r *run) resolvePayment(l *link.Link, ours crm.Payment, remote []xeroapi.Payment) {
	for _, p := range remote {
		deleted := p.Status == xeroapi.PaymentDeleted
		same := p.PaymentID == l.RemoteID || l.RemoteID == "" && !deleted && samePayment(ours, p)
		switch {
		case !same:
		case deleted == (ours.ReversedAt != nil):
			l.Succeed(remotePayment(p), ours.Version, r.Now())
			return
		default:
			l.Found(remotePayment(p), r.Now())
			return
		}
	}
	l.NotFound(r.Now(), r.Schedule)
}

func samePayment(ours crm.Payment, p xeroapi.Payment) bool {
	return strings.EqualFold(p.Reference, ours.Number) && crm.MinorUnits(p.Amount) == ours.Amount && p.Date == date(ours.PaidOn)
}

func remotePayment(p xeroapi.Payment) link.Remote {
	return link.Remote{ID: p.PaymentID, Number: p.Reference, Version: version(p.UpdatedDateUTC), Snapshot: snapshot(map[string]string{
		"status": p.Status, "amount": p.Amount.String(), "date": p.Date.String()})}
}
