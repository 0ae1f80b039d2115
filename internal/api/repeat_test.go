package api_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

func TestSameRequestGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	x := open(t)
	admin := x.as(auth.Admin)
	customer := admin.customer("Ann")
	p := admin.with("Idempotency-Key", "order-1")
	body := object{"customer_id": customer, "lines": []object{battery()}}
	first, again := p.post("/orders", body), p.post("/orders", body)
	first.is(http.StatusCreated)
	if again.text != first.text || again.status != first.status || again.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("first %s\nagain %d %s", first.text, again.status, again.text)
	}
	for _, name := range []string{"Location", "ETag", "Content-Type"} {
		if first.header.Get(name) == "" || first.header.Get(name) != again.header.Get(name) {
			t.Errorf("%s: first %q, again %q", name, first.header.Get(name), again.header.Get(name))
		}
	}
	if n := len(admin.get("/orders").is(http.StatusOK).items()); n != 1 {
		t.Errorf("%d orders", n)
	}
	p.post("/orders", object{"customer_id": customer, "lines": []object{}}).refused(http.StatusUnprocessableEntity, "another request")
	p.post("/customers", object{"name": "Bob"}).refused(http.StatusUnprocessableEntity, "another request")
	at := "/orders/" + first.is(http.StatusCreated).text("id") + "/confirm"
	confirm := admin.with("Idempotency-Key", "confirm-1")
	confirm.post(at, nil).is(http.StatusOK)
	if again := confirm.post(at, nil); again.is(http.StatusOK).text("state") != "confirmed" || again.header.Get("ETag") != `"2"` {
		t.Errorf("again %s", again.text)
	}
}

func TestRefusalsAreRepeatedToo(t *testing.T) {
	t.Parallel()
	admin := open(t).as(auth.Admin)
	p := admin.with("Idempotency-Key", "a")
	first := p.post("/customers", object{"name": ""})
	first.refused(http.StatusUnprocessableEntity, "body.name")
	if again := p.post("/customers", object{"name": ""}); again.text != first.text || again.header.Get("Content-Type") != "application/problem+json" || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("again %d %s", again.status, again.text)
	}
}

func TestFailuresOfOursMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Admin).with("Idempotency-Key", "a")
	x.react = func(context.Context, *store.Tx, crm.Change) error { return crm.Errorf(crm.Unavailable, "Try later.") }
	p.post("/customers", object{"name": "Ann"}).refused(http.StatusServiceUnavailable, "Try later.")
	x.react = nil
	p.post("/customers", object{"name": "Ann"}).is(http.StatusCreated)
}

func TestKeysBelongToOneOrganisationAndNeedTheRight(t *testing.T) {
	t.Parallel()
	x := open(t)
	body := object{"name": "Ann"}
	x.as(auth.Admin).with("Idempotency-Key", "a").post("/customers", body).is(http.StatusCreated)
	x.as(auth.Viewer).with("Idempotency-Key", "a").post("/customers", body).refused(http.StatusForbidden, "Viewer")
	other := &program{x, t, x.token(x.organisation("Other"), auth.Admin), nil}
	if a := other.with("Idempotency-Key", "a").post("/customers", body); a.header.Get("Idempotency-Replayed") != "" || a.status != http.StatusCreated {
		t.Errorf("other organisation: %d %s", a.status, a.text)
	}
	x.as(auth.Viewer).with("Idempotency-Key", "b").post("/customers", body).refused(http.StatusForbidden, "Viewer")
	x.as(auth.Admin).with("Idempotency-Key", "b").post("/customers", object{"name": "Bob"}).is(http.StatusCreated)
	x.as(auth.Admin).with("Idempotency-Key", strings.Repeat("k", 256)).post("/customers", body).refused(http.StatusBadRequest, "Idempotency-Key")
}

func TestRequestThatStillRuns(t *testing.T) {
	t.Parallel()
	x := open(t)
	body := must(json.Marshal(object{"name": "Ann"}))(t)
	sum := sha256.Sum256(append([]byte("POST\n/api/v1/customers\n\n\n"), body...))
	key := store.RequestKey{Org: x.org, Key: "a", Fingerprint: hex.EncodeToString(sum[:])}
	must(x.store.BeginRequest(t.Context(), key))(t)
	x.as(auth.Admin).with("Idempotency-Key", "a").post("/customers", string(body)).refused(http.StatusConflict, "still runs")
}

func TestManyAtOnceMakeOne(t *testing.T) {
	t.Parallel()
	x := open(t)
	admin := x.as(auth.Admin)
	p, customer := admin.with("Idempotency-Key", "a"), admin.customer("Ann")
	body := object{"customer_id": customer, "lines": []object{battery()}}
	answers := make([]answer, 8)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = p.post("/orders", body) })
	}
	all.Wait()
	ids := map[string]bool{}
	for _, a := range answers {
		if a.status == http.StatusConflict {
			continue
		}
		ids[a.is(http.StatusCreated).text("id")] = true
	}
	if n := len(admin.get("/orders").is(http.StatusOK).items()); n != 1 || len(ids) != 1 {
		t.Errorf("%d orders, ids %v", n, ids)
	}
}
