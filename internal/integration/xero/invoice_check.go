package xero

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// codeSumsDiffer marks documents whose lines do not add up to their totals.
const codeSumsDiffer = "sums_differ"

// holdsBack finds what Xero would refuse about a document before it is sent.
// What the books say is asked again first when they are older than the wish to
// send: somebody may have mended it in Xero meanwhile. Without books nothing is
// held back, and Xero decides.
func (r *run) holdsBack(ctx context.Context, wished time.Time, check func(Books) *link.Problem) (*link.Problem, error) {
	if r.booksNow.ReadAt.IsZero() {
		return nil, nil
	}
	problem := check(r.booksNow)
	if problem == nil || !r.booksNow.ReadAt.Before(wished) {
		return problem, nil
	}
	if err := r.refreshBooks(ctx); err != nil {
		return nil, err
	}
	return check(r.booksNow), nil
}

// checkDay finds a day in a period that is locked in Xero.
// https://central.xero.com/s/article/Lock-dates
func checkDay(b Books, what string, day crm.Day) *link.Problem {
	if !b.locked(day) {
		return nil
	}
	return &link.Problem{Kind: "blocked", Code: xeroapi.CodeLockedPeriod, Action: link.LookRemote, Text: fmt.Sprintf(
		"%s is dated %s, and Xero is locked up to %s. Move the lock date in Xero and retry, or give it a later date.", what, day.Format(), b.LockedUntil.Format())}
}

// checkEnd finds a document that cannot be voided, because it is in a period that
// is locked in Xero.
func checkEnd(b Books, what string, day crm.Day) *link.Problem {
	p := checkDay(b, what, day)
	if p != nil {
		p.Text = fmt.Sprintf("%s is dated %s, and Xero is locked up to %s, so that it cannot be voided there. Move the lock date in Xero; this then goes on by itself.", what, day.Format(), b.LockedUntil.Format())
	}
	return p
}

// checkInvoice finds what Xero would refuse about an invoice and its lines. Lines
// that were written in Xero stay booked as they are there.
func (r *run) checkInvoice(b Books, i crm.Invoice, agreed agreedInvoice) *link.Problem {
	if p := checkDay(b, "The invoice", i.IssuedOn); p != nil || agreed.writtenThere() {
		return p
	}
	return r.checkLines(b, i.Lines)
}

// checkCreditNote finds what Xero would refuse about a credit note and its
// lines.
func (r *run) checkCreditNote(b Books, n crm.CreditNote) *link.Problem {
	if p := checkDay(b, "The credit note", n.IssuedOn); p != nil {
		return p
	}
	return r.checkLines(b, n.Lines)
}

func (r *run) checkLines(b Books, lines []crm.Line) *link.Problem {
	for _, line := range lines {
		if p := r.checkLine(b, line); p != nil {
			return p
		}
	}
	return nil
}

func (r *run) checkLine(b Books, line crm.Line) *link.Problem {
	code, taxType, class := r.settings.account(line.Kind), r.settings.TaxTypes[line.TaxClass], line.TaxClass.Label()
	account, known := b.account(code)
	rate, taxed := b.rate(taxType)
	var text string
	switch {
	case code == "" || taxType == "":
		text = "No Xero tax rate or account is chosen for " + class + "."
	case !known:
		text = "Account " + code + " is not in Xero any more. Choose another in the Xero settings."
	case !account.Sales:
		text = "Account " + code + " (" + account.Name + ") is archived in Xero or takes no sales. Choose another in the Xero settings."
	case !taxed:
		text = "The tax rate " + taxType + " is not in Xero any more. Choose another for " + class + " in the Xero settings."
	case !rate.Sales:
		text = "The tax rate " + rate.Name + " (" + taxType + ") is not active in Xero or cannot be used with account " + code + ". Choose another for " + class + " in the Xero settings."
	case rate.Rate != r.rates[line.TaxClass]:
		text = fmt.Sprintf("%s is %s here, but %s (%s) is %s in Xero, so that the totals would differ. Choose another tax rate in the Xero settings.",
			class, r.rates[line.TaxClass].Format(), rate.Name, taxType, rate.Rate.Format())
	default:
		return nil
	}
	return &link.Problem{Kind: "blocked", Code: codeUnmapped, Action: link.Map, Text: text}
}

// checkBooking finds what Xero would refuse about a payment or a refund. One that
// is taken back needs no account.
func (r *run) checkBooking(b Books, x booking) *link.Problem {
	if p := checkDay(b, x.what, x.day); p != nil || x.reversed {
		return p
	}
	code := r.settings.PaymentAccount
	account, known := b.account(code)
	var text string
	switch {
	case code == "":
		text = "No account that receives payments is chosen. Choose one in the Xero settings."
	case !known:
		text = "Account " + code + " is not in Xero any more. Choose another that receives payments in the Xero settings."
	case !account.Payments:
		text = "Account " + code + " (" + account.Name + ") is archived in Xero or takes no payments. Choose another in the Xero settings."
	default:
		return nil
	}
	return &link.Problem{Kind: "blocked", Code: codeUnmapped, Action: link.Map, Text: text}
}

// checkSums finds lines that do not add up to what the customer was told. Rates
// may have changed since it was issued; what was agreed then stands, so it is
// not computed anew.
func checkSums(lines []crm.Line, totals crm.Totals, c crm.Currency) *link.Problem {
	var net, tax crm.MinorUnits
	for _, line := range lines {
		net += line.Net
		tax += line.Tax
	}
	if net == totals.Subtotal && tax == totals.Tax && net+tax == totals.Total {
		return nil
	}
	return &link.Problem{Kind: "mismatch", Code: codeSumsDiffer, Action: link.Review, Text: fmt.Sprintf(
		"The lines come to %s, the document says %s. Void it and issue it again.", (net + tax).Format(c), totals.Total.Format(c))}
}

// logHeld writes to the history which records were held back, of those that
// were not sent.
func (r *run) logHeld(ctx context.Context, tx *store.Tx, links []link.Link) error {
	for _, l := range links {
		if l.State != link.Blocked {
			continue
		}
		e := synclog.Entry{
			ID: uuid.Must(uuid.NewV7()), Org: l.Org, Service: Name, Direction: synclog.Out, EntityType: string(l.Kind), EntityID: l.Record.String(),
			Label: l.Label, Action: synclog.Create, Status: synclog.Failed, Error: l.Problem.Text, Attempt: l.Attempts + 1, Actor: "sync", At: r.Now(),
		}
		if l.RemoteID != "" {
			e.Action = synclog.Update
		}
		if err := tx.InsertEntry(ctx, e); err != nil {
			return err
		}
	}
	return nil
}
