package records_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// written is an invoice or a credit note as somebody wrote it in Xero: two at
// 150.00, and a line without tax.
func (x *shop) written(c crm.Customer, number string) records.Written {
	return records.Written{
		CustomerID: c.ID, Number: number, Reference: "Phoned in", Currency: "AUD", IssuedOn: crm.NewDay(2026, 11, 20), DueOn: crm.NewDay(2026, 12, 4),
		Lines: []crm.Line{
			{ID: crm.NewID[crm.Line](), Kind: crm.Item, Description: "Consulting", Quantity: 2_0000, UnitPrice: 150_0000, TaxClass: crm.GST, Net: 30000, Tax: 3000},
			{ID: crm.NewID[crm.Line](), Position: 1, Kind: crm.Discount, Description: "Goodwill", Quantity: 1_0000, UnitPrice: -10_0000, TaxClass: crm.GSTFree, Net: -1000},
		},
		Totals: crm.Totals{Subtotal: 29000, Tax: 3000, Total: 32000},
	}
}

func (x *shop) takeOver(t *testing.T, d records.Written) (i crm.Invoice, err error) {
	t.Helper()
	err = x.store.InTx(t.Context(), func(tx *store.Tx) (err error) {
		i, err = x.In(tx, records.By{Org: x.org, Actor: "Jo", Origin: "xero"}).TakeOverInvoice(t.Context(), d)
		return err
	})
	return i, err
}

func TestTakeOver(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		c := x.customer(t, "Harbour Marine")
		x.seen()
		i := ok(x.takeOver(t, x.written(c, "SVC-7")))(t)
		got := ok(x.Invoice(t.Context(), i.ID))(t)
		if got.Number != "SVC-7" || got.State != crm.InvoiceIssued || got.Totals.Total != 32000 || len(got.Lines) != 2 || got.Lines[1].Net != -1000 || got.DueOn != crm.NewDay(2026, 12, 4) {
			t.Errorf("it became %+v", got)
		}
		if seen := x.seen(); !slices.Equal(whats(seen), []string{"invoice created"}) || seen[0].Origin != "xero" || seen[0].Actor != "Jo" {
			t.Errorf("changes: %+v", seen)
		}
		nothing := x.written(c, "SVC-8")
		nothing.Lines, nothing.Totals = []crm.Line{{ID: crm.NewID[crm.Line](), Kind: crm.Item, Description: "Free of charge", Quantity: 1_0000, TaxClass: crm.GST}}, crm.Totals{}
		if i := ok(x.takeOver(t, nothing))(t); i.State != crm.InvoicePaid || i.PaidOn == nil {
			t.Errorf("one over nothing became %+v", i)
		}
		must(t, x.store.InTx(t.Context(), func(tx *store.Tx) error {
			work := x.In(tx, records.By{Org: x.org, Actor: "Jo", Origin: "xero"})
			n, err := work.TakeOverCreditNote(t.Context(), x.written(c, "SCN-1"))
			if err != nil || n.State != crm.CreditNoteIssued || n.Remaining() != 32000 {
				t.Errorf("the credit note became %+v, %v", n, err)
			}
			nothing.Number = "SCN-2"
			_, err = work.TakeOverCreditNote(t.Context(), nothing)
			wants(t, err, crm.Conflict)
			return nil
		}))
	})
}

func TestNotTakenOver(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		c := x.customer(t, "Harbour Marine")
		ours := x.invoice(t)
		for name, change := range map[string]struct {
			field, says string
			do          func(*records.Written)
		}{
			"ours":        {records.WrittenNumber, "of its own. Give the one in Xero another number", func(d *records.Written) { d.Number = ours.Number }},
			"to be ours":  {records.WrittenNumber, "will give to an invoice of its own", func(d *records.Written) { d.Number = "INV-00002" }},
			"unreadable":  {records.WrittenOther, "It does not fit here. Number: ", func(d *records.Written) { d.Number = "A B" }},
			"other money": {records.WrittenOther, "It is in USD", func(d *records.Written) { d.Currency = "USD" }},
			"other tax":   {records.WrittenLines, "Line 1 comes to $300.00 and $30.01 tax in Xero", func(d *records.Written) { d.Lines[0].Tax, d.Totals.Tax, d.Totals.Total = 3001, 3001, 32001 }},
			"other total": {records.WrittenLines, "Xero says $320.01", func(d *records.Written) { d.Totals.Total++ }},
			"wordless":    {records.WrittenLines, "Line 1, description: Say what", func(d *records.Written) { d.Lines[0].Description = "" }},
			"due before":  {records.WrittenOther, "Due date: ", func(d *records.Written) { d.DueOn = crm.NewDay(2026, 11, 1) }},
		} {
			d := x.written(c, "SVC-7")
			change.do(&d)
			_, err := x.takeOver(t, d)
			var e *crm.Error
			if !errors.As(err, &e) || e.Kind != crm.Conflict || !strings.Contains(e.Message, change.says) || e.Fields[change.field] == "" {
				t.Errorf("%s: %v", name, err)
			}
			if fits := d.FitsInvoice(t.Context(), x.store.Reader, x.org); crm.KindOf(fits) != crm.Conflict {
				t.Errorf("%s fits: %v", name, fits)
			}
		}
	})
}

// TestNumbersBesideThoseTakenOver: numbers of ours are never given twice, whatever
// an organisation chooses for them to begin with.
func TestNumbersBesideThoseTakenOver(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		ctx := t.Context()
		c := x.customer(t, "Harbour Marine")
		ok(x.takeOver(t, x.written(c, "SVC-00002")))(t)
		if first := x.invoice(t); first.Number != "INV-00001" {
			t.Fatalf("the first is %s", first.Number)
		}
		seller, err := x.store.Seller(ctx, x.org)
		must(t, err)
		seller.InvoicePrefix = "SVC-"
		must(t, x.store.UpdateOrganisation(ctx, seller.Organisation, seller.TaxRates))
		draft := ok(x.CreateInvoice(ctx, records.InvoiceInput{CustomerID: c.ID, Lines: []records.LineInput{battery()}}))(t)
		_, err = x.IssueInvoice(ctx, draft.ID)
		wants(t, err, crm.Conflict)
		seller.InvoicePrefix = "INV-"
		must(t, x.store.UpdateOrganisation(ctx, seller.Organisation, seller.TaxRates))
		if second := ok(x.IssueInvoice(ctx, draft.ID))(t); second.Number != "INV-00002" {
			t.Errorf("the second is %s", second.Number)
		}
	})
}
