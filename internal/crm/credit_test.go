package crm

import (
	"errors"
	"strings"
	"testing"
)

func TestCreditNoteStates(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{"draft issued": true, "draft voided": true, "issued applied": true, "issued voided": true, "applied issued": true}
	for _, from := range CreditNoteStates() {
		for _, to := range CreditNoteStates() {
			err := from.Become(to)
			if want := allowed[string(from+" "+to)]; from.CanBecome(to) != want || (err == nil) != want {
				t.Errorf("%s to %s: %v", from, to, err)
			}
		}
	}
	if err := CreditNoteApplied.Become(CreditNoteVoided); !strings.Contains(err.Error(), "it can become issued") {
		t.Error(err)
	}
	if err := CreditNoteDraft.Become("lost"); KindOf(err) != Invalid {
		t.Error(err)
	}
	for _, c := range []struct {
		used MinorUnits
		want CreditNoteState
	}{{0, CreditNoteIssued}, {99, CreditNoteIssued}, {100, CreditNoteApplied}, {101, CreditNoteApplied}} {
		if got := CreditNoteStateAfter(100, c.used); got != c.want {
			t.Errorf("%d of 100 used: %s", c.used, got)
		}
	}
}

func TestCreditsAreBounded(t *testing.T) {
	t.Parallel()
	note := CreditNote{State: CreditNoteIssued, Currency: "AUD", Totals: Totals{Total: 1000}, Applied: 300, Refunded: 200}
	invoice := Invoice{Number: "INV-00001", State: InvoicePartPaid, Currency: "AUD", Totals: Totals{Total: 1000}, Paid: 400, Credited: 100}
	for _, c := range []struct {
		name string
		err  error
		kind Kind
		says string
	}{
		{"all that remains", note.CanGive(500), "", ""},
		{"a cent more", note.CanGive(501), Invalid, "what remains of the credit, $5.00"},
		{"draft", CreditNote{State: CreditNoteDraft}.CanGive(0), Conflict, "issue it"},
		{"applied", CreditNote{State: CreditNoteApplied}.CanGive(0), Conflict, "applied"},
		{"voided", CreditNote{State: CreditNoteVoided}.CanGive(0), Conflict, "voided"},
		{"all that is owed", invoice.CanTakeCredit(500), "", ""},
		{"more than is owed", invoice.CanTakeCredit(501), Invalid, "owed on INV-00001, $5.00"},
		{"draft invoice", Invoice{State: InvoiceDraft}.CanTakeCredit(1), Conflict, "issue it"},
		{"paid invoice", Invoice{State: InvoicePaid}.CanTakeCredit(1), Conflict, "paid"},
	} {
		said := ""
		if c.err != nil {
			said = c.err.Error()
			var e *Error
			if errors.As(c.err, &e) && len(e.Fields) > 0 {
				said = e.Fields["amount"]
			}
		}
		if (c.err == nil) != (c.kind == "") || c.err != nil && KindOf(c.err) != c.kind || !strings.Contains(said, c.says) {
			t.Errorf("%s: %v", c.name, c.err)
		}
	}
}

func TestCreditsAreValidated(t *testing.T) {
	t.Parallel()
	if err := (CreditNote{}).Validate(); KindOf(err) != Invalid {
		t.Errorf("an empty credit note: %v", err)
	}
	if err := (Allocation{}).Validate(); KindOf(err) != Invalid {
		t.Errorf("an empty allocation: %v", err)
	}
	if err := (Refund{}).Validate(); KindOf(err) != Invalid {
		t.Errorf("an empty refund: %v", err)
	}
	draft := CreditNote{CustomerID: NewID[Customer](), State: CreditNoteDraft, Currency: "AUD"}
	if err := draft.Validate(); err != nil {
		t.Errorf("a draft may be bare: %v", err)
	}
	draft.State = CreditNoteIssued
	if err := draft.Validate(); err == nil {
		t.Error("an issued credit note needs number, day and lines")
	}
}
