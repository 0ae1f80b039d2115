package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/synclog"
)

// BenchmarkVolume asks what pages ask of a business with 30,000 invoices and a
// million operations in its history, beside another business. It reports the
// time that half of the answers, and 95 of a hundred, came within.
func BenchmarkVolume(b *testing.B) {
	storetest.EachURLOf(b, func(b *testing.B, url string) {
		s := storetest.Open(b, url)
		v := fillVolume(b, url, s)
		for _, question := range slices.Concat(v.overview(), v.lists(), v.historyFilters(), v.historySearches()) {
			b.Run(question.name, func(b *testing.B) { question.measure(b) })
		}
		b.Run("write/entries-50", v.write)
	})
}

// question is one list or figure; the n-th time it may ask for another value.
type question struct {
	name string
	rows int // at least, or -1 for none
	ask  func(ctx context.Context, n int) (int, error)
}

func (q question) measure(b *testing.B) {
	var took []time.Duration
	n := 0
	for b.Loop() {
		begun := time.Now()
		rows, err := q.ask(b.Context(), n)
		took = append(took, time.Since(begun))
		if err != nil || rows < q.rows || q.rows < 0 && rows > 0 {
			b.Fatalf("%d rows, want %d, %v", rows, q.rows, err)
		}
		n++
	}
	report(b, took)
}

func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	at := func(part float64) float64 { return took[int(part*float64(len(took)-1))].Seconds() * 1000 }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.95), "p95-ms")
}

func (v volume) overview() []question {
	today := crm.NewDay(2026, 11, 22)
	one := func(err error) (int, error) { return 1, err }
	return []question{
		{"overview/open", 1, func(ctx context.Context, _ int) (int, error) { _, err := v.InvoicesOpen(ctx, v.org); return one(err) }},
		{"overview/overdue", 1, func(ctx context.Context, _ int) (int, error) {
			_, err := v.InvoicesOverdue(ctx, v.org, today)
			return one(err)
		}},
		{"overview/sales", 1, func(ctx context.Context, _ int) (int, error) {
			_, err := v.SalesByMonth(ctx, v.org, crm.NewDay(2025, 12, 1))
			return one(err)
		}},
		{"overview/orders", 1, func(ctx context.Context, _ int) (int, error) { _, err := v.OrdersByState(ctx, v.org); return one(err) }},
		{"overview/customers", 1, func(ctx context.Context, _ int) (int, error) { _, err := v.CountCustomers(ctx, v.org); return one(err) }},
		{"overview/links", 1, func(ctx context.Context, _ int) (int, error) {
			_, err := v.LinkCounts(ctx, v.org, "xero")
			return one(err)
		}},
		{"overview/last-hour", 1, func(ctx context.Context, _ int) (int, error) {
			_, err := v.RecentOutcomes(ctx, v.org, "xero", v.until.Add(-time.Hour))
			return one(err)
		}},
	}
}

func (v volume) lists() []question {
	today := crm.NewDay(2026, 11, 22)
	invoices := func(name string, f store.InvoiceFilter) question {
		f.Today = today
		return question{"invoices/" + name, 1, func(ctx context.Context, _ int) (int, error) {
			page, err := v.Invoices(ctx, v.org, f)
			return len(page.Rows), err
		}}
	}
	orders := func(name string, rows int, f store.OrderFilter) question {
		return question{"orders/" + name, rows, func(ctx context.Context, _ int) (int, error) {
			page, err := v.Orders(ctx, v.org, f)
			return len(page.Rows), err
		}}
	}
	customers := func(name string, rows int, f store.CustomerFilter) question {
		return question{"customers/" + name, rows, func(ctx context.Context, _ int) (int, error) {
			page, err := v.Customers(ctx, v.org, f)
			return len(page.Rows), err
		}}
	}
	failures := func(name string, rows int, f store.FailureFilter) question {
		return question{"errors/" + name, rows, func(ctx context.Context, _ int) (int, error) {
			found, err := v.Failures(ctx, v.org, f)
			return len(found), err
		}}
	}
	events := func(name string, rows int, f inbox.Filter) question {
		f.Service = "xero"
		return question{"webhooks/" + name, rows, func(ctx context.Context, _ int) (int, error) {
			found, err := v.Events(ctx, v.org, f)
			return len(found), err
		}}
	}
	return []question{
		invoices("first", store.InvoiceFilter{}), invoices("open", store.InvoiceFilter{State: "open"}), invoices("overdue", store.InvoiceFilter{State: "overdue"}),
		invoices("paid", store.InvoiceFilter{State: "paid"}),
		invoices("search-number", store.InvoiceFilter{Search: "INV-00017"}), invoices("search-name", store.InvoiceFilter{Search: "buyer 77"}),
		invoices("search-open", store.InvoiceFilter{Search: "buyer 77", State: "open"}),
		orders("first", 1, store.OrderFilter{}), orders("open", 1, store.OrderFilter{State: "open"}), orders("search", 1, store.OrderFilter{Search: "ORD-00017"}),
		orders("search-nothing", -1, store.OrderFilter{Search: "nothing"}),
		customers("first", 1, store.CustomerFilter{}), customers("search", 1, store.CustomerFilter{Search: "buyer 77"}),
		customers("search-nothing", -1, store.CustomerFilter{Search: "nothing"}), customers("archived", -1, store.CustomerFilter{State: "archived"}),
		failures("first", 1, store.FailureFilter{}), failures("search", 1, store.FailureFilter{Text: "archived"}), failures("kind", -1, store.FailureFilter{Kind: "payment"}),
		{"errors/causes", 1, func(ctx context.Context, _ int) (int, error) {
			c, err := v.FailureCauses(ctx, v.org)
			return len(c), err
		}},
		{"errors/count", 1, func(ctx context.Context, _ int) (int, error) { n, _, err := v.CountFailures(ctx, v.org); return n, err }},
		events("first", 1, inbox.Filter{}), events("failed", 1, inbox.Filter{State: inbox.Failed}), events("unmatched", 1, inbox.Filter{State: inbox.Unmatched}),
		events("ignored", -1, inbox.Filter{State: inbox.Ignored}), events("category", 1, inbox.Filter{Category: "CONTACT"}),
		events("no-category", -1, inbox.Filter{Category: "CREDITNOTE"}), events("search-nothing", -1, inbox.Filter{Text: "nothing"}),
	}
}

// entries asks for a page of the history.
func (v volume) entries(name string, rows int, filter func(n int) synclog.Filter) question {
	return question{"history/" + name, rows, func(ctx context.Context, n int) (int, error) {
		f := filter(n)
		f.Limit = 51
		found, err := v.Entries(ctx, v.org, f)
		return len(found), err
	}}
}

func (v volume) historyFilters() []question {
	q := func(name string, rows int, f synclog.Filter) question {
		return v.entries(name, rows, func(int) synclog.Filter { return f })
	}
	middle := v.begun.AddDate(0, 0, 45)
	return []question{
		q("all", 51, synclog.Filter{}),
		q("middle", 51, synclog.Filter{Before: idAt(middle)}),
		q("day", 51, synclog.Filter{From: middle, Until: middle.AddDate(0, 0, 1)}),
		q("failed", 51, synclog.Filter{Status: synclog.Failed}),
		q("waiting", 51, synclog.Filter{Status: synclog.Waiting}),
		q("direction", 51, synclog.Filter{Direction: synclog.In}),
		q("service", 51, synclog.Filter{Service: "xero"}),
		q("no-service", -1, synclog.Filter{Service: "resend"}),
		q("entity", 51, synclog.Filter{EntityType: "invoice"}),
		q("entity-rare", 20, synclog.Filter{EntityType: "connection"}),
		q("entity-none", -1, synclog.Filter{EntityType: "overpayment"}),
		q("person", 51, synclog.Filter{Actor: "Mia Hart"}),
		q("person-left", 51, synclog.Filter{Actor: "Old Hand"}),
		q("person-rare", 1, synclog.Filter{Actor: "Zoë Ng"}),
		q("person-none", -1, synclog.Filter{Actor: "Nobody"}),
		q("pair", 51, synclog.Filter{EntityType: "contact", Status: synclog.Failed}),
		q("pair-none", -1, synclog.Filter{EntityType: "payment", Status: synclog.Waiting}),
		q("pair-rare", 1, synclog.Filter{EntityType: "branding_theme", Status: synclog.Failed}),
		q("triple", 51, synclog.Filter{Actor: "webhook", Direction: synclog.In, Status: synclog.Failed}),
		q("person-failed-middle", 51, synclog.Filter{Actor: "Mia Hart", Status: synclog.Failed, Before: idAt(middle)}),
	}
}

func (v volume) historySearches() []question {
	number := func(n int) int { return n*137%manyInvoices + 1 }
	q := func(name string, rows int, f synclog.Filter) question {
		return v.entries("search/"+name, rows, func(int) synclog.Filter { return f })
	}
	return []question{
		v.entries("search/number", 1, func(n int) synclog.Filter { return synclog.Filter{Text: crm.FormatNumber("INV-", int64(number(n)))} }),
		v.entries("search/digits", 1, func(n int) synclog.Filter { return synclog.Filter{Text: fmt.Sprintf("%05d", number(n))} }),
		v.entries("search/name", 1, func(n int) synclog.Filter { return synclog.Filter{Text: fmt.Sprintf("buyer %d", number(n)%10_000)} }),
		q("prefix", 51, synclog.Filter{Text: "inv-01"}),
		q("everywhere", 51, synclog.Filter{Text: "inv"}),
		q("letter", 51, synclog.Filter{Text: "a"}),
		q("digit", 51, synclog.Filter{Text: "0"}),
		q("error", 51, synclog.Filter{Text: "archived choose"}),
		q("person-left", 51, synclog.Filter{Text: "old hand"}),
		q("once", 1, synclog.Filter{Text: "sprocket"}),
		q("none", -1, synclog.Filter{Text: "zzz"}),
		q("pair-none", -1, synclog.Filter{Text: "pay waits"}),
		q("rare-filter", -1, synclog.Filter{Text: "inv", EntityType: "connection"}),
		q("rare-filter-found", 20, synclog.Filter{Text: "demo", EntityType: "connection"}),
		q("common-filters", 51, synclog.Filter{Text: "pay", Status: synclog.Failed}),
		q("common-filters-none", -1, synclog.Filter{Text: "pay", Status: synclog.Waiting}),
		q("middle", 51, synclog.Filter{Text: "archived", Before: idAt(v.begun.AddDate(0, 0, 45))}),
		q("day", 51, synclog.Filter{Text: "archived", From: v.begun, Until: v.begun.AddDate(0, 0, 1)}),
		q("burst", 51, synclog.Filter{Text: "inv", Before: idAt(v.begun.Add(60*24*time.Hour - burst/2))}),
		q("punctuation", -1, synclog.Filter{Text: "—%"}),
	}
}

// write keeps the operations of one call with 50 records.
func (v volume) write(b *testing.B) {
	var took []time.Duration
	n := 0
	for b.Loop() {
		begun := time.Now()
		inTx(b, v.Store, func(tx *store.Tx) error {
			for range 50 {
				e := v.entry(v.org, n, manyEntries)
				e.ID = uuid.Must(uuid.NewV7())
				if err := tx.InsertEntry(b.Context(), e); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		took = append(took, time.Since(begun))
	}
	report(b, took)
}
