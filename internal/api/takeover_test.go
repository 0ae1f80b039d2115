package api_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// TestDocumentsOnlyThere lists what only Xero has, and refuses what cannot be
// taken over.
func TestDocumentsOnlyThere(t *testing.T) {
	t.Parallel()
	x := open(t)
	run := store.Reconciliation{ID: uuid.Must(uuid.NewV7()), Org: x.org, Service: "xero"}
	x.inTx(func(tx *store.Tx) error {
		if err := tx.BeginReconciliation(t.Context(), run); err != nil {
			return err
		}
		document := store.OnlyThere{ContactID: "c-1", Contact: "Ann Pty Ltd", On: crm.NewDay(2026, 11, 22), Total: 33000, Currency: "AUD"}
		return tx.KeepDifferences(t.Context(), run, []store.Difference{
			{Kind: link.Invoice, What: "missing_here", RemoteID: "r-1", Label: "SVC-1", Theirs: "$330.00", Document: &document},
			{Kind: link.Invoice, What: "paid", Record: uuid.New(), Label: "INV-1"}})
	})
	at := "/xero/reconciliations/" + run.ID.String()
	p := x.as(auth.Finance)
	items := p.get(at + "/differences").is(http.StatusOK).items()
	if len(items) != 2 || items[1]["document"] != nil {
		t.Fatalf("listed are %v", items)
	}
	d := items[0].in("document")
	if d.text("contact") != "Ann Pty Ltd" || d.text("on") != "2026-11-22" || d.in("total").text("amount") != "330.00" || d.text("code") != "contact_unlinked" || d.text("next_action") != "review" {
		t.Errorf("the document is %v", d)
	}
	take := at + "/take-over"
	x.as(auth.Viewer).post(take, object{"positions": []int{1}}).refused(http.StatusForbidden, "")
	p.post(take, object{"positions": []int{}}).refused(http.StatusUnprocessableEntity, "body.positions")
	p.post(take, object{"positions": []int{2}}).refused(http.StatusConflict, "")
	p.post(take, object{"positions": []int{1}}).refused(http.StatusConflict, "Xero is not connected")
	p.post("/xero/bulk/preview", object{"direction": "push", "kind": "invoice", "take_over": true}).refused(http.StatusUnprocessableEntity, "take_over")
}
