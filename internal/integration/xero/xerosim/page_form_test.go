package xerosim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

const app = "/app/%21Vw7Lt"

// submit posts a form that must be taken, and reads the page it leads to.
func (b *bench) submit(path string, form url.Values) string {
	b.t.Helper()
	out := b.form(path, form)
	if out.status != http.StatusSeeOther {
		b.t.Fatalf("%s: %d %s", path, out.status, words(out.body))
	}
	next := b.page(out.header.Get("Location"))
	if next.status != http.StatusOK || !strings.Contains(string(next.body), `role="status"`) {
		b.t.Errorf("%s leads to %s: %d, without a notice", path, out.header.Get("Location"), next.status)
	}
	return string(next.body)
}

// refuse posts a form that must not be taken and whose page must say why.
func (b *bench) refuse(path string, form url.Values, why string) {
	b.t.Helper()
	out := b.form(path, form)
	if out.status != http.StatusUnprocessableEntity || !strings.Contains(string(out.body), why) {
		b.t.Errorf("%s: %d, without %q: %s", path, out.status, why, words(out.body))
	}
}

// words is the problem a page shows.
func words(page []byte) string {
	_, problem, _ := strings.Cut(string(page), `role="alert">`)
	problem, _, _ = strings.Cut(problem, "<")
	return problem
}

// status is the state of the only invoice of a number.
func (b *bench) status(number string) xerosim.Invoice {
	b.t.Helper()
	for _, row := range b.sim.Invoices("") {
		if row.InvoiceNumber == number {
			return row
		}
	}
	b.t.Fatalf("no invoice %s", number)
	return xerosim.Invoice{}
}

func TestInvoicePageForms(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	page := app + "/invoicing/view/" + b.invoice(contact, "RNZ-1")
	line := b.status("RNZ-1").LineItems[0]
	b.submit(page+"/edit", url.Values{"reference": {"PO <7>"}, "due": {"2027-01-31"}, "line": {line.LineItemID, ""}, "description": {"Battery, large", "Freight"},
		"quantity": {"2", "1"}, "price": {"1,100.50", "10"}, "account": {"200", "210"}, "tax": {"OUTPUT", ""}})
	row := b.status("RNZ-1")
	if len(row.LineItems) != 2 || row.LineItems[0].LineItemID != line.LineItemID || row.LineItems[1].TaxType != "OUTPUT" || *row.Total != xerosim.Cents(243_210) || row.Reference != "PO <7>" || row.DueDateString != "2027-01-31T00:00:00" {
		t.Errorf("edited: %+v", row)
	}
	b.refuse(page+"/edit", url.Values{"due": {"soon"}}, "Write a day")
	b.refuse(page+"/edit", url.Values{"description": {"x"}, "price": {"ten"}, "quantity": {"1"}, "account": {"200"}}, "as numbers")
	b.refuse(page+"/overpay", url.Values{"amount": {"10"}}, "greater than the amount due")
	if shown := b.submit(page+"/pay", url.Values{"amount": {"421.10"}, "date": {"2026-11-20"}}); !strings.Contains(shown, "Paid 20/11/2026") {
		t.Error("the payment is not shown")
	}
	b.refuse(page+"/edit", url.Values{"description": {"x"}, "price": {"1"}, "quantity": {"1"}, "account": {"200"}}, "has a payment or credit note")
	b.submit(page+"/edit", url.Values{"reference": {"later"}, "due": {"2027-02-28"}})
	payment := b.sim.Payments("")[0].PaymentID
	b.submit(page+"/reconcile", url.Values{"payment": {payment}})
	b.refuse(page+"/unpay", url.Values{"payment": {payment}}, "reconciled")
	b.submit(page+"/unreconcile", url.Values{"payment": {payment}})
	b.submit(page+"/credit", url.Values{"amount": {"500"}})
	b.submit(page+"/email", nil)
	b.submit(page+"/overpay", url.Values{"amount": {"2,000"}})
	if row := b.status("RNZ-1"); row.Status != "PAID" || *row.AmountCredited != xerosim.Cents(50_000) || !row.SentToContact {
		t.Errorf("paid: %+v", row)
	}
	note := b.sim.CreditNotes("")[0]
	b.submit(page+"/deallocate", url.Values{"credit": {note.CreditNoteID}, "allocation": {note.Allocations[0].AllocationID}})
	b.submit(page+"/allocate", url.Values{"credit": {note.CreditNoteID}, "amount": {"100"}})
	b.refuse(page+"/allocate", url.Values{"credit": {note.CreditNoteID}, "amount": {"401"}}, "remaining credit")
	b.submit(page+"/unpay", url.Values{"payment": {payment}})
	if out := b.form(page+"/explode", nil); out.status != http.StatusNotFound {
		t.Errorf("an unknown form: %d", out.status)
	}
	draft := b.must("PUT", "/Invoices", m{"Invoices": []any{merged(sale(contact, "D-1"), m{"Status": "DRAFT"}), merged(sale(contact, "D-2"), m{"Status": "DRAFT"})}}).list(t, "Invoices")
	b.submit(app+"/invoicing/view/"+draft[0]["InvoiceID"].(string)+"/approve", nil)
	b.submit(app+"/invoicing/view/"+draft[1]["InvoiceID"].(string)+"/delete", nil)
	if b.status("D-1").Status != "AUTHORISED" || b.status("D-2").Status != "DELETED" {
		t.Error("drafts are neither approved nor deleted")
	}
}

func TestCreditPageForms(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	b.invoice(contact, "RNZ-1")
	note, err := b.sim.AddCreditNote("", xerosim.CreditNote{Type: "ACCRECCREDIT", Contact: &xerosim.Contact{ContactID: contact},
		LineItems: b.status("RNZ-1").LineItems})
	if err != nil {
		t.Fatal(err)
	}
	page := app + "/credit-notes/" + note.CreditNoteID
	b.refuse(page+"/refund", url.Values{"amount": {"1"}}, "Authorised")
	b.submit(page+"/approve", nil)
	b.submit(page+"/edit", url.Values{"reference": {"R-1"}, "date": {"2026-11-21"}})
	b.refuse(page+"/allocate", url.Values{"invoice": {"none"}}, "Choose an invoice")
	b.refuse(page+"/allocate", url.Values{"invoice": {"RNZ-1"}, "amount": {"110.01"}}, "amount outstanding")
	b.submit(page+"/allocate", url.Values{"invoice": {"RNZ-1"}, "amount": {"60"}})
	b.refuse(page+"/void", nil, "allocated")
	if shown := b.submit(page+"/refund", url.Values{"amount": {""}}); !strings.Contains(shown, "PAID") || !strings.Contains(shown, "Used for RNZ-1") {
		t.Error("a note used up is not shown as paid")
	}
	row := b.sim.CreditNotes("")[0]
	if row.Status != "PAID" || row.Reference != "R-1" || len(row.Payments) != 1 || row.Payments[0].Amount != xerosim.Cents(5000) {
		t.Errorf("used up: %+v", row)
	}
	b.submit(page+"/unpay", url.Values{"payment": {row.Payments[0].PaymentID}})
	b.submit(page+"/deallocate", url.Values{"allocation": {row.Allocations[0].AllocationID}})
	b.refuse(page+"/deallocate", url.Values{"allocation": {row.Allocations[0].AllocationID}}, "does not exist")
	b.submit(page+"/void", nil)
	if row := b.sim.CreditNotes("")[0]; row.Status != "VOIDED" {
		t.Errorf("voided: %+v", row)
	}
	for _, path := range []string{app + "/credit-notes/" + note.CreditNoteNumber, "/AccountsReceivable/ViewCreditNote.aspx?creditNoteID=" + note.CreditNoteID,
		"/organisationlogin/default.aspx?shortcode=!Vw7Lt&redirecturl=" + url.QueryEscape("/AccountsReceivable/ViewCreditNote.aspx?creditNoteID="+note.CreditNoteID)} {
		if out := b.page(path); out.status != http.StatusOK && out.status != http.StatusSeeOther {
			t.Errorf("%s: %d", path, out.status)
		}
	}
	if out := b.page("/organisationlogin/default.aspx?redirecturl=" + url.QueryEscape("//evil.example/")); out.status != http.StatusNotFound {
		t.Errorf("a link to another site: %d to %s", out.status, out.header.Get("Location"))
	}
}

func TestContactPageForms(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	id, other := b.contact("Bright Solar"), b.contact("Other Solar")
	page := app + "/contacts/contact/" + id
	b.invoice(id, "RNZ-1")
	form := url.Values{"name": {"Brighter Solar"}, "first": {"Jo"}, "last": {""}, "email": {"jo@b.example"}, "mobile": {"0400 000 000"}, "abn": {"51824753556"},
		"line1": {"1 High St"}, "city": {"Perth"}, "personFirst": {"Al", "", "Cy"}, "personLast": {"Lee", "", ""}, "personEmail": {"", "", "cy@b.example"},
		"personMail": {"no", "yes", "yes"}}
	if shown := b.submit(page+"/edit", form); !strings.Contains(shown, "1 High St, Perth") || !strings.Contains(shown, "0400 000 000") {
		t.Error("address and phone are not shown")
	}
	row := b.sim.Contacts("")[0]
	if row.Name != "Brighter Solar" || row.EmailAddress != "jo@b.example" || len(row.ContactPersons) != 2 || row.ContactPersons[1].FirstName != "Cy" || !row.ContactPersons[1].IncludeInEmails || row.ContactPersons[0].IncludeInEmails {
		t.Errorf("edited: %+v", row)
	}
	form.Set("name", "Other <Solar>")
	b.refuse(page+"/edit", form, "cannot contain")
	form.Set("name", "other solar")
	b.refuse(page+"/edit", form, "already assigned")
	b.submit(page+"/prepay", url.Values{"amount": {"55"}, "reference": {"deposit"}})
	if shown := b.submit(page+"/overpay", url.Values{"amount": {"20"}}); !strings.Contains(shown, "Prepayment deposit") || !strings.Contains(shown, "Overpayment") {
		t.Error("the money received is not shown")
	}
	b.refuse(page+"/prepay", url.Values{"amount": {"-1"}}, "Write an amount")
	b.submit(page+"/archive", nil)
	b.refuse(page+"/prepay", url.Values{"amount": {"1"}}, "archived")
	b.submit(page+"/restore", nil)
	b.refuse(page+"/merge", url.Values{"into": {"Nobody"}}, "No active contact")
	if shown := b.submit(page+"/merge", url.Values{"into": {"Other Solar"}}); !strings.Contains(shown, "Merged into") {
		t.Error("a merged contact does not lead to the other")
	}
	if b.status("RNZ-1").Contact.ContactID != other {
		t.Error("the invoice did not move")
	}
	b.submit(app+"/contacts/contact/"+other+"/erase", nil)
	if row := b.sim.Contacts("")[1]; row.ContactStatus != "GDPRREQUEST" || row.EmailAddress != "" {
		t.Errorf("erased: %+v", row)
	}
	b.refuse(app+"/contacts/contact/"+other+"/erase", nil, "erased already")
}

func TestAdvancePaymentAndSettingsPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	b.invoice(contact, "RNZ-1")
	over, err := b.sim.ReceiveOverpayment("", contact, xerosim.Cents(5000), "paid twice")
	if err != nil {
		t.Fatal(err)
	}
	page := app + "/advances/" + over.OverpaymentID
	b.submit(page+"/allocate", url.Values{"invoice": {"RNZ-1"}, "amount": {"30"}})
	b.submit(page+"/refund", nil)
	b.refuse(page+"/refund", url.Values{"amount": {"1"}}, "Authorised")
	if _, err := b.sim.Pay("", "RNZ-1", xerosim.Cents(1000), xerosim.Date{}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		app + "/advances": "Overpayment paid twice", app + "/advances?q=bright": "Bright Solar", app + "/advances?status=VOIDED": "Nothing matches",
		app + "/credit-notes": "No credit notes yet", app + "/payments": "refund", app + "/payments?q=RNZ-1": "Reconcile",
		app + "/settings": "Period lock date",
	} {
		out := b.page(path)
		if out.status != http.StatusOK || !strings.Contains(string(out.body), want) || strings.Contains(string(out.body), "style=\"") {
			t.Errorf("%s: %d, without %q", path, out.status, want)
		}
	}
	payment := b.sim.Payments("")[1].PaymentID
	b.refuse(app+"/payments/batch", nil, "at least one payment")
	b.submit(app+"/payments/batch", url.Values{"payment": {payment}})
	b.refuse(app+"/payments/unpay", url.Values{"payment": {payment}}, "batch payment")
	b.submit(app+"/payments/reconcile", url.Values{"payment": {b.sim.Payments("")[0].PaymentID}})
	b.submit(app+"/settings/locks", url.Values{"period": {"2026-11-30"}, "year": {"2026-06-30"}})
	if books, err := b.sim.Books(""); err != nil || books.PeriodLockDate != "2026-11-30" || books.EndOfYearLockDate != "2026-06-30" {
		t.Errorf("lock dates: %+v %v", books, err)
	}
	b.refuse(app+"/invoicing/view/RNZ-1/pay", url.Values{"amount": {"1"}}, "period lock date")
	b.refuse(app+"/settings/locks", url.Values{"period": {"soon"}}, "Write a day")
	b.submit(app+"/settings/locks", nil)
	b.submit(app+"/settings/plan", url.Values{"class": {"TRIAL"}, "emails": {"3"}})
	b.refuse(app+"/settings/plan", url.Values{"class": {"TRIAL"}, "emails": {"many"}}, "whole number")
	if row := b.one("/Organisation", "Organisations"); row["Class"] != "TRIAL" || row["PeriodLockDate"] != nil {
		t.Errorf("the organisation: %v", row)
	}
	b.submit(app+"/settings/webhooks", url.Values{"state": {"held"}})
	if b.sim.Webhooks() != xerosim.WebhooksHeld {
		t.Errorf("webhooks are %s", b.sim.Webhooks())
	}
	b.refuse(app+"/settings/webhooks", url.Values{"state": {"gone"}}, "four states")
}
