package xerosim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

// clock is a time that only moves when told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// bench is a running simulator with a connected client.
type bench struct {
	t      *testing.T
	sim    *xerosim.Server
	web    *httptest.Server
	clock  *clock
	token  string
	tenant string
}

func newBench(t *testing.T, opts xerosim.Options) *bench {
	t.Helper()
	b := &bench{t: t, clock: newClock()}
	if opts.Now == nil {
		opts.Now = b.clock.now
	}
	if opts.MinuteLimit == 0 {
		opts.MinuteLimit = -1
	}
	b.sim = xerosim.New(opts)
	b.web = httptest.NewServer(b.sim)
	t.Cleanup(b.web.Close)
	token, _, err := b.sim.Connect("demo")
	if err != nil {
		t.Fatal(err)
	}
	b.token, b.tenant = token, b.sim.Tenants()[0]
	return b
}

// reply is an answer with its body read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) json(t *testing.T) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(r.body, &out); err != nil {
		t.Fatalf("answer %d is not JSON: %s", r.status, r.body)
	}
	return out
}

// list is the records of an answer under a name.
func (r reply) list(t *testing.T, name string) []map[string]any {
	t.Helper()
	items, ok := r.json(t)[name].([]any)
	if !ok {
		t.Fatalf("answer %d has no %s: %s", r.status, name, r.body)
	}
	out := make([]map[string]any, len(items))
	for i := range items {
		out[i], _ = items[i].(map[string]any)
	}
	return out
}

func (b *bench) request(method, path string, body any) *http.Request {
	b.t.Helper()
	var content io.Reader
	if body != nil {
		raw, isText := body.(string)
		if !isText {
			encoded, err := json.Marshal(body)
			if err != nil {
				b.t.Fatal(err)
			}
			raw = string(encoded)
		}
		content = strings.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.web.URL+path, content)
	if err != nil {
		b.t.Fatal(err)
	}
	if strings.HasPrefix(path, "/api.xro/") {
		req.Header.Set("Xero-Tenant-Id", b.tenant)
	}
	req.Header.Set("Authorization", "Bearer "+b.token)
	req.Header.Set("Accept", "application/json")
	return req
}

func (b *bench) send(req *http.Request) (reply, error) {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(res.Body)
	return reply{res.StatusCode, res.Header, body.Bytes()}, err
}

// do calls the accounting API; path is relative to its base.
func (b *bench) do(method, path string, body any) reply {
	b.t.Helper()
	out, err := b.send(b.request(method, "/api.xro/2.0"+path, body))
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return out
}

// must is do with the expectation of 200.
func (b *bench) must(method, path string, body any) reply {
	b.t.Helper()
	out := b.do(method, path, body)
	if out.status != http.StatusOK {
		b.t.Fatalf("%s %s: %d %s", method, path, out.status, out.body)
	}
	return out
}

type m = map[string]any

func (b *bench) contact(name string) string {
	b.t.Helper()
	row := b.must("PUT", "/Contacts", m{"Contacts": []any{m{"Name": name, "EmailAddress": "a@b.example"}}}).list(b.t, "Contacts")[0]
	return row["ContactID"].(string)
}

// sale is the body of an approved invoice over 110.00.
func sale(contact, number string) m {
	return m{"Type": "ACCREC", "Status": "AUTHORISED", "Contact": m{"ContactID": contact}, "InvoiceNumber": number,
		"Date": "2026-11-22", "DueDate": "2026-12-22", "LineAmountTypes": "Exclusive",
		"LineItems": []any{m{"Description": "Battery", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", "TaxType": "OUTPUT"}}}
}

func (b *bench) invoice(contact, number string) string {
	b.t.Helper()
	return b.must("PUT", "/Invoices", m{"Invoices": []any{sale(contact, number)}}).list(b.t, "Invoices")[0]["InvoiceID"].(string)
}

func TestInvoiceIsPaid(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	id := b.invoice(contact, "RNZ-1")
	b.must("PUT", "/Payments", m{"Payments": []any{m{"Invoice": m{"InvoiceID": id}, "Account": m{"Code": "090"}, "Date": "2026-11-22", "Amount": 110}}})
	row := b.must("GET", "/Invoices/RNZ-1", nil).list(t, "Invoices")[0]
	if row["Status"] != "PAID" || row["AmountDue"] != 0.0 || row["AmountPaid"] != 110.0 || row["FullyPaidOnDate"] == nil {
		t.Errorf("after payment: %v", row)
	}
	if counts := b.sim.Counts(); counts.Invoices != 1 || counts.Payments != 1 || counts.WriteCalls != 3 || counts.ReadCalls != 1 {
		t.Errorf("counts %+v", counts)
	}
}
