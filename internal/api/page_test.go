package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/auth"
)

func TestPagesFollowEachOther(t *testing.T) {
	t.Parallel()
	p := open(t).as(auth.Admin)
	for i := range 7 {
		p.customer(fmt.Sprintf("Customer %d & Co", i))
	}
	p.customer("Other")
	var names []string
	path := "/customers?q=customer+&limit=3"
	for pages := 1; path != ""; pages++ {
		a := p.get(path)
		list := a.is(http.StatusOK)
		for _, c := range list.items() {
			names = append(names, c.text("name"))
		}
		link := a.header.Get("Link")
		if (list.text("next") == "") != (link == "") || pages > 3 {
			t.Fatalf("page %d: next %q, Link %q", pages, list.text("next"), link)
		}
		path = strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`), "/api/v1")
	}
	if len(names) != 7 || names[0] != "Customer 0 & Co" || names[6] != "Customer 6 & Co" {
		t.Errorf("names %q", names)
	}
}

func TestChangesMeetTheirCondition(t *testing.T) {
	t.Parallel()
	p := open(t).as(auth.Admin)
	customer := p.customer("Ann")
	order := p.order(customer)
	invoice := p.post("/invoices", object{"customer_id": customer, "lines": []object{battery()}}).is(http.StatusCreated).text("id")
	for path, change := range map[string]object{
		"/customers/" + customer: {"phone": "02 5550 1234"}, "/orders/" + order: {"notes": "x"}, "/invoices/" + invoice: {"reference": "x"},
	} {
		seen := p.get(path).header.Get("ETag")
		changed := p.with("If-Match", seen).patch(path, change)
		changed.is(http.StatusOK)
		if seen != `"1"` || changed.header.Get("ETag") != `"2"` || p.get(path).header.Get("ETag") != `"2"` {
			t.Errorf("%s: ETag %s, then %s", path, seen, changed.header.Get("ETag"))
		}
		for _, tag := range []string{seen, `W/"2"`, "2", `"1", "3"`} {
			p.with("If-Match", tag).patch(path, change).refused(http.StatusPreconditionFailed, "Read it again")
		}
		for _, tag := range []string{"*", `"7", "3"`, ""} {
			p.with("If-Match", tag).patch(path, change).is(http.StatusOK)
		}
	}
}
