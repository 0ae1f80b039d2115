package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/auth"
)

// files is a program that sends files.
func files(x *shop) *program { return x.as(auth.Sales).with("Content-Type", "text/csv; charset=utf-8") }

// line is one of a report's.
func (o object) line(i int) object {
	list, _ := o["lines"].([]any)
	if i >= len(list) {
		return object{}
	}
	return list[i].(map[string]any)
}

func TestCustomersAreImported(t *testing.T) {
	t.Parallel()
	p := files(open(t))
	const file = "name;abn;email\nHarbour Solar;51 824 753 556;\nKestrel Farms;12 345;pay@kestrel.example\n"
	said := p.post("/customers/import?preview=true", file).is(http.StatusOK)
	if said["created"] != 1.0 || said["refused"] != 1.0 || said.line(0).text("customer_id") != "" {
		t.Errorf("the preview said %v", said)
	}
	if n := len(p.get("/customers").is(http.StatusOK).items()); n != 0 {
		t.Errorf("the preview wrote %d customers", n)
	}
	done := p.post("/customers/import", file).is(http.StatusOK)
	id := done.line(0).text("customer_id")
	if done["created"] != 1.0 || done["refused"] != 1.0 || done.line(1)["line"] != 3.0 || done.line(1).text("field") != "abn" || done.line(1).text("reason") == "" {
		t.Errorf("the import did %v", done)
	}
	if c := p.get("/customers/" + id).is(http.StatusOK); c.text("abn") != "51824753556" || c.text("number") != "C-00001" {
		t.Errorf("imported %v", c)
	}
	again := p.post("/customers/import", file).is(http.StatusOK)
	if again["skipped"] != 1.0 || again.line(0).text("customer_id") != id || !strings.Contains(again.line(0).text("reason"), "C-00001 has this ABN") {
		t.Errorf("again %v", again)
	}
	changed := p.post("/customers/import?update=true", "abn,name\n51824753556,Harbour Solar and Sons\n").is(http.StatusOK)
	if changed["updated"] != 1.0 || p.get("/customers/"+id).is(http.StatusOK).text("name") != "Harbour Solar and Sons" {
		t.Errorf("changed %v", changed)
	}
}

func TestImportRefusesBodies(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := files(x)
	p.post("/customers/import", "name,colour\nAlpha,red\n").refused(http.StatusUnprocessableEntity, `There is no column \"colour\"`)
	p.post("/customers/import", "name\n"+strings.Repeat("x", 5<<20)).refused(http.StatusRequestEntityTooLarge, "larger than 5 MiB")
	p.post("/customers/import", "name\n"+strings.Repeat("Alpha\n", 10_001)).refused(http.StatusRequestEntityTooLarge, "more than 10000 lines")
	p.post("/customers/import", "\n").refused(http.StatusUnprocessableEntity, "empty")
	p.post("/customers/import?preview=perhaps", "name\nAlpha\n").refused(http.StatusUnprocessableEntity, "query.preview")
	p.with("Content-Type", "application/json").post("/customers/import", object{"name": "Alpha"}).refused(http.StatusUnsupportedMediaType, "text/csv")
	x.as(auth.Viewer).with("Content-Type", "text/csv").post("/customers/import", "name\nAlpha\n").refused(http.StatusForbidden, "changing customers")
	if n := len(p.get("/customers").is(http.StatusOK).items()); n != 0 {
		t.Errorf("%d customers were written", n)
	}
}

func TestImportIsDoneOnce(t *testing.T) {
	t.Parallel()
	p := files(open(t)).with("Idempotency-Key", "import 1")
	first := p.post("/customers/import", "name\nAlpha\n")
	again := p.post("/customers/import", "name\nAlpha\n")
	if first.is(http.StatusOK)["created"] != 1.0 || again.text != first.text || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("first %s, again %s", first.text, again.text)
	}
}
