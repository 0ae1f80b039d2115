package xero_test

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/records"
)

// TestTwoOrganisationsOfOneTenant has two of ours share an organisation in Xero:
// a webhook about an invoice reaches the one whose it is, whichever is asked first.
func TestTwoOrganisationsOfOneTenant(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		other := *w
		other.org = crm.NewID[crm.Organisation]()
		w.must(w.store.AddOrganisation(w.Context(), crm.Organisation{
			ID: other.org, Name: "Voltway West", Currency: "AUD", TimeZone: "Australia/Perth", Country: "AU", TermsDays: 30, YearStart: time.July,
			InvoicePrefix: "W-", OrderPrefix: "WO-", CreatedAt: w.clock.Now(),
		}, crm.AustralianTaxRates()))
		other.ctx = auth.With(w.Context(), auth.System(other.org, "test"))
		other.connect()
		other.named("Spare") // whose number is taken by the first customer of the other organisation
		east, west := w.shipped(w.customer("Harbour Marine")), other.shipped(other.named("Outback Power"))
		w.push()
		other.push()
		for _, there := range w.sim.Invoices(w.tenant) {
			_, err := w.sim.Pay(w.tenant, there.InvoiceNumber, 0, xerosim.Date{})
			w.must(err)
			w.webhook("INVOICE", there.InvoiceID)
		}
		w.must(ignoreSnooze(w.xero.Look(w.ctx)))
		for _, paid := range []crm.Invoice{w.invoice(east.ID), other.invoice(west.ID)} {
			if paid.State != crm.InvoicePaid {
				t.Errorf("%s is %s", paid.Number, paid.State)
			}
		}
		for _, of := range []*world{w, &other} {
			events, err := of.store.Events(of.ctx, of.org, inbox.Filter{Service: xero.Name})
			w.must(err)
			if len(events) != 1 || events[0].State != inbox.Done || events[0].Org == nil || *events[0].Org != of.org {
				t.Errorf("its webhooks are %+v", events)
			}
		}
	})
}

// named is a customer that is like no other.
func (w *world) named(name string) crm.Customer {
	w.Helper()
	c, err := w.book.CreateCustomer(w.ctx, records.CustomerInput{Name: name})
	w.must(err)
	return c
}
