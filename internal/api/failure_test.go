package api_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/link"
)

// Every kind of link can be listed alone and mended one by one.
func TestErrorsOfEveryKind(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Finance)
	ids := map[link.Kind]string{}
	for _, kind := range link.Kinds() {
		ids[kind] = x.failed(kind, string(kind)).String()
	}
	for _, kind := range link.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			p := p.in(t)
			list := p.get("/sync/errors?kind=" + string(kind)).is(http.StatusOK).items()
			if len(list) != 1 || list[0].text("record_id") != ids[kind] || list[0].text("kind") != string(kind) {
				t.Errorf("the list is %v", list)
			}
			at := "/sync/errors/" + string(kind) + "/" + ids[kind]
			for _, step := range []struct{ name, state string }{{"dismiss", "dismissed"}, {"restore", "rejected"}, {"retry", "pending"}} {
				var body any
				if step.name == "dismiss" {
					body = object{"reason": "Booked by hand."}
				}
				if l := p.post(at+"/"+step.name, body).is(http.StatusOK); l.text("state") != step.state {
					t.Errorf("after %s it is %v", step.name, l)
				}
			}
		})
	}
	p.get("/sync/errors?kind=order").refused(http.StatusUnprocessableEntity, "query.kind")
	p.post("/sync/errors/order/"+uuid.NewString()+"/retry", nil).refused(http.StatusUnprocessableEntity, "path.kind")
}

// A retry reaches what it names, not what only has its code in common.
func TestSeveralErrorsAreRetried(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Finance)
	one, two := x.failed(link.Invoice, "INV-1").String(), x.failed(link.Invoice, "INV-2").String()
	x.failed(link.CreditNote, "CN-1")
	x.failed(link.Contact, "Ann")
	retry := func(body object, n float64) {
		t.Helper()
		if c := p.post("/sync/errors/retry", body).is(http.StatusOK); c["count"] != n {
			t.Errorf("%v retries %v, want %v", body, c, n)
		}
	}
	record := func(id string) []object { return []object{{"kind": "invoice", "record_id": id}} }
	retry(object{"records": record(one)}, 1)
	retry(object{"records": []object{{"kind": "contact", "record_id": two}}}, 0)
	for _, c := range p.get("/sync/errors/causes").is(http.StatusOK).items() {
		if c.text("record_kind") == "credit_note" {
			delete(c, "count")
			delete(c, "example")
			retry(object{"cause": c}, 1)
		}
	}
	p.post("/sync/errors/retry", object{"code": "no_email", "records": record(two)}).refused(http.StatusUnprocessableEntity, "only one of them")
	x.as(auth.Viewer).post("/sync/errors/retry", object{"records": record(two)}).refused(http.StatusForbidden, "")
	if left := p.get("/sync/errors").is(http.StatusOK).items(); len(left) != 2 {
		t.Errorf("left are %v", left)
	}
	d := p.post("/sync/errors/dismiss", object{"reason": "Booked by hand.", "records": record(two)}).is(http.StatusOK)
	if list := p.get("/sync/errors/dismissals").is(http.StatusOK).items(); len(list) != 1 || list[0].text("id") != d.text("id") || list[0]["count"] != 1.0 || list[0].text("reason") != "Booked by hand." || list[0].text("label") != "INV-2" || list[0].text("by") == "" {
		t.Errorf("dismissals %v", list)
	}
	p.post("/sync/errors/dismissals/"+d.text("id")+"/restore", nil).is(http.StatusOK)
	if list := p.get("/sync/errors/dismissals").is(http.StatusOK).items(); len(list) != 0 {
		t.Errorf("dismissals %v", list)
	}
	retry(object{}, 2)
}
