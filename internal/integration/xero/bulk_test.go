package xero_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

func (w *world) buying(name string) crm.Customer {
	w.Helper()
	c, err := w.book.CreateCustomer(w.ctx, records.CustomerInput{Name: name, Email: "pay@" + strings.ToLower(strings.ReplaceAll(name, " ", "")) + ".example"})
	w.must(err)
	return c
}

// issued makes an invoice over one line of a tax class.
func (w *world) issued(c crm.Customer, class crm.TaxClass, day crm.Day) crm.Invoice {
	w.Helper()
	i, err := w.book.CreateInvoice(w.ctx, records.InvoiceInput{CustomerID: c.ID, Reference: "PO", Lines: []records.LineInput{
		{Kind: crm.Item, Description: "BESS 50 kWh", Quantity: 10000, UnitPrice: new(crm.Price(49950000)), TaxClass: class}}})
	w.must(err)
	i, err = w.book.IssueInvoice(w.ctx, i.ID)
	w.must(err)
	if !day.IsZero() {
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
			i.IssuedOn = day
			return tx.UpdateInvoice(w.ctx, i)
		}))
	}
	return i
}

// preview prepares a run, and wants it ready without a write to Xero.
func (w *world) preview(wish xero.BulkWish) store.BulkRun {
	w.Helper()
	before := w.sim.Counts().WriteCalls
	run, err := w.xero.PreviewBulk(w.ctx, wish)
	w.must(err)
	w.must(w.xero.Bulk(w.ctx, xero.BulkArgs{Org: w.org}))
	run = w.bulk(run.ID)
	if run.State != store.BulkReady {
		w.Fatalf("the run is %s: %s", run.State, run.Problem)
	}
	if after := w.sim.Counts().WriteCalls; after != before {
		w.Errorf("the preview made %d calls that write", after-before)
	}
	return run
}

func (w *world) bulk(id uuid.UUID) store.BulkRun {
	w.Helper()
	run, err := w.store.BulkRun(w.ctx, w.org, id)
	w.must(err)
	return run
}

// items are all records of a run.
func (w *world) items(run store.BulkRun, f store.BulkItemFilter) []store.BulkItem {
	w.Helper()
	var all []store.BulkItem
	for f.Limit = 7; ; {
		page, err := w.store.BulkItems(w.ctx, run, f)
		w.must(err)
		all = append(all, page.Rows...)
		if f.After = page.Next; f.After == "" {
			return all
		}
	}
}

// goes lets a run go to its end.
func (w *world) goes(id uuid.UUID) store.BulkRun {
	w.Helper()
	for range 500 {
		run := w.bulk(id)
		if run.State.Ended() {
			return run
		}
		w.must(ignoreSnooze(w.xero.Bulk(w.ctx, xero.BulkArgs{Org: w.org})))
		w.must(ignoreSnooze(w.xero.Push(w.ctx, xero.PushArgs{Org: w.org})))
		w.clock.pass(time.Second)
	}
	w.Fatalf("the run does not end: %+v", w.bulk(id))
	return store.BulkRun{}
}

func everything() xero.BulkWish {
	return xero.BulkWish{Direction: store.BulkPush, Kind: xero.BulkEverything}
}

// mixed makes records of all fates while Xero is not connected, and returns
// what a preview has to say of each by its label.
func (w *world) mixed() map[string][2]string {
	w.Helper()
	old := w.buying("Old Friend")
	same, amended, voided := w.issued(old, crm.GST, crm.Day{}), w.issued(old, crm.GST, crm.Day{}), w.issued(old, crm.GST, crm.Day{})
	gone := w.buying("Gone Fishing")
	w.push()
	_, err := w.sim.ChangeContact(w.tenant, xerosim.Contact{ContactID: w.state(link.Key{Org: w.org, Service: xero.Name, Kind: link.Contact, Record: gone.ID.UUID}).RemoteID, ContactStatus: "ARCHIVED"})
	w.must(err)
	_, err = w.sim.AddContact(w.tenant, xerosim.Contact{Name: "LIKELY TWIN PTY LTD", EmailAddress: "pay@likelytwin.example"})
	w.must(err)
	_, err = w.sim.AddContact(w.tenant, xerosim.Contact{Name: "Taken Name"})
	w.must(err)
	_, err = w.sim.AddContact(w.tenant, xerosim.Contact{Name: "Known Number", ContactNumber: "C-00005"})
	w.must(err)
	w.must(w.sim.SetLockDates(w.tenant, "2026-06-30", ""))
	w.clock.pass(time.Hour)
	w.must(w.xero.Pull(w.ctx, xero.PullArgs{Org: w.org}))
	w.must(w.xero.Disconnect(w.ctx))
	_, err = w.book.AmendInvoice(w.ctx, amended.ID, w.invoice(amended.ID).Version, records.InvoiceAmendment{Reference: "PO 9", DueOn: crm.NewDay(2027, 1, 31)})
	w.must(err)
	_, err = w.book.VoidInvoice(w.ctx, voided.ID)
	w.must(err)
	fresh, twin, known := w.buying("Fresh Start"), w.buying("Likely Twin"), w.buying("Number Known")
	w.buying("Taken Name")
	retired := w.buying("Retired")
	_, err = w.book.ArchiveCustomer(w.ctx, retired.ID)
	w.must(err)
	created, twins, archived, knowns := w.issued(fresh, crm.GST, crm.Day{}), w.issued(twin, crm.GST, crm.Day{}), w.issued(gone, crm.GST, crm.Day{}), w.issued(known, crm.GST, crm.Day{})
	unmapped, locked := w.issued(fresh, crm.ExportTaxed, crm.Day{}), w.issued(fresh, crm.GST, crm.NewDay(2026, 6, 1))
	wrong := w.issued(fresh, crm.GST, crm.Day{})
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		i, err := tx.Invoice(w.ctx, w.org, wrong.ID)
		i.Totals.Total++
		if err == nil {
			err = tx.UpdateInvoice(w.ctx, i)
		}
		return err
	}))
	never := w.issued(fresh, crm.GST, crm.Day{})
	_, err = w.book.VoidInvoice(w.ctx, never.ID)
	w.must(err)
	_, err = w.book.CreateInvoice(w.ctx, records.InvoiceInput{CustomerID: fresh.ID, Lines: []records.LineInput{{Kind: crm.Item, Description: "Cell", Quantity: 10000, UnitPrice: new(crm.Price(10000)), TaxClass: crm.GST}}})
	w.must(err)
	pay := func(i crm.Invoice) crm.Payment {
		p, err := w.book.RecordPayment(w.ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 1000})
		w.must(err)
		return p
	}
	paid, waits, back := pay(created), pay(locked), pay(created)
	_, err = w.book.ReversePayment(w.ctx, back.ID)
	w.must(err)
	w.connect()
	settings := xero.DefaultSettings()
	settings.TaxTypes[crm.ExportTaxed] = ""
	w.settings(settings)
	return map[string][2]string{
		"Old Friend": {"skip", "same"}, "Gone Fishing": {"blocked", "contact_archived"}, "Fresh Start": {"create", ""}, "Likely Twin": {"blocked", "contact_match"},
		"Number Known": {"link", ""}, "Taken Name": {"blocked", xeroapi.CodeContactNameTaken}, "Retired": {"skip", "never_sent"},
		same.Number: {"skip", "same"}, amended.Number: {"change", ""}, voided.Number: {"change", ""}, created.Number: {"create", ""},
		twins.Number: {"blocked", "contact_waits"}, archived.Number: {"blocked", "contact_archived"}, knowns.Number: {"create", ""},
		unmapped.Number: {"blocked", "unmapped"}, locked.Number: {"blocked", xeroapi.CodeLockedPeriod}, wrong.Number: {"blocked", "sums_differ"},
		never.Number: {"skip", "never_sent"}, "Draft": {"skip", "draft"},
		paid.Number: {"create", ""}, waits.Number: {"skip", "invoice_waits"}, back.Number: {"skip", "never_sent"},
	}
}

// TestBulkDoesWhatItSaid compares what the preview said of every record with
// what the run did with it, to the words of what is blocked.
func TestBulkDoesWhatItSaid(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		want := w.mixed()
		run := w.preview(everything())
		said := w.items(run, store.BulkItemFilter{})
		if len(said) != len(want) {
			t.Errorf("%d records, want %d", len(said), len(want))
		}
		before := map[string]link.Link{}
		for _, i := range said {
			if w := want[i.Label]; string(i.Plan) != w[0] || i.Code != w[1] {
				t.Errorf("%s %s: %s %s (%s), want %v", i.Key.Kind, i.Label, i.Plan, i.Code, i.Reason, w)
			}
			before[i.Label], _ = w.store.Link(w.ctx, i.Key)
		}
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		if run = w.goes(run.ID); run.State != store.BulkDone {
			t.Fatalf("the run is %s", run.State)
		}
		for _, i := range w.items(run, store.BulkItemFilter{}) {
			w.did(i, before[i.Label])
		}
		p, err := w.xero.BulkProgress(w.ctx, run)
		w.must(err)
		if p.Waiting != 0 || p.Failed != 0 || p.Blocked != p.Planned(store.PlanBlocked) || p.Skipped != p.Planned(store.PlanSkip) || p.Done+p.Blocked != p.ToDo() {
			t.Errorf("the figures are %+v", p)
		}
	})
}

// did wants a record to be as its plan said.
func (w *world) did(i store.BulkItem, before link.Link) {
	w.Helper()
	l, err := w.store.Link(w.ctx, i.Key)
	if err != nil && i.Plan != store.PlanSkip {
		w.Errorf("%s: %v", i.Label, err)
	}
	switch i.Plan {
	case store.PlanBlocked:
		if l.State != link.Blocked && l.Problem.Code != xeroapi.CodeContactNameTaken || l.Problem.Code != i.Code || l.Problem.Text != i.Reason || l.Problem.Action != i.Action || i.Outcome != store.ItemBlocked {
			w.Errorf("%s: said %s, %q, %s; it is %s (%s), %+v", i.Label, i.Code, i.Reason, i.Action, l.State, i.Outcome, l.Problem)
		}
	case store.PlanSkip:
		if l.State != before.State || l.RemoteVersion != before.RemoteVersion || i.Outcome != store.ItemSkipped {
			w.Errorf("%s: said to be left alone, it is %s (%s), it was %s", i.Label, l.State, i.Outcome, before.State)
		}
	case store.PlanCreate, store.PlanLink:
		if l.State != link.Synced || before.RemoteID != "" || l.RemoteID == "" || i.Outcome != store.ItemDone {
			w.Errorf("%s: said to be created, it is %s (%s): %+v", i.Label, l.State, i.Outcome, l.Problem)
		}
	case store.PlanChange:
		if l.State != link.Synced || before.RemoteID != l.RemoteID || l.RemoteVersion == before.RemoteVersion || i.Outcome != store.ItemDone {
			w.Errorf("%s: said to be changed, it is %s (%s): %+v", i.Label, l.State, i.Outcome, l.Problem)
		}
	}
}

// many makes customers with one invoice each while Xero is not connected.
func (w *world) many(n int) {
	w.Helper()
	w.must(w.xero.Disconnect(w.ctx))
	w.issue(n, n)
	w.connect()
}

func invoices() xero.BulkWish {
	return xero.BulkWish{Direction: store.BulkPush, Kind: "invoice", Filter: store.BulkFilter{Missing: true}}
}

// TestBulkCancelled takes back what was not sent: links that were made for the
// run are gone, others are what they were.
func TestBulkCancelled(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.many(120)
		refused := w.items(w.preview(invoices()), store.BulkItemFilter{Kind: link.Invoice})[119]
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
			return tx.WantLink(w.ctx, store.Want{Key: refused.Key, Label: refused.Label, Version: 1, Priority: link.Normal})
		}))
		w.must(w.sim.Fail(xerosim.Fault{Method: "PUT", Path: "/Invoices", Kind: xerosim.FaultMinute, RetryAfter: 50}))
		w.reject(refused.Key)
		run := w.preview(invoices())
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		w.push() // customers go, the first call with invoices has to wait
		was, err := w.xero.BulkProgress(w.ctx, w.bulk(run.ID))
		w.must(err)
		if was.Done == 0 || was.Waiting == 0 {
			t.Fatalf("before it is cancelled: %+v", was)
		}
		w.must(w.xero.CancelBulk(w.ctx, run.ID))
		run = w.goes(run.ID)
		p, err := w.xero.BulkProgress(w.ctx, run)
		w.must(err)
		if run.State != store.BulkCancelled || p.Cancelled != was.Waiting || p.Done != was.Done || p.Waiting != 0 {
			t.Errorf("it is %s: %+v, it was %+v", run.State, p, was)
		}
		for _, i := range w.items(run, store.BulkItemFilter{Kind: link.Invoice}) {
			l, err := w.store.Link(w.ctx, i.Key)
			switch {
			case i.Key == refused.Key && (err != nil || l.State != link.Rejected || l.Problem.Code != "no"):
				t.Errorf("what was refused is %s %+v, %v", l.State, l.Problem, err)
			case i.Key != refused.Key && i.Outcome == store.ItemCancelled && crm.KindOf(err) != crm.NotFound:
				t.Errorf("%s has a link still: %s, %v", i.Label, l.State, err)
			}
		}
		w.clock.pass(time.Hour)
		w.push()
		if n := w.sim.Counts().Invoices; n != was.Done-120 {
			t.Errorf("Xero has %d invoices after the run was cancelled, want %d", n, was.Done-120)
		}
	})
}

// reject makes a record one that Xero refused.
func (w *world) reject(k link.Key) {
	w.Helper()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		process := store.NewProcess()
		l, err := tx.ClaimLinks(w.ctx, store.Claim{Org: k.Org, Service: k.Service, Kind: k.Kind, Process: process.ID, Max: 1})
		if err != nil || len(l) != 1 {
			return fmt.Errorf("claimed %d: %w", len(l), err)
		}
		l[0].Reject(link.Problem{Code: "no", Kind: "invalid", Text: "No.", Action: link.Review}, w.clock.Now())
		return tx.SettleLink(w.ctx, process.ID, l[0])
	}))
}

// TestBulkPaused sends nothing of a paused run, also not what was in doubt when
// it was paused, and goes on where it was.
func TestBulkPaused(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.many(70)
		run := w.preview(invoices())
		w.must(w.sim.Fail(xerosim.Fault{Method: "PUT", Path: "/Invoices", Kind: xerosim.FaultCutBefore, Count: 1}))
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		w.must(w.sim.Fail(xerosim.Fault{Method: "PUT", Path: "/Invoices", Kind: xerosim.FaultMinute, RetryAfter: 5, Count: 1}))
		w.push()
		w.must(w.xero.PauseBulk(w.ctx, run.ID))
		there := w.sim.Counts().Invoices
		for range 5 {
			w.clock.pass(time.Minute)
			w.must(w.xero.Wake(w.ctx))
			w.push()
		}
		if n := w.sim.Counts().Invoices; n != there {
			t.Errorf("%d invoices went while it was paused", n-there)
		}
		p, err := w.xero.BulkProgress(w.ctx, w.bulk(run.ID))
		w.must(err)
		if p.Waiting != 70-there || p.Failed != 0 {
			t.Errorf("paused: %+v", p)
		}
		w.must(w.xero.ResumeBulk(w.ctx, run.ID))
		w.goes(run.ID)
		if c := w.sim.Counts(); c.Invoices != 70 || c.DuplicateInvoiceNumbers != 0 {
			t.Errorf("Xero has %+v", c)
		}
	})
}

// TestBulkEndsBeforePaymentsOfRefusedInvoices does not wait for what a person
// has to mend.
func TestBulkEndsBeforePaymentsOfRefusedInvoices(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.must(w.xero.Disconnect(w.ctx))
		i := w.issued(w.buying("Harbour Marine"), crm.GST, crm.Day{})
		paid := w.paid(i, 1000)
		w.connect()
		run := w.preview(everything())
		w.must(w.sim.SetLockDates(w.tenant, "2026-12-31", "")) // which the books that were read do not say
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		run = w.goes(run.ID)
		p, err := w.xero.BulkProgress(w.ctx, run)
		w.must(err)
		if run.State != store.BulkDone || p.Done != 1 || p.Failed+p.Blocked != 1 || p.Waiting != 1 {
			t.Errorf("the run is %s: %+v", run.State, p)
		}
		w.must(w.sim.SetLockDates(w.tenant, "", ""))
		w.clock.pass(time.Hour)
		if _, err := w.xero.RetryBulk(w.ctx, run.ID, link.Key{}); err != nil {
			t.Error(err)
		}
		w.goes(run.ID)
		w.clock.pass(time.Minute)
		w.push()
		if l := w.state(paid); l.State != link.Synced {
			t.Errorf("the payment is %s: %+v", l.State, l.Problem)
		}
	})
}

// TestBulkRetries sends what failed again: one, then all.
func TestBulkRetries(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mixed()
		run := w.preview(everything())
		w.must(w.xero.StartBulk(w.ctx, run.ID))
		run = w.goes(run.ID)
		blocked := w.items(run, store.BulkItemFilter{Outcome: store.ItemBlocked})
		var unmapped store.BulkItem
		for _, i := range blocked {
			if i.Code == "unmapped" {
				unmapped = i
			}
		}
		w.settings(xero.DefaultSettings())
		n, err := w.xero.RetryBulk(w.ctx, run.ID, unmapped.Key)
		if err != nil || n != 1 {
			t.Fatalf("retried %d, %v", n, err)
		}
		run = w.goes(run.ID)
		if l := w.state(unmapped.Key); l.State != link.Synced {
			t.Errorf("it is %s: %+v", l.State, l.Problem)
		}
		w.must(w.sim.SetLockDates(w.tenant, "", ""))
		w.clock.pass(time.Hour)
		n, err = w.xero.RetryBulk(w.ctx, run.ID, link.Key{})
		if err != nil || n != len(blocked)-1 {
			t.Errorf("retried %d of %d, %v", n, len(blocked), err)
		}
		run = w.goes(run.ID)
		if left := w.items(run, store.BulkItemFilter{Outcome: store.ItemBlocked}); len(left) != len(blocked)-2 { // what a person has to decide about
			t.Errorf("%d are blocked of %d", len(left), len(blocked))
		}
	})
}

// TestFewCallsInBulk sends 6,000 invoices of 500 customers through a run.
func TestFewCallsInBulk(t *testing.T) {
	t.Parallel()
	const batch = 50
	customers, sales := storetest.Size(500, 100), storetest.Size(6000, 1200)
	w := newLimitedWorld(t)
	w.must(w.xero.Disconnect(w.ctx))
	w.issue(customers, sales)
	w.connect()
	begun := time.Now()
	run := w.preview(invoices())
	t.Logf("planned in %s", time.Since(begun))
	w.sim.ResetCounts()
	begun = time.Now()
	w.must(w.xero.StartBulk(w.ctx, run.ID))
	run = w.goes(run.ID)
	counts := w.sim.Counts()
	least := customers/batch + sales/batch
	t.Logf("%d writes and %d reads in %s", counts.WriteCalls, counts.ReadCalls, time.Since(begun))
	if float64(counts.WriteCalls) > 1.05*float64(least) || counts.TooMany != 0 {
		t.Errorf("%d writes, %d would do; %d were refused", counts.WriteCalls, least, counts.TooMany)
	}
	if counts.Invoices != sales || counts.DuplicateInvoiceNumbers != 0 {
		t.Errorf("Xero has %d invoices", counts.Invoices)
	}
	p, err := w.xero.BulkProgress(w.ctx, run)
	w.must(err)
	if p.Done != customers+sales {
		t.Errorf("the figures are %+v", p)
	}
}

// xeroBusy is a limit that Xero says is used up once.
func xeroBusy() xerosim.Fault {
	return xerosim.Fault{Method: "PUT", Path: "/Invoices", Kind: xerosim.FaultMinute, RetryAfter: 5, Count: 1}
}
