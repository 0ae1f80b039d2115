package xero_test

import (
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// heldBack expects an invoice to be kept from Xero for a reason.
func (w *world) heldBack(i crm.Invoice, code, words string, next link.Action) {
	w.Helper()
	l := w.link(link.Invoice, i.ID)
	if l.State != link.Blocked || l.Problem.Code != code || l.Problem.Action != next || !strings.Contains(l.Problem.Text, words) {
		w.Fatalf("the link is %s: %+v", l.State, l.Problem)
	}
	for _, there := range w.sim.Invoices(w.tenant) {
		if there.InvoiceNumber == i.Number {
			w.Errorf("%s is in Xero", i.Number)
		}
	}
}

func (w *world) arrived(i crm.Invoice) {
	w.Helper()
	if l := w.link(link.Invoice, i.ID); l.State != link.Synced || l.RemoteID == "" {
		w.Errorf("the link is %s: %+v", l.State, l.Problem)
	}
}

func (w *world) retry(kind link.Kind, record crm.InvoiceID) {
	w.Helper()
	w.must(w.xero.Retry(w.ctx, link.Key{Kind: kind, Record: record.UUID}))
	w.push()
}

// TestLockedPeriodIsFoundBefore closes the period in Xero: nothing is sent until
// it is open again and somebody retries, or until the hourly look finds it open.
func TestLockedPeriodIsFoundBefore(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.push()
		w.must(w.sim.SetLockDates(w.tenant, "2026-11-30", ""))
		w.clock.pass(time.Hour)
		w.must(w.xero.Pull(w.ctx, xero.PullArgs{Org: w.org}))
		first, second := w.shipped(c), w.shipped(c)
		before := w.sim.Counts()
		w.push()
		w.heldBack(first, xeroapi.CodeLockedPeriod, "locked up to 30/11/2026", link.LookRemote)
		w.heldBack(second, xeroapi.CodeLockedPeriod, "locked up to 30/11/2026", link.LookRemote)
		if now := w.sim.Counts(); now.WriteCalls != before.WriteCalls {
			w.Errorf("%d calls wrote to Xero", now.WriteCalls-before.WriteCalls)
		}
		w.must(w.sim.SetLockDates(w.tenant, "2026-06-30", ""))
		w.clock.pass(time.Second)
		w.retry(link.Invoice, first.ID)
		w.arrived(first)
		w.push()
		w.arrived(second) // freed with the first: the books had changed
	})
}

func TestLockedPeriodHoldsPayments(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		w.must(w.sim.SetLockDates(w.tenant, "", "2026-11-30"))
		w.clock.pass(time.Hour)
		w.must(w.xero.Pull(w.ctx, xero.PullArgs{Org: w.org}))
		p, err := w.book.RecordPayment(w.ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 1000})
		w.must(err)
		w.push()
		l, err := w.store.Link(w.ctx, link.Key{Org: w.org, Service: xero.Name, Kind: link.Payment, Record: p.ID.UUID})
		w.must(err)
		if l.State != link.Blocked || l.Problem.Code != xeroapi.CodeLockedPeriod {
			w.Errorf("the payment is %s: %+v", l.State, l.Problem)
		}
		w.must(w.sim.SetLockDates(w.tenant, "", ""))
		w.clock.pass(time.Hour)
		w.must(w.xero.Pull(w.ctx, xero.PullArgs{Org: w.org}))
		w.push()
		if n := len(w.sim.Payments(w.tenant)); n != 1 {
			w.Errorf("%d payments in Xero after the period was opened", n)
		}
	})
}

// TestWrongMappingIsFoundBefore maps to accounts and rates that would be refused
// or would change the totals.
func TestWrongMappingIsFoundBefore(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.push()
		right := xero.DefaultSettings()
		for _, wrong := range []struct {
			words  string
			change func(*xero.Settings)
		}{
			{"Account 999 is not in Xero", func(s *xero.Settings) { s.SalesAccount = "999" }},
			{"takes no sales", func(s *xero.Settings) { s.SalesAccount = "090" }},
			{"The tax rate NONESUCH is not in Xero", func(s *xero.Settings) { s.TaxTypes[crm.GST] = "NONESUCH" }},
			{"cannot be used with account 200", func(s *xero.Settings) { s.TaxTypes[crm.GST] = "INPUT" }},
			{"GST is 10% here, but", func(s *xero.Settings) { s.TaxTypes[crm.GST] = "EXEMPTOUTPUT" }},
		} {
			settings := xero.DefaultSettings()
			wrong.change(&settings)
			w.settings(settings)
			i := w.shipped(c)
			w.push()
			w.heldBack(i, "unmapped", wrong.words, link.Map)
			w.must(w.xero.SaveSettings(w.ctx, right))
			w.push()
			w.arrived(i)
		}
	})
}

// settings are kept as they are, without the checks of the settings page.
func (w *world) settings(s xero.Settings) {
	w.Helper()
	text, err := s.Encode()
	w.must(err)
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.SetConnectionSettings(w.ctx, w.org, xero.Name, text) }))
}
