package xero

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// Why a document that was written in Xero cannot be a record here.
const (
	codeContactUnlinked = "contact_unlinked"    // its contact is no customer yet
	codeNotApproved     = "not_approved"        // a draft, or voided
	codeOtherCurrency   = "other_currency"      // than the organisation's
	codeTaxInclusive    = "amounts_include_tax" // or it has none
	codeTaxUnknown      = "tax_rate_unknown"    // that stands for no tax class here
	codeNumberTaken     = "number_taken"        // by one of ours, or it will be
	codeUnfit           = "does_not_fit"        // our rules do not hold it
)

// notTaken says why a document is not taken over, and what to do. It undoes the
// transaction that it ends.
type notTaken struct{ link.Problem }

func (r *notTaken) Error() string { return r.Text }

func refuse(code string, action link.Action, text string) error {
	return &notTaken{link.Problem{Kind: "invalid", Code: code, Action: action, Text: text}}
}

// hindrance is what stands against taking a document over, or the failure that
// err is otherwise.
func hindrance(err error) (*link.Problem, error) {
	var r *notTaken
	if errors.As(err, &r) {
		return &r.Problem, nil
	}
	return nil, err
}

// likeInvoice is a credit note with what it has in common with an invoice.
func likeInvoice(n xeroapi.CreditNote) xeroapi.Invoice {
	return xeroapi.Invoice{
		InvoiceID: n.CreditNoteID, InvoiceNumber: n.CreditNoteNumber, Type: n.Type, Status: n.Status, Contact: n.Contact, Date: n.Date,
		LineAmountTypes: n.LineAmountTypes, LineItems: n.LineItems, CurrencyCode: n.CurrencyCode, Reference: n.Reference,
		SubTotal: n.SubTotal, TotalTax: n.TotalTax, Total: n.Total, UpdatedDateUTC: n.UpdatedDateUTC,
	}
}

// written is a document of Xero's in the words of our records. It returns a
// refusal where they do not hold it exactly.
func (t *takeover) written(ctx context.Context, r store.Reader, kind link.Kind, d xeroapi.Invoice) (records.Written, error) {
	out := records.Written{
		Number: d.InvoiceNumber, Reference: d.Reference, Currency: crm.Currency(d.CurrencyCode), IssuedOn: dayOf(d.Date),
		Totals: crm.Totals{Subtotal: crm.MinorUnits(d.SubTotal), Tax: crm.MinorUnits(d.TotalTax), Total: crm.MinorUnits(d.Total)},
	}
	if !d.DueDate.IsZero() {
		out.DueOn = dayOf(d.DueDate)
	}
	if err := t.plain(d); err != nil {
		return out, err
	}
	for n, item := range d.LineItems {
		line, err := t.line(n, item)
		if err != nil {
			return out, err
		}
		out.Lines = append(out.Lines, line)
	}
	contact, err := r.LinkByRemote(ctx, link.Key{Org: t.conn.Org, Service: Name, Kind: link.Contact}, d.Contact.ContactID)
	if crm.KindOf(err) == crm.NotFound {
		return out, unlinked(d.Contact.Name)
	}
	if err != nil {
		return out, err
	}
	out.CustomerID = crm.CustomerID{UUID: contact.Record}
	fits := out.FitsInvoice
	if kind == link.CreditNote {
		fits = out.FitsCreditNote
	}
	return out, unfit(fits(ctx, r, t.conn.Org))
}

func unlinked(contact string) error {
	return refuse(codeContactUnlinked, link.Review, "Its contact "+contact+" is not linked to a customer. Link or import the contact first.")
}

// plain refuses what our documents cannot be as a whole.
func (t *takeover) plain(d xeroapi.Invoice) error {
	switch {
	case d.Type != xeroapi.TypeSale && d.Type != xeroapi.TypeSaleCredit:
		return refuse(codeUnfit, link.LookRemote, "It is a bill or a credit from a supplier, which Renoz does not keep.")
	case d.Status == xeroapi.StatusDraft || d.Status == xeroapi.StatusSubmitted:
		return refuse(codeNotApproved, link.LookRemote, "It is a draft in Xero. Approve it there first.")
	case d.Status != xeroapi.StatusAuthorised && d.Status != xeroapi.StatusPaid:
		return refuse(codeNotApproved, link.LookRemote, "It is "+statusWords(d.Status)+" in Xero; there is nothing to take over any more.")
	case d.CurrencyCode != string(t.seller.Currency):
		return refuse(codeOtherCurrency, link.LookRemote, fmt.Sprintf("It is in %s, and Renoz keeps documents in %s. Deal with it in Xero and accept the difference.", d.CurrencyCode, t.seller.Currency))
	case d.LineAmountTypes == xeroapi.AmountsInclusive:
		return refuse(codeTaxInclusive, link.LookRemote, "Its amounts include tax, and Renoz keeps amounts without. Set them to tax exclusive in Xero, which it allows while nothing is paid, or accept the difference.")
	case d.LineAmountTypes != xeroapi.AmountsExclusive:
		return refuse(codeTaxInclusive, link.LookRemote, "Its amounts are set to no tax, which is no tax class here. Set them to tax exclusive in Xero, which it allows while nothing is paid, or accept the difference.")
	}
	return nil
}

// textLine reports a line that is there for its words only.
func textLine(l xeroapi.LineItem) bool {
	return l.Quantity == 0 && l.UnitAmount == 0 && l.LineAmount == 0 && l.ItemCode == "" && l.AccountCode == ""
}

// line is a line in Xero as one of ours. What is taken off has a price below 0
// here, not a quantity.
func (t *takeover) line(n int, l xeroapi.LineItem) (crm.Line, error) {
	out := crm.Line{
		ID: crm.NewID[crm.Line](), Position: n, Kind: crm.Item, Description: l.Description, Quantity: crm.Quantity(l.Quantity), UnitPrice: crm.Price(l.UnitAmount),
		Net: crm.MinorUnits(l.LineAmount), Tax: crm.MinorUnits(l.Tax()),
	}
	if textLine(l) {
		out.Quantity, out.TaxClass = 1_0000, crm.GSTFree
		return out, nil
	}
	if out.Quantity < 0 {
		out.Quantity, out.UnitPrice = -out.Quantity, -out.UnitPrice
	}
	switch {
	case out.UnitPrice < 0:
		out.Kind = crm.Discount
	case t.settings.ShippingAccount != "" && t.settings.ShippingAccount != t.settings.SalesAccount && l.AccountCode == t.settings.ShippingAccount:
		out.Kind = crm.Shipping
	}
	for _, class := range crm.TaxClasses() {
		if t.settings.TaxTypes[class] == l.TaxType && out.TaxClass == "" {
			out.TaxClass = class
		}
	}
	if out.TaxClass == "" {
		return out, refuse(codeTaxUnknown, link.Map, fmt.Sprintf("Line %d has the tax rate %s, which stands for no tax class here. Choose it for one in the Xero settings, choose another in Xero, or accept the difference.", n+1, t.rateName(l.TaxType)))
	}
	switch {
	case l.DiscountRate != nil && *l.DiscountRate != 0:
		out.DiscountPercent = crm.Percent(*l.DiscountRate / 100) // ten-thousandths of a percent to hundredths
		if xeroapi.Decimal4(out.DiscountPercent)*100 != *l.DiscountRate {
			return out, refuse(codeUnfit, link.LookRemote, fmt.Sprintf("Line %d has a discount of %s %%, which is finer than the two decimals that Renoz keeps. Change it in Xero, or accept the difference.", n+1, l.DiscountRate))
		}
	case l.DiscountAmount != nil:
		out.DiscountAmount = crm.MinorUnits(*l.DiscountAmount)
	}
	return out, nil
}

// rateName is a tax rate as people know it.
func (t *takeover) rateName(taxType string) string {
	if rate, known := t.books.rate(taxType); known && rate.Name != taxType {
		return rate.Name + " (" + taxType + ")"
	}
	return strconv.Quote(taxType)
}

// unfit makes a refusal of what our records have against a document.
func unfit(err error) error {
	var e *crm.Error
	if err == nil || !errors.As(err, &e) || e.Kind != crm.Conflict {
		return err
	}
	code := codeUnfit
	switch {
	case e.Fields[records.WrittenNumber] != "":
		code = codeNumberTaken
	case e.Fields[records.WrittenLines] != "":
		code = codeSumsDiffer
	}
	return refuse(code, link.LookRemote, e.Message)
}
