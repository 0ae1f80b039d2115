package xeroapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// ledger serves /Invoices from rows whose time of change may move while a
// reader is under way.
type ledger struct {
	mu    sync.Mutex
	rows  map[string]time.Time
	calls []string // "since page"
	after func(call int, l *ledger)
}

func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	since, _ := time.Parse(time.RFC3339, r.Header.Get("If-Modified-Since"))
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
	l.calls = append(l.calls, r.Header.Get("If-Modified-Since")+" "+r.URL.Query().Get("page"))
	var ids []string
	for id, at := range l.rows {
		if at.After(since) { // the named second itself is left out
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		if order := l.rows[a].Compare(l.rows[b]); order != 0 {
			return order
		}
		return slices.Compare([]byte(a), []byte(b))
	})
	ids = ids[min((page-1)*size, len(ids)):min(page*size, len(ids))]
	rows := []map[string]string{}
	for _, id := range ids {
		rows = append(rows, map[string]string{"InvoiceID": id, "UpdatedDateUTC": fmt.Sprintf("/Date(%d+0000)/", l.rows[id].UnixMilli())})
	}
	json.NewEncoder(w).Encode(map[string]any{"Invoices": rows})
	if l.after != nil {
		l.after(len(l.calls), l)
	}
}

func readAll(t *testing.T, l *ledger, size int, since time.Time) []string {
	t.Helper()
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	client := New(Config{PageSize: size}.WithBase(server.URL), nil, &lender{}, "tenant-1")
	var ids []string
	for group, err := range client.InvoicesSince(t.Context(), since) {
		if err != nil {
			t.Fatal(err)
		}
		for _, invoice := range group {
			ids = append(ids, invoice.InvoiceID)
		}
		if len(l.calls) > 100 {
			t.Fatal("the reader goes round in circles")
		}
	}
	return ids
}

func rowsAt(count int, at func(i int) time.Time) map[string]time.Time {
	rows := map[string]time.Time{}
	for i := range count {
		rows[fmt.Sprintf("i-%03d", i)] = at(i)
	}
	return rows
}

func TestSinceReadsEachRowOnce(t *testing.T) {
	t.Parallel()
	l := &ledger{rows: rowsAt(25, func(i int) time.Time { return testNow.Add(time.Duration(i) * 700 * time.Millisecond) })}
	ids := readAll(t, l, 10, time.Time{})
	if len(ids) != 25 || !slices.IsSorted(ids) {
		t.Errorf("read %v", ids)
	}
	if want := []string{" 1", "2026-11-22T10:00:05Z 1"}; !slices.Equal(l.calls[:2], want) {
		t.Errorf("asked %q, want %q", l.calls, want)
	}
}

func TestSinceSkipsNothingWhileRowsMove(t *testing.T) {
	t.Parallel()
	l := &ledger{rows: rowsAt(30, func(i int) time.Time { return testNow.Add(time.Duration(i) * 2 * time.Second) })}
	l.after = func(call int, l *ledger) { // after each page an early row changes, so all behind it move up
		if call <= 2 {
			l.rows[fmt.Sprintf("i-%03d", call)] = testNow.Add(time.Hour + time.Duration(call)*time.Second)
		}
	}
	ids := readAll(t, l, 10, time.Time{})
	seen := map[string]int{}
	for _, id := range ids {
		seen[id]++
	}
	if len(seen) != 30 || seen["i-001"] != 2 || seen["i-002"] != 2 || len(ids) != 32 {
		t.Errorf("read %d rows: %v", len(seen), seen)
	}
}

func TestSinceStepsThroughOneFullSecond(t *testing.T) {
	t.Parallel()
	l := &ledger{rows: rowsAt(35, func(i int) time.Time {
		if i < 30 {
			return testNow // three full pages in one second
		}
		return testNow.Add(time.Duration(i) * time.Second)
	})}
	ids := readAll(t, l, 10, testNow)
	if len(ids) != 35 {
		t.Errorf("read %d rows: %v\nasked %q", len(ids), ids, l.calls)
	}
	if l.calls[0] != "2026-11-22T09:55:00Z 1" { // the overlap of a new run
		t.Errorf("began at %s", l.calls[0])
	}
}

func TestSinceStopsEarly(t *testing.T) {
	t.Parallel()
	l := &ledger{rows: rowsAt(30, func(i int) time.Time { return testNow.Add(time.Duration(i) * time.Minute) })}
	server := httptest.NewServer(l)
	defer server.Close()
	pages := New(Config{PageSize: 10}.WithBase(server.URL), nil, &lender{}, "tenant-1").InvoicesSince(t.Context(), time.Time{}, SalesInvoices)
	for range 2 { // a second range starts anew
		for group, err := range pages {
			if err != nil || group[0].InvoiceID != "i-000" {
				t.Fatalf("%v, %v", group, err)
			}
			break
		}
	}
	if len(l.calls) != 2 {
		t.Errorf("asked %q", l.calls)
	}
}

func TestSinceTellsItsFailure(t *testing.T) {
	t.Parallel()
	server := newScript(t, step{status: 503, body: "The Organisation is offline"})
	count := 0
	for _, err := range server.client(Config{}).PaymentsSince(t.Context(), testNow) {
		count++
		if KindOf(err) != KindUnavailable {
			t.Errorf("the error is %v", err)
		}
	}
	if count != 1 {
		t.Errorf("%d rounds after a failure", count)
	}
}
