package xerosim_test

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

// nextDay lets a day pass and signs in again.
func (b *bench) nextDay() {
	b.t.Helper()
	b.clock.pass(24 * time.Hour)
	token, _, err := b.sim.Connect("demo")
	if err != nil {
		b.t.Fatal(err)
	}
	b.token = token
}

func TestEmailLimits(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	id := b.invoice(b.contact("Bright Solar"), "RNZ-1")
	send := func() reply { return b.do("POST", "/Invoices/"+id+"/Email", m{}) }
	for plan, limit := range map[string]int{"DEMO": 0, "TRIAL": 20} {
		if err := b.sim.SetPlan("", plan, 0); err != nil {
			t.Fatal(err)
		}
		for range limit {
			if out := send(); out.status != http.StatusNoContent {
				t.Fatalf("%s: %d %s", plan, out.status, out.body)
			}
		}
		if got := refusal(t, send()); !strings.Contains(got, "email limit of "+strconv.Itoa(limit)) {
			t.Errorf("%s: %s", plan, got)
		}
		b.nextDay()
	}
	if err := b.sim.SetPlan("", "STANDARD", 1); err != nil {
		t.Fatal(err)
	}
	if out := send(); out.status != http.StatusNoContent {
		t.Errorf("the next day: %d %s", out.status, out.body)
	}
	if out := send(); out.status != http.StatusBadRequest {
		t.Errorf("one more than one: %d", out.status)
	}
	if err := b.sim.SetPlan("", "STANDARD", -1); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.EmailInvoice("", "RNZ-1"); err != nil {
		t.Error(err)
	}
	if err := b.sim.SetPlan("", "GOLD", 0); err == nil {
		t.Error("a plan Xero does not have")
	}
	if row := b.one("/Invoices/"+id, "Invoices"); row["SentToContact"] != true {
		t.Errorf("sent: %v", row)
	}
	draft := b.must("PUT", "/Invoices", m{"Invoices": []any{merged(sale(b.contact("Other"), "D-1"), m{"Status": "DRAFT", "SentToContact": true})}}).list(t, "Invoices")[0]
	if draft["SentToContact"] != false {
		t.Error("a draft was marked as sent")
	}
}

func (b *bench) pdf(path string) reply {
	b.t.Helper()
	req := b.request("GET", "/api.xro/2.0"+path, nil)
	req.Header.Set("Accept", "application/pdf")
	out, err := b.send(req)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func TestPrintedDocuments(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact(`Bright (Solar) \ Zoë 太陽`)
	b.must("PUT", "/Invoices", m{"Invoices": []any{merged(sale(contact, "RNZ-1"), m{"LineItems": func() (lines []any) {
		for range 120 {
			lines = append(lines, line(1, 1, nil))
		}
		return lines
	}()})}})
	note, err := b.sim.CreditInvoice("", "RNZ-1", xerosim.Cents(500))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/Invoices/RNZ-1": "RNZ-1", "/Invoices/RNZ-1/pdf": "TAX INVOICE", "/CreditNotes/" + note.CreditNoteID: note.CreditNoteNumber,
		"/CreditNotes/" + note.CreditNoteID + "/pdf": "CREDIT NOTE",
	} {
		out := b.pdf(path)
		if out.status != http.StatusOK || out.header.Get("Content-Type") != "application/pdf" || !bytes.Contains(out.body, []byte(want)) {
			t.Errorf("%s: %d %s", path, out.status, out.header.Get("Content-Type"))
		}
		if problem := brokenPDF(out.body); problem != "" {
			t.Errorf("%s: %s", path, problem)
		}
		if !bytes.Contains(out.body, []byte(`Bright \(Solar\) \\ Zo\353 ??`)) {
			t.Errorf("%s: the name is not written as a PDF's text", path)
		}
	}
	if out := b.pdf("/Invoices/RNZ-1"); !bytes.Contains(out.body, []byte("/Count 3")) {
		t.Error("120 lines should need three pages")
	}
	if out := b.pdf("/Invoices/none"); out.status != http.StatusNotFound {
		t.Errorf("an unknown invoice: %d", out.status)
	}
}

// brokenPDF follows the table of a PDF to each of its objects, as a reader does.
func brokenPDF(content []byte) string {
	start := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(content)
	if start == nil || !bytes.HasPrefix(content, []byte("%PDF-1.4\n")) {
		return "no beginning or no end"
	}
	at, err := strconv.Atoi(string(start[1]))
	if err != nil || at >= len(content) || !bytes.HasPrefix(content[at:], []byte("xref\n0 ")) {
		return "the table is not where the end says"
	}
	entries := regexp.MustCompile(`(\d{10}) 00000 n \n`).FindAllSubmatch(content[at:], -1)
	for i, entry := range entries {
		offset, err := strconv.Atoi(string(entry[1]))
		if err != nil || offset >= len(content) || !bytes.HasPrefix(content[offset:], []byte(fmt.Sprintf("%d 0 obj\n", i+1))) {
			return fmt.Sprintf("object %d is not where the table says", i+1)
		}
	}
	for _, stream := range regexp.MustCompile(`(?s)/Length (\d+) >>\nstream\n(.*?)\nendstream`).FindAllSubmatch(content, -1) {
		if length, err := strconv.Atoi(string(stream[1])); err != nil || length != len(stream[2]) {
			return fmt.Sprintf("a stream of %d bytes says %s", len(stream[2]), stream[1])
		}
	}
	return ""
}

func TestBrandingThemes(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	themes := b.must("GET", "/BrandingThemes", nil).list(t, "BrandingThemes")
	if len(themes) != 2 || themes[0]["Name"] != "Standard" || themes[0]["SortOrder"] != 0.0 {
		t.Fatalf("themes: %v", themes)
	}
	id := themes[1]["BrandingThemeID"].(string)
	if row := b.one("/BrandingThemes/"+id, "BrandingThemes"); row["Name"] != "Special Projects" {
		t.Errorf("one theme: %v", row)
	}
	plain := b.must("PUT", "/Invoices", m{"Invoices": []any{sale(contact, "RNZ-1")}}).list(t, "Invoices")[0]
	if plain["BrandingThemeID"] != themes[0]["BrandingThemeID"] {
		t.Errorf("a sale without a theme has %v", plain["BrandingThemeID"])
	}
	themed := b.must("POST", "/Invoices/RNZ-1", m{"BrandingThemeID": id}).list(t, "Invoices")[0]
	if themed["BrandingThemeID"] != id || themed["Total"] != 110.0 {
		t.Errorf("themed: %v", themed)
	}
	unknown := m{"BrandingThemeID": "00000000-0000-0000-0000-000000000001"}
	if got := refusal(t, b.do("POST", "/Invoices/RNZ-1", unknown)); !strings.Contains(got, "BrandingThemeID") {
		t.Errorf("an unknown theme: %s", got)
	}
	note := merged(m{"Type": "ACCRECCREDIT", "Contact": m{"ContactID": contact}, "LineItems": []any{line(1, 1, nil)}}, unknown)
	if got := refusal(t, b.do("PUT", "/CreditNotes", m{"CreditNotes": []any{note}})); !strings.Contains(got, "BrandingThemeID") {
		t.Errorf("an unknown theme of a note: %s", got)
	}
	if out := b.do("GET", "/BrandingThemes/none", nil); out.status != http.StatusNotFound {
		t.Errorf("an unknown theme: %d", out.status)
	}
}

func TestBatchedPayments(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	var ids []string
	for _, number := range []string{"RNZ-1", "RNZ-2"} {
		b.invoice(contact, number)
		payment, err := b.sim.Pay("", number, xerosim.Cents(1000), xerosim.Date{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, payment.PaymentID)
	}
	for _, wrong := range [][]string{nil, {"none"}, {ids[0], ids[0]}} {
		if err := b.sim.BatchPayments("", wrong...); err == nil {
			t.Errorf("batched %v", wrong)
		}
	}
	if err := b.sim.BatchPayments("", ids...); err != nil {
		t.Fatal(err)
	}
	row := b.one("/Payments/"+ids[0], "Payments")
	if batch := row["BatchPayment"].(m); row["BatchPaymentID"] == nil || batch["TotalAmount"] != 20.0 || batch["BatchPaymentID"] != row["BatchPaymentID"] {
		t.Errorf("batched: %v", row)
	}
	if got := refusal(t, b.do("POST", "/Payments/"+ids[0], m{"Status": "DELETED"})); !strings.Contains(got, "batch payment") {
		t.Errorf("deleting one of a batch: %s", got)
	}
	if err := b.sim.BatchPayments("", ids...); err == nil || !strings.Contains(err.Error(), "in a batch already") {
		t.Errorf("batched twice: %v", err)
	}
	b.invoice(contact, "RNZ-3")
	matched, err := b.sim.Pay("", "RNZ-3", 0, xerosim.Date{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.sim.Reconcile("", matched.PaymentID); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.BatchPayments("", matched.PaymentID); err == nil {
		t.Error("a reconciled payment was batched")
	}
}
