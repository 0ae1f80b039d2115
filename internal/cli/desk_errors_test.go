package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

func (o *office) stands(want link.State) {
	o.Helper()
	if l := o.link(link.Invoice, o.locked.ID.UUID); l.State != want {
		o.Errorf("the invoice is %s, want %s", l.State, want)
	}
}

func TestErrorsAreMended(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	record := "invoice/" + o.locked.ID.String()
	o.does("errors", record, o.locked.Number, "rejected")
	o.does("errors list --kind credit_note", "There is no such error.")
	cause := strings.Fields(strings.Split(o.does("errors causes", "COUNT"), "\n")[1])[1]
	if !strings.HasSuffix(cause, "/invoice") || strings.Count(cause, "/") != 3 {
		t.Fatalf("the cause is %q", cause)
	}
	o.refuses("errors list --kind order", "credit_note")
	o.refuses("errors retry", "Name records")
	o.refuses("errors retry "+record+" --all", "only one of them")
	o.refuses("errors retry invoice/7", "is no record")
	o.refuses("errors retry order/"+uuid.NewString(), "kind \"order\"")
	o.refuses("errors retry --cause locked", "renoz errors causes")
	o.refuses("errors retry invoice/"+uuid.NewString(), "cannot be retried")
	o.does("errors retry --cause "+strings.TrimSuffix(cause, "invoice")+"contact", "0 records are")
	o.stands(link.Rejected)
	done := o.does("errors dismiss "+record+" --reason Booked", "1 record is dismissed")
	o.stands(link.Dismissed)
	o.does("errors list --state dismissed", record)
	o.does("errors dismissals", "Booked")
	o.refuses("errors restore --dismissal 7", "not the id")
	o.does("errors restore --dismissal "+o.after(done, "--dismissal"), "1 record is back")
	o.stands(link.Rejected)
	o.does("errors dismiss --cause "+cause+" --reason Booked", "1 record is dismissed")
	o.does("errors restore "+record, "1 record is back")
	o.refuses("errors restore "+record, "cannot be restored")
	o.does("errors retry --cause "+cause, "1 record is tried again")
	o.stands(link.Pending)
	o.pushes()
	o.stands(link.Synced)
	o.does("errors resolved", record, "retry", "command line")
	o.does("errors retry --all", "0 records are")
}

func TestHistoryIsSearchedAndWritten(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	list := o.does("history list --status failed --kind invoice", o.locked.Number)
	if strings.Contains(list, o.good.Number) {
		t.Errorf("the filter lets others through: %s", list)
	}
	id := strings.Fields(strings.Split(list, "\n")[1])[0]
	o.does("history show "+id, "failed", "/Invoices", "support id")
	o.does("history list --text nothing", "There is no such operation.")
	o.refuses("history list --from soon", "\"soon\" is not a date")
	o.refuses("history show "+uuid.NewString(), "There is no such")
	o.does("history export --direction out", "time,direction", ",out,invoice,")
	file := filepath.Join(t.TempDir(), "history.jsonl")
	o.does("history export " + file + " --format jsonl --status failed")
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), `"label":"`+o.locked.Number) {
		t.Errorf("the file holds %s, %v", text, err)
	}
	o.refuses("history export "+file, "not there yet")
}

func TestWebhooksAreReplayed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.does("webhooks", "There is no such webhook.")
	o.does("webhooks gaps", "No webhook has come yet.")
	ids := []string{o.hook(), o.hook(), o.hook()}
	o.does("webhooks list --state failed", ids...)
	o.does("webhooks show "+ids[0], "INVOICE UPDATE", "failed", `{"note":"x"}`)
	o.refuses("webhooks replay", "Name webhooks")
	o.refuses("webhooks replay 7", "is not the id of a webhook")
	o.refuses("webhooks replay "+uuid.NewString(), "There is no such")
	o.does("webhooks replay "+ids[0], "1 webhook is looked at again")
	o.does("webhooks list --state received", ids[0])
	o.does("webhooks replay "+ids[0]+" "+ids[1], "1 webhook is")
	o.does("webhooks replay --failed", "1 webhook is")
}

// hook keeps a webhook that failed.
func (o *office) hook() string {
	o.Helper()
	e := inbox.Event{
		ID: crm.NewID[crm.Event](), Service: xero.Name, DeliveryKey: uuid.NewString(), Org: &o.org, Tenant: o.sim.Tenants()[0], Category: "INVOICE", Type: "UPDATE",
		Resource: uuid.NewString(), OccurredAt: time.Now(), State: inbox.Received, DueAt: time.Now(), ReceivedAt: time.Now(), Payload: `{"note":"x"}`,
	}
	o.inside(false, func(ctx context.Context, a *app.App) error {
		storetest.Keep(o.T, a.Store, []inbox.Event{e})
		process := store.NewProcess()
		return a.Store.InTx(ctx, func(tx *store.Tx) error {
			if _, err := tx.ClaimEvents(ctx, xero.Name, process.ID, 10); err != nil {
				return err
			}
			now := time.Now()
			e.State, e.Result, e.ProcessedAt = inbox.Failed, "Xero did not answer.", &now
			return tx.SettleEvent(ctx, process.ID, e)
		})
	})
	return e.ID.String()
}
