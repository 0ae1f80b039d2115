package xeropages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeropages"
	"github.com/renoz/renoz/internal/link"
)

func TestBeforeTheConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(auth.Owner, "/xero").want(t, 200, "Xero is not connected", `href="/xero/connect"`)
	viewer := w.get(auth.Viewer, "/xero")
	viewer.want(t, 200, "An owner or admin of Voltway")
	viewer.lacks(t, "/xero/connect")
	w.get(auth.Viewer, "/xero/connect").want(t, 403)
	w.get(auth.Owner, "/xero/settings").want(t, 200, "Xero is not connected")
	w.get(auth.Owner, "/xero/tenants").want(t, 200, "Xero is not connected")
	w.get(auth.Owner, "/").want(t, 200, "Orders to ship", "Connect Xero", "Nothing waits to be shipped")
	w.get(auth.Owner, "/sync/errors").want(t, 200, "No errors")
	w.get(auth.Owner, "/sync/history").want(t, 200, "Nothing was exchanged yet")
	w.get(auth.Owner, "/sync/webhooks").want(t, 200, "No webhook has come yet")
	w.post(auth.Owner, "/xero/sync", "back", "/").want(t, 409, "Connect it first")
}

func TestConnectLeavesForXero(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out := w.get(auth.Owner, "/xero/connect")
	to, err := url.Parse(out.Header.Get("Location"))
	if out.Status != http.StatusFound || err != nil || to.Query().Get("redirect_uri") != w.url+"/xero/callback" || to.Query().Get("state") == "" {
		t.Errorf("answered %d, leading to %v", out.Status, to)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/xero/connect", nil)
	w.must(err)
	r.AddCookie(&http.Cookie{Name: "role", Value: "owner"})
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultTransport.RoundTrip(r)
	w.must(err)
	w.must(res.Body.Close())
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("another site's request answered %d", res.StatusCode)
	}
}

func TestCallbackThatLeadsNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for address, text := range map[string]string{
		"/xero/callback?error=access_denied&state=x":                  "You did not give access",
		"/xero/callback?error=invalid_scope&error_description=<b>bad": "Xero did not accept the request",
		"/xero/callback?code=x":                                       "This step is incomplete",
		"/xero/callback?code=x&state=forged":                          "start connecting again",
	} {
		out := w.get(auth.Owner, address)
		out.want(t, 200, text, "Connect again")
		out.lacks(t, "bad")
	}
}

func TestConnected(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	out := l.get(auth.Owner, "/xero")
	out.want(t, 200, "Voltway Batteries", "Alex Kim", "48 of 60", "4,000 of 5,000", "Disconnect", "Send or read in bulk", "/xero/settings", "Requests go through", "2 records need a person")
	out.lacks(t, "Try again now")
	viewer := l.get(auth.Viewer, "/xero")
	viewer.want(t, 200, "Voltway Batteries")
	viewer.lacks(t, "Disconnect", "Reconnect", "Sync now", `href="/xero/settings"`)
	l.post(auth.Viewer, "/xero/disconnect").want(t, 403)
	l.post(auth.Finance, "/xero/sync", "back", "/xero").want(t, 200, "Syncing with Xero")
	l.post(auth.Finance, "/xero/sync", "back", "https://elsewhere.example/").want(t, 200, "Syncing with Xero", "Overview")
	l.get(auth.Finance, "/xero").want(t, 200, "Send or read in bulk")
	l.get(auth.Owner, "/xero/card").want(t, 200, "Xero at a glance", "every 5s")
	l.post(auth.Owner, "/xero/disconnect").want(t, 200, "Xero is disconnected", "Xero is not connected")
}

func TestCardFragment(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.url+"/xero/card?back=/", nil)
	l.must(err)
	r.AddCookie(&http.Cookie{Name: "role", Value: "viewer"})
	for name, value := range map[string]string{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#xero-card"} {
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	l.must(err)
	defer func() { _ = res.Body.Close() }()
	var b strings.Builder
	_, err = copyTo(&b, res)
	l.must(err)
	if text := b.String(); strings.Contains(text, "<html") || !strings.HasPrefix(text, `<div id="xero-card"`) || strings.Contains(text, "Sync now") {
		t.Errorf("the fragment is %.400s", text)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	l.get(auth.Finance, "/xero/settings").want(t, 200, "200 · Sales", "GST free", "Approved")
	l.get(auth.Viewer, "/xero/settings").want(t, 403)
	fields := []string{"sales_account", "200", "payment_account", "090", "tax_gst", "OUTPUT", "tax_gst_free", "EXEMPTOUTPUT", "tax_input_taxed", "INPUTTAXED", "tax_export", "EXEMPTEXPORT", "invoices", "draft"}
	l.post(auth.Finance, "/xero/settings", fields...).want(t, 200, "Settings saved", "Draft")
	l.post(auth.Finance, "/xero/settings", append([]string{"sales_account", "1"}, fields[2:]...)...).want(t, 422, "1 field needs attention", "Choose an active revenue account")
	c, err := l.store.Connection(l.ctx, l.org, xero.Name)
	l.must(err)
	kept, err := xero.SettingsOf(c)
	if err != nil || !kept.Draft || kept.SalesAccount != "200" {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

func TestBreakerReset(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	key := breaker.Key{Service: xero.Name, Tenant: l.sim.Tenants()[0]}
	_, err := l.store.Circuits().Save(l.ctx, key, breaker.Circuit{State: breaker.Opened, Failures: 5, Cause: "HTTP 503", Until: time.Now().Add(time.Minute), Changed: time.Now()})
	l.must(err)
	l.get(auth.Owner, "/xero").want(t, 200, "held back after 5 failures", "Try again now")
	l.get(auth.Finance, "/xero").lacks(t, "Try again now")
	l.post(auth.Finance, "/xero/breaker/reset").want(t, 403)
	l.post(auth.Owner, "/xero/breaker/reset").want(t, 200, "Requests to Xero go on", "Requests go through")
	if c, err := l.breaker.State(l.ctx, key.Service, key.Tenant); err != nil || c.State != breaker.Closed {
		t.Errorf("the breaker is %+v, %v", c, err)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	links := xeropages.Links{Xero: l.xero, Store: l.store}
	there, err := links.RecordLinks(l.ctx, crm.InvoiceRecord, l.good.ID.UUID)
	l.must(err)
	if len(there) != 1 || there[0].State != link.Synced || !strings.Contains(there[0].URL, "/app/%21Vw7Lt/invoicing/view/") || there[0].NextAction != "" {
		t.Errorf("the invoice that arrived is %+v", there)
	}
	held, err := links.RecordLinks(l.ctx, crm.InvoiceRecord, l.unmapped.ID.UUID)
	l.must(err)
	if len(held) != 1 || held[0].State != link.Blocked || held[0].NextURL != "/xero/settings" || held[0].Text == "" {
		t.Errorf("the invoice that is held back is %+v", held)
	}
	for _, kind := range []crm.RecordKind{crm.OrderRecord, crm.ProductRecord} {
		if none, err := links.RecordLinks(l.ctx, kind, l.good.ID.UUID); err != nil || len(none) != 0 {
			t.Errorf("%s: %+v, %v", kind, none, err)
		}
	}
	if none, err := links.RecordLinks(auth.With(t.Context(), l.identity(auth.Support)), crm.InvoiceRecord, l.good.ID.UUID); err != nil || len(none) != 0 {
		t.Errorf("support sees %+v, %v", none, err)
	}
}

func TestOverviewByRole(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	l.get(auth.Owner, "/").want(t, 200, "Open invoices", "$31,318.65", "Orders to ship", "Northside Marine", "Sales by month", "Exchanged last", "Sync now", "2 records need a person")
	ops := l.get(auth.Operations, "/")
	ops.want(t, 200, "Orders to ship", "Customers")
	ops.lacks(t, "Open invoices", "Sales by month", "xero-card", "Sync now")
}

func TestReconnectIsAskedFor(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	c, err := l.store.Connection(l.ctx, l.org, xero.Name)
	l.must(err)
	l.must(setState(l.world, c, connection.NeedsReconnect, "Xero no longer accepts our access. Connect again; nothing is lost meanwhile."))
	l.get(auth.Owner, "/xero").want(t, 200, "Xero needs to be connected again", "nothing is lost meanwhile")
	l.get(auth.Owner, "/").want(t, 200, "Reconnect")
	l.get(auth.Owner, "/xero/settings").want(t, 200, "cannot be read from Xero", "has to be connected again")
}

func TestOnlineInvoice(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	out := l.get(auth.Viewer, "/xero/invoices/"+l.good.ID.String()+"/online")
	if to := out.Header.Get("Location"); out.Status != http.StatusSeeOther || !strings.Contains(to, "/online/"+l.link(l.good).RemoteID) {
		t.Errorf("answered %d, leading to %q", out.Status, to)
	}
	l.get(auth.Viewer, "/xero/invoices/"+l.refused.ID.String()+"/online").want(t, 409, "not in Xero yet")
	l.get(auth.Viewer, "/xero/invoices/"+crm.NewID[crm.Invoice]().String()+"/online").want(t, 404)
	l.get(auth.Operations, "/xero/invoices/"+l.good.ID.String()+"/online").want(t, 403)
}

func TestLimitsAndHealth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(auth.Viewer, "/xero/limits").want(t, 200, "Xero is not connected")
	l := newLived(t)
	out := l.get(auth.Viewer, "/xero/limits")
	out.want(t, 200, "Calls this minute", "48 of 60", "Calls today", "4,000 of 5,000", "0 of 5", "Calls a minute", "2 records need a person", "−22", "Requests go through")
	out.lacks(t, "Try again now")
	l.get(auth.Operations, "/xero/limits").want(t, 403)
	_, err := l.store.Circuits().Save(l.ctx, breaker.Key{Service: xero.Name, Tenant: l.sim.Tenants()[0]}, breaker.Circuit{State: breaker.Opened, Failures: 5, Cause: "503", Until: time.Now().Add(time.Minute), Changed: time.Now()})
	l.must(err)
	l.get(auth.Viewer, "/xero/limits").want(t, 200, "Requests are held back", "−60")
	l.get(auth.Owner, "/xero/limits").want(t, 200, "Try again now")
	l.post(auth.Viewer, "/xero/breaker/reset").want(t, 403)
	l.post(auth.Owner, "/xero/breaker/reset", "back", "/xero/limits").want(t, 200, "Requests to Xero go on", "Requests go through", "Limits and health")
}
