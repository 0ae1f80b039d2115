package records

import (
	"reflect"
	"strings"

	"github.com/renoz/renoz/internal/crm"
)

// differences says in a sentence which fields changed. The values themselves
// stay out of the history, because some are personal.
type differences []string

func (d *differences) add(name string, changed bool) {
	if changed {
		*d = append(*d, name)
	}
}

func (d differences) sentence() string {
	switch n := len(d); n {
	case 0:
		return "Saved without a change."
	case 1:
		return "Changed the " + d[0] + "."
	default:
		return "Changed the " + strings.Join(d[:n-1], ", ") + " and " + d[n-1] + "."
	}
}

func customerDifference(a, b crm.Customer) string {
	var d differences
	d.add("name", a.Name != b.Name)
	d.add("legal name", a.LegalName != b.LegalName)
	d.add("ABN", a.ABN != b.ABN)
	d.add("e-mail address", a.Email != b.Email)
	d.add("phone number", a.Phone != b.Phone)
	d.add("terms", !reflect.DeepEqual(a.TermsDays, b.TermsDays))
	d.add("consent to marketing", a.MarketingConsent != b.MarketingConsent)
	d.add("contacts", !sameItems(a.Contacts, b.Contacts))
	d.add("addresses", !sameItems(a.Addresses, b.Addresses))
	return d.sentence()
}

func productDifference(a, b crm.Product) string {
	var d differences
	d.add("SKU", a.SKU != b.SKU)
	d.add("name", a.Name != b.Name)
	d.add("price", a.Price != b.Price)
	d.add("tax class", a.TaxClass != b.TaxClass)
	d.add("availability", a.Active != b.Active)
	return d.sentence()
}

func orderDifference(a, b crm.Order) string {
	var d differences
	d.add("customer", a.CustomerID != b.CustomerID)
	d.add("reference", a.Reference != b.Reference)
	d.add("date", a.OrderedOn != b.OrderedOn)
	d.add("notes", a.Notes != b.Notes)
	d.add("lines", !sameLines(a.Lines, b.Lines))
	return d.sentence()
}

func invoiceDifference(a, b crm.Invoice) string {
	var d differences
	d.add("customer", a.CustomerID != b.CustomerID)
	d.add("reference", a.Reference != b.Reference)
	d.add("date", a.IssuedOn != b.IssuedOn)
	d.add("due date", a.DueOn != b.DueOn)
	d.add("lines", !sameLines(a.Lines, b.Lines))
	return d.sentence()
}

func creditNoteDifference(a, b crm.CreditNote) string {
	var d differences
	d.add("customer", a.CustomerID != b.CustomerID)
	d.add("reference", a.Reference != b.Reference)
	d.add("reason", a.Reason != b.Reason)
	d.add("date", a.IssuedOn != b.IssuedOn)
	d.add("lines", !sameLines(a.Lines, b.Lines))
	return d.sentence()
}

// sameItems compares lists of which an empty one may be nil.
func sameItems[T comparable](a, b []T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// sameLines compares what lines say; their ids are new with every change.
func sameLines(a, b []crm.Line) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		x.ID, y.ID = crm.LineID{}, crm.LineID{}
		if !reflect.DeepEqual(x, y) {
			return false
		}
	}
	return true
}
