package records

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// Written is a document as somebody wrote it in a service. It can be a record
// here when our rules come to the same sums, line by line.
type Written struct {
	CustomerID crm.CustomerID
	Number     string // the service's, which is kept
	Reference  string
	Currency   crm.Currency
	IssuedOn   crm.Day
	DueOn      crm.Day    // of an invoice
	Lines      []crm.Line // with Net and Tax as the service has them
	Totals     crm.Totals // as the service has them
}

// The fields of a refusal by Fits.
const (
	WrittenNumber = "number"
	WrittenLines  = "lines"
	WrittenOther  = "document"
)

// series is whose numbers a document takes its place among.
type series struct {
	kind, noun, prefix string
	taken              func(number string) (bool, error)
}

// FitsInvoice returns an Error of kind Conflict when an invoice that was written
// in a service cannot be a record here as it is: the field is WrittenNumber when
// its number is one of ours, WrittenLines when its lines come to other sums here,
// and WrittenOther otherwise. The message says what to do.
func (d Written) FitsInvoice(ctx context.Context, r store.Reader, org crm.OrgID) error {
	seller, err := r.Seller(ctx, org)
	if err != nil {
		return err
	}
	return d.fitsInvoice(ctx, r, seller)
}

func (d Written) fitsInvoice(ctx context.Context, r store.Reader, seller store.Seller) error {
	i := crm.Invoice{CustomerID: d.CustomerID, State: crm.InvoiceIssued, Currency: d.Currency, Number: d.Number, Reference: d.Reference, IssuedOn: d.IssuedOn, DueOn: d.DueOn, Lines: d.Lines}
	if err := i.Validate(); err != nil {
		return unheld(err)
	}
	s := series{store.InvoiceNumbers, "invoice", seller.InvoicePrefix, func(number string) (bool, error) {
		_, found, err := r.InvoiceByNumber(ctx, seller.ID, number)
		return found, err
	}}
	return d.fits(ctx, r, seller, s)
}

// FitsCreditNote is FitsInvoice for a credit note.
func (d Written) FitsCreditNote(ctx context.Context, r store.Reader, org crm.OrgID) error {
	seller, err := r.Seller(ctx, org)
	if err != nil {
		return err
	}
	return d.fitsCreditNote(ctx, r, seller)
}

func (d Written) fitsCreditNote(ctx context.Context, r store.Reader, seller store.Seller) error {
	n := crm.CreditNote{CustomerID: d.CustomerID, State: crm.CreditNoteIssued, Currency: d.Currency, Number: d.Number, Reference: d.Reference, IssuedOn: d.IssuedOn, Lines: d.Lines}
	if err := n.Validate(); err != nil {
		return unheld(err)
	}
	s := series{store.CreditNumbers, "credit note", creditPrefix(seller), func(number string) (bool, error) {
		_, found, err := r.CreditNoteByNumber(ctx, seller.ID, number)
		return found, err
	}}
	return d.fits(ctx, r, seller, s)
}

func (d Written) fits(ctx context.Context, r store.Reader, seller store.Seller, s series) error {
	if d.Currency != seller.Currency {
		return refused(WrittenOther, "It is in %s, and Renoz keeps documents in %s. Deal with it in Xero and accept the difference.", d.Currency, seller.Currency)
	}
	taken, err := s.taken(d.Number)
	if err != nil {
		return err
	}
	if taken {
		return refused(WrittenNumber, "Renoz has %s %s %s of its own. Give the one in Xero another number, or accept the difference.", article(s.noun), s.noun, d.Number)
	}
	if count, err := crm.ParseNumber(s.prefix, d.Number); err == nil {
		last, err := r.LastNumber(ctx, seller.ID, s.kind)
		if err != nil {
			return err
		}
		if count > last { // a document of ours would find its number taken when its turn comes
			return refused(WrittenNumber, "%s is a number that Renoz will give to %s %s of its own. Give the one in Xero another number, or choose what numbers begin with in the organisation's settings.", d.Number, article(s.noun), s.noun)
		}
	}
	return d.sameSums(seller)
}

// sameSums compares what our rules come to with what the service has.
func (d Written) sameSums(seller store.Seller) error {
	lines, totals, err := crm.Compute(d.Lines, seller.TaxRates, d.Currency.Digits())
	if err != nil {
		return unheld(err)
	}
	for n, there := range d.Lines {
		here := lines[n]
		if here.Net != there.Net || here.Tax != there.Tax {
			return refused(WrittenLines, "Line %d comes to %s and %s tax in Xero, and to %s and %s by its tax rate here. Mend the line in Xero, or accept the difference.",
				n+1, there.Net.Format(d.Currency), there.Tax.Format(d.Currency), here.Net.Format(d.Currency), here.Tax.Format(d.Currency))
		}
	}
	if totals != d.Totals {
		return refused(WrittenLines, "Its lines come to %s, but Xero says %s. Look at it in Xero, or accept the difference.", totals.Total.Format(d.Currency), d.Totals.Total.Format(d.Currency))
	}
	return nil
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an"
	}
	return "a"
}

func refused(field, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	return &crm.Error{Kind: crm.Conflict, Message: text, Fields: map[string]string{field: text}}
}

// unheld says the first thing that our rules have against a document.
func unheld(err error) error {
	var e *crm.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	name := slices.Min(slices.Collect(maps.Keys(e.Fields)))
	label, field := fieldLabel(name), WrittenOther
	if at, found := strings.CutPrefix(name, "lines."); found {
		place, part, _ := strings.Cut(at, ".")
		if n, err := strconv.Atoi(place); err == nil {
			label, field = "Line "+strconv.Itoa(n+1)+", "+strings.ToLower(fieldLabel(part)), WrittenLines
		}
	}
	return refused(field, "It does not fit here. %s: %s Change it in Xero, or accept the difference.", label, e.Fields[name])
}

// fieldLabel is a field as people call it: "Unit price" for unit_price.
func fieldLabel(name string) string {
	switch name {
	case "issued_on":
		return "Date"
	case "due_on":
		return "Due date"
	}
	return strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
}
