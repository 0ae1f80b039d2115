package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

func TestDismissedTogetherAndRestored(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Finance)
	one, two := x.failed(link.Invoice, "INV-1").String(), x.failed(link.Invoice, "INV-2").String()
	x.failed(link.Contact, "Ann")
	const several = "/sync/errors/dismiss"
	records := []object{{"kind": "invoice", "record_id": one}, {"kind": "invoice", "record_id": two}}
	p.post(several, object{"reason": "x"}).refused(http.StatusUnprocessableEntity, "either records or a cause")
	p.post(several, object{"reason": " ", "records": records}).refused(http.StatusUnprocessableEntity, "body.reason")
	x.as(auth.Viewer).post(several, object{"reason": "x", "records": records}).refused(http.StatusForbidden, "")
	d := p.post(several, object{"reason": "Old year", "records": records}).is(http.StatusOK)
	if d["count"] != 2.0 || len(p.get("/sync/errors").is(http.StatusOK).items()) != 1 {
		t.Errorf("dismissed %v", d)
	}
	undo := "/sync/errors/dismissals/" + d.text("id") + "/restore"
	x.as(auth.Viewer).post(undo, nil).refused(http.StatusForbidden, "")
	if c := p.post(undo, nil).is(http.StatusOK); c["count"] != 2.0 {
		t.Errorf("restored %v", c)
	}
	p.post(undo, nil).refused(http.StatusNotFound, "")
	cause := object{"code": "no_email", "kind": "invalid", "next_action": "review", "record_kind": "contact"}
	if c := p.post(several, object{"reason": "Gone", "cause": cause}).is(http.StatusOK); c["count"] != 1.0 {
		t.Errorf("of the cause %v", c)
	}
	if l := p.get("/sync/errors").is(http.StatusOK).items(); len(l) != 2 || l[0].text("state") != "rejected" {
		t.Errorf("left are %v", l)
	}
}

func TestResolvedErrors(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Finance)
	for _, label := range []string{"INV-1", "INV-2", "INV-3"} {
		p.post("/sync/errors/invoice/"+x.failed(link.Invoice, label).String()+"/retry", nil).is(http.StatusOK)
		x.arrive()
	}
	first := p.get("/sync/errors/resolved?limit=2").is(http.StatusOK)
	rest := p.get("/sync/errors/resolved?limit=2&after=" + first.text("next")).is(http.StatusOK)
	if len(first.items()) != 2 || len(rest.items()) != 1 || rest.text("next") != "" {
		t.Fatalf("pages %v, %v", first, rest)
	}
	r := rest.items()[0]
	if r.text("label") != "INV-1" || r.text("how") != "retry" || r.text("by") == "" || r.text("code") != "no_email" || r.text("problem") == "" {
		t.Errorf("resolved %v", r)
	}
	if n := len(p.get("/sync/errors/resolved?q=inv-2").is(http.StatusOK).items()); n != 1 {
		t.Errorf("found %d", n)
	}
	p.get("/sync/errors/resolved?after=x").refused(http.StatusUnprocessableEntity, "")
}

// arrive sends what waits, which Xero takes.
func (x *shop) arrive() {
	x.t.Helper()
	process := uuid.New()
	x.inTx(func(tx *store.Tx) error {
		claimed, err := tx.ClaimLinks(x.t.Context(), store.Claim{Org: x.org, Service: "xero", Kind: link.Invoice, Process: process, Max: 50})
		for _, l := range claimed {
			l.Succeed(link.Remote{ID: "r-" + l.Label}, l.Wanted, time.Now())
			if err := tx.SettleLink(x.t.Context(), process, l); err != nil {
				return err
			}
		}
		return err
	})
}
