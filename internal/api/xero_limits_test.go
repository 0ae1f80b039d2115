package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// held is a breaker that holds requests back until it is reset.
type held struct{ circuit breaker.Circuit }

func (h *held) State(context.Context, string, string) (breaker.Circuit, error) { return h.circuit, nil }
func (h *held) Reset(context.Context, string, string) error {
	h.circuit = breaker.Circuit{State: breaker.Closed}
	return nil
}

func TestXeroLimits(t *testing.T) {
	t.Parallel()
	x := open(t)
	now := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
	h := &held{breaker.Circuit{State: breaker.Opened, Failures: 5, Cause: "HTTP 503", Until: now.Add(time.Minute)}}
	minute := ratelimit.Budget{Key: ratelimit.Key{Service: "xero", Tenant: "t1", Window: "minute"}, Length: time.Minute, Limit: 60}
	slots := ratelimit.Budget{Key: ratelimit.Key{Service: "xero", Tenant: "t1", Window: ratelimit.Concurrent}, Length: time.Minute, Limit: 5}
	x.xero.Breaker, x.xero.Budgets = h, func(string) []ratelimit.Budget { return []ratelimit.Budget{minute, slots} }
	p := x.as(auth.Viewer)
	if l := p.get("/xero/limits").is(http.StatusOK); l.in("breaker")["state"] != "closed" || len(l["budgets"].([]any))+len(l["minutes"].([]any)) != 0 {
		t.Errorf("before connecting %v", l)
	}
	x.connect()
	must(x.store.Limits().Lease(t.Context(), ratelimit.Lease{Budget: minute, Start: now, Want: 12, Now: now}))(t)
	l := p.get("/xero/limits").is(http.StatusOK)
	budgets := l["budgets"].([]any)
	if first := object(budgets[0].(map[string]any)); len(budgets) != 2 || first.text("window") != "minute" || first["used"] != 12.0 || first["limit"] != 60.0 {
		t.Errorf("budgets %v", budgets)
	}
	if b := l.in("breaker"); b["state"] != "open" || b["failures"] != 5.0 || b["cause"] != "HTTP 503" || b["until"] != "2026-11-22T01:01:00Z" {
		t.Errorf("breaker %v", b)
	}
	minutes := l["minutes"].([]any)
	if last := object(minutes[len(minutes)-1].(map[string]any)); len(minutes) != 60 || last.text("at") != "2026-11-22T01:00:00Z" || last["calls"] != 12.0 {
		t.Errorf("%d minutes, the last %v", len(minutes), last)
	}
	x.as(auth.Finance).post("/xero/breaker/reset", nil).refused(http.StatusForbidden, "")
	x.as(auth.Admin).post("/xero/breaker/reset", nil).is(http.StatusOK)
	if b := p.get("/xero/limits").is(http.StatusOK).in("breaker"); b["state"] != "closed" {
		t.Errorf("after the reset %v", b)
	}
}

// The score is told with what it is the sum of, where the card is told.
func TestHealthWithItsSum(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Viewer)
	if c := p.get("/xero/card").is(http.StatusOK); c["score"] != 0.0 || len(c["deductions"].([]any)) != 0 {
		t.Errorf("not connected %v", c)
	}
	x.connect()
	x.failed(link.Invoice, "INV-1")
	for _, path := range []string{"/xero", "/xero/card"} {
		c := p.get(path).is(http.StatusOK)
		lost, list := 0.0, c["deductions"].([]any)
		for _, d := range list {
			lost += object(d.(map[string]any))["points"].(float64)
		}
		if len(list) == 0 || c["score"].(float64) != 100-lost || object(list[0].(map[string]any)).text("reason") != c.text("reason") {
			t.Errorf("%s: %v", path, c)
		}
	}
}

func TestXeroIsDisconnected(t *testing.T) {
	t.Parallel()
	x := open(t)
	x.connect()
	x.as(auth.Finance).post("/xero/disconnect", nil).refused(http.StatusForbidden, "")
	x.as(auth.Admin).post("/xero/disconnect", nil).is(http.StatusOK)
	if c := x.as(auth.Viewer).get("/xero").is(http.StatusOK); c.text("state") != "not_connected" {
		t.Errorf("card %v", c)
	}
}

func TestOneRecordIsSynced(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Finance)
	customer := p.customer("Ann")
	at := "/customers/" + customer + "/sync"
	p.post(at, nil).refused(http.StatusConflict, "not connected")
	x.connect()
	x.as(auth.Viewer).post(at, nil).refused(http.StatusForbidden, "")
	p.post(at, nil).is(http.StatusAccepted)
	if l := p.get("/sync/links/" + customer).is(http.StatusOK).items(); len(l) != 1 || l[0].text("state") != "pending" || l[0].text("kind") != "contact" {
		t.Errorf("links %v", l)
	}
	invoice := p.post("/invoices", object{"customer_id": customer, "lines": []object{battery()}}).is(http.StatusCreated).text("id")
	p.post("/invoices/"+invoice+"/sync", nil).refused(http.StatusConflict, "draft")
	p.post("/invoices/"+invoice+"/issue", nil).is(http.StatusOK)
	p.post("/invoices/"+invoice+"/sync", nil).is(http.StatusAccepted)
	credit := p.post("/credit-notes", object{"invoice_id": invoice}).is(http.StatusCreated).text("id")
	p.post("/credit-notes/"+credit+"/issue", nil).is(http.StatusOK)
	p.post("/credit-notes/"+credit+"/sync", nil).is(http.StatusAccepted)
	p.post("/invoices/"+credit+"/sync", nil).refused(http.StatusNotFound, "There is no such invoice")
}

// The export is the list without pages, in either format.
func TestHistoryExport(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Viewer)
	x.inTx(func(tx *store.Tx) error {
		for i := range 203 { // more than are read at once
			e := synclog.Entry{ID: uuid.Must(uuid.NewV7()), Org: x.org, Service: "xero", Direction: synclog.Out, EntityType: "invoice", EntityID: "1", Label: "INV-1", Action: synclog.Create, Status: synclog.Success, At: time.Now()}
			if i == 0 {
				e.Status, e.Error = synclog.Failed, "no"
			}
			if err := tx.InsertEntry(t.Context(), e); err != nil {
				return err
			}
		}
		return nil
	})
	a := p.get("/sync/history/export")
	if lines := strings.Count(a.text, "\n"); a.status != http.StatusOK || lines != 204 || !strings.HasPrefix(a.text, "time,direction,") || a.header.Get("Content-Type") != "text/csv; charset=utf-8" ||
		a.header.Get("Content-Disposition") != `attachment; filename="sync-history-2026-11-22.csv"` {
		t.Errorf("%d with %d lines, %v", a.status, lines, a.header)
	}
	a = p.get("/sync/history/export?format=jsonl&status=failed")
	if o := a.is(http.StatusOK); o.text("label") != "INV-1" || o.text("error") != "no" || a.header.Get("Content-Type") != "application/jsonl" {
		t.Errorf("got %v, %v", o, a.header)
	}
	p.get("/sync/history/export?format=xml").refused(http.StatusUnprocessableEntity, "query.format")
	p.get("/sync/history/export?limit=5").refused(http.StatusUnprocessableEntity, "query.limit")
	x.as(auth.Support).get("/sync/history/export").refused(http.StatusForbidden, "")
}
