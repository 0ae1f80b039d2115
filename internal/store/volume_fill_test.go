package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/instant"
	"github.com/renoz/renoz/internal/store/sqlitedb"
	"github.com/renoz/renoz/internal/synclog"
)

const (
	manyOrders  = 25_000
	manyEntries = 1_000_000
	otherOrg    = 200_000 // entries of another organisation
	manyEvents  = 200_000
)

// volume is a business with all that five years and 90 days of history leave,
// beside another one.
type volume struct {
	ledger
	begun time.Time // of the history
	until time.Time
}

func fillVolume(b *testing.B, url string, s *store.Store) volume {
	b.Helper()
	v := volume{ledger: fillLedger(b, s)}
	v.until = v.at
	v.begun = v.until.AddDate(0, 0, -90)
	v.fillOrders(b)
	v.fillLinks(b, url)
	other := crm.NewID[crm.Organisation]()
	bulk(b, url, "sync_log", manyEntries, func(n int) []any { return row(v.entry(v.org, n, manyEntries)) })
	bulk(b, url, "sync_log", otherOrg, func(n int) []any { return row(v.entry(other, n, otherOrg)) })
	bulk(b, url, "inbox_events", manyEvents, v.event)
	v.indexWords(b)
	if store.IsPostgres(url) { // as it does by itself after a while
		if err := v.Statement(b.Context(), "analyze"); err != nil {
			b.Fatal(err)
		}
	}
	return v
}

func (v volume) fillOrders(b *testing.B) {
	page, err := v.Customers(b.Context(), v.org, store.CustomerFilter{Limit: 200})
	if err != nil {
		b.Fatal(err)
	}
	for from := 0; from < manyOrders; from += 1000 {
		inTx(b, v.Store, func(tx *store.Tx) error {
			for n := from; n < from+1000; n++ {
				o := crm.Order{ID: crm.NewID[crm.Order](), OrgID: v.org, Number: crm.FormatNumber("ORD-", int64(n+1)), CustomerID: page.Rows[n%len(page.Rows)].ID,
					State: crm.OrderDelivered, Currency: "AUD", OrderedOn: crm.NewDay(2026, 11, 1), Version: 1, CreatedAt: v.at, UpdatedAt: v.at}
				if n%40 == 0 {
					o.State = crm.OrderConfirmed
				}
				if err := tx.InsertOrder(b.Context(), o); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// indexWords makes the index of words as the migration does, and reports how
// long that takes.
func (v volume) indexWords(b *testing.B) {
	for _, table := range []string{"sync_log_words", "sync_log_words_content"} { // FTS5 leaves the second
		if err := v.Statement(b.Context(), "drop table if exists "+table); err != nil {
			b.Fatal(err)
		}
	}
	begun := time.Now()
	if err := v.IndexAgain(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Logf("the words of %d operations indexed in %s", manyEntries+otherOrg, time.Since(begun))
}

// fillLinks has all invoices sent; one in a hundred was refused.
func (v volume) fillLinks(b *testing.B, url string) {
	var links [][]any
	after := crm.InvoiceID{}
	for {
		invoices, err := v.InvoicesAfter(b.Context(), v.org, after, 1000)
		if err != nil {
			b.Fatal(err)
		}
		if len(invoices) == 0 {
			break
		}
		for _, i := range invoices {
			after = i.ID
			state, kind, code, text, action, failed := "synced", "", "", "", "", any(nil)
			if len(links)%100 == 0 {
				state, kind, code, text, action, failed = "rejected", "invalid", "account_unknown", "Account 201 is archived.", string(link.Map), v.at.Add(time.Duration(-len(links))*time.Second)
			}
			links = append(links, []any{v.org.UUID, "xero", string(link.Invoice), i.ID.UUID, i.Number, i.ID.String(), i.Number, "", "{}", state, 3, 1, 1, 0, v.at, nil, nil, "",
				kind, code, text, action, failed, nil, "", "", v.at, v.at, code, text, "", "", "", nil, nil})
		}
	}
	bulk(b, url, "links", len(links), func(n int) []any { return links[n] })
}

// burst is when all records were sent at once, a month ago: a twelfth of the
// history within an hour. Old Hand worked here until then.
const burst = time.Hour

// entry is the n-th operation of the history.
func (v volume) entry(org crm.OrgID, n, all int) synclog.Entry {
	at := v.begun.Add(time.Duration(n) * (v.until.Sub(v.begun) / time.Duration(all)))
	early := n < all*2/3
	if n >= all*7/12 && early {
		at = v.begun.Add(60*24*time.Hour - burst + time.Duration(n-all*7/12)*burst/time.Duration(all/12))
	}
	invoice := n * 7919 % manyInvoices
	e := synclog.Entry{ID: idAt(at), Org: org, Service: "xero", Direction: synclog.Out, EntityType: "invoice", EntityID: uuid.NewString(),
		Label: crm.FormatNumber("INV-", int64(invoice+1)), Action: synclog.Update, Status: synclog.Success, Attempt: 1, Actor: "sync",
		Duration: 180 * time.Millisecond, HTTPStatus: 200, At: at}
	switch h := (n*31 + n/manyInvoices*37) % 100; {
	case n%50_000 == 77:
		e.EntityType, e.Label, e.Actor = "connection", "Demo Company (AU)", "Mia Hart"
	case n%5000 == 3:
		e.EntityType, e.Label, e.Direction, e.Action, e.Actor = "branding_theme", "Branding themes", synclog.In, synclog.Read, "schedule"
	case h < 25:
		e.EntityType, e.Label = "payment", crm.FormatNumber("PAY-", int64(invoice+1))
	case h < 40:
		e.EntityType, e.Label = "contact", fmt.Sprintf("Buyer %d Pty Ltd", invoice%10_000)
	case h < 45:
		e.EntityType, e.Label = "credit_note", crm.FormatNumber("CN-", int64(invoice%2000+1))
	}
	switch h := n * 17 % 100; {
	case h < 30:
		e.Direction, e.Actor = synclog.In, "webhook"
	case h < 45:
		e.Direction, e.Actor = synclog.In, "schedule"
	case h < 53:
		e.Actor = "Mia Hart"
	case h < 57 && early:
		e.Actor = "Old Hand"
	case h == 57 && n%10_000 == 21:
		e.Actor = "Zoë Ng"
	}
	switch h := n * 7 % 1000; {
	case h < 20:
		e.Status, e.Error = synclog.Failed, "Account 201 is archived. Choose another for "+e.Label+"."
	case h < 25:
		e.Status, e.Error, e.HTTPStatus = synclog.Failed, "Xero did not answer within 30 seconds.", 0
	case h < 35 && e.EntityType != "payment": // of payments it is never said
		e.Status, e.Error = synclog.Waiting, "It waits for its contact."
	}
	if n == all/10 {
		e.Error = "The widget sprocket was unobtainable."
	}
	return e
}

// row are an entry's columns.
func row(e synclog.Entry) []any {
	return []any{e.ID, e.Org.UUID, e.Service, string(e.Direction), e.EntityType, e.EntityID, e.Label, string(e.Action), string(e.Status), e.Error,
		e.Attempt, e.Actor, nil, e.Duration.Microseconds(), e.HTTPStatus, e.At}
}

// event is the n-th webhook. One in a hundred belongs to no organisation, and
// one in five hundred failed.
func (v volume) event(n int) []any {
	at := v.begun.Add(time.Duration(n) * (v.until.Sub(v.begun) / manyEvents))
	var org any = v.org.UUID
	state, category := "done", "INVOICE"
	if n%3 == 0 {
		category = "CONTACT"
	}
	if n%100 == 5 {
		org, state = nil, "unmatched"
	}
	if n%500 == 7 {
		state = "failed"
	}
	return []any{idAt(at), "xero", fmt.Sprintf("key-%d", n), org, "tenant", category, "UPDATE", uuid.NewString(), at, "{}", state, "read again", 1, 0, at, nil, at, at}
}

// bulk fills a table faster than the program would.
func bulk(b *testing.B, url, table string, n int, row func(int) []any) {
	b.Helper()
	fill := bulkSQLite
	if store.IsPostgres(url) {
		fill = bulkPostgres
	}
	if err := fill(b, url, table, n, row); err != nil {
		b.Fatalf("fill %s: %v", table, err)
	}
}

func bulkPostgres(b *testing.B, url, table string, n int, row func(int) []any) error {
	c, err := pgx.Connect(b.Context(), url)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(b.Context()) }()
	var columns []string
	found, err := c.Query(b.Context(), "select * from "+table+" limit 0")
	if err != nil {
		return err
	}
	for _, f := range found.FieldDescriptions() {
		columns = append(columns, f.Name)
	}
	found.Close()
	_, err = c.CopyFrom(b.Context(), pgx.Identifier{table}, columns, pgx.CopyFromSlice(n, func(i int) ([]any, error) { return row(i), nil }))
	if err != nil {
		return err
	}
	_, err = c.Exec(b.Context(), "vacuum analyze "+table)
	return err
}

func bulkSQLite(b *testing.B, url, table string, n int, row func(int) []any) error {
	d, err := sqlitedb.Open("file:" + url + "?_pragma=busy_timeout(5000)&_pragma=synchronous(off)&_pragma=cache_size(-200000)")
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	tx, err := d.BeginTx(b.Context(), nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	const step = 100
	for i := 0; i < n; i += step {
		var values []any
		for j := range step {
			values = append(values, stored(row(i+j))...)
		}
		one := "(" + strings.Repeat(",?", len(values)/step)[1:] + ")"
		if _, err := tx.ExecContext(b.Context(), "insert into "+table+" values "+strings.Repeat(","+one, step)[1:], values...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// stored are values as SQLite keeps them.
func stored(values []any) []any {
	for i, v := range values {
		switch v := v.(type) {
		case time.Time:
			values[i] = instant.At(v)
		case uuid.UUID:
			values[i] = v.String()
		}
	}
	return values
}
