package crmpages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestCreditNoteLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.invoice(w.customer("Harbour Solar"))
	at := "/invoices/" + i.ID.String()
	w.get(at).wants(t, http.StatusOK, "/credit-notes/new?invoice="+i.ID.String(), "Nothing was paid or credited yet")
	form := w.get("/credit-notes/new?invoice=" + i.ID.String())
	form.wants(t, http.StatusOK, "Credit INV-00001", `value="INV-00001"`, `name="invoice"`)
	form.lacks(t, "customer_id")
	sent := url.Values{"invoice": {i.ID.String()}, "reason": {"Damaged in transit"}, "reference": {"RMA-1"}}
	line(sent, "", "Battery", "1", "1000000", "", "")
	w.post("/credit-notes/new", sent).wants(t, http.StatusUnprocessableEntity, "more than INV-00001", "Damaged in transit")
	sent.Set("price", "100")
	saved := w.post("/credit-notes/new", sent)
	saved.wants(t, http.StatusSeeOther)
	note, _, _ := strings.Cut(saved.to, "?")
	w.get(saved.to).wants(t, http.StatusOK, "Draft credit note", "$110.00", "Draft saved", "Set $110.00 against INV-00001 at once")
	w.get(note+"/edit").wants(t, http.StatusOK, "Edit draft credit note", "RMA-1", "INV-00001")

	issued := w.post(note+"/issue", url.Values{})
	w.get(issued.to).wants(t, http.StatusOK, "CN-00001", "Issued", "$110.00 of $110.00 remains", "Nothing of it is set against an invoice")
	w.get(note+"/edit").wants(t, http.StatusConflict, "only drafts can be changed")
	w.get(at).wants(t, http.StatusOK, "Harbour Solar has $110.00 of credit that is not used", "Use CN-00001")
	w.get(note+"/allocations/new?invoice="+i.ID.String()).wants(t, http.StatusOK, "owed, due", "INV-00001")
	w.post(note+"/allocations/new", url.Values{"invoice_id": {i.ID.String()}, "amount": {"110.01"}, "allocated_on": {"22/11/2026"}}).
		wants(t, http.StatusUnprocessableEntity, "more than what remains of the credit, $110.00", `value="110.01"`)
	w.post(note+"/allocations/new", url.Values{"invoice_id": {"none"}, "amount": {"1"}}).wants(t, http.StatusUnprocessableEntity, "Choose an invoice")
	done := w.post(note+"/allocations/new", url.Values{"invoice_id": {i.ID.String()}, "amount": {"60"}, "allocated_on": {"22/11/2026"}})
	done.wants(t, http.StatusSeeOther)
	w.get(done.to).wants(t, http.StatusOK, "Credit used", "Undo", "$50.00 of $110.00 remains", "Take back")
	w.get(at).wants(t, http.StatusOK, "Part paid", "Credit note CN-00001", "-$60.00")

	w.post(note+"/refunds/new", url.Values{"amount": {"50.01"}}).wants(t, http.StatusUnprocessableEntity, "more than what remains")
	w.post(note+"/refunds/new", url.Values{"amount": {"20"}, "method": {"Card"}}).wants(t, http.StatusSeeOther)
	w.get(note).wants(t, http.StatusOK, "REF-00001", "Paid back", "$30.00 of $110.00 remains")
	w.post(note+"/allocations/new", url.Values{"invoice_id": {i.ID.String()}}).wants(t, http.StatusSeeOther) // as much as is open
	w.get(note).wants(t, http.StatusOK, "Applied", "$30.00")
	w.post(note+"/void", nil).wants(t, http.StatusConflict, "Some of the credit is used")

	to, err := url.Parse(done.to)
	must(t, err)
	allocation := to.Query().Get("allocation")
	w.post(note+"/allocations/"+allocation+"/remove", nil).wants(t, http.StatusSeeOther)
	w.get(note).wants(t, http.StatusOK, "Taken back", "$60.00 of $110.00 remains")
	w.get(at).wants(t, http.StatusOK, "Taken back")
	w.get("/credit-notes?state=applied").lacks(t, "CN-00001")
	w.get("/credit-notes?q=damaged").wants(t, http.StatusOK, "CN-00001", "Harbour Solar")
	w.ask(auth.Sales, "", note+"/void", url.Values{}).wants(t, http.StatusForbidden)
}

func TestDraftCreditNoteIsDiscarded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := url.Values{"customer_id": {w.customer("Harbour Solar").ID.String()}}
	line(form, "", "Goodwill", "1", "50", "", "")
	saved := w.post("/credit-notes/new", form)
	saved.wants(t, http.StatusSeeOther)
	note, _, _ := strings.Cut(saved.to, "?")
	w.get(note).wants(t, http.StatusOK, "Discard this draft?")
	w.post(note+"/void", nil).wants(t, http.StatusSeeOther)
	w.get(note).wants(t, http.StatusOK, "Voided")
	w.post(note+"/issue", nil).wants(t, http.StatusConflict, "final")
}

// TestCreditAnInvoice clicks from an invoice to the credit that settles it.
func TestCreditAnInvoice(t *testing.T) {
	w := newWorld(t)
	i := w.invoice(w.customer("Harbour Solar"))
	must(t, second(w.book.RecordPayment(w.owner(), records.PaymentInput{InvoiceID: i.ID, Amount: 100})))
	p := webtest.Open(t, w.url, webtest.View{Path: "/invoices/" + i.ID.String()})
	p.Do(chromedp.Click(`a[href^="/credit-notes/new"]`), webtest.Eventually(`location.pathname === '/credit-notes/new' && window.htmx`),
		chromedp.SendKeys(`#reason`, "Damaged in transit"+kb.Enter),
		webtest.Eventually(`location.pathname.startsWith('/credit-notes/0') && document.querySelector('[commandfor=issue]')`))
	p.ShootFull("credit-draft")
	p.Do(chromedp.Click(`[command=show-modal][commandfor=issue]`), webtest.Eventually(`document.querySelector('#issue').open`))
	p.Shoot("credit-issue")
	p.Do(chromedp.Click(`#issue form .btn:not([data-variant])`), webtest.Eventually(`document.querySelector('#credit-note h1').textContent.includes('CN-00001')`))
	p.ShootFull("credit-issued")
	p.Audit()
	if got, err := w.book.Invoice(w.owner(), i.ID); err != nil || got.State != crm.InvoicePaid {
		t.Errorf("the invoice is %s, %v", got.State, err)
	}
	p.Do(chromedp.Click(`#allocations [command=show-modal]`), webtest.Eventually(`document.querySelector('dialog[open]')`),
		chromedp.Click(`dialog[open] [data-variant=destructive]`), webtest.Eventually(`document.body.textContent.includes('The invoice owes the amount again')`))
	if got, err := w.book.Invoice(w.owner(), i.ID); err != nil || got.State != crm.InvoicePartPaid {
		t.Errorf("the invoice is %s, %v", got.State, err)
	}
}
