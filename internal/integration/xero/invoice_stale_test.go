package xero_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store/storetest"
)

// late is a process whose answers from Xero to some requests arrive after
// something else has happened.
func (w *world) late(url string, which func(*http.Request) bool, meanwhile func()) *world {
	w.Helper()
	slow := *w
	happened := false
	slow.wire = func(r *http.Request) (*http.Response, error) {
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err == nil && which(r) && !happened {
			happened = true
			meanwhile()
		}
		return answer, err
	}
	return slow.beside(url)
}

func reads(path string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, path) }
}

func writes(path string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, path) }
}

// TestOldAnswerUnpaysNothing has an answer about an invoice come late: a payment
// that was made and heard of meanwhile stays.
func TestOldAnswerUnpaysNothing(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		w.clock.pass(time.Minute)
		slow := w.late(url, reads("/Invoices"), func() {
			_, err := w.sim.Pay(w.tenant, i.Number, xerosim.Cents(10000), xerosim.Date{})
			w.must(err)
			w.look("INVOICE", w.link(link.Invoice, i.ID).RemoteID)
			if got := w.invoice(i.ID); got.Paid != 10000 {
				w.Fatalf("%d is paid after the webhook", got.Paid)
			}
		})
		heard := w.link(link.Invoice, i.ID).RemoteVersion
		w.must(slow.xero.SyncRecord(w.ctx, link.Invoice, i.ID.UUID))
		if got := w.invoice(i.ID); got.Paid != 10000 || got.State != crm.InvoicePartPaid {
			w.Errorf("the invoice is %s with %d paid", got.State, got.Paid)
		}
		if now := w.link(link.Invoice, i.ID).RemoteVersion; now <= heard {
			w.Errorf("the version fell from %s to %s", heard, now)
		}
	})
}

// TestOldResultUnpaysNothing is the same for the answer to a change.
func TestOldResultUnpaysNothing(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		i := w.shipped(w.customer("Harbour Marine"))
		w.push()
		w.clock.pass(time.Minute)
		var heard string
		slow := w.late(url, writes("/Invoices"), func() {
			w.clock.pass(time.Minute)
			_, err := w.sim.Pay(w.tenant, i.Number, xerosim.Cents(10000), xerosim.Date{})
			w.must(err)
			w.look("INVOICE", w.link(link.Invoice, i.ID).RemoteID)
			heard = w.link(link.Invoice, i.ID).RemoteVersion
		})
		_, err := w.book.AmendInvoice(w.ctx, i.ID, i.Version, records.InvoiceAmendment{Reference: "PO-2", DueOn: i.DueOn})
		w.must(err)
		slow.push()
		if got := w.invoice(i.ID); got.Paid != 10000 {
			w.Errorf("the invoice is %s with %d paid", got.State, got.Paid)
		}
		if l := w.link(link.Invoice, i.ID); l.State != link.Synced || l.RemoteVersion != heard {
			w.Errorf("the link is %s of %s, heard of was %s", l.State, l.RemoteVersion, heard)
		}
	})
}
