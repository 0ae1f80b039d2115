package xeropages_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web/webtest"
)

// heap is a world with records from before the connection: some go to Xero,
// one perhaps is there, one has no tax rate, one is a draft.
type heap struct {
	*world
	fresh int // invoices that go
}

func newHeap(t *testing.T) heap {
	t.Helper()
	h := heap{newWorld(t), 30}
	_, err := h.sim.AddContact("", xerosim.Contact{Name: "HARBOUR MARINE PTY LTD", EmailAddress: "accounts@harbour.example"})
	h.must(err)
	twin := h.buyer("Harbour Marine", "accounts@harbour.example")
	h.sell(twin, crm.GST, true)
	buyer := h.buyer("Bright Solar", "pay@bright.example")
	for range h.fresh {
		h.sell(buyer, crm.GST, true)
	}
	h.sell(buyer, crm.ExportTaxed, true)
	h.sell(buyer, crm.GST, false)
	h.connect()
	settings := xero.DefaultSettings()
	settings.TaxTypes[crm.ExportTaxed] = ""
	text, err := settings.Encode()
	h.must(err)
	h.must(h.store.InTx(h.ctx, func(tx *store.Tx) error { return tx.SetConnectionSettings(h.ctx, h.org, xero.Name, text) }))
	return h
}

func (w *world) buyer(name, email string) crm.Customer {
	w.Helper()
	c, err := w.book.CreateCustomer(w.ctx, records.CustomerInput{Name: name, Email: email})
	w.must(err)
	return c
}

func (w *world) sell(c crm.Customer, class crm.TaxClass, issue bool) {
	w.Helper()
	i, err := w.book.CreateInvoice(w.ctx, records.InvoiceInput{CustomerID: c.ID, Reference: "PO-7", Lines: []records.LineInput{
		{Kind: crm.Item, Description: "BESS 50 kWh", Quantity: 10000, UnitPrice: new(crm.Price(49950000)), TaxClass: class}}})
	w.must(err)
	if issue {
		_, err = w.book.IssueInvoice(w.ctx, i.ID)
		w.must(err)
	}
}

// prepared is a run that a person asked for, with what its job did.
func (w *world) prepared(pairs ...string) uuid.UUID {
	w.Helper()
	out := w.post(auth.Finance, "/xero/bulk/preview", pairs...)
	out.want(w, 200, "Preparing")
	w.must(w.xero.Bulk(w.ctx, xero.BulkArgs{Org: w.org}))
	id, err := uuid.Parse(strings.TrimPrefix(out.Path, "/xero/bulk/"))
	w.must(err)
	return id
}

func (w *world) finish(id uuid.UUID) {
	w.Helper()
	for range 50 {
		run, err := w.store.BulkRun(w.ctx, w.org, id)
		w.must(err)
		if run.State.Ended() {
			return
		}
		w.push()
		w.must(ignoreSnooze(w.xero.Bulk(w.ctx, xero.BulkArgs{Org: w.org})))
	}
	w.Fatal("the run does not end")
}

func TestBulkPages(t *testing.T) {
	t.Parallel()
	h := newHeap(t)
	h.get(auth.Finance, "/xero").want(t, 200, `href="/xero/bulk?kind=all"`)
	h.get(auth.Finance, "/xero/bulk?kind=all").want(t, 200, "New run", "No runs yet")
	h.get(auth.Viewer, "/xero/bulk").lacks(t, "New run")
	h.post(auth.Viewer, "/xero/bulk/preview").want(t, 403)
	h.post(auth.Finance, "/xero/bulk/preview", "kind", "invoice", "from", "soon").want(t, 422, "is not a date")
	h.post(auth.Finance, "/xero/bulk/preview", "kind", "invoice", "from", "02/01/2026", "to", "01/01/2026").want(t, 422, "before the first")
	id := h.prepared("kind", "invoice", "which", "missing")
	at := "/xero/bulk/" + id.String()
	out := h.get(auth.Finance, at)
	out.want(t, 200, "Ready to start", "Send 31 records", "No Xero tax rate or account is chosen for Export", "/xero/settings", "A draft goes to Xero once it is issued", "Perhaps it is in Xero already", "Not in Xero yet")
	h.get(auth.Viewer, at).lacks(t, "Send 31 records", "Discard")
	h.get(auth.Finance, at+"?plan=skip").want(t, 200, "Draft", "1 record shown")
	h.get(auth.Finance, at+"?q=zebra").want(t, 200, "Nothing matches")
	h.get(auth.Finance, at+"?plan=create&kind=contact").want(t, 200, "Bright Solar", "1 record shown")
	h.post(auth.Viewer, at+"/start").want(t, 403)
	h.post(auth.Finance, at+"/pause").want(t, 409, "Only a run that is under way")
	h.post(auth.Finance, at+"/start").want(t, 200, "The run has begun", "Under way", "Pause")
	h.post(auth.Finance, at+"/pause").want(t, 200, "Paused", "Resume")
	h.push()
	if n := h.sim.Counts().WriteCalls; n != 0 {
		t.Errorf("%d calls wrote while it was paused", n)
	}
	h.post(auth.Finance, at+"/resume").want(t, 200, "It goes on")
	h.finish(id)
	h.get(auth.Finance, at).want(t, 200, "Done", "Retry 3 records", "Took")
	h.get(auth.Finance, at+"?outcome=blocked").want(t, 200, "3 records shown", "Decide")
	h.post(auth.Finance, at+"/retry").want(t, 200, "Retrying", "Under way")
	h.finish(id)
	h.post(auth.Finance, at+"/cancel").want(t, 409)
	h.get(auth.Finance, "/xero/bulk").want(t, 200, "Invoices to Xero", "Alex Kim", "Done")
	h.get(auth.Finance, "/xero/bulk?state=cancelled").want(t, 200, "Nothing matches")
	h.get(auth.Finance, "/xero/bulk/"+uuid.NewString()).want(t, 404)
	h.get(auth.Finance, "/xero/bulk/x").want(t, 404)
}

// TestBulkReading shows what would change, then what did.
func TestBulkReading(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	at := "/xero/bulk/" + l.prepared("direction", "pull", "kind", "all").String()
	l.get(auth.Finance, at).want(t, 200, "Would change", "Nothing has been taken over yet", "Read from Xero")
	l.post(auth.Finance, at+"/start").want(t, 200, "Reading from Xero")
	l.finish(uuid.MustParse(strings.TrimPrefix(at, "/xero/bulk/")))
	l.get(auth.Finance, at).want(t, 200, "Done", "Changed")
}

// TestBulkStream sends the figures while a run moves and the whole page when it
// has come further.
func TestBulkStream(t *testing.T) {
	t.Parallel()
	h := newHeap(t)
	run, err := h.xero.PreviewBulk(h.ctx, xero.BulkWish{Direction: store.BulkPush, Kind: "invoice"})
	h.must(err)
	read := func() string {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/xero/bulk/"+run.ID.String()+"/events", nil)
		h.must(err)
		r.AddCookie(&http.Cookie{Name: "role", Value: string(auth.Viewer)})
		res, err := http.DefaultClient.Do(r)
		h.must(err)
		defer func() { _ = res.Body.Close() }()
		if kind := res.Header.Get("Content-Type"); kind != "text/event-stream" {
			t.Fatalf("it answers %s with %s", res.Status, kind)
		}
		first := make([]byte, 1<<16)
		n, err := res.Body.Read(first)
		h.must(err)
		h.must(h.xero.Bulk(h.ctx, xero.BulkArgs{Org: h.org}))
		rest, err := io.ReadAll(res.Body)
		h.must(err)
		return string(first[:n]) + string(rest)
	}
	if text := read(); !strings.Contains(text, "Looking at what would happen") || !strings.Contains(text, "Ready to start") || !strings.HasSuffix(text, "event: done\ndata: done\n\n") {
		t.Errorf("the stream was %.2000s", text)
	}
	if text := read(); !strings.Contains(text, "Ready to start") { // it ends at once
		t.Errorf("the stream was %.2000s", text)
	}
}

func TestBulkPagesLookRight(t *testing.T) {
	h := newHeap(t)
	webtest.Check(t, h.url, h.view("/xero/bulk?new"))
	ready := h.prepared("kind", "all")
	reading := h.prepared("kind", "all", "direction", "pull")
	done := h.prepared("kind", "invoice")
	h.must(h.xero.StartBulk(h.ctx, done))
	h.finish(done)
	paused := h.prepared("kind", "payment")
	h.must(h.xero.StartBulk(h.ctx, paused))
	h.must(h.xero.PauseBulk(h.ctx, paused))
	webtest.Check(t, h.url, h.view("/xero/bulk"), h.view("/xero/bulk?kind=all&direction=pull"), h.view("/xero/bulk?q=nothing"),
		h.view("/xero/bulk/"+ready.String()), h.view("/xero/bulk/"+reading.String()), h.view("/xero/bulk/"+done.String()), h.view("/xero/bulk/"+done.String()+"?outcome=blocked"),
		h.view("/xero/bulk/"+paused.String()))
	webtest.Budget(t, h.url, h.view("/xero/bulk"), h.view("/xero/bulk/"+done.String()))
}

// TestBulkInTheBrowser chooses, looks at the preview, runs and sees the end,
// without a reload of its own.
func TestBulkInTheBrowser(t *testing.T) {
	h := newHeap(t)
	p := webtest.Open(t, h.url, h.view("/xero"))
	p.Do(chromedp.Click(`#records a[href^="/xero/bulk"]`), webtest.Eventually(`location.pathname === '/xero/bulk' && window.htmx && document.querySelector('#kind').value === 'all'`))
	p.Do(chromedp.Click(`input[value=pull]`), webtest.Eventually(`!document.querySelector('#which')`), webtest.Settled())
	p.Do(chromedp.Click(`input[value=push]`), webtest.Eventually(`document.querySelector('#which')`), webtest.Settled())
	p.Do(webtest.JS(`document.querySelector('#kind').value = 'invoice'; document.querySelector('#kind').dispatchEvent(new Event('change', {bubbles: true}))`),
		webtest.Eventually(`document.querySelector('#records option[value=open]') && document.querySelector('#from')`))
	p.Audit()
	p.Do(chromedp.Click(`#bulk-wish .btn:not([formmethod])`), webtest.Eventually(`location.pathname.length > 20 && document.querySelector('#bulk-live-preparing')`))
	p.Shoot("preparing")
	h.must(h.xero.Bulk(h.ctx, xero.BulkArgs{Org: h.org}))
	p.Do(webtest.Eventually(`document.querySelector('#bulk-live-ready') && document.querySelector('#bulk-run .badge').textContent === 'Ready to start'`))
	p.ShootFull("ready")
	p.Do(chromedp.Click(`#bulk-run form[action$="/start"] button`), toast("The run has begun"), webtest.Eventually(`document.querySelector('#bulk-live-running')`))
	p.ShootFull("running")
	p.Audit()
	p.Do(chromedp.Click(`[commandfor=cancel-run][command=show-modal]`), webtest.Eventually(`document.querySelector('#cancel-run').open`))
	p.Shoot("cancel")
	p.Do(chromedp.Click(`#cancel-run [command=close]`), webtest.Eventually(`!document.querySelector('#cancel-run').open`))
	h.push()
	p.Do(webtest.Eventually(`document.querySelector('#bulk-live-done') && document.querySelector('#bulk-run .badge').textContent === 'Done'`))
	p.ShootFull("done")
	if n := h.sim.Counts().Invoices; n != h.fresh {
		t.Errorf("Xero has %d invoices, want %d", n, h.fresh)
	}
	p.Do(webtest.JS(`document.querySelector('#bulk-items-filter [name=outcome]').value = 'blocked'; document.querySelector('#bulk-items-filter [name=outcome]').dispatchEvent(new Event('input', {bubbles: true}))`), webtest.Eventually(`location.search.includes('outcome=blocked') && document.querySelectorAll('#bulk-items tbody tr').length === 3`))
	p.Do(chromedp.Click(`#bulk-items tbody tr:first-child form[action$="/retry"] button`), toast("Retrying"))
}
