package api_test

import (
	"net/http"
	"testing"

	"github.com/renoz/renoz/internal/auth"
)

func TestCreditNotes(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Finance)
	invoice := p.post("/invoices", object{"customer_id": p.customer("Ann"), "lines": []object{battery()}}).is(http.StatusCreated).text("id")
	p.post("/credit-notes", object{"invoice_id": invoice}).is(http.StatusConflict) // a draft
	p.post("/invoices/"+invoice+"/issue", nil).is(http.StatusOK)
	whole := p.get("/invoices/" + invoice).is(http.StatusOK).in("totals").in("total").text("amount")

	draft := p.post("/credit-notes", object{"invoice_id": invoice, "reason": "Damaged"}).is(http.StatusCreated)
	note := draft.text("id")
	if draft.in("totals").in("total").text("amount") != whole || draft.text("state") != "draft" {
		t.Errorf("the draft is %v", draft)
	}
	p.post("/credit-notes/"+note+"/allocations", object{"invoice_id": invoice, "amount": aud("1")}).is(http.StatusConflict)
	p.patch("/credit-notes/"+note, object{"reference": "RMA-1"}).is(http.StatusOK)
	if issued := p.post("/credit-notes/"+note+"/issue", object{}).is(http.StatusOK); issued.text("number") != "CN-00001" || issued.text("reference") != "RMA-1" {
		t.Errorf("issued: %v", issued)
	}
	p.patch("/credit-notes/"+note, object{"reference": "late"}).is(http.StatusConflict)
	p.post("/credit-notes/"+note+"/allocations", object{"invoice_id": invoice, "amount": aud("99999999")}).refused(http.StatusUnprocessableEntity, "")
	allocation := p.post("/credit-notes/"+note+"/allocations", object{"invoice_id": invoice, "amount": aud("100")}).is(http.StatusCreated)
	if got := p.get("/allocations/" + allocation.text("id")).is(http.StatusOK).in("amount").text("amount"); got != "100.00" {
		t.Errorf("the allocation is over %v", got)
	}
	refund := p.post("/credit-notes/"+note+"/refunds", object{"amount": aud("5"), "method": "Bank transfer"}).is(http.StatusCreated)
	if got := p.get("/refunds/" + refund.text("id")).is(http.StatusOK).text("number"); got != "REF-00001" {
		t.Errorf("the refund is %v", got)
	}
	if ledger := p.get("/invoices/" + invoice + "/ledger").is(http.StatusOK).items(); len(ledger) != 2 {
		t.Errorf("the ledger has %d entries", len(ledger))
	}
	p.post("/credit-notes/"+note+"/void", nil).is(http.StatusConflict)
	p.post("/allocations/"+allocation.text("id")+"/remove", nil).is(http.StatusOK)
	p.post("/refunds/"+refund.text("id")+"/reverse", nil).is(http.StatusOK)
	if all := p.get("/credit-notes/" + note + "/allocations").is(http.StatusOK).items(); len(all) != 1 {
		t.Errorf("%d allocations", len(all))
	}
	if all := p.get("/credit-notes/" + note + "/refunds").is(http.StatusOK).items(); len(all) != 1 {
		t.Errorf("%d refunds", len(all))
	}
	if got := p.post("/credit-notes/"+note+"/void", nil).is(http.StatusOK).text("state"); got != "voided" {
		t.Errorf("the credit note is %v", got)
	}
	second := p.post("/credit-notes", object{"invoice_id": invoice}).is(http.StatusCreated).text("id")
	if got := p.post("/credit-notes/"+second+"/issue", object{"allocate": true}).is(http.StatusOK).text("state"); got != "applied" {
		t.Errorf("issued and allocated it is %v", got)
	}
	if got := p.get("/credit-notes?state=applied").is(http.StatusOK).items(); len(got) != 1 {
		t.Errorf("%d are applied", len(got))
	}
	x.as(auth.Sales).post("/credit-notes/"+second+"/void", nil).is(http.StatusForbidden)
}
