package crmpages_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web/webtest"
)

// sendFile sends the form of the import with a file, if it has a name.
func (w *world) sendFile(role auth.Role, fields map[string]string, name, kind, file string) answer {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for field, value := range fields {
		must(w.t, form.WriteField(field, value))
	}
	if name != "" {
		part := made[io.Writer](w.t)(form.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="file"; filename="` + name + `"`}, "Content-Type": {kind}}))
		must(w.t, second(io.WriteString(part, file)))
	}
	must(w.t, form.Close())
	r := made[*http.Request](w.t)(http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/customers/import", &body))
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: "role", Value: string(role)})
	res := made[*http.Response](w.t)(http.DefaultClient.Do(r))
	defer res.Body.Close()
	text := made[[]byte](w.t)(io.ReadAll(res.Body))
	return answer{res.StatusCode, string(text), res.Header.Get("Content-Disposition")}
}

// carried are the hidden fields of a page.
func (a answer) carried() map[string]string {
	fields := map[string]string{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(a.body, -1) {
		fields[m[1]] = strings.ReplaceAll(m[2], "&#43;", "+")
	}
	return fields
}

func with(fields map[string]string, more ...string) map[string]string {
	for i := 0; i+1 < len(more); i += 2 {
		fields[more[i]] = more[i+1]
	}
	return fields
}

func (w *world) names() string {
	w.t.Helper()
	var all []string
	for _, c := range made[store.Page[store.CustomerRow]](w.t)(w.book.Customers(w.owner(), store.CustomerFilter{})).Rows {
		all = append(all, c.Name)
	}
	return strings.Join(all, ", ")
}

const customersFile = "Name;ABN;E-mail\nHarbour Solar;51 824 753 556;\nKestrel Farms;;pay@kestrel.example\nOutback <b>Power</b>;12 345;\n"

func TestImportFromPreviewToReport(t *testing.T) {
	w := newWorld(t)
	w.get("/customers/import").wants(t, http.StatusOK, "terms_days", "marketing_consent", "contact_2_first_name")
	w.get("/customers").wants(t, http.StatusOK, `href="/customers/import"`)
	said := w.sendFile(auth.Sales, nil, "shop.csv", "text/csv", customersFile)
	said.wants(t, http.StatusOK, "Preview of shop.csv", "Import 2 customers", "An ABN has eleven digits", "Nothing is written yet")
	said.lacks(t, "<b>Power")
	if got := w.names(); got != "" {
		t.Fatalf("the preview wrote %s", got)
	}
	w.sendFile(auth.Sales, with(said.carried(), "step", "preview", "outcome", "refused"), "", "", "").wants(t, http.StatusOK, "Outback")
	filtered := w.sendFile(auth.Sales, with(said.carried(), "step", "preview", "q", "kestrel"), "", "", "")
	filtered.wants(t, http.StatusOK, "Kestrel Farms")
	filtered.lacks(t, "Harbour Solar")
	w.sendFile(auth.Sales, with(said.carried(), "q", "nobody"), "", "", "").wants(t, http.StatusOK, "No line matches this filter.")

	done := w.sendFile(auth.Sales, with(said.carried(), "step", "import", "q", "kestrel"), "", "", "")
	done.wants(t, http.StatusOK, "The file is imported, but for 1 line", "An ABN has eleven digits")
	if got := w.names(); got != "Harbour Solar, Kestrel Farms" {
		t.Errorf("imported %s", got)
	}
	refused := w.sendFile(auth.Sales, with(done.carried(), "step", "refused"), "", "", "")
	refused.wants(t, http.StatusOK, "\ufeffName,ABN,E-mail,reason\nOutback <b>Power</b>,12 345,,\"name: Leave out")
	if !strings.Contains(refused.to, "refused-customers-2026-11-22.csv") {
		t.Errorf("the refused lines are called %q", refused.to)
	}

	again := w.sendFile(auth.Sales, nil, "shop.csv", "", customersFile)
	again.wants(t, http.StatusOK, "Customer C-00001 has this ABN.", "Import 0 customers")
	changed := strings.Replace(customersFile, "pay@kestrel", "PAY@kestrel", 1) + "Harbour Solar and Sons;51824753556;a@harbour.example\n"
	asked := w.sendFile(auth.Sales, nil, "shop.csv", "", changed)
	asked = w.sendFile(auth.Sales, with(asked.carried(), "step", "switch"), "", "", "")
	asked.wants(t, http.StatusOK, "Import 1 customer", "Customers that are there are updated.")
	w.sendFile(auth.Sales, with(asked.carried(), "step", "import"), "", "", "").wants(t, http.StatusOK, "The file is imported")
	if got := w.names(); got != "Harbour Solar and Sons, Kestrel Farms" {
		t.Errorf("updated to %s", got)
	}
}

func TestImportRefusesFiles(t *testing.T) {
	w := newWorld(t)
	w.sendFile(auth.Owner, map[string]string{"update": "on"}, "shop.csv", "text/csv", "name,colour\nAlpha,red\n").
		wants(t, http.StatusUnprocessableEntity, "There is no column &#34;colour&#34;", "terms_days", " checked")
	w.sendFile(auth.Owner, nil, "shop.csv", "text/csv", "").wants(t, http.StatusUnprocessableEntity, "Choose a CSV file")
	w.sendFile(auth.Owner, nil, "shop.csv", "text/csv", "name\nCaf\xe9\n").wants(t, http.StatusUnprocessableEntity, "UTF-8")
	w.sendFile(auth.Owner, nil, "shop.xlsx", "application/octet-stream", "PK\x03\x04").wants(t, http.StatusUnsupportedMediaType, "shop.xlsx is no CSV file")
	w.sendFile(auth.Owner, nil, "cat.png", "image/png", "name\n").wants(t, http.StatusUnsupportedMediaType, "cat.png is no CSV file")
	w.post("/customers/import", nil).wants(t, http.StatusUnsupportedMediaType, "No file arrived")
	w.sendFile(auth.Owner, nil, "shop.csv", "text/csv", strings.Repeat("x", 5<<20+1)).wants(t, http.StatusRequestEntityTooLarge, "larger than 5 MiB")
	w.sendFile(auth.Owner, nil, "shop.csv", "text/csv", strings.Repeat("x", 33<<20)).wants(t, http.StatusRequestEntityTooLarge, "larger than 5 MiB")
	w.sendFile(auth.Owner, nil, "shop.csv", "text/csv", "name\n"+strings.Repeat("Alpha\n", 10_001)).wants(t, http.StatusRequestEntityTooLarge, "more than 10000 lines")
	for _, kept := range []string{"?", base64.StdEncoding.EncodeToString([]byte("name\nAlpha\n"))} {
		w.sendFile(auth.Owner, map[string]string{"kept": kept, "step": "import"}, "", "", "").wants(t, http.StatusUnprocessableEntity, "did not arrive whole")
	}
	w.sendFile(auth.Owner, nil, "shop.csv", "text/csv", "name,abn\n").wants(t, http.StatusOK, "has no lines below them")
	w.sendFile(auth.Viewer, nil, "shop.csv", "text/csv", "name\nAlpha\n").wants(t, http.StatusForbidden)
	if got := w.names(); got != "" {
		t.Errorf("%s were written", got)
	}
}

// saved is a file that a browser can send.
func saved(t *testing.T, name, text string) string {
	t.Helper()
	at := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(at, []byte(text), 0o600))
	return at
}

// TestImportCustomers imports a file with and without scripts, and looks at
// each step.
func TestImportCustomers(t *testing.T) {
	file := "Name,ABN,Email,Phone,Terms\n" + customersOf(110) + "Outback Power,12 345,nobody,,\n\"Bro\"ken,,,,\n"
	for _, v := range []webtest.View{{WithoutScripts: true}, {Device: webtest.Phone, Dark: true}} {
		w := newWorld(t)
		w.plain("Customer 3 of the coast")
		name := "import-" + v.Device.String() + map[bool]string{false: "-light", true: "-dark"}[v.Dark]
		v.Path, v.Expect = "/customers/import", []string{"422"}
		p := webtest.Open(t, w.url, v)
		look := func(step string) {
			p.Do(loaded())
			p.Shoot(name + "-" + step)
			if !v.WithoutScripts {
				p.Audit()
			}
			p.Fits()
		}
		p.ShootFull(name + "-form")
		p.Do(chromedp.SetUploadFiles(`#file`, []string{saved(t, "colours.csv", "name,colour\nAlpha,red\n")}), chromedp.Click(`#import-form button`), chromedp.WaitVisible(`[role=alert]`))
		look("wrong")
		p.Do(chromedp.SetUploadFiles(`#file`, []string{saved(t, "shop.csv", file)}), chromedp.Click(`#import-form button`), chromedp.WaitVisible(`#import-figures`))
		look("preview")
		p.Do(chromedp.SetValue(`[name=outcome]`, "refused"), chromedp.Click(`[role=search] button`), chromedp.WaitNotPresent(`#line-2`), chromedp.WaitVisible(`#line-112`))
		look("refused")
		p.Do(chromedp.Click(`#import-form button[value=import]`), chromedp.WaitVisible(`#report`))
		look("report")
		if got := len(made[store.Page[store.CustomerRow]](t)(w.book.Customers(w.owner(), store.CustomerFilter{Limit: 200})).Rows); got != 110 {
			t.Errorf("there are %d customers", got)
		}
		_, found, err := w.store.CustomerNamed(t.Context(), w.org, "Customer 109 of the coast")
		if must(t, err); !found {
			t.Error("the last line was not imported")
		}
	}
}

func customersOf(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("Customer " + strconv.Itoa(i) + " of the coast,,pay" + strconv.Itoa(i) + "@coast.example,02 5550 1234,14\n")
	}
	return b.String()
}
