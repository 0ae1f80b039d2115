package xerosim_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

func (b *bench) page(path string) reply {
	b.t.Helper()
	out, err := b.send(b.request("GET", path, nil))
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func TestPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright & Solar")
	id := b.invoice(contact, "RNZ-1")
	for path, want := range map[string]string{
		"/app/!Vw7Lt/invoicing":                            "RNZ-1",
		"/app/%21Vw7Lt/invoicing/view/" + id:               "Pay 110.00 in full",
		"/app/!Vw7Lt/contacts":                             "Bright &amp; Solar",
		"/app/!Vw7Lt/contacts/contact/" + contact:          "RNZ-1",
		"/app/!Vw7Lt/invoicing?q=nothing":                  "No invoice matches",
		"/app/!Vw7Lt/invoicing?q=bright&status=AUTHORISED": "RNZ-1",
		"/sim/page.css":                                    "prefers-color-scheme",
	} {
		out := b.page(path)
		if out.status != http.StatusOK || !strings.Contains(string(out.body), want) {
			t.Errorf("%s: %d, without %q", path, out.status, want)
		}
		text := string(out.body)
		if strings.Contains(text, "<script") || strings.Contains(text, "style=\"") || !strings.Contains(out.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: script, inline style or no policy", path)
		}
	}
	for _, path := range []string{"/app/!None/invoicing", "/app/!Vw7Lt/invoicing/view/none", "/nothing"} {
		if out := b.page(path); out.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, out.status)
		}
	}
	if out := b.page("/"); out.header.Get("Location") != "/app/%21Vw7Lt/invoicing" && out.header.Get("Location") != "/app/!Vw7Lt/invoicing" {
		t.Errorf("home leads to %q", out.header.Get("Location"))
	}
	if out := b.page("/online/" + id); out.status != http.StatusSeeOther {
		t.Errorf("online invoice: %d", out.status)
	}
}

func TestPageButtons(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	path := "/app/!Vw7Lt/invoicing/view/" + b.invoice(contact, "RNZ-1")
	if out := b.form(path+"/pay", url.Values{"amount": {"10.50"}}); out.status != http.StatusSeeOther {
		t.Errorf("pay 10.50: %d %s", out.status, out.body)
	}
	if out := b.form(path+"/pay", url.Values{"amount": {"1,000"}}); out.status != http.StatusUnprocessableEntity || !strings.Contains(string(out.body), "exceeds the amount outstanding") {
		t.Errorf("pay too much: %d", out.status)
	}
	if out := b.form(path+"/pay", url.Values{"amount": {"ten"}}); out.status != http.StatusUnprocessableEntity {
		t.Errorf("pay ten: %d", out.status)
	}
	if out := b.form(path+"/pay", nil); out.status != http.StatusSeeOther || b.sim.Invoices("")[0].Status != "PAID" {
		t.Errorf("pay in full: %d", out.status)
	}
	second := "/app/!Vw7Lt/invoicing/view/" + b.invoice(contact, "RNZ-2")
	if out := b.form(second+"/void", nil); out.status != http.StatusSeeOther || b.sim.Invoices("")[1].Status != "VOIDED" {
		t.Errorf("void: %d", out.status)
	}
	req := b.request("POST", second+"/void", "")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if out, err := b.send(req); err != nil || out.status != http.StatusForbidden {
		t.Errorf("a form of another site: %d %v", out.status, err)
	}
}

func TestBooksSurviveARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "xero.json")
	wait := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	b := newBench(t, xerosim.Options{File: file, Wait: wait})
	contact := b.contact("Bright Solar")
	b.invoice(contact, "RNZ-1")
	if _, err := b.sim.Pay("", "RNZ-1", xerosim.Cents(1000), xerosim.Date{}); err != nil {
		t.Fatal(err)
	}
	_, refresh, err := b.sim.Connect("demo")
	if err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := b.sim.Run(stopped); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file holds tokens and must be private: %v %v", info, err)
	}
	token := b.token
	again := newBench(t, xerosim.Options{File: file, Wait: wait, Now: b.clock.now})
	again.token = token
	row := again.must("GET", "/Invoices/RNZ-1", nil).list(t, "Invoices")[0]
	if row["AmountDue"] != 100.0 || len(row["LineItems"].([]any)) != 1 || len(row["Payments"].([]any)) != 1 {
		t.Errorf("after the restart: %v", row)
	}
	if out := again.refresh(refresh); out.status != http.StatusOK {
		t.Errorf("the refresh token should survive: %d %s", out.status, out.body)
	}
	if got := refusal(t, again.do("PUT", "/Invoices", m{"Invoices": []any{sale(contact, "RNZ-1")}})); !strings.Contains(got, "unique") {
		t.Errorf("numbers should still be taken: %s", got)
	}
}

func TestBrokenFileIsKept(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "xero.json")
	if err := os.WriteFile(file, []byte("{not json"), 0o600); err != nil {
		t.Fatal(err)
	}
	sim := xerosim.New(xerosim.Options{File: file})
	if err := sim.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "move it away") {
		t.Errorf("got %v", err)
	}
	if raw, err := os.ReadFile(file); err != nil || string(raw) != "{not json" {
		t.Errorf("the file was changed: %q %v", raw, err)
	}
}
