package xerosim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

// merged is a copy of the base with changes.
func merged(base, changes m) m {
	out := m{}
	for key, value := range base {
		out[key] = value
	}
	for key, value := range changes {
		out[key] = value
	}
	return out
}

func line(quantity, price any, more m) m {
	return merged(m{"Description": "Line", "Quantity": quantity, "UnitAmount": price, "AccountCode": "200", "TaxType": "OUTPUT"}, more)
}

func TestTotals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                 string
		change               m
		path                 string
		subTotal, tax, total float64
	}{
		{"example of the facts", m{"LineItems": []any{line(2, 4995.00, m{"DiscountRate": 5})}}, "", 9490.50, 949.05, 10439.55},
		{"tax is rounded on each line", m{"LineItems": []any{line(1, 25.05, nil), line(1, 25.05, nil), line(1, 25.05, nil)}}, "", 75.15, 7.53, 82.68},
		{"inclusive", m{"LineAmountTypes": "Inclusive", "LineItems": []any{line(1, 110, nil), line(1, 0.05, nil)}}, "", 100.05, 10.00, 110.05},
		{"no tax", m{"LineAmountTypes": "NoTax", "LineItems": []any{line(3, 10, nil)}}, "", 30, 0, 30},
		{"gst free", m{"LineItems": []any{line(3, 10, m{"TaxType": "EXEMPTOUTPUT"})}}, "", 30, 0, 30},
		{"discount in money", m{"LineItems": []any{line(3, 10, m{"DiscountAmount": 5})}}, "", 25, 2.5, 27.5},
		{"four decimals", m{"LineItems": []any{line(1000, 0.3333, nil)}}, "?unitdp=4", 333.30, 33.33, 366.63},
		{"two decimals", m{"LineItems": []any{line(1000, 0.3333, nil)}}, "", 330, 33, 363},
		{"negative line", m{"LineItems": []any{line(1, 100, nil), line(-1, 20, nil)}}, "", 80, 8, 88},
		{"numbers in quotes", m{"LineItems": []any{line("2", "10.10", nil)}}, "", 20.20, 2.02, 22.22},
		{"account's own tax type", m{"LineItems": []any{m{"Description": "x", "UnitAmount": 10, "AccountCode": "270"}}}, "", 10, 0, 10},
	}
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			body := merged(sale(contact, fmt.Sprintf("T-%d", i)), test.change)
			row := b.must("PUT", "/Invoices"+test.path, m{"Invoices": []any{body}}).list(t, "Invoices")[0]
			if row["SubTotal"] != test.subTotal || row["TotalTax"] != test.tax || row["Total"] != test.total || row["AmountDue"] != test.total {
				t.Errorf("got %v + %v = %v, due %v", row["SubTotal"], row["TotalTax"], row["Total"], row["AmountDue"])
			}
		})
	}
}

// refusal is the text of all validation errors of a 400.
func refusal(t *testing.T, r reply) string {
	t.Helper()
	if r.status != http.StatusBadRequest {
		t.Fatalf("not refused: %d %s", r.status, r.body)
	}
	var out []string
	for _, element := range r.list(t, "Elements") {
		for _, problem := range element["ValidationErrors"].([]any) {
			out = append(out, problem.(map[string]any)["Message"].(string))
		}
	}
	return strings.Join(out, " | ")
}

func TestInvoiceRefusals(t *testing.T) {
	t.Parallel()
	org := xerosim.DefaultOrganisation()
	org.PeriodLockDate, org.EndOfYearLockDate = "2026-09-30", "2026-06-30"
	b := newBench(t, xerosim.Options{Organisations: []xerosim.Organisation{org}, RejectWrongTotal: true})
	contact, archived := b.contact("Bright Solar"), b.contact("Old Solar")
	b.must("POST", "/Contacts/"+archived, m{"ContactStatus": "ARCHIVED"})
	b.invoice(contact, "TAKEN")
	tests := []struct {
		name   string
		change m
		want   string
	}{
		{"number taken", m{"InvoiceNumber": "TAKEN"}, "Invoice # must be unique"},
		{"tax type does not fit", m{"LineItems": []any{line(1, 1, m{"TaxType": "INPUT"})}}, "The TaxType code 'INPUT' cannot be used with account code '200'"},
		{"unknown tax type", m{"LineItems": []any{line(1, 1, m{"TaxType": "VAT"})}}, "TaxType code 'VAT'"},
		{"unknown account", m{"LineItems": []any{line(1, 1, m{"AccountCode": "999"})}}, "Account code '999' is not a valid code"},
		{"bank account", m{"LineItems": []any{line(1, 1, m{"AccountCode": "090"})}}, "Account code '090' is not a valid code"},
		{"no account", m{"LineItems": []any{line(1, 1, m{"AccountCode": ""})}}, "Account code or ID must be specified"},
		{"no lines", m{"LineItems": []any{}}, "One or more line items"},
		{"line total differs", m{"LineItems": []any{line(2, 10, m{"LineAmount": 21})}}, "The line total 21.00 does not match the expected line total 20.00"},
		{"total differs", m{"Total": 1}, "does not equal the sum"},
		{"no due date", m{"DueDate": nil}, "DueDate"},
		{"archived contact", m{"Contact": m{"ContactID": archived}}, "archived"},
		{"unknown contact", m{"Contact": m{"ContactID": "00000000-0000-0000-0000-000000000001"}}, "could not be found"},
		{"no contact", m{"Contact": nil}, "Contact must be specified"},
		{"period lock", m{"Date": "2026-09-30"}, "cannot be before the period lock date"},
		{"year lock", m{"Date": "2026-06-30"}, "end of year lock date"},
		{"paid at birth", m{"Status": "PAID"}, "cannot have the status PAID"},
		{"voided at birth", m{"Status": "VOIDED"}, "cannot have the status VOIDED"},
		{"unknown type", m{"Type": "SALE"}, "ACCREC or ACCPAY"},
		{"foreign currency", m{"CurrencyCode": "EUR"}, "not subscribed to currency EUR"},
		{"bad date", m{"Date": "22/11/2026"}, "is not a date"},
		{"negative total", m{"LineItems": []any{line(-1, 5, nil)}}, "must not be negative"},
		{"unknown id", m{"InvoiceID": "00000000-0000-0000-0000-000000000001"}, "could not be found"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := refusal(t, b.do("PUT", "/Invoices", m{"Invoices": []any{merged(sale(contact, ""), test.change)}}))
			if !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestInvoiceStates(t *testing.T) {
	t.Parallel()
	states := []string{"DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED"}
	allowed := map[string]string{
		"DRAFT": "DRAFT SUBMITTED AUTHORISED DELETED", "SUBMITTED": "SUBMITTED AUTHORISED DELETED",
		"AUTHORISED": "AUTHORISED VOIDED", "PAID": "PAID", "VOIDED": "", "DELETED": "",
	}
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	reach := func(state, number string) string {
		first := map[string]string{"DRAFT": "DRAFT", "DELETED": "DRAFT", "SUBMITTED": "SUBMITTED"}[state]
		if first == "" {
			first = "AUTHORISED"
		}
		id := b.must("PUT", "/Invoices", m{"Invoices": []any{merged(sale(contact, number), m{"Status": first})}}).list(t, "Invoices")[0]["InvoiceID"].(string)
		switch state {
		case "VOIDED", "DELETED":
			b.must("POST", "/Invoices/"+id, m{"Status": state})
		case "PAID":
			if _, err := b.sim.Pay("", number, 0, xerosim.Date{}); err != nil {
				t.Fatal(err)
			}
		}
		return id
	}
	for _, from := range states {
		for _, to := range states {
			id := reach(from, from+"-"+to)
			out := b.do("POST", "/Invoices/"+id, m{"Status": to})
			want := strings.Contains(" "+allowed[from]+" ", " "+to+" ")
			if (out.status == http.StatusOK) != want {
				t.Errorf("%s to %s: %d %s", from, to, out.status, out.body)
			}
		}
	}
}

func TestSettledInvoiceIsLocked(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	id := b.invoice(b.contact("Bright Solar"), "RNZ-1")
	payment, err := b.sim.Pay("", "RNZ-1", xerosim.Cents(1000), xerosim.Date{})
	if err != nil {
		t.Fatal(err)
	}
	before := b.must("GET", "/Invoices/"+id, nil).list(t, "Invoices")[0]
	b.clock.pass(time.Minute)
	if got := refusal(t, b.do("POST", "/Invoices/"+id, m{"Status": "VOIDED"})); !strings.Contains(got, "payment or credit note allocated") {
		t.Errorf("void: %s", got)
	}
	if got := refusal(t, b.do("POST", "/Invoices/"+id, m{"LineItems": []any{line(1, 5, nil)}})); !strings.Contains(got, "payment or credit note allocated") {
		t.Errorf("new lines: %s", got)
	}
	moved := b.must("POST", "/Invoices/"+id, m{"DueDate": "2027-01-31"}).list(t, "Invoices")[0]
	if moved["UpdatedDateUTC"] != before["UpdatedDateUTC"] || moved["DueDateString"] != "2027-01-31T00:00:00" {
		t.Errorf("a moved due date should leave UpdatedDateUTC alone: %v", moved)
	}
	if err := b.sim.ReversePayment("", payment.PaymentID); err != nil {
		t.Fatal(err)
	}
	voided := b.must("POST", "/Invoices/"+id, m{"Status": "VOIDED"}).list(t, "Invoices")[0]
	if voided["Status"] != "VOIDED" || voided["AmountDue"] != 0.0 {
		t.Errorf("voided: %v", voided)
	}
}

func TestLinesAreReplaced(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	body := merged(sale(contact, "RNZ-1"), m{"LineItems": []any{line(1, 10, nil), line(2, 20, nil)}})
	row := b.must("PUT", "/Invoices", m{"Invoices": []any{body}}).list(t, "Invoices")[0]
	first := row["LineItems"].([]any)[0].(map[string]any)["LineItemID"]
	kept := b.must("POST", "/Invoices", m{"Invoices": []any{m{"InvoiceNumber": "RNZ-1", "Type": "ACCREC", "Reference": "new"}}}).list(t, "Invoices")[0]
	if len(kept["LineItems"].([]any)) != 2 || kept["InvoiceID"] != row["InvoiceID"] || kept["Total"] != 55.0 {
		t.Errorf("lines that were not sent should stay: %v", kept)
	}
	changed := b.must("POST", "/Invoices/"+row["InvoiceID"].(string), m{"LineItems": []any{m{"LineItemID": first, "Quantity": 3}, line(1, 1, nil)}}).list(t, "Invoices")[0]
	lines := changed["LineItems"].([]any)
	if len(lines) != 2 || lines[0].(map[string]any)["LineItemID"] != first || changed["Total"] != 34.1 {
		t.Errorf("lines should be replaced: %v", changed)
	}
}

func TestContactRules(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	old := b.contact("Bright Solar")
	b.must("POST", "/Contacts/"+old, m{"ContactNumber": "C1", "AccountNumber": "A1"})
	tests := []struct {
		name string
		body m
		want string
	}{
		{"name taken", m{"Name": "bright solar"}, "already assigned to another contact"},
		{"account number taken", m{"Name": "B", "AccountNumber": "A1"}, "Account Number already exists"},
		{"contact number taken", m{"Name": "B", "ContactNumber": "C1"}, "Contact Number C1 already exists"},
		{"no name", m{"EmailAddress": "a@b.example"}, "Name must be specified"},
		{"camel case is not known", m{"name": "B"}, "Name must be specified"},
		{"angle brackets", m{"Name": "A <b>"}, "< or >"},
		{"doubled space", m{"Name": "A  b"}, "consecutive spaces"},
		{"bad e-mail", m{"Name": "B", "EmailAddress": "nobody"}, "Email address must be valid"},
		{"too long", m{"Name": strings.Repeat("x", 256)}, "255"},
		{"address type", m{"Name": "B", "Addresses": []any{m{"City": "Sydney"}}}, "POBOX or STREET"},
		{"six persons", m{"Name": "B", "ContactPersons": []any{m{}, m{}, m{}, m{}, m{}, m{}}}, "at most 5"},
	}
	for _, test := range tests {
		if got := refusal(t, b.do("PUT", "/Contacts", m{"Contacts": []any{test.body}})); !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q", test.name, got)
		}
	}
	b.must("POST", "/Contacts/"+old, m{"ContactStatus": "ARCHIVED"})
	second := b.contact("Bright Solar")
	if got := refusal(t, b.do("POST", "/Contacts/"+old, m{"ContactStatus": "ACTIVE"})); !strings.Contains(got, "already assigned") {
		t.Errorf("un-archiving into a taken name: %s", got)
	}
	b.must("POST", "/Contacts", m{"Contacts": []any{m{"ContactID": second, "Phones": []any{m{"PhoneType": "FAX", "PhoneNumber": "1"}}}}})
	row := b.must("POST", "/Contacts", m{"Contacts": []any{m{"ContactID": second, "FirstName": "Jo"}}}).list(t, "Contacts")[0]
	if row["EmailAddress"] != "a@b.example" || len(row["Phones"].([]any)) != 1 {
		t.Errorf("what was not sent should stay: %v", row)
	}
}

func TestBatchErrors(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	batch := m{"Contacts": []any{m{"Name": "One"}, m{"Name": "one"}, m{"Name": "Two"}}}
	if got := refusal(t, b.do("PUT", "/Contacts", batch)); !strings.Contains(got, "already assigned") {
		t.Error(got)
	}
	if n := b.sim.Counts().Contacts; n != 0 {
		t.Fatalf("a refused batch left %d contacts", n)
	}
	rows := b.must("PUT", "/Contacts?summarizeErrors=false", batch).list(t, "Contacts")
	if rows[0]["StatusAttributeString"] != "OK" || rows[1]["StatusAttributeString"] != "ERROR" || rows[1]["HasValidationErrors"] != true || rows[2]["StatusAttributeString"] != "OK" {
		t.Errorf("each element should stand alone: %v", rows)
	}
	if n := b.sim.Counts().Contacts; n != 2 {
		t.Errorf("%d contacts instead of 2", n)
	}
	if out := b.do("PUT", "/Contacts", strings.Repeat(" ", 11<<20)); out.status != http.StatusRequestEntityTooLarge {
		t.Errorf("11 MB: %d", out.status)
	}
}

func TestPaymentRules(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	id := b.invoice(contact, "RNZ-1")
	draft := b.must("PUT", "/Invoices", m{"Invoices": []any{merged(sale(contact, "DRAFT"), m{"Status": "DRAFT"})}}).list(t, "Invoices")[0]["InvoiceID"]
	pay := func(change m) m {
		return m{"Payments": []any{merged(m{"Invoice": m{"InvoiceID": id}, "Account": m{"Code": "090"}, "Amount": 10, "Date": "2026-11-22"}, change)}}
	}
	for name, test := range map[string]struct {
		change m
		want   string
	}{
		"too much":        {m{"Amount": 110.01}, "Payment amount exceeds the amount outstanding"},
		"nothing":         {m{"Amount": 0}, "greater than zero"},
		"draft":           {m{"Invoice": m{"InvoiceID": draft}}, "Payments can only be made against Authorised documents"},
		"no account":      {m{"Account": nil}, "Account must be specified"},
		"revenue account": {m{"Account": m{"Code": "200"}}, "invalid for payments"},
		"unknown invoice": {m{"Invoice": m{"InvoiceID": "x"}}, "could not be found"},
	} {
		if got := refusal(t, b.do("PUT", "/Payments", pay(test.change))); !strings.Contains(got, test.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
	payment := b.must("POST", "/Payments", pay(m{"Amount": 110})).list(t, "Payments")[0]["PaymentID"].(string)
	if got := refusal(t, b.do("PUT", "/Payments", pay(nil))); !strings.Contains(got, "Authorised documents") {
		t.Errorf("paying a paid invoice: %s", got)
	}
	if got := refusal(t, b.do("POST", "/Payments/"+payment, m{"Amount": 5})); !strings.Contains(got, "only deleted") {
		t.Errorf("changing a payment: %s", got)
	}
	b.must("POST", "/Payments/"+payment, m{"Payments": []any{m{"Status": "DELETED"}}})
	if row := b.must("GET", "/Invoices/"+id, nil).list(t, "Invoices")[0]; row["Status"] != "AUTHORISED" || row["AmountDue"] != 110.0 || row["FullyPaidOnDate"] != nil {
		t.Errorf("after the reversal: %v", row)
	}
	matched, err := b.sim.Pay("", "RNZ-1", 0, xerosim.Date{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.sim.Reconcile("", matched.PaymentID); err != nil {
		t.Fatal(err)
	}
	if got := refusal(t, b.do("POST", "/Payments/"+matched.PaymentID, m{"Status": "DELETED"})); !strings.Contains(got, "reconciled") {
		t.Errorf("deleting a reconciled payment: %s", got)
	}
}

func TestCreditNotes(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	invoice := b.invoice(contact, "RNZ-1")
	body := m{"Type": "ACCRECCREDIT", "Status": "AUTHORISED", "Contact": m{"ContactID": contact}, "CreditNoteNumber": "CN-7", "LineItems": []any{line(1, 100, nil)}}
	if got := refusal(t, b.do("PUT", "/CreditNotes", m{"CreditNotes": []any{merged(body, m{"LineItems": []any{line(1, 100, m{"DiscountRate": 5})}})}})); !strings.Contains(got, "Discounts") {
		t.Errorf("discount: %s", got)
	}
	note := b.must("PUT", "/CreditNotes", m{"CreditNotes": []any{body}}).list(t, "CreditNotes")[0]["CreditNoteID"].(string)
	path := "/CreditNotes/" + note
	if got := refusal(t, b.do("POST", path, m{"LineItems": []any{line(1, 50, nil)}})); !strings.Contains(got, "not of valid status") {
		t.Errorf("new lines on an approved note: %s", got)
	}
	b.must("POST", path, m{"Reference": "allowed"})
	allocate := func(amount any) reply {
		return b.do("PUT", path+"/Allocations", m{"Allocations": []any{m{"Invoice": m{"InvoiceID": invoice}, "Amount": amount, "Date": "2026-11-22"}}})
	}
	if got := refusal(t, allocate(110.01)); !strings.Contains(got, "greater than amount outstanding") || !strings.Contains(got, "remaining credit") {
		t.Errorf("too much: %s", got)
	}
	first := allocate(60).list(t, "Allocations")[0]["AllocationID"].(string)
	if got := refusal(t, b.do("POST", path, m{"Status": "VOIDED"})); !strings.Contains(got, "allocated") {
		t.Errorf("void with allocation: %s", got)
	}
	b.must("PUT", "/Payments", m{"Payments": []any{m{"CreditNote": m{"CreditNoteID": note}, "Account": m{"Code": "090"}, "Amount": 50}}})
	row := b.must("GET", path, nil).list(t, "CreditNotes")[0]
	if row["Status"] != "PAID" || row["RemainingCredit"] != 0.0 {
		t.Errorf("used up: %v", row)
	}
	if inv := b.must("GET", "/Invoices/"+invoice, nil).list(t, "Invoices")[0]; inv["AmountCredited"] != 60.0 || inv["AmountDue"] != 50.0 || len(inv["CreditNotes"].([]any)) != 1 {
		t.Errorf("credited: %v", inv)
	}
	b.must("DELETE", path+"/Allocations/"+first, nil)
	row = b.must("GET", path, nil).list(t, "CreditNotes")[0]
	if row["Status"] != "AUTHORISED" || row["RemainingCredit"] != 60.0 {
		t.Errorf("taken back: %v", row)
	}
	refund := b.sim.Payments("")[0]
	if refund.PaymentType != "ARCREDITPAYMENT" {
		t.Errorf("refund is %s", refund.PaymentType)
	}
}

func TestMergedContact(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	from, into := b.contact("Bright Solar Old"), b.contact("Bright Solar")
	id := b.invoice(from, "RNZ-1")
	if err := b.sim.MergeContacts("", from, into); err != nil {
		t.Fatal(err)
	}
	old := b.must("GET", "/Contacts/"+from, nil).list(t, "Contacts")[0]
	if old["ContactStatus"] != "ARCHIVED" || old["MergedToContactID"] != into {
		t.Errorf("merged: %v", old)
	}
	row := b.must("GET", "/Invoices/"+id, nil).list(t, "Invoices")[0]
	if row["Contact"].(m)["ContactID"] != into {
		t.Errorf("the invoice should follow: %v", row["Contact"])
	}
	target := b.must("GET", "/Contacts/"+into, nil).list(t, "Contacts")[0]
	if target["Balances"].(m)["AccountsReceivable"].(m)["Outstanding"] != 110.0 {
		t.Errorf("balances: %v", target["Balances"])
	}
	if err := b.sim.MergeContacts("", into, into); err == nil {
		t.Error("merging a contact with itself should be refused")
	}
}

func TestLockDatesReachPayments(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	b.invoice(b.contact("Bright Solar"), "RNZ-1")
	payment, err := b.sim.Pay("", "RNZ-1", xerosim.Cents(500), xerosim.Date{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.sim.SetLockDates("", "2026-11-30", ""); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.Void("", "RNZ-1"); err == nil {
		t.Error("void in a closed period")
	}
	if got := refusal(t, b.do("POST", "/Payments/"+payment.PaymentID, m{"Status": "DELETED"})); !strings.Contains(got, "period lock date") {
		t.Errorf("delete: %s", got)
	}
	if _, err := b.sim.Pay("", "RNZ-1", xerosim.Cents(500), xerosim.Date{}); err == nil {
		t.Error("payment in a closed period")
	}
	if err := b.sim.SetLockDates("", "November", ""); err == nil {
		t.Error("a lock date that is no date")
	}
}
