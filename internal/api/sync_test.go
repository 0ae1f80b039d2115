package api_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/synclog"
)

func (x *shop) inTx(do func(*store.Tx) error) {
	x.t.Helper()
	if err := x.store.InTx(x.t.Context(), do); err != nil {
		x.t.Fatal(err)
	}
}

// failed makes a link that Xero refused.
func (x *shop) failed(kind link.Kind, label string) uuid.UUID {
	x.t.Helper()
	k := link.Key{Org: x.org, Service: "xero", Kind: kind, Record: uuid.Must(uuid.NewV7())}
	process := uuid.New()
	x.inTx(func(tx *store.Tx) error {
		if err := tx.WantLink(x.t.Context(), store.Want{Key: k, Label: label, Version: 1, Priority: link.Normal}); err != nil {
			return err
		}
		claimed, err := tx.ClaimLinks(x.t.Context(), store.Claim{Org: x.org, Service: "xero", Kind: kind, Process: process, Max: 50})
		if err != nil {
			return err
		}
		for _, l := range claimed {
			l.Reject(link.Problem{Code: "no_email", Kind: "invalid", Text: "The e-mail address is missing.", Action: link.Review}, tx.Now())
			if err := tx.SettleLink(x.t.Context(), process, l); err != nil {
				return err
			}
		}
		return nil
	})
	return k.Record
}

func (x *shop) connect() {
	x.t.Helper()
	x.inTx(func(tx *store.Tx) error {
		return tx.SaveConnection(x.t.Context(), connection.Connection{ID: crm.NewID[crm.Connection](), Org: x.org, Service: "xero", Tenant: "t1",
			TenantName: "Demo Company (AU)", State: connection.Connected, ConnectedBy: "Jo", ConnectedAt: time.Now(),
			AccessExpiresAt: time.Now(), RefreshExpiresAt: time.Now().Add(time.Hour)})
	})
}

func TestErrorsAreListedAndMended(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Finance)
	invoice := "/sync/errors/invoice/" + x.failed(link.Invoice, "INV-1").String()
	x.failed(link.Invoice, "INV-2")
	x.failed(link.Contact, "Ann")
	first := p.get("/sync/errors?limit=2").is(http.StatusOK)
	rest := p.get("/sync/errors?limit=2&after=" + first.text("next")).is(http.StatusOK)
	if len(first.items()) != 2 || len(rest.items()) != 1 || rest.text("next") != "" || rest.items()[0].text("label") == first.items()[1].text("label") {
		t.Errorf("pages %v, %v", first, rest)
	}
	if c := p.get("/sync/errors/causes").is(http.StatusOK).items(); len(c) != 2 || c[0].text("code") != "no_email" || c[0]["count"] != 2.0 {
		t.Errorf("causes %v", c)
	}
	p.post(invoice+"/dismiss", object{"reason": " "}).refused(http.StatusUnprocessableEntity, "body.reason")
	if l := p.post(invoice+"/dismiss", object{"reason": "Paid in cash."}).is(http.StatusOK); l.text("state") != "dismissed" || l.text("dismiss_reason") != "Paid in cash." {
		t.Errorf("dismissed %v", l)
	}
	p.post(invoice+"/dismiss", object{"reason": "x"}).refused(http.StatusConflict, "cannot be dismissed")
	if l := p.post(invoice+"/restore", nil).is(http.StatusOK); l.text("state") != "rejected" {
		t.Errorf("restored %v", l)
	}
	if l := p.post(invoice+"/retry", nil).is(http.StatusOK); l.text("state") != "pending" {
		t.Errorf("retried %v", l)
	}
	if c := p.post("/sync/errors/retry", object{"code": "no_email"}).is(http.StatusOK); c["count"] != 2.0 {
		t.Errorf("retried %v", c)
	}
	if n := len(p.get("/sync/errors").is(http.StatusOK).items()); n != 0 {
		t.Errorf("%d errors are left", n)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	x := open(t)
	call, entry := crm.NewID[crm.Call](), uuid.Must(uuid.NewV7())
	x.inTx(func(tx *store.Tx) error {
		for range 3 {
			e := synclog.Entry{ID: uuid.Must(uuid.NewV7()), Org: x.org, Service: "xero", Direction: synclog.In, EntityType: "invoice", EntityID: "1", Action: synclog.Read, Status: synclog.Success, At: time.Now()}
			if err := tx.InsertEntry(t.Context(), e); err != nil {
				return err
			}
		}
		c := synclog.Call{ID: call, Org: x.org, Service: "xero", Method: "POST", Path: "/Invoices", HTTPStatus: 400, Request: "{}", Response: `{"Message":"no"}`, Duration: 1500 * time.Microsecond, At: time.Now()}
		if err := tx.InsertCall(t.Context(), c); err != nil {
			return err
		}
		return tx.InsertEntry(t.Context(), synclog.Entry{ID: entry, Org: x.org, Service: "xero", Direction: synclog.Out, EntityType: "invoice", EntityID: "2", Label: "INV-2",
			Action: synclog.Create, Status: synclog.Failed, Error: "no", CallID: &call, HTTPStatus: 400, Duration: 1500 * time.Microsecond, At: time.Now()})
	})
	p := x.as(auth.Viewer)
	if items := p.get("/sync/history?status=failed&direction=out&q=inv-2").is(http.StatusOK).items(); len(items) != 1 || items[0].text("id") != entry.String() {
		t.Errorf("found %v", items)
	}
	first := p.get("/sync/history?limit=3").is(http.StatusOK)
	if rest := p.get("/sync/history?limit=3&after=" + first.text("next")).is(http.StatusOK); len(first.items()) != 3 || len(rest.items()) != 1 || rest.text("next") != "" {
		t.Errorf("pages %v, %v", first, rest)
	}
	e := p.get("/sync/history/" + entry.String()).is(http.StatusOK)
	if e.text("entity_label") != "INV-2" || e.in("call")["path"] != "/Invoices" || e.in("call")["duration_ms"] != 1.5 {
		t.Errorf("entry %v", e)
	}
}

func (x *shop) webhook(org *crm.OrgID, state inbox.State) crm.EventID {
	x.t.Helper()
	e := inbox.Event{ID: crm.NewID[crm.Event](), Service: "xero", DeliveryKey: uuid.NewString(), Org: org, Tenant: "t1", Category: "INVOICE", Type: "UPDATE",
		Resource: "r1", OccurredAt: time.Now(), Payload: `{"a":1}`, State: inbox.Received, DueAt: time.Now(), ReceivedAt: time.Now()}
	storetest.Keep(x.t, x.store, []inbox.Event{e})
	process := uuid.New()
	x.inTx(func(tx *store.Tx) error {
		if _, err := tx.ClaimEvents(x.t.Context(), "xero", process, 50); err != nil {
			return err
		}
		now := time.Now()
		e.State, e.Result, e.ProcessedAt = state, "Xero did not answer.", &now
		return tx.SettleEvent(x.t.Context(), process, e)
	})
	return e.ID
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Finance)
	failed := x.webhook(&x.org, inbox.Failed)
	x.webhook(&x.org, inbox.Done)
	list := p.get("/sync/webhooks?state=failed")
	if items := list.is(http.StatusOK).items(); len(items) != 1 || items[0].text("id") != failed.String() || strings.Contains(list.text, "payload") {
		t.Errorf("found %s", list.text)
	}
	if w := p.get("/sync/webhooks/" + failed.String()).is(http.StatusOK); w.text("payload") != `{"a":1}` || w.text("result") == "" {
		t.Errorf("webhook %v", w)
	}
	if w := p.post("/sync/webhooks/"+failed.String()+"/replay", nil).is(http.StatusOK); w.text("state") != "received" {
		t.Errorf("replayed %v", w)
	}
	done, foreign := x.webhook(&x.org, inbox.Done), x.webhook(new(x.organisation("Other")), inbox.Failed)
	several := object{"ids": []string{failed.String(), done.String(), foreign.String()}} // the first waits already
	x.as(auth.Viewer).post("/sync/webhooks/replay", several).refused(http.StatusForbidden, "")
	if c := p.post("/sync/webhooks/replay", several).is(http.StatusOK); c["count"] != 1.0 {
		t.Errorf("replayed %v", c)
	}
	p.post("/sync/webhooks/replay", object{"ids": []string{}}).refused(http.StatusUnprocessableEntity, "body.ids")
	x.webhook(&x.org, inbox.Failed)
	if c := p.post("/sync/webhooks/replay-failed", nil).is(http.StatusOK); c["count"] != 1.0 {
		t.Errorf("replayed %v", c)
	}
}

func TestXeroExchange(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Finance)
	if c := p.get("/xero").is(http.StatusOK); c.text("state") != "not_connected" || c.text("health") != "off" {
		t.Errorf("card %v", c)
	}
	p.get("/xero/settings").refused(http.StatusConflict, "not connected")
	p.get("/xero/choices").refused(http.StatusConflict, "not connected")
	p.post("/xero/sync", nil).refused(http.StatusConflict, "not connected")
	x.connect()
	if c := p.get("/xero").is(http.StatusOK); c.text("state") != "connected" || c.text("tenant") != "Demo Company (AU)" {
		t.Errorf("card %v", c)
	}
	if c := p.get("/xero/card").is(http.StatusOK); c.text("state") != "connected" || c.text("health") == "" || c.text("reason") == "" || c["waiting"] == nil || c["errors"] == nil || c["new_errors"] == nil {
		t.Errorf("card %v", c)
	}
	p.post("/xero/card/link", nil).refused(http.StatusConflict, "RENOZ_EMBED_ANCESTORS")
	p.post("/xero/sync", nil).is(http.StatusAccepted)
	p.post("/xero/send-existing", nil).is(http.StatusAccepted)
	s := p.get("/xero/settings").is(http.StatusOK)
	if s.text("sales_account") != "200" || s.in("tax_types")["gst"] != "OUTPUT" {
		t.Errorf("settings %v", s)
	}
}

func TestBulkRuns(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Finance)
	wish := object{"direction": "push", "kind": "invoice", "state": "open", "from": "2026-07-01", "missing": true}
	p.post("/xero/bulk/preview", wish).refused(http.StatusConflict, "not connected")
	x.connect()
	x.as(auth.Viewer).post("/xero/bulk", wish).refused(http.StatusForbidden, "")
	p.post("/xero/bulk", object{"direction": "push", "kind": "contact", "from": "2026-07-01"}).refused(http.StatusUnprocessableEntity, "body.from")
	p.post("/xero/bulk", object{"direction": "pull", "kind": "order"}).refused(http.StatusUnprocessableEntity, "body.kind")
	run := p.post("/xero/bulk/preview", wish).is(http.StatusAccepted)
	if run.text("state") != "preparing" || run.text("from") != "2026-07-01" || run["missing"] != true || run.text("records_state") != "open" {
		t.Errorf("run %v", run)
	}
	at := "/xero/bulk/" + run.text("id")
	if items := p.get("/xero/bulk?state=open&direction=push").is(http.StatusOK).items(); len(items) != 1 || items[0].text("id") != run.text("id") {
		t.Errorf("runs %v", items)
	}
	p.post(at+"/start", nil).refused(http.StatusConflict, "not complete")
	p.post(at+"/pause", nil).refused(http.StatusConflict, "under way")
	p.post(at+"/resume", nil).refused(http.StatusConflict, "paused")
	p.post(at+"/retry", object{"kind": "invoice"}).refused(http.StatusUnprocessableEntity, "body.record_id")
	p.post(at+"/retry", object{}).refused(http.StatusConflict, "")
	if r := p.get(at).is(http.StatusOK); r.in("plan")["create"] != 0.0 || r.in("progress")["total"] != 0.0 {
		t.Errorf("report %v", r)
	}
	p.get(at + "/items?plan=create&outcome=waiting").is(http.StatusOK)
	if r := p.post(at+"/cancel", nil).is(http.StatusOK); r.text("state") != "cancelled" || r.text("ended_at") == "" {
		t.Errorf("cancelled %v", r)
	}
	p.post(at+"/cancel", nil).refused(http.StatusConflict, "ended already")
	p.get("/xero/bulk/"+uuid.NewString()).refused(http.StatusNotFound, "")
}

// A program with any role that may see the card makes links to it.
func TestXeroCardLink(t *testing.T) {
	t.Parallel()
	x := open(t)
	x.xero.EmbedURL = "https://renoz.example.com/embed/xero"
	c := x.as(auth.Viewer).post("/xero/card/link", nil).is(http.StatusOK)
	u := must(url.Parse(c.text("url")))(t)
	pass := must(x.xero.OpenCard(u.Query().Get("card")))(t)
	if u.Host != "renoz.example.com" || u.Path != "/embed/xero" || pass.Org != x.org || c.text("until") != "2026-11-22T01:10:00Z" || c.text("ends") != "2026-11-22T13:00:00Z" {
		t.Errorf("link %v opens %+v", c, pass)
	}
	x.as(auth.Support).post("/xero/card/link", nil).refused(http.StatusForbidden, "seeing what was synced")
}

func TestNotifications(t *testing.T) {
	t.Parallel()
	x := open(t)
	must(x.store.KeepNotice(t.Context(), notify.Notice{Org: x.org, Cause: "a", Level: notify.Warning, Title: "Xero is away", Text: "Connect again.", Href: "/xero"}))(t)
	if items := x.as(auth.Viewer).get("/notifications").is(http.StatusOK).items(); len(items) != 1 || items[0].text("level") != "warning" {
		t.Errorf("notices %v", items)
	}
}

// Another organisation's records are as if they were not there.
func TestOthersRecordsAreNotFound(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Owner)
	customer := p.customer("Ann")
	order := p.order(customer)
	product := p.post("/products", object{"sku": "A", "name": "A", "price": aud("1"), "tax_class": "gst"}).is(http.StatusCreated).text("id")
	invoice := p.post("/invoices", object{"customer_id": customer, "lines": []object{battery()}}).is(http.StatusCreated).text("id")
	p.post("/invoices/"+invoice+"/issue", nil).is(http.StatusOK)
	payment := p.post("/invoices/"+invoice+"/payments", object{"amount": aud("1")}).is(http.StatusCreated).text("id")
	credit := p.post("/credit-notes", object{"invoice_id": invoice}).is(http.StatusCreated).text("id")
	p.post("/credit-notes/"+credit+"/issue", nil).is(http.StatusOK)
	allocation := p.post("/credit-notes/"+credit+"/allocations", object{"invoice_id": invoice, "amount": aud("1")}).is(http.StatusCreated).text("id")
	refund := p.post("/credit-notes/"+credit+"/refunds", object{"amount": aud("1")}).is(http.StatusCreated).text("id")
	failure, webhook := x.failed(link.Invoice, "INV-1").String(), x.webhook(&x.org, inbox.Failed).String()
	gone := []object{{"kind": "contact", "record_id": x.failed(link.Contact, "Bob").String()}}
	dismissal := p.post("/sync/errors/dismiss", object{"reason": "x", "records": gone}).is(http.StatusOK).text("id")
	entry := uuid.Must(uuid.NewV7())
	x.inTx(func(tx *store.Tx) error {
		return tx.InsertEntry(t.Context(), synclog.Entry{ID: entry, Org: x.org, Service: "xero", Direction: synclog.In, EntityType: "invoice", EntityID: invoice, Action: synclog.Read, Status: synclog.Success, At: time.Now()})
	})
	conflict := uuid.Must(uuid.NewV7())
	x.inTx(func(tx *store.Tx) error {
		mine := must(crm.ParseID[crm.Customer](customer))(t)
		err := tx.InsertConflict(t.Context(), store.Conflict{ID: conflict, Org: x.org, Customer: mine, Field: "email", State: store.ConflictOpen, OursAt: time.Now(), TheirsAt: time.Now()})
		if err != nil {
			return err
		}
		return tx.KeepRemoteContact(t.Context(), store.RemoteContact{Org: x.org, Service: "xero", ID: "c-1", Name: "Ann Pty Ltd", Status: "ACTIVE", Body: "{}", Updated: time.Now()})
	})
	accepted := store.ContactRun{ID: uuid.Must(uuid.NewV7()), Org: x.org, Kind: store.AcceptMatches, Total: 1, Actor: "Ann"}
	x.inTx(func(tx *store.Tx) error { return tx.BeginContactRun(t.Context(), accepted) })
	run := store.BulkRun{ID: uuid.Must(uuid.NewV7()), Org: x.org, Service: "xero", Direction: store.BulkPush, Kind: "invoice", Actor: "Ann"}
	x.inTx(func(tx *store.Tx) error { return tx.AddBulkRun(t.Context(), run) })
	compared := store.Reconciliation{ID: uuid.Must(uuid.NewV7()), Org: x.org, Service: "xero"}
	x.inTx(func(tx *store.Tx) error {
		if err := tx.BeginReconciliation(t.Context(), compared); err != nil {
			return err
		}
		return tx.KeepDifferences(t.Context(), compared, []store.Difference{{Kind: link.Invoice, What: "paid", Record: must(crm.ParseID[crm.Invoice](invoice))(t).UUID, Label: "INV-1"}})
	})
	ids := map[string]string{"xero/reconciliations": compared.ID.String(), "xero/bulk": run.ID.String(), "xero/contacts": "c-1", "xero/contacts/runs": accepted.ID.String(), "xero/customers": customer, "xero/conflicts": conflict.String(), "customers": customer, "mail/reminders/customers": customer, "mail/reminders/invoices": invoice, "orders": order, "products": product, "invoices": invoice, "payments": payment, "credit-notes": credit, "allocations": allocation, "refunds": refund, "sync/history": entry.String(), "sync/webhooks": webhook, "sync/errors/dismissals": dismissal}
	maps.Copy(ids, x.mailIDs())
	bodies := map[string]object{"/questions": {"question": "x"}, "/branches": {"messages": 0}, "/schedule": {"at": "2030-01-01T09:00"}, "/remove": {"reason": "x"}, "/decide": {"action": "skip"}, "/keep": {"keep": "ours"}, "/payments": {"amount": aud("1")}, "/dismiss": {"reason": "x"}, "/publish": {"revision": 1}, "/accept": {"reason": "x"}, "/take-over": {"positions": []int{1}},
		"/allocations": {"invoice_id": invoice, "amount": aud("1")}, "/refunds": {"amount": aud("1")}}
	other := &program{x, t, x.token(x.organisation("Other"), auth.Owner), nil}
	tried := 0
	for _, o := range x.api.Operations() {
		kind, rest, addressed := strings.Cut(strings.TrimPrefix(o.Path, "/api/v1/"), "/{")
		if !addressed || strings.Contains(o.Path, "/sync/links/") {
			continue
		}
		path := strings.NewReplacer("{position}", "1", "{number}", "1", "{key}", ids[kind], "{id}", ids[kind], "{kind}", "invoice", "{record_id}", failure).Replace(o.Path)
		_, step, _ := strings.Cut(rest, "}/")
		body := bodies["/"+step[strings.LastIndex(step, "/")+1:]]
		if o.Method == http.MethodPut {
			body = object{"revision": 1, "category": "custom", "words": object{"name": "x", "subject": "x", "body": "x"}}
		}
		if body == nil {
			body = object{}
		}
		other.call(o.Method, path, body).refused(http.StatusNotFound, "There is no such")
		tried++
	}
	if tried < 25 {
		t.Errorf("%d operations tried", tried)
	}
	for _, path := range []string{"/xero/bulk", "/xero/reconciliations", "/xero/contacts?list=xero", "/xero/conflicts", "/customers", "/orders", "/products", "/invoices", "/credit-notes", "/sync/errors", "/sync/history", "/sync/webhooks", "/sync/links/" + failure, "/mails", "/suppressions", "/mail/campaigns"} {
		if items := other.get(path).is(http.StatusOK).items(); len(items) != 0 {
			t.Errorf("%s shows %v", path, items)
		}
	}
	other.post("/orders", object{"customer_id": customer, "lines": []object{}}).refused(http.StatusUnprocessableEntity, "body.customer_id")
}
