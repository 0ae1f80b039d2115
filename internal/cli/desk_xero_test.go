package cli_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

func TestXeroIsShownAndSet(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.does("xero", "connected", "Voltway Batteries", "of 100", "1 record needs a person", "1 in line, 0 waiting, 1 need a person")
	o.does("xero limits", "this minute", "used", "today", "of 5000 used", "at once", "last hour", "closed: calls go through")
	o.does("xero choices", "sales and shipping account", "200", "payment account", "090", "OUTPUT", "theme")
	o.does("xero settings", "sales account", "200")
	if text := o.does("xero settings --shipping-account 260 --draft --tax export=EXEMPTOUTPUT"); o.after(text, "shipping account") != "260" || o.after(text, "draft") != "true" || o.after(text, "tax of export") != "EXEMPTOUTPUT" {
		t.Errorf("the settings are %s", text)
	}
	if text := o.does("xero settings --no-draft --shipping-account="); o.after(text, "shipping account") != "-" || o.after(text, "draft") != "false" || o.after(text, "tax of export") != "EXEMPTOUTPUT" {
		t.Errorf("the settings are %s", text)
	}
	o.refuses("xero settings --sales-account 1", "revenue account")
	o.refuses("xero settings --tax none=OUTPUT", "There is no tax class")
	o.does("xero reset", "Calls to Xero go on.")
	o.does("xero disconnect", "Xero is disconnected.")
	o.does("xero show", "not_connected", "off")
	o.does("xero limits", "0 calls")
	for _, command := range []string{"xero settings", "xero choices", "contacts settings"} {
		o.refuses(command, "Xero is not connected.")
	}
	o.refuses("xero reset", "There is no such connection")
	o.refuses("xero disconnect", "There is no such connection")
}

func TestOneRecordIsSynced(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.does("sync record invoice "+o.locked.Number, o.locked.Number+" is on its way")
	o.pushes()
	if l := o.link(link.Invoice, o.locked.ID.UUID); l.State != link.Synced {
		t.Errorf("the invoice is %s", l.State)
	}
	o.does("sync record invoice "+o.good.ID.String(), o.good.Number+" is synced")
	o.does("sync record customer "+o.customer.Number, "Harbour Solar is synced")
	o.refuses("sync record credit-note CN-7", "There is no credit note")
	text, status := o.typed("sync record order 7")
	if status != 2 {
		t.Errorf("an order ends with %d: %s", status, text)
	}
	run := o.after(o.does("sync bulk --kind invoice"), "run")
	o.does("sync items "+run, "invoice/"+o.good.ID.String(), o.good.Number)
	o.does("sync items "+run+" --outcome failed", "There is no such record")
	o.refuses("sync items "+run+" --kind order", "credit_note")
	o.refuses("sync items "+uuid.NewString(), "There is no such run")
	o.refuses("sync retry "+uuid.NewString()+" invoice/7", "is no record")
}

func TestDifferencesAreDealtWith(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.refuses("sync reconcile months", "Nothing was compared yet.")
	o.does("sync reconcile", "differences, in the comparison", o.locked.Number, "missing_there")
	o.does("sync reconcile months", "MONTH", "invoice", "$550.00", "$275.00")
	run := crm.NewID[crm.Change]().UUID
	o.inTx(func(ctx context.Context, tx *store.Tx) error {
		r := store.Reconciliation{ID: run, Org: o.org, Service: xero.Name}
		if err := tx.BeginReconciliation(ctx, r); err != nil {
			return err
		}
		found := []store.Difference{{Kind: link.Invoice, What: "paid", Record: o.good.ID.UUID, RemoteID: "r-1", Label: o.good.Number, Ours: "$1.00", Theirs: "$2.00"}}
		if err := tx.KeepDifferences(ctx, r, found); err != nil {
			return err
		}
		r.Found = 1
		return tx.EndReconciliation(ctx, store.Reconciliation{ID: run, Org: o.org, Service: xero.Name, State: store.Compared, Found: 1})
	})
	o.does("sync reconcile show", run.String(), "paid", "$2.00")
	o.refuses("sync reconcile accept 7 --reason Known", "There is no such")
	o.does("sync reconcile accept 1 --reason Known", "1 difference is accepted.")
	o.does("sync reconcile show --run "+run.String(), "dealt with by command line")
	o.does("sync reconcile unaccept 1", "1 difference is no longer accepted.")
	o.does("sync reconcile resolve 1", "1 difference is synced.")
	o.refuses("sync reconcile resolve 1 --run "+uuid.NewString(), "There is no such reconciliation")
}
