package xerosim

import (
	"encoding/json"
	"net/http"
	"strings"
)

// creditForms is what a person can do on the page of a credit note, an overpayment or a prepayment.
func creditForms() map[string]pageForm {
	status := func(to string) func(*change, *http.Request) []string {
		return func(ch *change, r *http.Request) []string {
			return changeNote(ch, r.PathValue("id"), map[string]any{"Status": to})
		}
	}
	return map[string]pageForm{
		"allocate": {"Credit allocated.", allocateForm},
		"deallocate": {"Allocation taken back.", func(ch *change, r *http.Request) []string {
			return deallocateForm(ch, r, r.PathValue("id"))
		}},
		"refund":      {"Refund recorded.", refundForm},
		"unpay":       {"Refund removed.", unpayForm},
		"reconcile":   {"Refund reconciled.", reconcileForm(true)},
		"unreconcile": {"Refund no longer reconciled.", reconcileForm(false)},
		"approve":     {"Credit note approved.", status(statusAuthorised)},
		"delete":      {"Credit note deleted.", status(statusDeleted)},
		"void":        {"Voided.", voidCreditForm},
		"edit":        {"Credit note changed.", editNoteForm},
	}
}

func allocateForm(ch *change, r *http.Request) []string {
	amount, problems := formAmount(r.PostFormValue("amount"))
	if len(problems) > 0 {
		return problems
	}
	invoice := ch.b.invoice(r.PostFormValue("invoice"))
	if invoice == nil {
		return []string{"Choose an invoice."}
	}
	_, problems = ch.allocateTo(r.PathValue("id"), invoice.InvoiceID, amount)
	return problems
}

func refundForm(ch *change, r *http.Request) []string {
	amount, date, problems := amountAndDate(r)
	if len(problems) > 0 {
		return problems
	}
	_, problems = ch.refund(r.PathValue("id"), amount, date)
	return problems
}

func voidCreditForm(ch *change, r *http.Request) []string {
	id := r.PathValue("id")
	if row := ch.b.advances.rows[id]; row != nil {
		return ch.voidAdvance(row)
	}
	return changeNote(ch, id, map[string]any{"Status": statusVoided})
}

func editNoteForm(ch *change, r *http.Request) []string {
	fields := map[string]any{"Reference": strings.TrimSpace(r.PostFormValue("reference"))}
	date, problems := formDate(r.PostFormValue("date"))
	if len(problems) > 0 {
		return problems
	}
	if !date.IsZero() {
		fields["Date"] = date
	}
	return changeNote(ch, r.PathValue("id"), fields)
}

func changeNote(ch *change, id string, fields map[string]any) []string {
	if ch.b.notes.rows[id] == nil {
		return []string{"The credit note is not in these books."}
	}
	fields["CreditNoteID"] = id
	raw, err := json.Marshal(fields)
	if err != nil {
		return []string{err.Error()}
	}
	_, problems := ch.saveNote(raw, true)
	return problems
}
