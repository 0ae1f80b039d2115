package xero

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// pushCreditNotes sends up to 50 credit notes and reports how many it dealt
// with.
func (r *run) pushCreditNotes(ctx context.Context) (int, error) {
	claimed, err := r.claim(ctx, link.CreditNote, xeroapi.MaxRecords)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	reading, t := r.follow(ctx, r.org.ID, "sync")
	var parcels []parcel[xeroapi.CreditNote]
	var held []link.Link
	for _, l := range claimed {
		p, ready, err := r.creditParcel(reading, l)
		if err != nil {
			return len(claimed), r.unprepared(ctx, t, claimed, err)
		}
		if ready {
			parcels = append(parcels, p)
		} else {
			held = append(held, p.link)
		}
	}
	err = r.settle(ctx, t, held, func(ctx context.Context, tx *store.Tx) error { return r.logHeld(ctx, tx, held) })
	if err != nil {
		return 0, r.release(ctx, t, linksOf(parcels), err)
	}
	creates, updates := split(parcels)
	client := r.client(r.conn)
	c := carrier[xeroapi.CreditNote]{kind: link.CreditNote, remote: func(_ string, n xeroapi.CreditNote) link.Remote { return remoteCreditNote(n) }, check: r.checkCreditTotals, after: r.applyCreditNotes, send: client.CreateCreditNotes}
	if err := deliver(ctx, r, c, creates); err != nil {
		return len(claimed), r.putBack(ctx, linksOf(updates), err)
	}
	c.send = client.UpdateCreditNotes
	return len(claimed), deliver(ctx, r, c, updates)
}

// checkCreditTotals compares what Xero computed with what we promised the
// customer.
func (r *run) checkCreditTotals(sent, got xeroapi.CreditNote, ours crm.Totals) *link.Problem {
	if endedThere(sent.Status) {
		return nil
	}
	return r.checkTotals(xeroapi.Invoice{}, xeroapi.Invoice{Total: got.Total, TotalTax: got.TotalTax}, ours)
}

// creditParcel maps a credit note, or says on its link why it cannot go yet.
func (r *run) creditParcel(ctx context.Context, l link.Link) (p parcel[xeroapi.CreditNote], ready bool, err error) {
	p.link = l
	n, err := r.Store.CreditNote(ctx, r.org.ID, crm.CreditNoteID{UUID: l.Record})
	if err != nil {
		return p, false, err
	}
	p.version, p.totals = n.Version, n.Totals
	if n.State == crm.CreditNoteVoided {
		p.body.CreditNoteID, p.ends = l.RemoteID, true
		p.body.Status, ready, err = r.ends(ctx, &p.link, ending{"The credit note", n.IssuedOn, n.Version, usesOfCredit})
		return p, ready, err
	}
	if problem := checkSums(n.Lines, n.Totals, n.Currency); problem != nil {
		p.link.Block(*problem, r.Now())
		return p, false, nil
	}
	held, err := r.holdsBack(ctx, l.DueAt, func(b Books) *link.Problem { return r.checkCreditNote(b, n) })
	if err != nil {
		return p, false, err
	}
	if held != nil {
		p.link.Block(*held, r.Now())
		return p, false, nil
	}
	contact, ready, err := r.contactOf(ctx, &p.link, n.CustomerID)
	if err != nil || !ready {
		return p, false, err
	}
	p.body, ready = r.creditNote(&p.link, n, contact)
	p.approves = l.RemoteID != "" && p.body.Status == xeroapi.StatusAuthorised
	return p, ready, nil
}

// creditNote maps an issued credit note. One that is approved in Xero takes
// another date or reference only, so its lines go once. It reports false when
// the settings lack something, which is then said on the link.
func (r *run) creditNote(l *link.Link, n crm.CreditNote, contact string) (xeroapi.CreditNote, bool) {
	out := xeroapi.CreditNote{
		CreditNoteID: l.RemoteID, CreditNoteNumber: n.Number, Type: xeroapi.TypeSaleCredit, Contact: xeroapi.Contact{ContactID: contact},
		Status: r.statusFor(l), Date: date(n.IssuedOn), CurrencyCode: string(n.Currency), Reference: n.Reference,
	}
	if l.RemoteID != "" {
		if n.Reference == "" {
			out.Clear = []string{"Reference"}
		}
		return out, true
	}
	out.LineAmountTypes, out.BrandingThemeID = xeroapi.AmountsExclusive, r.settings.BrandingTheme
	for _, line := range n.Lines {
		taxType, account := r.settings.TaxTypes[line.TaxClass], r.settings.account(line.Kind)
		if taxType == "" || account == "" {
			l.Block(link.Problem{Kind: "blocked", Code: codeUnmapped, Text: "No Xero tax rate or account is chosen for " + line.TaxClass.Label() + ".", Action: link.Map}, r.Now())
			return out, false
		}
		out.LineItems = append(out.LineItems, creditLine(line, account, taxType, n.Currency))
	}
	return out, true
}

// creditLine maps a line without a discount, which credit notes in Xero cannot
// have: a discounted line becomes one piece at what the line comes to, and says
// how that came about.
// https://developer.xero.com/documentation/api/accounting/creditnotes
func creditLine(l crm.Line, account, taxType string, c crm.Currency) xeroapi.LineItem {
	if l.DiscountAmount == 0 && l.DiscountPercent == 0 {
		return lineItem(l, account, taxType)
	}
	less := l.DiscountPercent.Format()
	if l.DiscountAmount != 0 {
		less = l.DiscountAmount.Format(c)
	}
	plain := l
	plain.Description = fmt.Sprintf("%s (%s × %s less %s)", l.Description, l.Quantity.Format(), l.UnitPrice.Format(c), less)
	plain.Quantity, plain.DiscountAmount, plain.DiscountPercent = 1_0000, 0, 0
	item := lineItem(plain, account, taxType)
	item.UnitAmount = priceOf(l.Net, c)
	return item
}

// priceOf is an amount as a price with four decimals.
func priceOf(amount crm.MinorUnits, c crm.Currency) xeroapi.Decimal4 {
	price := xeroapi.Decimal4(amount)
	for range 4 - c.Digits() {
		price *= 10
	}
	return price
}

// agreedCredit is what was last agreed of a credit note, as its link keeps it.
type agreedCredit struct {
	Status    string `json:"status"`
	Total     string `json:"total"`
	Tax       string `json:"tax"`
	Remaining string `json:"remaining"`
	Reference string `json:"reference"`
}

func remoteCreditNote(n xeroapi.CreditNote) link.Remote {
	return link.Remote{ID: n.CreditNoteID, Number: n.CreditNoteNumber, Version: version(n.UpdatedDateUTC), Snapshot: snapshot(agreedCredit{
		Status: n.Status, Total: n.Total.String(), Tax: n.TotalTax.String(), Remaining: n.RemainingCredit.String(), Reference: n.Reference})}
}

func agreedCreditOf(snapshot string) agreedCredit {
	var a agreedCredit
	if json.Unmarshal([]byte(snapshot), &a) != nil {
		return agreedCredit{}
	}
	return a
}
