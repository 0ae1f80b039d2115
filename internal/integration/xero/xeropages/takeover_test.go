package xeropages_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web/webtest"
)

// writtenThere has a bookkeeper write an invoice in Xero for a contact.
func (w *world) writtenThere(contact, number string) xerosim.Invoice {
	w.Helper()
	due := xerosim.Date{Time: time.Now().AddDate(0, 0, 14)}
	i, err := w.sim.AddInvoice("", xerosim.Invoice{
		Type: "ACCREC", Status: "AUTHORISED", InvoiceNumber: number, Contact: &xerosim.Contact{ContactID: contact}, DueDate: &due, LineAmountTypes: "Exclusive",
		LineItems: []xerosim.LineItem{{Description: "Consulting", Quantity: new(xerosim.Cents(200)), UnitAmount: new(xerosim.Cents(15000)), AccountCode: "260", TaxType: "OUTPUT"}}})
	w.must(err)
	return i
}

func (w *world) contact(id crm.CustomerID) string {
	w.Helper()
	l, err := w.store.Link(w.ctx, link.Key{Org: w.org, Service: xero.Name, Kind: link.Contact, Record: id.UUID})
	w.must(err)
	return l.RemoteID
}

// differenceOf is the address of what is only in Xero under a number.
func (w *world) differenceOf(number string) string {
	w.Helper()
	runs, err := w.store.Reconciliations(w.ctx, w.org, xero.Name, "", 1)
	w.must(err)
	page, err := w.store.Differences(w.ctx, w.org, runs.Rows[0].ID, store.DifferenceFilter{Search: number})
	w.must(err)
	if len(page.Rows) != 1 {
		w.Fatalf("%s is listed %d times", number, len(page.Rows))
	}
	return "/xero/reconciliation/" + page.Rows[0].Run.String() + "/" + strconv.Itoa(page.Rows[0].Position)
}

func TestTakeOverPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect()
	i := w.shipped("Harbour Marine")
	w.push()
	w.writtenThere(w.contact(i.CustomerID), "SVC-1")
	w.writtenThere(w.contact(i.CustomerID), "SVC-2")
	stranger, err := w.sim.AddContact("", xerosim.Contact{Name: "Passing Trade", IsCustomer: new(true)})
	w.must(err)
	w.writtenThere(stranger.ContactID, "SVC-3")
	w.writtenThere(w.contact(i.CustomerID), "INV-00077")
	w.post(auth.Finance, "/xero/reconciliation")
	w.compared()
	list := w.get(auth.Finance, "/xero/reconciliation")
	list.want(t, 200, "4 documents are only in Xero", "Take over the ticked ones", "Take all over…", "SVC-1", "Invoice · Harbour Marine", "$330.00", "Contact not linked", "Decide", "Number is ours")
	w.get(auth.Viewer, "/xero/reconciliation").lacks(t, "Take over", "Decide")
	one := w.differenceOf("SVC-1")
	w.get(auth.Finance, one).want(t, 200, "Take over", "$330.00 of", "Open in Xero", "Let it stay")
	w.get(auth.Viewer, one).lacks(t, "Take over")
	unlinked := w.get(auth.Finance, w.differenceOf("SVC-3"))
	unlinked.want(t, 200, "It cannot be taken over yet", "Link or import the contact first", "Decide")
	unlinked.lacks(t, "Try to take it over")
	clash := w.differenceOf("INV-00077")
	w.get(auth.Finance, clash).want(t, 200, "INV-00077 is a number that Renoz will give", "Try to take it over")
	w.post(auth.Finance, clash+"/take-over").want(t, 409, "It was not taken over", "Give the one in Xero another number")
	w.post(auth.Viewer, one+"/take-over").want(t, 403)
	w.post(auth.Finance, one+"/take-over").want(t, 200, "Taken over", "1 document is a record here now", "Open it")
	done := w.get(auth.Finance, one)
	done.want(t, 200, "Dealt with by", "Open the record", "/invoices/")
	done.lacks(t, "Take over")
	runAt := one[:strings.LastIndex(one, "/")]
	two := w.differenceOf("SVC-2")
	w.post(auth.Finance, runAt+"/take-over").want(t, 422, "Tick at least one document")
	w.post(auth.Finance, runAt+"/take-over", "position", two[len(two)-1:], "position", clash[len(clash)-1:]).want(t, 200, "1 document was not taken over", "1 was")
	for _, wrong := range []string{"/xero/reconciliation/none/take-over", "/xero/reconciliation/" + uuid.NewString() + "/1/take-over"} {
		w.post(auth.Finance, wrong, "position", "1").want(t, 404)
	}

	w.get(auth.Finance, "/xero/bulk?direction=pull&kind=all&written=take_over").want(t, 200, "Documents that are only in Xero", "Take them over")
	w.get(auth.Finance, "/xero/bulk?direction=pull&kind=contact").lacks(t, "Documents that are only in Xero")
	w.post(auth.Finance, "/xero/bulk/preview", "direction", "pull", "kind", "all", "written", "take_over").want(t, 200)
	w.must(w.xero.Bulk(w.ctx, xero.BulkArgs{Org: w.org}))
	runs, err := w.store.BulkRuns(w.ctx, w.org, store.BulkRunFilter{Service: xero.Name})
	w.must(err)
	at := "/xero/bulk/" + runs.Rows[0].ID.String()
	w.get(auth.Finance, at).want(t, 200, "with documents that are only there", "Not taken over", "Why some are left out", "stays in Xero alone", "SVC-3", "Decide")

	w.get(auth.Finance, "/xero/settings").want(t, 200, "Invoices and credit notes written in Xero", "List them", "Take them over")
}

// TestTakeOverByHand ticks documents in a browser and takes them over.
func TestTakeOverByHand(t *testing.T) {
	w := newWorld(t)
	w.connect()
	i := w.shipped("Harbour Marine")
	w.push()
	for _, number := range []string{"SVC-1", "SVC-2"} {
		w.writtenThere(w.contact(i.CustomerID), number)
	}
	stranger, err := w.sim.AddContact("", xerosim.Contact{Name: "Passing Trade", IsCustomer: new(true)})
	w.must(err)
	w.writtenThere(stranger.ContactID, "SVC-3")
	w.post(auth.Finance, "/xero/reconciliation")
	w.compared()
	w.post(auth.Finance, "/xero/bulk/preview", "direction", "pull", "kind", "all", "written", "take_over")
	w.must(w.xero.Bulk(w.ctx, xero.BulkArgs{Org: w.org}))
	runs, err := w.store.BulkRuns(w.ctx, w.org, store.BulkRunFilter{Service: xero.Name})
	w.must(err)
	webtest.Check(t, w.url, w.view("/xero/reconciliation"), w.view(w.differenceOf("SVC-1")), w.view(w.differenceOf("SVC-3")),
		w.view("/xero/bulk?direction=pull&kind=all&written=take_over"), w.view("/xero/bulk/"+runs.Rows[0].ID.String()), w.view("/xero/settings"))
	p := webtest.Open(t, w.url, w.view("/xero/reconciliation"))
	p.Do(webtest.Eventually(`document.querySelectorAll('input[name=position]').length === 2`))
	p.Do(webtest.JS(`document.querySelectorAll("input[name=position]").forEach(e => e.click())`), chromedp.Click(`form#ticked button`),
		webtest.Eventually(`document.body.textContent.includes('2 documents are records here now')`))
	page, err := w.store.Invoices(w.ctx, w.org, store.InvoiceFilter{})
	w.must(err)
	if len(page.Rows) != 3 {
		t.Errorf("there are %d invoices", len(page.Rows))
	}
}
