package xeropages_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/web/webtest"
)

// compared lets the reconciliation that was asked for come to its end.
func (w *world) compared() {
	w.Helper()
	page, err := w.store.Reconciliations(w.ctx, w.org, xero.Name, "", 1)
	w.must(err)
	w.must(w.xero.Reconcile(w.ctx, xero.ReconcileArgs{Org: w.org, Run: page.Rows[0].ID}))
}

func TestReconciliationPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(auth.Finance, "/xero/reconciliation").want(t, 200, "Xero is not connected")
	w.connect()
	i := w.shipped("Harbour Marine")
	w.push()
	_, err := w.sim.Pay("", i.Number, xerosim.Cents(10000), xerosim.Date{})
	w.must(err)
	w.get(auth.Finance, "/xero/reconciliation").want(t, 200, "Nothing was compared yet", "Reconcile now")
	w.get(auth.Viewer, "/xero/reconciliation").lacks(t, "Reconcile now")
	w.post(auth.Viewer, "/xero/reconciliation").want(t, 403)
	w.post(auth.Finance, "/xero/reconciliation").want(t, 200, "Comparing", "Stop", "It is being compared")
	w.post(auth.Finance, "/xero/reconciliation").want(t, 409, "under way already")
	w.compared()
	page := w.get(auth.Finance, "/xero/reconciliation")
	page.want(t, 200, "2 differences are open", i.Number, "$0.00", "$100.00", "Only in Xero", "Totals by month", "1 · "+i.Totals.Total.Format("AUD"))
	w.get(auth.Finance, "/xero/reconciliation?kind=payment").want(t, 200, "1 difference shown")
	w.get(auth.Finance, "/xero/reconciliation?q=zebra").want(t, 200, "Nothing matches")
	_, at, _ := strings.Cut(page.Body, `href="/xero/reconciliation/`)
	at, _, _ = strings.Cut(at, `"`)
	at = "/xero/reconciliation/" + at
	w.get(auth.Finance, at).want(t, 200, "In Renoz", "In Xero", "Sync this record", "/invoices/"+i.ID.String(), "Open in Xero")
	w.get(auth.Viewer, at).lacks(t, "Sync this record", "Let it stay")
	w.post(auth.Finance, at+"/accept").want(t, 422, "Say why")
	w.post(auth.Finance, at+"/accept", "reason", "Agreed with the accountant").want(t, 200, "Accepted", "1 difference is open")
	w.post(auth.Finance, at+"/unaccept").want(t, 200)
	w.post(auth.Finance, at+"/resolve").want(t, 200, "Synced")
	if got, err := w.store.Invoice(w.ctx, w.org, i.ID); err != nil || got.Paid != 10000 {
		t.Errorf("the invoice is paid %d, %v", got.Paid, err)
	}
	w.post(auth.Finance, "/xero/reconciliation")
	w.compared()
	w.get(auth.Finance, "/xero/reconciliation").want(t, 200, "Both sides agree", "2 differences")
	for _, wrong := range []string{"/xero/reconciliation/none/1", "/xero/reconciliation?run=none", strings.TrimSuffix(at, "/1") + "/x", strings.TrimSuffix(at, "/1") + "/99"} {
		w.get(auth.Finance, wrong).want(t, 404)
	}
}

// TestReconcileByHand clicks from the connection to a difference and ends it.
func TestReconcileByHand(t *testing.T) {
	w := newWorld(t)
	w.connect()
	i := w.shipped("Harbour Marine")
	w.push()
	_, err := w.sim.Pay("", i.Number, xerosim.Cents(10000), xerosim.Date{})
	w.must(err)
	p := webtest.Open(t, w.url, w.view("/xero"))
	p.Do(chromedp.Click(`#records a[href="/xero/reconciliation"]`), webtest.Eventually(`location.pathname === '/xero/reconciliation' && window.htmx`),
		chromedp.Click(`main form[action="/xero/reconciliation"] .btn`), webtest.Eventually(`document.body.textContent.includes('It is being compared')`))
	w.compared()
	p.Do(webtest.Eventually(`document.querySelector('#difference-2')`)) // by itself
	p.ShootFull("reconciliation")
	p.Audit()
	p.Do(chromedp.Click(`#difference-1 form .btn`), webtest.Eventually(`document.querySelector('#difference-1').textContent.includes('By ')`))
	if got, err := w.store.Invoice(w.ctx, w.org, i.ID); err != nil || got.Paid != 10000 {
		t.Errorf("the invoice is paid %d, %v", got.Paid, err)
	}
}
