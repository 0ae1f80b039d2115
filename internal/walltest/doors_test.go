package walltest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
)

const webhookKey = "a key that only the walls know"

// signed is the signature as Xero documents it, made without our own code:
// https://developer.xero.com/documentation/guides/webhooks/overview/
func signed(body string) string {
	mac := hmac.New(sha256.New, []byte(webhookKey))
	_, _ = mac.Write([]byte(body))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// hookBody is a webhook with one event.
func hookBody(tenant, resource string, minute int) string {
	return fmt.Sprintf(`{"events":[{"resourceUrl":"https://api.xero.com/api.xro/2.0/Invoices/%[2]s","resourceId":"%[2]s","tenantId":"%[1]s",`+
		`"tenantType":"ORGANISATION","eventCategory":"INVOICE","eventType":"UPDATE","eventDateUtc":"2026-07-01T10:%02[3]d:00.000"}],`+
		`"firstEventSequence":1,"lastEventSequence":1,"entropy":"ABCDEFGHIJKLMNOPQRST"}`, tenant, resource, minute)
}

const (
	strangeTenant = "0b5a8d8e-0b0e-4a43-8a8e-3f6f0c5d7e11"
	someInvoice   = "7cb59f93-2964-421d-bb5e-a0f7a4572a44"
)

// door is a world that runs, as a service reaches it.
type door struct {
	*world
	url  string
	stop func()
}

func newDoor(t *testing.T) *door {
	t.Helper()
	w := newWorld(t, "")
	w.check(w.close())
	w.config.Work = true
	w.open()
	d := &door{world: w}
	d.run()
	return d
}

// run serves until stop.
func (d *door) run() {
	d.Helper()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(d)
	d.url = "http://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(context.WithoutCancel(d.Context()))
	ended := make(chan error, 1)
	go func() { ended <- d.app.Run(ctx, listener) }()
	d.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			d.Errorf("the program ended with %v", err)
		}
	})
	d.Cleanup(d.stop)
}

// post delivers a body. An empty signature is left out.
func (d *door) post(body, signature string) int {
	d.Helper()
	r := must(http.NewRequestWithContext(d.Context(), http.MethodPost, d.url+"/webhooks/xero", strings.NewReader(body)))(d)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	if signature != "" {
		r.Header.Set("X-Xero-Signature", signature)
	}
	a := must(http.DefaultClient.Do(r))(d)
	defer func() { _ = a.Body.Close() }()
	text := must(io.ReadAll(a.Body))(d)
	if len(text) > 0 || len(a.Cookies()) > 0 || a.Header.Get("Location") != "" {
		d.Errorf("the answer %d has %d bytes, %d cookies and Location %q; Xero takes none of them", a.StatusCode, len(text), len(a.Cookies()), a.Header.Get("Location"))
	}
	return a.StatusCode
}

func (d *door) want(status int, body, signature string) {
	d.Helper()
	if got := d.post(body, signature); got != status {
		d.Errorf("answered %d, want %d, to the signature %q over %.80q", got, status, signature, body)
	}
}

// events are all that the first organisation sees, the newest first.
func (d *door) events() []inbox.Event {
	d.Helper()
	d.file()
	return must(d.app.Store.Events(d.Context(), d.first, inbox.Filter{Service: xero.Name, Limit: 10_000}))(d)
}

// file brings in what was kept, as any process may.
func (d *door) file() {
	d.Helper()
	for more := true; more; {
		more = must(d.app.Store.FileBatches(d.Context()))(d)
	}
}

// of are those of a tenant that an organisation sees.
func (d *door) of(org crm.OrgID, tenant string) []inbox.Event {
	d.Helper()
	d.file()
	all := must(d.app.Store.Events(d.Context(), org, inbox.Filter{Service: xero.Name, Limit: 10_000}))(d)
	return slices.DeleteFunc(all, func(e inbox.Event) bool { return e.Tenant != tenant })
}

// settled waits until the one event of a tenant is dealt with.
func (d *door) settled(org crm.OrgID, tenant string) inbox.Event {
	d.Helper()
	tick, patience := time.NewTicker(20*time.Millisecond), time.After(20*time.Second)
	defer tick.Stop()
	for {
		all := d.of(org, tenant)
		if len(all) == 1 && all[0].ProcessedAt != nil {
			return all[0]
		}
		select {
		case <-tick.C:
		case <-patience:
			d.Fatalf("the webhook of %s was not dealt with: %+v", tenant, all)
		}
	}
}

// page is what an owner of the first organisation sees.
func (d *door) page(path string) string {
	d.Helper()
	return d.send(request{method: http.MethodGet, path: path, cookie: d.cookies[d.first][auth.Owner]}).Body.String()
}

func TestForgedWebhooksAreRefused(t *testing.T) {
	d := newDoor(t)
	body := hookBody(d.sim.Tenants()[0], someInvoice, 1)
	right, before := signed(body), len(d.events())
	forged := 0
	refuse := func(body, signature string) {
		d.Helper()
		forged++
		d.want(http.StatusUnauthorized, body, signature)
	}
	for _, signature := range []string{
		"", " ", "x", right + "=", right + "A", right[:len(right)-1], "sha256=" + right, strings.ToLower(right), signed(body + " "), signed(""),
		base64.StdEncoding.EncodeToString([]byte(right)), base64.RawStdEncoding.EncodeToString(make([]byte, 32)),
	} {
		refuse(body, signature)
	}
	for i := range body {
		refuse(flipped(body, i), right)
	}
	for i := range right {
		refuse(body, flipped(right, i))
	}
	refuse("", right)
	refuse(body[:len(body)-1], right)
	refuse(body+"\n", right)
	d.twoSignatures(body, right)
	if after := len(d.events()); after != before {
		t.Errorf("%d forged webhooks were kept", after-before)
	}
	d.want(http.StatusOK, body, right)
	d.stop()
	d.counted("wrong signature", forged+1)
	if page := d.page("/sync/webhooks"); !strings.Contains(page, strconv.Itoa(forged+1)) {
		t.Error("the page of webhooks does not tell how many were refused")
	}
}

// twoSignatures sends a wrong one before the right one.
func (d *door) twoSignatures(body, right string) {
	d.Helper()
	r := must(http.NewRequestWithContext(d.Context(), http.MethodPost, d.url+"/webhooks/xero", strings.NewReader(body)))(d)
	r.Header["X-Xero-Signature"] = []string{"x", right}
	a := must(http.DefaultClient.Do(r))(d)
	_ = a.Body.Close()
	if a.StatusCode != http.StatusUnauthorized {
		d.Errorf("two signatures are answered with %d", a.StatusCode)
	}
}

// flipped changes one bit of one byte.
func flipped(text string, at int) string {
	b := []byte(text)
	b[at] ^= 1
	return string(b)
}

// counted wants refusals of one reason.
func (d *door) counted(reason string, times int) {
	d.Helper()
	total := 0
	for _, r := range must(d.app.Store.Refusals(d.Context(), xero.Name))(d) {
		if r.Reason == reason {
			total += r.Times
		}
	}
	if total != times {
		d.Errorf("%d webhooks were counted as refused for %q, want %d", total, reason, times)
	}
}

// TestIntentToReceive is the test that Xero makes before it sends anything.
func TestIntentToReceive(t *testing.T) {
	d := newDoor(t)
	body, before := `{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}`, len(d.events())
	d.want(http.StatusOK, body, signed(body))
	d.want(http.StatusUnauthorized, body, signed(body+"x"))
	d.want(http.StatusUnauthorized, body, "")
	if after := len(d.events()); after != before {
		t.Errorf("%d events were kept", after-before)
	}
}

func TestUnreadableAndOversizedWebhooks(t *testing.T) {
	d := newDoor(t)
	before := len(d.events())
	for _, body := range []string{"", "{", "[]", `{"events":7}`, `{"events":[{"tenantId":7}]}`} {
		if got := d.post(body, signed(body)); got != http.StatusBadRequest && got != http.StatusUnauthorized {
			t.Errorf("answered %d to %q", got, body)
		}
	}
	largest := hookBody(strangeTenant, someInvoice, 2)
	largest += strings.Repeat(" ", inbox.MaxBody-len(largest))
	d.want(http.StatusOK, largest, signed(largest))
	d.want(http.StatusRequestEntityTooLarge, largest+" ", signed(largest+" "))
	d.want(http.StatusRequestEntityTooLarge, strings.Repeat("x", 3*inbox.MaxBody), "")
	if after := len(d.events()); after != before+1 {
		t.Errorf("%d events were kept, want 1", after-before)
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		r := must(http.NewRequestWithContext(t.Context(), method, d.url+"/webhooks/xero", nil))(t)
		a := must(http.DefaultClient.Do(r))(t)
		_ = a.Body.Close()
		if a.StatusCode != http.StatusMethodNotAllowed && a.StatusCode != http.StatusNotFound {
			t.Errorf("%s is answered with %d", method, a.StatusCode)
		}
	}
	d.stop()
	d.counted("too large", 2)
}

// TestRepeatedWebhooksAreCounted delivers one event often, alone and at once.
func TestRepeatedWebhooksAreCounted(t *testing.T) {
	d := newDoor(t)
	tenant := d.sim.Tenants()[1]
	body := hookBody(tenant, someInvoice, 3)
	d.want(http.StatusOK, body, signed(body))
	first := d.settled(d.second, tenant)
	const repeats = 20
	statuses := make(chan int, repeats)
	for range repeats {
		go func() { statuses <- d.post(body, signed(body)) }()
	}
	for range repeats {
		if status := <-statuses; status != http.StatusOK {
			t.Errorf("a repeat is answered with %d", status)
		}
	}
	d.stop()
	again := d.settled(d.second, tenant)
	if again.Repeats != repeats || again.ID != first.ID || !again.ProcessedAt.Equal(*first.ProcessedAt) || again.Attempts != first.Attempts {
		t.Errorf("after %d repeats it is %+v, before it was %+v", repeats, again, first)
	}
}

// TestWebhooksOfStrangers keeps what no organisation is connected to, and shows it.
func TestWebhooksOfStrangers(t *testing.T) {
	d := newDoor(t)
	body := hookBody(strangeTenant, someInvoice, 4)
	d.want(http.StatusOK, body, signed(body))
	e := d.settled(d.first, strangeTenant)
	if e.State != inbox.Unmatched || e.Org != nil {
		t.Errorf("it is %+v", e)
	}
	page := d.page("/sync/webhooks/" + e.ID.String())
	if !strings.Contains(page, "Unmatched") || !strings.Contains(page, "No organisation is connected") {
		t.Error("its page does not say that it is unmatched")
	}
	if list := d.page("/sync/webhooks?state=unmatched"); !strings.Contains(list, e.ID.String()) {
		t.Error("the list does not show it")
	}
}

// TestFullQueue fills the queue while nothing is kept: the next one is told to
// come again, and what was queued is kept once the program runs.
func TestFullQueue(t *testing.T) {
	w := newWorld(t, "")
	left, cancel := context.WithCancel(t.Context())
	cancel() // senders that do not wait for an answer
	deliver := func(ctx context.Context, minute int) *httptest.ResponseRecorder {
		body := hookBody(strangeTenant, someInvoice, minute)
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/webhooks/xero", bytes.NewReader([]byte(body)))
		r.Header.Set("X-Xero-Signature", signed(body))
		out := httptest.NewRecorder()
		w.site.ServeHTTP(out, r)
		return out
	}
	const queue = 4096
	for i := range queue {
		deliver(left, i%60)
	}
	full := deliver(t.Context(), 1) // would wait for ever if it were queued
	if full.Code != http.StatusServiceUnavailable || full.Header().Get("Retry-After") != "1" || full.Body.Len() > 0 {
		t.Errorf("a full queue answers %d, Retry-After %q", full.Code, full.Header().Get("Retry-After"))
	}
	d := &door{world: w}
	d.run()
	again := deliver(t.Context(), 1)
	for tries := 0; again.Code == http.StatusServiceUnavailable && tries < 100; tries++ {
		<-time.After(20 * time.Millisecond)
		again = deliver(t.Context(), 1)
	}
	if again.Code != http.StatusOK {
		t.Errorf("after that it answers %d", again.Code)
	}
	d.stop()
	if n := len(d.of(d.first, strangeTenant)); n != 60 {
		t.Errorf("%d different events are kept, want 60", n)
	}
}

// TestWithoutAKeyNoSignatureIsRight guards against the empty key.
func TestWithoutAKeyNoSignatureIsRight(t *testing.T) {
	w := newWorld(t, "")
	w.check(w.close())
	w.config.Xero.WebhookKey = ""
	w.open()
	body := hookBody(strangeTenant, someInvoice, 5)
	empty := hmac.New(sha256.New, nil)
	_, _ = empty.Write([]byte(body))
	for _, signature := range []string{"", signed(body), base64.StdEncoding.EncodeToString(empty.Sum(nil))} {
		a := w.send(request{method: http.MethodPost, path: "/webhooks/xero", body: body, header: http.Header{"X-Xero-Signature": {signature}}})
		if a.Code != http.StatusUnauthorized {
			t.Errorf("the signature %q is answered with %d", signature, a.Code)
		}
	}
}
