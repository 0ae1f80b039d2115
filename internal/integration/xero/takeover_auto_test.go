package xero_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// TestTakeOverByItself has webhooks and polling make the records.
func TestTakeOverByItself(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		to := w.contactOf(w.customer("Harbour Marine"))
		quiet := w.writes(w.byHand(to, "SVC-1"))
		w.look("INVOICE", quiet.InvoiceID)
		w.pull()
		if w.here() != 0 {
			w.Fatal("without the setting it was taken over")
		}
		w.clock.pass(time.Hour) // so that the overlap of polling does not reach back to it
		w.pull()
		w.takesByItself()

		told := w.writes(w.byHand(to, "SVC-2"))
		w.look("INVOICE", told.InvoiceID)
		if w.here() != 1 {
			w.Error("a webhook did not bring it")
		}
		w.writes(w.byHand(to, "SVC-3"))
		w.pull()
		if w.here() != 2 {
			w.Error("polling did not bring it")
		}
		note, err := w.sim.AddCreditNote(w.tenant, xerosim.CreditNote{
			Type: "ACCRECCREDIT", Status: "AUTHORISED", CreditNoteNumber: "SCN-1", Contact: to, Date: w.day(0), LineAmountTypes: "Exclusive",
			LineItems: []xerosim.LineItem{{Description: "Cable", Quantity: new(xerosim.Cents(100)), UnitAmount: new(xerosim.Cents(50000)), AccountCode: "200", TaxType: "OUTPUT"}}})
		w.must(err)
		w.look("CREDITNOTE", note.CreditNoteID)
		if _, err := w.store.LinkByRemote(w.ctx, link.Key{Org: w.org, Service: xero.Name, Kind: link.CreditNote}, note.CreditNoteID); err != nil {
			w.Errorf("the credit note was not taken over: %v", err)
		}
		w.must(w.sim.AddCurrency(w.tenant, "USD"))
		other := w.byHand(to, "SVC-4")
		other.CurrencyCode = "USD"
		w.look("INVOICE", w.writes(other).InvoiceID)
		events, err := w.store.Events(w.ctx, w.org, inbox.Filter{Service: xero.Name, Category: "INVOICE", Limit: 50})
		w.must(err)
		if said := events[0].Result; !strings.Contains(said, "is not taken over. It is in USD") {
			w.Errorf("the webhook about one that cannot be says %q", said)
		}
		if _, found := w.reconciled(); len(found) != 2 { // SVC-1 from before, SVC-4 in another currency
			w.Errorf("listed are %q", found)
		}
	})
}

// here is how many invoices there are.
func (w *world) here() int {
	w.Helper()
	page, err := w.store.Invoices(w.ctx, w.org, store.InvoiceFilter{Limit: 200})
	w.must(err)
	return len(page.Rows)
}

func TestTakeOverNeedsRights(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.writes(w.byHand(w.contactOf(w.customer("Harbour Marine")), "SVC-1"))
		rec, _ := w.reconciled()
		at := []int{w.only(rec, "SVC-1").Position}
		for name, c := range map[string]struct {
			positions []int
			kind      crm.Kind
		}{"none ticked": {nil, crm.Invalid}, "no such": {[]int{99}, crm.NotFound}} {
			if _, err := w.xero.TakeOver(w.ctx, rec.ID, c.positions); crm.KindOf(err) != c.kind {
				w.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.xero.TakeOver(w.Context(), rec.ID, at); crm.KindOf(err) != crm.Unauthenticated {
			w.Errorf("nobody: %v", err)
		}
		if err := w.xero.ResolveDifference(w.ctx, rec.ID, at[0]); crm.KindOf(err) != crm.Conflict {
			w.Errorf("synced: %v", err)
		}
		w.must(w.sim.Fail(xerosim.Fault{Method: "GET", Path: "/Invoices", Kind: xerosim.FaultErrorBefore, Count: 9}))
		if _, err := w.xero.TakeOver(w.ctx, rec.ID, at); crm.KindOf(err) != crm.Unavailable {
			w.Errorf("while Xero fails: %v", err)
		}
		w.sim.ClearFaults()
		w.must(w.sim.Void(w.tenant, "SVC-1"))
		taken, err := w.xero.TakeOver(w.ctx, rec.ID, at)
		if err != nil || taken[0].Problem == nil || !strings.Contains(taken[0].Problem.Text, "Voided in Xero") || w.here() != 0 {
			w.Errorf("voided meanwhile: %s %v", fmt.Sprint(taken), err)
		}
	})
}

// takesByItself sets that documents written in Xero are taken over.
func (w *world) takesByItself() {
	w.Helper()
	c, err := w.store.Connection(w.ctx, w.org, xero.Name)
	w.must(err)
	settings, err := xero.SettingsOf(c)
	w.must(err)
	settings.TakeOver = true
	w.must(w.xero.SaveSettings(w.ctx, settings))
}

// TestTakenOverIsNotMailed: an edit here sends it to Xero, not to the customer.
func TestTakenOverIsNotMailed(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.writes(w.byHand(w.contactOf(c), "SVC-1"))
		conn, err := w.store.Connection(w.ctx, w.org, xero.Name)
		w.must(err)
		settings, err := xero.SettingsOf(conn)
		w.must(err)
		settings.MailByXero = true
		w.must(w.xero.SaveSettings(w.ctx, settings))
		i := w.invoice(crm.InvoiceID{UUID: w.takes("SVC-1").Record})
		_, err = w.book.AmendInvoice(w.ctx, i.ID, i.Version, records.InvoiceAmendment{Reference: "PO-77", DueOn: i.DueOn})
		w.must(err)
		ours := w.issued(c, crm.GST, crm.Day{})
		w.settled()
		for _, x := range w.sim.Invoices(w.tenant) {
			if want := x.InvoiceNumber == ours.Number; x.SentToContact != want {
				w.Errorf("%s is mailed: %v", x.InvoiceNumber, x.SentToContact)
			}
		}
	})
}
