package xeroapi_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

var today = xeroapi.Date{Year: 2026, Month: 11, Day: 22}

// newSale is an approved invoice over twice the unit price and GST.
func (w *world) newSale(t *testing.T, number string, contact xeroapi.Contact, unit xeroapi.Decimal4) xeroapi.Invoice {
	t.Helper()
	results, err := w.client.CreateInvoices(t.Context(), "sale-"+number, []xeroapi.Invoice{sale(number, contact, unit)})
	return allOK(t, results, err)[0]
}

func part(invoice xeroapi.Invoice, amount xeroapi.Money) []xeroapi.Allocation {
	return []xeroapi.Allocation{{Invoice: &xeroapi.Invoice{InvoiceID: invoice.InvoiceID}, Amount: amount, Date: today}}
}

// TestOverpayment follows money that a person booked beyond an invoice: read,
// set against another, paid back, taken back.
func TestOverpayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	contact := w.contact(t)
	first := w.newSale(t, "RNZ-1", contact, 1_000_000)
	second := w.newSale(t, "RNZ-2", contact, 1_000_000)
	before := w.clock()
	w.pass(time.Hour)
	if _, _, err := w.sim.Overpay("", "RNZ-1", xerosim.Cents(27_000), xerosim.Date{}); err != nil {
		t.Fatal(err)
	}
	if paid := must2(w.client.Invoice(ctx, first.InvoiceID))(t); paid.Status != xeroapi.StatusPaid || paid.AmountPaid != 22_000 {
		t.Errorf("the overpaid invoice is %+v", paid)
	}
	var seen []xeroapi.Advance
	for group, err := range w.client.OverpaymentsSince(ctx, before) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, group...)
	}
	if len(seen) != 1 || seen[0].Total != 5_000 || seen[0].RemainingCredit != 5_000 || !seen[0].Sale() || seen[0].Contact.ContactID != contact.ContactID || len(seen[0].LineItems) != 1 {
		t.Fatalf("the overpayments since are %+v", seen)
	}
	over := seen[0]
	results, err := w.client.AllocateOverpayment(ctx, "over", over.OverpaymentID, part(second, 3_000))
	allOK(t, results, err)
	results, err = w.client.AllocateOverpayment(ctx, "over-2", over.OverpaymentID, part(second, 2_001))
	if err != nil || results[0].OK() || results[0].Problems[0].Code != xeroapi.CodeCreditExceeds {
		t.Errorf("more than remains gives %+v, %v", results, err)
	}
	credited := must2(w.client.Invoice(ctx, second.InvoiceID))(t)
	if credited.AmountCredited != 3_000 || credited.AmountDue != 19_000 || len(credited.Overpayments) != 1 || credited.Overpayments[0].AppliedAmount != 3_000 || credited.Overpayments[0].OverpaymentID != over.OverpaymentID {
		t.Errorf("the credited invoice is %+v", credited)
	}
	w.refund(t, xeroapi.Payment{Overpayment: &xeroapi.AppliedCredit{OverpaymentID: over.OverpaymentID}}, 2_000)
	read := must2(w.client.Overpayment(ctx, over.OverpaymentID))(t)
	if read.Status != xeroapi.StatusPaid || read.RemainingCredit != 0 || len(read.Allocations) != 1 || len(read.Payments) != 1 {
		t.Fatalf("the overpayment is %+v", read)
	}
	if err := w.client.DeleteOverpaymentAllocation(ctx, over.OverpaymentID, read.Allocations[0].AllocationID); err != nil {
		t.Error(err)
	}
	if err := w.client.DeleteOverpaymentAllocation(ctx, over.OverpaymentID, read.Allocations[0].AllocationID); xeroapi.KindOf(err) != xeroapi.KindNotFound {
		t.Errorf("taking it back again gives %v", err)
	}
	found := must2(w.client.OverpaymentsByID(ctx, []string{over.OverpaymentID, contact.ContactID}))(t)
	if len(found) != 1 || found[0].Status != xeroapi.StatusAuthorised || found[0].RemainingCredit != 3_000 {
		t.Errorf("by id found %+v", found)
	}
	if _, err := w.client.Prepayment(ctx, over.OverpaymentID); xeroapi.KindOf(err) != xeroapi.KindNotFound {
		t.Errorf("an overpayment read as a prepayment gives %v", err)
	}
}

// refund pays a credit back, finds the payment under the credit, and leaves it.
func (w *world) refund(t *testing.T, of xeroapi.Payment, amount xeroapi.Money) xeroapi.Payment {
	t.Helper()
	of.Account, of.Date, of.Amount = &xeroapi.Account{Code: "090"}, today, amount
	results, err := w.client.CreatePayments(t.Context(), t.Name()+"-refund", []xeroapi.Payment{of})
	made := allOK(t, results, err)[0]
	id := creditOf(made)
	if made.Invoice != nil || id == "" || id != creditOf(of) {
		t.Fatalf("the refund is of %q: %+v", id, made)
	}
	listed := must2(w.client.RefundsOf(t.Context(), id))(t)
	if len(listed) != 1 || listed[0].PaymentID != made.PaymentID || listed[0].Amount != amount || creditOf(listed[0]) != id {
		t.Errorf("the refunds are %+v", listed)
	}
	if read := must2(w.client.Payment(t.Context(), made.PaymentID))(t); creditOf(read) != id || read.Invoice != nil {
		t.Errorf("the refund reads as %+v", read)
	}
	return made
}

func creditOf(p xeroapi.Payment) string {
	id := ""
	for _, credit := range []*xeroapi.AppliedCredit{p.CreditNote, p.Overpayment, p.Prepayment} {
		if credit != nil {
			id += credit.CreditNoteID + credit.OverpaymentID + credit.PrepaymentID
		}
	}
	return id
}

func TestPrepayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	contact := w.contact(t)
	invoice := w.newSale(t, "RNZ-1", contact, 1_000_000)
	made, err := w.sim.ReceivePrepayment("", contact.ContactID, xerosim.Cents(11_000), "deposit 7")
	if err != nil {
		t.Fatal(err)
	}
	for group, err := range w.client.PrepaymentsSince(ctx, time.Time{}) {
		if err != nil || len(group) != 1 || group[0].Total != 11_000 || group[0].TotalTax != 1_000 || group[0].Reference != "deposit 7" || !group[0].Sale() {
			t.Fatalf("the prepayments are %+v, %v", group, err)
		}
	}
	results, err := w.client.AllocatePrepayment(ctx, "pre", made.PrepaymentID, part(invoice, 6_000))
	allOK(t, results, err)
	credited := must2(w.client.Invoice(ctx, invoice.InvoiceID))(t)
	if credited.AmountCredited != 6_000 || len(credited.Prepayments) != 1 || credited.Prepayments[0].AppliedAmount != 6_000 || len(credited.Overpayments) != 0 {
		t.Errorf("the credited invoice is %+v", credited)
	}
	refund := w.refund(t, xeroapi.Payment{Prepayment: &xeroapi.AppliedCredit{PrepaymentID: made.PrepaymentID}}, 5_000)
	read := must2(w.client.PrepaymentsByID(ctx, []string{made.PrepaymentID}))(t)[0]
	if read.Status != xeroapi.StatusPaid || read.ID() != made.PrepaymentID {
		t.Errorf("the used prepayment is %+v", read)
	}
	deleted := must2(w.client.DeletePayment(ctx, "unpay", refund.PaymentID))(t)
	if deleted.Status != xeroapi.PaymentDeleted || creditOf(deleted) != made.PrepaymentID {
		t.Errorf("the deleted refund is %+v", deleted)
	}
	if err := w.client.DeletePrepaymentAllocation(ctx, made.PrepaymentID, read.Allocations[0].AllocationID); err != nil {
		t.Error(err)
	}
	if again := must2(w.client.Prepayment(ctx, made.PrepaymentID))(t); again.RemainingCredit != 11_000 || again.Status != xeroapi.StatusAuthorised {
		t.Errorf("taken back: %+v", again)
	}
}

// TestCreditNoteIsUsedUp: allocated and refunded, and refused where it must be.
func TestCreditNoteIsUsedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	contact := w.contact(t)
	invoice := w.newSale(t, "RNZ-1", contact, 1_000_000)
	notes, err := w.client.CreateCreditNotes(ctx, "note", []xeroapi.CreditNote{{
		Type: xeroapi.TypeSaleCredit, Status: xeroapi.StatusAuthorised, Contact: contact, CreditNoteNumber: "CN-1", Date: today,
		LineItems: []xeroapi.LineItem{{Description: "Returned", Quantity: xeroapi.Whole(1), UnitAmount: 1_000_000, AccountCode: "200", TaxType: "OUTPUT"}},
	}})
	note := allOK(t, notes, err)[0]
	edited, err := w.client.UpdateCreditNotes(ctx, "edit", []xeroapi.CreditNote{{CreditNoteID: note.CreditNoteID, Reference: "ORD-1"}})
	if after := allOK(t, edited, err)[0]; after.Reference != "ORD-1" || after.Total != note.Total {
		t.Errorf("the edited note is %+v", after)
	}
	edited, err = w.client.UpdateCreditNotes(ctx, "lines", []xeroapi.CreditNote{{CreditNoteID: note.CreditNoteID, LineItems: []xeroapi.LineItem{{Description: "Less", Quantity: xeroapi.Whole(1), UnitAmount: 1, AccountCode: "200"}}}})
	if err != nil || edited[0].OK() || edited[0].Problems[0].Code != xeroapi.CodeInvoiceState {
		t.Errorf("new lines give %+v, %v", edited, err)
	}
	parts, err := w.client.AllocateCredit(ctx, "part", xeroapi.CreditAllocation{CreditNoteID: note.CreditNoteID, Parts: part(invoice, 6_000)})
	allOK(t, parts, err)
	if _, err := w.client.VoidCreditNote(ctx, "void", note.CreditNoteID); xeroapi.KindOf(err) != xeroapi.KindInvalid {
		t.Errorf("voiding a used note gives %v", err)
	}
	refund := w.refund(t, xeroapi.Payment{CreditNote: &xeroapi.AppliedCredit{CreditNoteID: note.CreditNoteID}}, 5_000)
	if refund.PaymentType != "ARCREDITPAYMENT" || refund.CreditNote.CreditNoteNumber != "CN-1" {
		t.Errorf("the refund is %+v", refund)
	}
	if used := must2(w.client.CreditNote(ctx, "CN-1"))(t); used.Status != xeroapi.StatusPaid || used.RemainingCredit != 0 {
		t.Errorf("the used note is %+v", used)
	}
	var pdf bytes.Buffer
	if size, err := w.client.CreditNotePDF(ctx, note.CreditNoteID, &pdf); err != nil || int(size) != pdf.Len() || !strings.Contains(pdf.String(), "CN-1") {
		t.Errorf("%d bytes of PDF, %v", size, err)
	}
}

func TestThemesHistoryAndMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	contact := w.contact(t)
	themes := must2(w.client.BrandingThemes(ctx))(t)
	if len(themes) < 2 || themes[0].SortOrder != 0 || themes[0].BrandingThemeID == "" {
		t.Fatalf("the themes are %+v", themes)
	}
	invoice := sale("RNZ-1", contact, 1_000_000)
	invoice.BrandingThemeID = themes[1].BrandingThemeID
	results, err := w.client.CreateInvoices(ctx, "themed", []xeroapi.Invoice{invoice})
	made := allOK(t, results, err)[0]
	if made.BrandingThemeID != themes[1].BrandingThemeID {
		t.Errorf("the theme is %s", made.BrandingThemeID)
	}
	invoice.InvoiceNumber, invoice.BrandingThemeID = "RNZ-2", "7cb59f93-2964-421d-bb5e-a0f7a4572a44"
	results, err = w.client.CreateInvoices(ctx, "unthemed", []xeroapi.Invoice{invoice})
	if err != nil || results[0].OK() || results[0].Problems[0].Code != xeroapi.CodeBrandingTheme {
		t.Errorf("an unknown theme gives %+v, %v", results, err)
	}
	note := xeroapi.HistoryNote{Of: xeroapi.DocumentedInvoice, ID: made.InvoiceID, Text: "Sent by Renoz"}
	if added := must2(w.client.AddHistory(ctx, "note", note))(t); added.Details != "Sent by Renoz" {
		t.Errorf("the note is %+v", added)
	}
	history := must2(w.client.History(ctx, xeroapi.DocumentedInvoice, made.InvoiceID))(t)
	if len(history) != 1 || history[0].Details != "Sent by Renoz" || history[0].DateUTC.IsZero() {
		t.Errorf("the history is %+v", history)
	}
	note.Text = strings.Repeat("x", xeroapi.MaxHistory+1)
	if _, err := w.client.AddHistory(ctx, "long", note); xeroapi.KindOf(err) != xeroapi.KindInvalid {
		t.Errorf("a long note gives %v", err)
	}
	if err := w.sim.SetPlan("", "DEMO", 0); err != nil {
		t.Fatal(err)
	}
	err = w.client.EmailInvoice(ctx, "mail", made.InvoiceID)
	if problem := problemOf(err); problem != xeroapi.CodeEmailLimit {
		t.Errorf("a demo company mails: %v", err)
	}
	if organisation := must2(w.client.Organisation(ctx))(t); !organisation.IsDemoCompany || organisation.Class != "DEMO" {
		t.Errorf("the organisation is %+v", organisation)
	}
}
