package xeropages_test

import (
	"context"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// lived is a world in which things have happened: records arrived, two
// invoices were refused, webhooks came.
type lived struct {
	*world
	good, unmapped, refused crm.Invoice
	event, failedEvent      crm.EventID
}

func newLived(t *testing.T) *lived {
	t.Helper()
	w := newWorld(t)
	w.connect()
	l := &lived{world: w}
	l.good = w.shipped("Harbour Solar")
	w.push()
	w.account("999")
	l.unmapped = w.shipped("Bluegum Caravans")
	w.push()
	w.account("200")
	l.refused = l.shippedRefused("Outback Telecom Towers and Remote Power Services")
	w.order("Northside Marine")
	l.webhooks()
	w.limits()
	return l
}

// shippedRefused is an invoice that Xero refused: its contact was archived there,
// and is not any more.
func (l *lived) shippedRefused(customer string) crm.Invoice {
	l.Helper()
	c, err := l.book.CreateCustomer(l.ctx, records.CustomerInput{Name: customer, Email: "accounts@buyer.example"})
	l.must(err)
	l.must(l.xero.SyncRecord(l.ctx, link.Contact, c.ID.UUID))
	l.push()
	contact, err := l.store.Link(l.ctx, link.Key{Org: l.org, Service: xero.Name, Kind: link.Contact, Record: c.ID.UUID})
	l.must(err)
	l.must(l.sim.ArchiveContact(l.sim.Tenants()[0], contact.RemoteID))
	i := l.shippedTo(c.ID)
	l.push()
	l.must(l.sim.RestoreContact(l.sim.Tenants()[0], contact.RemoteID))
	return i
}

// account changes where sales are booked, without asking whether it exists.
func (w *world) account(code string) {
	w.Helper()
	c, err := w.store.Connection(w.ctx, w.org, xero.Name)
	w.must(err)
	settings := `{"sales_account":"` + code + `","payment_account":"090","tax_types":{"gst":"OUTPUT","gst_free":"EXEMPTOUTPUT","input_taxed":"INPUTTAXED","export":"EXEMPTEXPORT"}}`
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.SetConnectionSettings(w.ctx, c.Org, xero.Name, settings) }))
}

func (w *world) link(i crm.Invoice) link.Link {
	w.Helper()
	l, err := w.store.Link(w.ctx, link.Key{Org: w.org, Service: xero.Name, Kind: link.Invoice, Record: i.ID.UUID})
	w.must(err)
	return l
}

func (l *lived) webhooks() {
	l.event = l.hook("INVOICE", l.link(l.good).RemoteID)
	l.hook("CONTACT", "0f0a9f8e-4d0f-4cbd-9c1c-5a0b3b1c2d3e")
	l.must(ignoreSnooze(l.xero.Look(l.ctx)))
	l.failedEvent = l.hook("INVOICE", "7cb59f93-2964-421d-bb5e-a0f7a4572a44")
	process := store.NewProcess()
	l.must(l.store.Announce(l.ctx, process))
	l.must(l.store.InTx(l.ctx, func(tx *store.Tx) error {
		claimed, err := tx.ClaimEvents(l.ctx, xero.Name, process.ID, 10)
		if err != nil {
			return err
		}
		for _, e := range claimed {
			now := time.Now()
			e.Org, e.State, e.Result, e.Attempts, e.ProcessedAt = &l.org, inbox.Failed, "Xero could not be asked in five tries. Replay it when Xero is back.", 5, &now
			if err := tx.SettleEvent(l.ctx, process.ID, e); err != nil {
				return err
			}
		}
		return nil
	}))
	l.must(l.store.CountRefusal(l.ctx, inbox.Refusal{
		Service: xero.Name, Reason: "wrong signature", Day: crm.DayIn(time.Now(), time.UTC), Times: 12, LastAt: time.Now(), Sample: "from 203.0.113.9, 512 bytes"}))
}

// hook keeps a webhook about a record of the first organisation.
func (w *world) hook(category, resource string) crm.EventID {
	w.Helper()
	id, tenant := crm.NewID[crm.Event](), w.sim.Tenants()[0]
	storetest.Keep(w.T, w.store, []inbox.Event{{
		ID: id, Service: xero.Name, DeliveryKey: id.String(), Tenant: tenant, Category: category, Type: "UPDATE", Resource: resource,
		OccurredAt: time.Now(), State: inbox.Received, DueAt: time.Now(), ReceivedAt: time.Now(),
		Payload: `{"resourceUrl":"https://api.xero.com/api.xro/2.0/Invoices/` + resource + `","resourceId":"` + resource + `","tenantId":"` + tenant + `","eventCategory":"` + category + `","eventType":"UPDATE"}`,
	}})
	return id
}

// limits uses up some of what Xero allows.
func (w *world) limits() {
	now := time.Now().UTC()
	for window, length := range map[string]time.Duration{"minute": time.Minute, "day": 24 * time.Hour} {
		limit := map[string]int{"minute": 60, "day": 5000}[window]
		_, err := w.store.Limits().Lease(context.WithoutCancel(w.ctx), ratelimit.Lease{
			Budget: ratelimit.Budget{Key: ratelimit.Key{Service: xero.Name, Tenant: w.sim.Tenants()[0], Window: window}, Length: length, Limit: limit},
			Start:  now.Truncate(length), Want: limit * 4 / 5, Now: now,
		})
		w.must(err)
	}
}

// zero leaves the end of a pause open.
func (w *world) zero() time.Time { return time.Time{} }
