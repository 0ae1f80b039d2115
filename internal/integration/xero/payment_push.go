package xero

import (
	"context"
	"errors"
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

// booking is money that is booked in Xero against a document: a payment of an
// invoice, or a refund of a credit note.
type booking struct {
	number   string // ours, its reference in Xero
	amount   crm.MinorUnits
	day      crm.Day
	reversed bool
	version  int64
	what     string    // in words, at the start of a sentence
	document link.Kind // of what it is booked against
	id       uuid.UUID
}

// booking reads the payment or the refund that a link is about.
func (r *run) booking(ctx context.Context, l link.Link) (booking, error) {
	if l.Kind == link.Refund {
		x, err := r.Store.Refund(ctx, r.org.ID, crm.RefundID{UUID: l.Record})
		return booking{x.Number, x.Amount, x.PaidOn, x.ReversedAt != nil, x.Version, "The refund", link.CreditNote, x.CreditNoteID.UUID}, err
	}
	p, err := r.Store.Payment(ctx, r.org.ID, crm.PaymentID{UUID: l.Record})
	return booking{p.Number, p.Amount, p.PaidOn, p.ReversedAt != nil, p.Version, "The payment", link.Invoice, p.InvoiceID.UUID}, err
}

func (r *run) pushPayments(ctx context.Context) (int, error) { return r.pushBooking(ctx, link.Payment) }
func (r *run) pushRefunds(ctx context.Context) (int, error)  { return r.pushBooking(ctx, link.Refund) }

// pushBooking books one. A payment has no number that Xero keeps unique, so
// each goes alone under a key that stays the same until its outcome is known:
// within six minutes Xero recognises it, later it is looked up first.
func (r *run) pushBooking(ctx context.Context, kind link.Kind) (int, error) {
	claimed, err := r.claim(ctx, kind, 1)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	l := claimed[0]
	reading, t := r.follow(ctx, r.org.ID, "sync")
	b, err := r.booking(ctx, l)
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	failed := l.Problem.Code != "" && l.RemoteID == "" && b.reversed
	document, step, err := r.judgeBooking(reading, &l, b)
	if err != nil {
		return 1, r.unprepared(ctx, t, claimed, err)
	}
	switch step {
	case useMake:
		return 1, r.book(ctx, l, b, document)
	case useTakeBack:
		return 1, r.deleteBooking(ctx, l, b)
	}
	err = r.settle(ctx, t, []link.Link{l}, func(ctx context.Context, tx *store.Tx) error { return r.logHeld(ctx, tx, []link.Link{l}) })
	if err != nil || !failed {
		return 1, err
	}
	return 1, r.unhold(ctx, r.key(b.document, b.id))
}

// unhold reads a document again that what was recorded here held: Xero had
// refused that, and it was taken back.
func (r *run) unhold(ctx context.Context, k link.Key) error {
	l, err := r.Store.Link(ctx, k)
	if crm.KindOf(err) == crm.NotFound || err == nil && l.RemoteID == "" {
		return nil
	}
	if err != nil {
		return err
	}
	reading, t := r.follow(ctx, r.org.ID, "sync")
	if k.Kind == link.Invoice {
		_, err = r.refreshInvoices(reading, r.conn, []string{l.RemoteID})
	} else {
		_, err = r.refreshCreditNotes(reading, r.conn, []string{l.RemoteID})
	}
	if kept := r.settle(ctx, t, nil, nil); kept != nil {
		return kept
	}
	return r.consequence(ctx, err)
}

// useStep is what has to be done in Xero about a payment, an allocation or a
// refund.
type useStep int

const (
	useRests useStep = iota // nothing, or not yet, which its link says
	useMake
	useTakeBack
)

// judgeBooking decides what becomes of a payment or a refund that waits, and says
// on its link why nothing is done. It is booked on the document of that id.
func (r *run) judgeBooking(ctx context.Context, l *link.Link, b booking) (document string, _ useStep, _ error) {
	switch {
	case b.reversed && l.RemoteID == "": // never arrived
		l.Succeed(link.Remote{}, b.version, r.Now())
		return "", useRests, nil
	case !b.reversed && l.RemoteID != "": // payments cannot be changed in Xero
		l.Succeed(link.Remote{ID: l.RemoteID, Number: l.RemoteNumber, Version: l.RemoteVersion, Snapshot: l.Snapshot}, b.version, r.Now())
		return "", useRests, nil
	}
	held, err := r.holdsBack(ctx, l.DueAt, func(books Books) *link.Problem { return r.checkBooking(books, b) })
	switch {
	case err != nil:
		return "", useRests, err
	case held != nil:
		l.Block(*held, r.Now())
	case b.reversed:
		return "", useTakeBack, nil
	default:
		on, ready, err := r.documentOf(ctx, l, b.document, b.id)
		if err == nil && ready {
			return on.RemoteID, useMake, nil
		}
		return "", useRests, err
	}
	return "", useRests, nil
}

func (r *run) book(ctx context.Context, l link.Link, b booking, document string) error {
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	body := xeroapi.Payment{
		Account: &xeroapi.Account{Code: r.settings.PaymentAccount}, Date: date(b.day), Amount: xeroapi.Money(b.amount), Reference: b.number,
	}
	if b.document == link.CreditNote {
		body.CreditNote = &xeroapi.AppliedCredit{CreditNoteID: document}
	} else {
		body.Invoice = &xeroapi.Invoice{InvoiceID: document}
	}
	if err := r.keepWriteKey(ctx, &l); err != nil {
		return err
	}
	results, err := r.client(r.conn).CreatePayments(ctx, l.WriteKey, []xeroapi.Payment{body})
	switch {
	case err != nil:
		r.fail(&l, err)
	case results[0].OK():
		l.Succeed(remotePayment(results[0].Record), b.version, r.Now())
	default:
		r.refuse(&l, results[0].Problems)
	}
	return r.settleUse(ctx, t, l, synclog.Create, err)
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

func (r *run) deleteBooking(ctx context.Context, l link.Link, b booking) error {
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	if err := r.keepWriteKey(ctx, &l); err != nil {
		return err
	}
	deleted, err := r.client(r.conn).DeletePayment(ctx, l.WriteKey, l.RemoteID)
	switch {
	case alreadyDeleted(err): // somebody was faster there
		err = nil
		l.Succeed(link.Remote{ID: l.RemoteID, Number: l.RemoteNumber, Version: l.RemoteVersion, Snapshot: l.Snapshot}, b.version, r.Now())
	case err != nil:
		r.fail(&l, err)
	default:
		l.Succeed(remotePayment(deleted), b.version, r.Now())
	}
	return r.settleUse(ctx, t, l, synclog.Delete, err)
}

func alreadyDeleted(err error) bool {
	var e *xeroapi.Error
	return errors.As(err, &e) && e.Code == xeroapi.CodeAlreadyDeleted
}

func (r *run) lookUpPayments(ctx context.Context) (int, error) {
	return r.lookUpBooking(ctx, link.Payment)
}

func (r *run) lookUpRefunds(ctx context.Context) (int, error) {
	return r.lookUpBooking(ctx, link.Refund)
}

// lookUpBooking asks what became of a payment whose outcome is not known: by
// its document, amount, date and our number as the reference.
func (r *run) lookUpBooking(ctx context.Context, kind link.Kind) (int, error) {
	claimed, err := r.claimUnknown(ctx, kind, 1)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	l := claimed[0]
	b, err := r.booking(ctx, l)
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	document, err := r.Store.Link(ctx, r.key(b.document, b.id))
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	ask := r.client(r.conn).PaymentsOfInvoice
	if b.document == link.CreditNote {
		ask = r.client(r.conn).PaymentsOfCreditNote
	}
	remote, err := ask(ctx, document.RemoteID)
	if err != nil {
		return 1, r.stillUnknown(ctx, t, claimed, err)
	}
	r.resolveBooking(&l, b, remote)
	return 1, r.settle(ctx, t, []link.Link{l}, nil)
}

func (r *run) resolveBooking(l *link.Link, ours booking, remote []xeroapi.Payment) {
	for _, p := range remote {
		deleted := p.Status == xeroapi.PaymentDeleted
		same := p.PaymentID == l.RemoteID || l.RemoteID == "" && !deleted && sameBooking(ours, p)
		switch {
		case !same:
		case deleted == ours.reversed:
			l.Succeed(remotePayment(p), ours.version, r.Now())
			return
		default:
			l.Found(remotePayment(p), r.Now())
			return
		}
	}
	l.NotFound(r.Now(), r.Schedule)
}

func sameBooking(ours booking, p xeroapi.Payment) bool {
	return strings.EqualFold(p.Reference, ours.number) && crm.MinorUnits(p.Amount) == ours.amount && p.Date == date(ours.day)
}

func remotePayment(p xeroapi.Payment) link.Remote {
	return link.Remote{ID: p.PaymentID, Number: p.Reference, Version: version(p.UpdatedDateUTC), Snapshot: snapshot(map[string]string{
		"status": p.Status, "amount": p.Amount.String(), "date": p.Date.String()})}
}
