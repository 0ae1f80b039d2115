package xerosim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// onInvoice lets a form work on the invoice of its page.
func onInvoice(work func(*change, *Invoice, *http.Request) []string) func(*change, *http.Request) []string {
	return func(ch *change, r *http.Request) []string {
		row := ch.b.invoice(r.PathValue("id"))
		if row == nil {
			return []string{"The invoice is not in these books."}
		}
		return work(ch, row, r)
	}
}

// invoiceForms is what a person can do on the page of an invoice.
func invoiceForms() map[string]pageForm {
	return map[string]pageForm{
		"pay":         {"Payment recorded.", onInvoice(payForm)},
		"overpay":     {"Payment recorded, and what was beyond as an overpayment.", onInvoice(overpayForm)},
		"void":        {"Invoice voided.", onInvoice(statusForm(statusVoided))},
		"approve":     {"Invoice approved.", onInvoice(statusForm(statusAuthorised))},
		"delete":      {"Invoice deleted.", onInvoice(statusForm(statusDeleted))},
		"email":       {"Invoice sent to its contact.", onInvoice(func(ch *change, row *Invoice, _ *http.Request) []string { return ch.email(row) })},
		"credit":      {"Credit note made and allocated.", onInvoice(creditForm)},
		"allocate":    {"Credit allocated.", onInvoice(allocateHereForm)},
		"deallocate":  {"Allocation taken back.", func(ch *change, r *http.Request) []string { return deallocateForm(ch, r, r.PostFormValue("credit")) }},
		"edit":        {"Invoice changed.", onInvoice(editInvoiceForm)},
		"unpay":       {"Payment removed.", unpayForm},
		"reconcile":   {"Payment reconciled.", reconcileForm(true)},
		"unreconcile": {"Payment no longer reconciled.", reconcileForm(false)},
	}
}

func payForm(ch *change, row *Invoice, r *http.Request) []string {
	amount, date, problems := amountAndDate(r)
	if len(problems) > 0 {
		return problems
	}
	_, problems = ch.pay(row, amount, date)
	return problems
}

func overpayForm(ch *change, row *Invoice, r *http.Request) []string {
	amount, date, problems := amountAndDate(r)
	if len(problems) > 0 {
		return problems
	}
	_, _, problems = ch.overpay(row, amount, date)
	return problems
}

func statusForm(status string) func(*change, *Invoice, *http.Request) []string {
	return func(ch *change, row *Invoice, _ *http.Request) []string {
		raw, err := json.Marshal(map[string]string{"InvoiceID": row.InvoiceID, "Status": status})
		if err != nil {
			return []string{err.Error()}
		}
		_, problems := ch.saveInvoice(raw, true)
		return problems
	}
}

func creditForm(ch *change, row *Invoice, r *http.Request) []string {
	amount, problems := formAmount(r.PostFormValue("amount"))
	if len(problems) > 0 {
		return problems
	}
	_, problems = ch.creditInvoice(row, amount)
	return problems
}

func allocateHereForm(ch *change, row *Invoice, r *http.Request) []string {
	amount, problems := formAmount(r.PostFormValue("amount"))
	if len(problems) > 0 {
		return problems
	}
	_, problems = ch.allocateTo(r.PostFormValue("credit"), row.InvoiceID, amount)
	return problems
}

func deallocateForm(ch *change, r *http.Request, credit string) []string {
	return ch.undoAllocation(credit, r.PostFormValue("allocation"))
}

func unpayForm(ch *change, r *http.Request) []string {
	row := ch.b.payments.rows[r.PostFormValue("payment")]
	if row == nil {
		return []string{"The payment is not in these books."}
	}
	return ch.deletePayment(row)
}

func reconcileForm(matched bool) func(*change, *http.Request) []string {
	return func(ch *change, r *http.Request) []string { return ch.reconcile(r.PostFormValue("payment"), matched) }
}

// editInvoiceForm changes reference, dates and, while nothing is settled, the lines.
func editInvoiceForm(ch *change, row *Invoice, r *http.Request) []string {
	fields := map[string]any{"InvoiceID": row.InvoiceID, "Reference": strings.TrimSpace(r.PostFormValue("reference"))}
	for name, field := range map[string]string{"date": "Date", "due": "DueDate"} {
		date, problems := formDate(r.PostFormValue(name))
		if len(problems) > 0 {
			return problems
		}
		if !date.IsZero() {
			fields[field] = date
		}
	}
	if theme := r.PostFormValue("theme"); theme != "" {
		fields["BrandingThemeID"] = theme
	}
	if len(r.PostForm["description"]) > 0 {
		lines, problems := formLines(r.PostForm)
		if len(problems) > 0 {
			return problems
		}
		fields["LineItems"] = lines
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return []string{err.Error()}
	}
	_, problems := ch.saveInvoice(raw, true)
	return problems
}

const mostFormLines = 200

// formLines reads the lines of an edited invoice. Each line has one value in every field; a line without words
// and price is gone, one without an id is new.
func formLines(form url.Values) (lines []map[string]any, problems []string) {
	count := len(form["description"])
	if count > mostFormLines {
		return nil, []string{"An invoice takes at most 200 lines here."}
	}
	at := func(name string, i int) string {
		if i < len(form[name]) {
			return strings.TrimSpace(form[name][i])
		}
		return ""
	}
	for i := range count {
		if at("description", i) == "" && at("price", i) == "" {
			continue
		}
		line := map[string]any{"Description": at("description", i), "AccountCode": at("account", i), "TaxType": at("tax", i)}
		if id := at("line", i); id != "" {
			line["LineItemID"] = id
		}
		for name, field := range map[string]string{"quantity": "Quantity", "price": "UnitAmount"} {
			text := strings.ReplaceAll(at(name, i), ",", "")
			if text == "" {
				continue
			}
			amount, err := ParseAmount(text)
			if err != nil {
				return nil, []string{"Write quantities and prices as numbers such as 120.50."}
			}
			line[field] = amount
		}
		lines = append(lines, line)
	}
	return lines, nil
}
