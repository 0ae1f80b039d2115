package xero

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// codeTotalDiffers marks invoices whose total Xero computed differently.
const codeTotalDiffers = "total_differs"

// pushInvoices sends up to 50 invoices and reports how many it dealt with.
func (r *run) pushInvoices(ctx context.Context) (int, error) {
	claimed, err := r.claim(ctx, link.Invoice, xeroapi.MaxRecords)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	reading, t := r.follow(ctx, r.org.ID, "sync")
	if err := r.learnLines(reading, claimed); err != nil {
		return len(claimed), r.failAll(ctx, t, claimed, err)
	}
	var parcels []parcel[xeroapi.Invoice]
	var held []link.Link
	for _, l := range claimed {
		p, ready, err := r.invoiceParcel(reading, l)
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
	c := carrier[xeroapi.Invoice]{kind: link.Invoice, remote: remoteInvoice, check: r.checkTotals, after: r.invoicesArrived, send: client.CreateInvoices}
	if err := deliver(ctx, r, c, creates); err != nil {
		return len(claimed), r.putBack(ctx, linksOf(updates), err)
	}
	c.send = client.UpdateInvoices
	return len(claimed), deliver(ctx, r, c, updates)
}

// invoicesArrived does what follows from invoices that Xero has taken.
func (r *run) invoicesArrived(ctx context.Context, tx *store.Tx, arrived []xeroapi.Invoice) error {
	if err := r.applyInvoices(ctx, tx, arrived); err != nil {
		return err
	}
	return r.wantMails(ctx, tx, arrived)
}

// checkTotals compares what Xero computed with what we promised the customer.
func (r *run) checkTotals(sent, got xeroapi.Invoice, ours crm.Totals) *link.Problem {
	if endedThere(sent.Status) || crm.MinorUnits(got.Total) == ours.Total && crm.MinorUnits(got.TotalTax) == ours.Tax {
		return nil
	}
	return &link.Problem{Kind: "mismatch", Code: codeTotalDiffers, Action: link.Map, Text: fmt.Sprintf(
		"Xero computed %s with %s tax, Renoz %s with %s. Check the tax rates that are mapped, then retry.",
		got.Total, got.TotalTax, ours.Total.Decimal(r.org.Currency), ours.Tax.Decimal(r.org.Currency))}
}

// invoiceParcel maps an invoice, or says on its link why it cannot go yet.
func (r *run) invoiceParcel(ctx context.Context, l link.Link) (p parcel[xeroapi.Invoice], ready bool, err error) {
	p.link = l
	invoice, err := r.Store.Invoice(ctx, r.org.ID, crm.InvoiceID{UUID: l.Record})
	if err != nil {
		return p, false, err
	}
	p.version, p.totals = invoice.Version, invoice.Totals
	if invoice.State == crm.InvoiceVoided {
		p.body.InvoiceID, p.ends = l.RemoteID, true
		p.body.Status, ready, err = r.ends(ctx, &p.link, ending{"The invoice", invoice.IssuedOn, invoice.Version, usesOfInvoice})
		return p, ready, err
	}
	if problem := checkSums(invoice.Lines, invoice.Totals, invoice.Currency); problem != nil {
		p.link.Block(*problem, r.Now())
		return p, false, nil
	}
	held, err := r.holdsBack(ctx, l.DueAt, func(b Books) *link.Problem { return r.checkInvoice(b, invoice, agreedOf(l.Snapshot)) })
	if err != nil {
		return p, false, err
	}
	if held != nil {
		p.link.Block(*held, r.Now())
		return p, false, nil
	}
	contact, ready, err := r.contactOf(ctx, &p.link, invoice.CustomerID)
	if err != nil || !ready {
		return p, false, err
	}
	p.body, ready = r.invoice(&p.link, invoice, contact)
	p.approves = l.RemoteID != "" && p.body.Status == xeroapi.StatusAuthorised
	return p, ready, nil
}

// contactOf is the customer's contact in Xero. When it is not there yet, it is
// asked for, and the invoice waits.
func (r *run) contactOf(ctx context.Context, l *link.Link, customer crm.CustomerID) (string, bool, error) {
	key := link.Key{Org: r.org.ID, Service: Name, Kind: link.Contact, Record: customer.UUID}
	contact, err := r.linkOf(ctx, key)
	switch {
	case crm.KindOf(err) == crm.NotFound:
		l.Postpone(r.Now(), link.Problem{Kind: "waits", Code: codeContactWaits, Text: "Waiting for the customer to be in Xero.", Action: link.Wait})
		return "", false, r.wantContact(ctx, customer, l.Priority)
	case err != nil:
		return "", false, err
	case contact.Problem.Code == codeArchived || contact.Problem.Code == codeErased || contact.Problem.Code == codeMerged:
		l.Block(link.Problem{Kind: "blocked", Code: contact.Problem.Code, Text: "Its customer " + contact.Label + " takes no documents in Xero: " + contact.Problem.Text, Action: contact.Problem.Action}, r.Now())
		return "", false, nil
	case contact.RemoteID != "":
		return contact.RemoteID, true, nil
	case contact.Waiting():
		wait := contact.DueAt.Sub(r.Now())
		l.Postpone(r.Now().Add(max(wait, r.Schedule.Wait(lookUpAfter))), link.Problem{Kind: "waits", Code: codeContactWaits, Text: "Waiting for the customer to be in Xero.", Action: link.Wait})
		return "", false, nil
	default:
		l.Block(link.Problem{Kind: "blocked", Code: codeContactWaits, Text: "Its customer " + contact.Label + " could not be sent: " + contact.Problem.Text, Action: link.Review}, r.Now())
		return "", false, nil
	}
}

func (r *run) wantContact(ctx context.Context, id crm.CustomerID, priority int) error {
	customer, err := r.Store.Customer(ctx, r.org.ID, id)
	if err != nil {
		return err
	}
	return r.Store.InTx(ctx, func(tx *store.Tx) error {
		return tx.WantLink(ctx, store.Want{Key: link.Key{Org: r.org.ID, Service: Name, Kind: link.Contact, Record: id.UUID}, Label: customer.Name, Version: customer.Version, Priority: priority})
	})
}

// invoice maps an issued invoice. It reports false when the settings lack
// something, which is then said on the link.
func (r *run) invoice(l *link.Link, i crm.Invoice, contact string) (xeroapi.Invoice, bool) {
	out := xeroapi.Invoice{
		InvoiceID: l.RemoteID, InvoiceNumber: i.Number, Type: xeroapi.TypeSale, Status: r.statusFor(l),
		Contact: xeroapi.Contact{ContactID: contact}, Date: date(i.IssuedOn), DueDate: date(i.DueOn),
		LineAmountTypes: xeroapi.AmountsExclusive, CurrencyCode: string(i.Currency), Reference: i.Reference,
	}
	if l.RemoteID == "" { // what somebody chose for it in Xero stays
		out.BrandingThemeID = r.settings.BrandingTheme
	}
	if i.Reference == "" && l.RemoteID != "" {
		out.Clear = []string{"Reference"}
	}
	if l.RemoteID != "" && i.Paid+i.Credited != 0 && !unapproved(statusOf(*l)) { // a paid document keeps its lines
		out.Status, out.LineAmountTypes = "", ""
		return out, true
	}
	agreed := agreedOf(l.Snapshot)
	for n, line := range i.Lines {
		if n < len(agreed.Booked) {
			out.LineItems = append(out.LineItems, agreed.Booked[n].lineItem(line))
			continue
		}
		taxType := r.settings.TaxTypes[line.TaxClass]
		account := r.settings.account(line.Kind)
		if taxType == "" || account == "" {
			l.Block(link.Problem{Kind: "blocked", Code: codeUnmapped, Text: "No Xero tax rate or account is chosen for " + line.TaxClass.Label() + ".", Action: link.Map}, r.Now())
			return out, false
		}
		out.LineItems = append(out.LineItems, lineItem(line, account, taxType))
	}
	nameLines(out.LineItems, agreed.Lines)
	return out, true
}

// codeUnmapped marks documents that wait for accounts and tax rates.
const codeUnmapped = "unmapped"

func lineItem(l crm.Line, account, taxType string) xeroapi.LineItem {
	item := xeroapi.LineItem{
		Description: l.Description, Quantity: xeroapi.Decimal4(l.Quantity), UnitAmount: xeroapi.Decimal4(l.UnitPrice),
		AccountCode: account, TaxType: taxType,
	}
	switch {
	case l.DiscountAmount != 0:
		off := xeroapi.Money(l.DiscountAmount)
		item.DiscountAmount = &off
	case l.DiscountPercent != 0:
		rate := xeroapi.Decimal4(l.DiscountPercent) * 100 // hundredths to ten-thousandths of a percent
		item.DiscountRate = &rate
	}
	return item
}

func date(d crm.Day) xeroapi.Date {
	if d.IsZero() {
		return xeroapi.Date{}
	}
	return xeroapi.Date{Year: d.Year(), Month: d.Month(), Day: d.Time(time.UTC).Day()}
}
