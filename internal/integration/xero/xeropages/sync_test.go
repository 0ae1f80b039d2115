package xeropages_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

func copyTo(out io.Writer, res *http.Response) (int64, error) { return io.Copy(out, res.Body) }

func setState(w *world, c connection.Connection, s connection.State, reason string) error {
	return w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.SetConnectionState(w.ctx, c, s, reason, w.zero()) })
}

func TestErrors(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	_, unseen, err := l.store.CountFailures(l.ctx, l.org)
	l.must(err)
	first := l.get(auth.Finance, "/sync/errors")
	first.want(t, 200, l.unmapped.Number, l.refused.Number, "By cause", "Set accounts", "/xero/settings", "/invoices/"+l.refused.ID.String(), ">New<", "Retry it", "Dismiss")
	_, after, err := l.store.CountFailures(l.ctx, l.org)
	l.must(err)
	if unseen != 2 || after != 0 {
		t.Errorf("%d errors were new, %d are after looking", unseen, after)
	}
	l.get(auth.Finance, "/sync/errors").lacks(t, ">New<")
	viewer := l.get(auth.Viewer, "/sync/errors")
	viewer.want(t, 200, l.unmapped.Number)
	viewer.lacks(t, "Retry", "Dismiss<", "show-modal\" commandfor=\"dismiss")
	l.get(auth.Finance, "/sync/errors?q="+l.refused.Number).lacks(t, ">"+l.unmapped.Number)
	l.get(auth.Finance, "/sync/errors?kind=contact").want(t, 200, "Nothing matches")
	l.get(auth.Finance, "/sync/errors?after=rubbish").want(t, 200, l.unmapped.Number)
}

func TestErrorSteps(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	address := "/sync/errors/invoice/" + l.unmapped.ID.String()
	l.post(auth.Viewer, address+"/retry").want(t, 403)
	l.post(auth.Finance, address+"/retry").want(t, 200, "It is tried again now")
	if now := l.link(l.unmapped); now.State != link.Pending {
		t.Errorf("after the retry it is %s", now.State)
	}
	refused := "/sync/errors/invoice/" + l.refused.ID.String()
	l.get(auth.Finance, refused+"/dismiss").want(t, 200, "Dismiss "+l.refused.Number)
	l.post(auth.Finance, refused+"/dismiss", "reason", " ").want(t, 422, "Say why")
	l.post(auth.Finance, refused+"/dismiss", "reason", "Booked by hand").want(t, 200, "Dismissed", refused+"/restore", "No errors")
	l.get(auth.Finance, "/sync/errors?state=dismissed").want(t, 200, l.refused.Number, "Booked by hand", "Alex Kim")
	l.post(auth.Finance, refused+"/restore").want(t, 200, "Back on the list", l.refused.Number)
	l.post(auth.Finance, "/sync/errors/retry").want(t, 422)
	p := l.link(l.refused).Problem
	cause := []string{"cause", p.Code, "trouble", p.Kind, "next", string(p.Action), "kind"}
	l.get(auth.Finance, "/sync/errors").want(t, 200, "Retry it", `name="cause" value="`+p.Code+`"`, `name="next" value="`+string(p.Action)+`"`)
	l.post(auth.Finance, "/sync/errors/retry", append(cause, "contact")...).want(t, 200, "Nothing to retry", l.refused.Number)
	l.post(auth.Finance, "/sync/errors/retry", append(cause, "invoice")...).want(t, 200, "1 record is tried again now")
	l.post(auth.Finance, "/sync/errors/retry", "all", "1").want(t, 200, "Nothing to retry")
	l.post(auth.Finance, "/sync/errors/order/"+l.refused.ID.String()+"/retry").want(t, 404)
	l.post(auth.Finance, "/sync/errors/invoice/none/retry").want(t, 404)
}

func TestTickedErrors(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	l.get(auth.Finance, "/sync/errors").want(t, 200, "Retry the ticked ones", `value="invoice/`+l.refused.ID.String()+`"`)
	l.get(auth.Viewer, "/sync/errors").lacks(t, "ticked")
	both := []string{"ticked", "1", "of", "invoice/" + l.refused.ID.String(), "of", "invoice/" + l.unmapped.ID.String()}
	l.post(auth.Viewer, "/sync/errors/retry", both...).want(t, 403)
	l.post(auth.Finance, "/sync/errors/retry", "ticked", "1").want(t, 422, "Tick the records first")
	l.post(auth.Finance, "/sync/errors/retry", "ticked", "1", "of", "order/"+l.refused.ID.String()).want(t, 422, "not known")
	l.post(auth.Finance, "/sync/errors/dismiss", both...).want(t, 422)
	l.post(auth.Finance, "/sync/errors/dismiss", append(both, "reason", "Booked by hand")...).want(t, 200, "2 records are dismissed")
	for _, i := range []crm.Invoice{l.refused, l.unmapped} {
		if now := l.link(i); now.State != link.Dismissed || now.DismissReason != "Booked by hand" {
			t.Errorf("%s is %s", i.Number, now.State)
		}
	}
	l.post(auth.Finance, "/sync/errors/retry", both...).want(t, 200, "2 records are tried again now")
	if now := l.link(l.refused); now.State != link.Pending {
		t.Errorf("after the retry it is %s", now.State)
	}
	l.post(auth.Finance, "/sync/errors/dismiss", append(both, "reason", "Late")...).want(t, 200, "Nothing to dismiss")
}

func TestHistory(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	l.get(auth.Viewer, "/sync/history").want(t, 200, l.good.Number, "Harbour Solar", "Export as CSV")
	failed := l.get(auth.Viewer, "/sync/history?entity=invoice&status=failed&direction=out")
	failed.want(t, 200, l.unmapped.Number)
	failed.lacks(t, l.good.Number)
	l.get(auth.Viewer, "/sync/history?q=nobody-knows-this").want(t, 200, "Nothing matches")
	l.get(auth.Viewer, "/sync/history/none").want(t, 404)
	rows, err := l.store.Entries(l.ctx, l.org, synclog.Filter{EntityType: "invoice", Status: synclog.Failed})
	l.must(err)
	l.get(auth.Viewer, "/sync/history/"+rows[0].ID.String()).want(t, 200, "Operation", "PUT ", "Request as JSON", "Answer as JSON", "support id", "It failed", "/invoices/")
	l.get(auth.Operations, "/sync/history").want(t, 403)
	out := l.get(auth.Viewer, "/sync/history/export?entity=invoice&direction=out")
	lines, err := csv.NewReader(strings.NewReader(out.Body)).ReadAll()
	if err != nil || len(lines) != 4 || lines[0][0] != "time" || !strings.HasPrefix(out.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("exported %q, %v", out.Body, err)
	}
}

func TestHistoryBySpanAndPerson(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	today := time.Now().In(l.zone()).Format("02/01/2006")
	tomorrow := time.Now().In(l.zone()).AddDate(0, 0, 1).Format("02/01/2006")
	l.get(auth.Viewer, "/sync/history?from="+today+"&to="+today).want(t, 200, l.good.Number, `value="`+today+`"`)
	l.get(auth.Viewer, "/sync/history?from="+tomorrow).want(t, 200, "Nothing matches")
	l.get(auth.Viewer, "/sync/history?from=soon").want(t, 200, "Write days as DD/MM/YYYY", l.good.Number)
	l.get(auth.Viewer, "/sync/history?from="+tomorrow+"&to="+today).want(t, 200, "The last day is before the first")
	byWebhook := l.get(auth.Viewer, "/sync/history?who=webhook")
	byWebhook.want(t, 200, "Invoices")
	byWebhook.lacks(t, l.refused.Number)
	out := l.get(auth.Viewer, "/sync/history/export?format=jsonl&status=failed&from="+today)
	lines := strings.Split(strings.TrimSpace(out.Body), "\n")
	for _, line := range lines {
		var e struct{ Label, Status, Error string }
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Status != "failed" || e.Error == "" {
			t.Errorf("exported %q: %v", line, err)
		}
	}
	if len(lines) != 2 || !strings.Contains(out.Header.Get("Content-Disposition"), ".jsonl") {
		t.Errorf("exported %d lines as %s", len(lines), out.Header.Get("Content-Disposition"))
	}
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	l.get(auth.Viewer, "/sync/webhooks").want(t, 200, "Invoice update", "Contact update", "Wrong signature", "203.0.113.9")
	l.get(auth.Viewer, "/sync/webhooks").lacks(t, "Replay all")
	l.get(auth.Viewer, "/sync/webhooks?category=CONTACT").lacks(t, "Invoice update")
	l.get(auth.Viewer, "/sync/webhooks?state=unmatched").want(t, 200, "Nothing matches")
	l.get(auth.Viewer, "/sync/webhooks/"+l.event.String()).want(t, 200, "Payload of the webhook", "resourceId")
	l.get(auth.Viewer, "/sync/webhooks/none").want(t, 404)
	l.post(auth.Finance, "/sync/webhooks/"+l.event.String()+"/replay").want(t, 200, "looked at again", "Waiting")
	l.post(auth.Finance, "/sync/webhooks/"+l.event.String()+"/replay").want(t, 409)
	l.post(auth.Finance, "/sync/webhooks/replay-failed").want(t, 200, "1 webhook is looked at again")
	l.post(auth.Finance, "/sync/webhooks/replay-failed").want(t, 200, "No webhook has failed")
	l.must(ignoreSnooze(l.xero.Look(l.ctx)))
	l.get(auth.Viewer, "/sync/webhooks/"+l.failedEvent.String()).want(t, 200, "The invoice is not one of ours")
}

// TestCallsOfHistory looks at what is shown of calls: request and answer, without
// what is secret or personal, and an operation whose call is not kept any more.
func TestCallsOfHistory(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	rows, err := l.store.Entries(l.ctx, l.org, synclog.Filter{EntityType: "invoice", Status: synclog.Failed})
	l.must(err)
	call, gone := crm.NewID[crm.Call](), crm.NewID[crm.Call]()
	with, without := rows[0], rows[0]
	with.ID, with.CallID, without.ID, without.CallID = uuid.Must(uuid.NewV7()), &call, uuid.Must(uuid.NewV7()), &gone
	l.must(l.store.InTx(l.ctx, func(tx *store.Tx) error {
		return errors.Join(
			tx.InsertCall(l.ctx, synclog.Call{ID: call, Org: l.org, Service: "xero", Method: "PUT", Path: "/Contacts", HTTPStatus: 400, At: time.Now(),
				Request:  synclog.Mask([]byte(`{"EmailAddress":"mia.hart@buyer.example","access_token":"eyJhbGciOi","Reference":"PO-77"}`)),
				Response: synclog.Mask([]byte(`{"Contacts":[{"FirstName":"Marguerite","ContactID":"0f0a9f8e"}]}`))}),
			tx.InsertEntry(l.ctx, with), tx.InsertEntry(l.ctx, without))
	}))
	page := l.get(auth.Viewer, "/sync/history/"+with.ID.String())
	page.want(t, 200, "Request as JSON", "PO-77", "Answer as JSON", "0f0a9f8e", "400 Bad Request", "•••")
	page.lacks(t, "mia.hart@buyer.example", "eyJhbGciOi", "Marguerite")
	l.get(auth.Viewer, "/sync/history/"+without.ID.String()).want(t, 200, "No call was kept")
}
