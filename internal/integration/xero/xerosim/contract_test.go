package xerosim_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

// description loads Xero's own OpenAPI document from beside the project, where it is kept.
func description(t *testing.T) *openapi3.T {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	file := filepath.Join(dir, "..", "shared", "specs", "xero_accounting.yaml")
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("RENOZ_TEST_STRICT") == "1" {
			t.Fatalf("Xero's API description is missing: %v", err)
		}
		t.Skipf("Xero's API description is not at %s; answers are not compared with it", file)
	}
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// undescribed and brokenOperations are the known faults of the description, with the reason why the simulator
// does not follow it.
func undescribed() map[string]string {
	return map[string]string{
		"Id":                   "every envelope carries it on the live service",
		"ProviderName":         "every envelope carries it on the live service",
		"DateTimeUTC":          "every envelope carries it on the live service",
		"DateString":           "the live service adds the readable form of Date",
		"DueDateString":        "the live service adds the readable form of DueDate",
		"UpdatedDateUTCString": "described for some records only",
		"DateUTCString":        "the live service adds the readable form of DateUTC",
	}
}

func brokenOperations() map[string]string {
	return map[string]string{
		"DELETE /CreditNotes/{CreditNoteID}/Allocations/{AllocationID}":   "described as one Allocation; the live service answers a list",
		"DELETE /Overpayments/{OverpaymentID}/Allocations/{AllocationID}": "described as one Allocation; the live service answers a list",
		"DELETE /Prepayments/{PrepaymentID}/Allocations/{AllocationID}":   "described as one Allocation; the live service answers a list",
	}
}

// strict makes every described object refuse fields it does not describe.
func strict(schema *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if schema == nil || schema.Value == nil || seen[schema.Value] {
		return
	}
	seen[schema.Value] = true
	if len(schema.Value.Properties) > 0 {
		no := false
		schema.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: &no}
	}
	for _, property := range schema.Value.Properties {
		strict(property, seen)
	}
	strict(schema.Value.Items, seen)
}

func withoutUndescribed(value any, extra map[string]string) any {
	switch v := value.(type) {
	case map[string]any:
		for name := range v {
			if extra[name] != "" {
				delete(v, name)
				continue
			}
			v[name] = withoutUndescribed(v[name], extra)
		}
	case []any:
		for i := range v {
			v[i] = withoutUndescribed(v[i], extra)
		}
	}
	return value
}

// fits compares one answer with the description; operation is "PUT /Invoices".
func fits(t *testing.T, doc *openapi3.T, operation string, out reply) {
	t.Helper()
	status := strconv.Itoa(out.status)
	method, path, _ := strings.Cut(operation, " ")
	item := doc.Paths.Value(path)
	if item == nil || item.GetOperation(method) == nil {
		t.Fatalf("the description has no %s", operation)
	}
	response := item.GetOperation(method).Responses.Value(status)
	if response == nil {
		t.Fatalf("the description has no %s for %s", status, operation)
	}
	schema := response.Value.Content.Get("application/json").Schema
	if status == "200" { // refusals echo the whole element, of which only the id is described
		strict(schema, map[*openapi3.Schema]bool{})
	}
	var value map[string]any
	if err := json.Unmarshal(out.body, &value); err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	delete(value, "Status") // of the envelope
	err := schema.Value.VisitJSON(withoutUndescribed(value, undescribed()), openapi3.MultiErrors(), openapi3.VisitAsResponse())
	if reason := brokenOperations()[operation]; reason != "" {
		if err == nil {
			t.Errorf("%s fits the description now; take it off the list (%s)", operation, reason)
		}
		return
	}
	if err != nil {
		t.Errorf("%s does not fit the description:\n%v", operation, err)
	}
}

func TestAnswersFitTheDescription(t *testing.T) {
	t.Parallel()
	doc := description(t)
	org := xerosim.DefaultOrganisation()
	org.Items = []xerosim.Item{{Code: "BAT", Name: "Battery", IsSold: true, SalesDetails: &xerosim.ItemPrice{UnitPrice: xerosim.Cents(10000), AccountCode: "200", TaxType: "OUTPUT"}}}
	org.PeriodLockDate = "2026-06-30"
	b := newBench(t, xerosim.Options{Organisations: []xerosim.Organisation{org}})
	check := func(operation, path string, body any) reply {
		t.Helper()
		method, _, _ := strings.Cut(operation, " ")
		out := b.must(method, path, body)
		fits(t, doc, operation, out)
		return out
	}
	contact := check("PUT /Contacts", "/Contacts", m{"Contacts": []any{m{"Name": "Bright Solar", "EmailAddress": "a@b.example",
		"ContactNumber": "C1", "TaxNumber": "51824753556", "Addresses": []any{m{"AddressType": "STREET", "City": "Sydney"}},
		"Phones": []any{m{"PhoneType": "MOBILE", "PhoneNumber": "0400"}}, "ContactPersons": []any{m{"FirstName": "Jo"}},
		"PaymentTerms": m{"Sales": m{"Day": 30, "Type": "DAYSAFTERBILLDATE"}}}}}).list(t, "Contacts")[0]["ContactID"].(string)
	check("POST /Contacts", "/Contacts", m{"Contacts": []any{m{"ContactNumber": "C1", "FirstName": "Ann"}}})
	check("POST /Contacts/{ContactID}", "/Contacts/"+contact, m{"LastName": "Lee"})
	check("GET /Contacts", "/Contacts?page=1", nil)
	check("GET /Contacts/{ContactID}", "/Contacts/"+contact, nil)
	body := sale(contact, "RNZ-1")
	body["LineItems"] = []any{m{"ItemCode": "BAT", "Description": "Battery", "Quantity": 2, "DiscountRate": 5}}
	invoice := check("PUT /Invoices", "/Invoices?summarizeErrors=false&unitdp=4", m{"Invoices": []any{body}}).list(t, "Invoices")[0]["InvoiceID"].(string)
	check("POST /Invoices", "/Invoices", m{"Invoices": []any{m{"InvoiceID": invoice, "Reference": "R"}}})
	check("POST /Invoices/{InvoiceID}", "/Invoices/"+invoice, m{"Reference": "S"})
	check("GET /Invoices/{InvoiceID}/OnlineInvoice", "/Invoices/"+invoice+"/OnlineInvoice", nil)
	payment := check("PUT /Payments", "/Payments", m{"Payments": []any{m{"Invoice": m{"InvoiceID": invoice}, "Account": m{"Code": "090"}, "Amount": 9}}}).list(t, "Payments")[0]["PaymentID"].(string)
	check("GET /Payments", "/Payments?page=1", nil)
	check("GET /Payments/{PaymentID}", "/Payments/"+payment, nil)
	note := check("PUT /CreditNotes", "/CreditNotes", m{"CreditNotes": []any{m{"Type": "ACCRECCREDIT", "Status": "AUTHORISED", "Contact": m{"ContactID": contact},
		"Date": "2026-11-22", "LineItems": []any{m{"Description": "Back", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200"}}}}}).list(t, "CreditNotes")[0]["CreditNoteID"].(string)
	allocation := check("PUT /CreditNotes/{CreditNoteID}/Allocations", "/CreditNotes/"+note+"/Allocations",
		m{"Allocations": []any{m{"Invoice": m{"InvoiceID": invoice}, "Amount": 5, "Date": "2026-11-22"}}}).list(t, "Allocations")[0]["AllocationID"].(string)
	check("GET /CreditNotes", "/CreditNotes?page=1", nil)
	check("GET /CreditNotes/{CreditNoteID}", "/CreditNotes/"+note, nil)
	check("POST /CreditNotes", "/CreditNotes", m{"CreditNotes": []any{m{"CreditNoteID": note, "Reference": "R"}}})
	check("GET /Invoices", "/Invoices?page=1", nil)
	check("GET /Invoices", "/Invoices", nil)
	check("GET /Invoices/{InvoiceID}", "/Invoices/"+invoice, nil)
	check("DELETE /CreditNotes/{CreditNoteID}/Allocations/{AllocationID}", "/CreditNotes/"+note+"/Allocations/"+allocation, nil)
	check("POST /Payments/{PaymentID}", "/Payments/"+payment, m{"Status": "DELETED"})
	for _, path := range []string{"/Organisation", "/Organisation/Actions", "/Accounts", "/TaxRates", "/Items"} {
		check("GET "+path, path, nil)
	}
	refused := b.do("PUT", "/Invoices", m{"Invoices": []any{sale(contact, "RNZ-1")}})
	if refused.status != 400 {
		t.Fatalf("a duplicate number: %d %s", refused.status, refused.body)
	}
	fits(t, doc, "PUT /Invoices", refused)
	mixed := b.must("PUT", "/Contacts?summarizeErrors=false", m{"Contacts": []any{m{"Name": "Bright Solar"}, m{"Name": "Other"}}})
	fits(t, doc, "PUT /Contacts", mixed)
}

// TestCreditAnswersFitTheDescription is about overpayments, prepayments, refunds, themes and history.
func TestCreditAnswersFitTheDescription(t *testing.T) {
	t.Parallel()
	doc := description(t)
	b := newBench(t, xerosim.Options{})
	check := func(operation, path string, body any) reply {
		t.Helper()
		method, _, _ := strings.Cut(operation, " ")
		out := b.must(method, path, body)
		fits(t, doc, operation, out)
		return out
	}
	contact := b.contact("Bright Solar")
	first, second := b.invoice(contact, "RNZ-1"), b.invoice(contact, "RNZ-2")
	_, over, err := b.sim.Overpay("", "RNZ-1", xerosim.Cents(15000), xerosim.Date{})
	if err != nil {
		t.Fatal(err)
	}
	pre, err := b.sim.ReceivePrepayment("", contact, xerosim.Cents(11000), "deposit")
	if err != nil {
		t.Fatal(err)
	}
	note, err := b.sim.CreditInvoice("", "RNZ-2", xerosim.Cents(100))
	if err != nil {
		t.Fatal(err)
	}
	for kind, id := range map[string]string{"Overpayment": over.OverpaymentID, "Prepayment": pre.PrepaymentID} {
		checkAdvance(b, check, kind, [2]string{id, second})
		refused := b.do("PUT", "/"+kind+"s/"+id+"/Allocations", allocation(first, 500))
		if refused.status != 400 {
			t.Fatalf("too much: %d %s", refused.status, refused.body)
		}
		fits(t, doc, "PUT /"+kind+"s/{"+kind+"ID}/Allocations", refused)
	}
	if err := b.sim.BatchPayments("", b.sim.Payments("")[0].PaymentID); err != nil {
		t.Fatal(err)
	}
	check("GET /Payments", "/Payments?page=1", nil)
	check("GET /Invoices", "/Invoices?page=1", nil)
	themes := check("GET /BrandingThemes", "/BrandingThemes", nil).list(t, "BrandingThemes")
	check("GET /BrandingThemes/{BrandingThemeID}", "/BrandingThemes/"+themes[0]["BrandingThemeID"].(string), nil)
	for path, id := range map[string]string{"Invoices/{InvoiceID}": first, "Contacts/{ContactID}": contact, "CreditNotes/{CreditNoteID}": note.CreditNoteID} {
		list, _, _ := strings.Cut(path, "/")
		check("PUT /"+path+"/History", "/"+list+"/"+id+"/History", m{"HistoryRecords": []any{m{"Details": "seen"}}})
		check("GET /"+path+"/History", "/"+list+"/"+id+"/History", nil)
	}
	other := b.contact("Other Solar")
	if err := b.sim.MergeContacts("", other, contact); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.EraseContact("", b.contact("Third Solar")); err != nil {
		t.Fatal(err)
	}
	check("GET /Contacts", "/Contacts?includeArchived=true", nil)
	check("GET /Organisation", "/Organisation", nil)
}

// checkAdvance makes every request about one overpayment or prepayment; ids are its own and an invoice's.
func checkAdvance(b *bench, check func(string, string, any) reply, kind string, ids [2]string) {
	b.t.Helper()
	id, invoice := ids[0], ids[1]
	list, named := "/"+kind+"s", "/"+kind+"s/{"+kind+"ID}"
	path := list + "/" + id
	made := check("PUT "+named+"/Allocations", path+"/Allocations", allocation(invoice, 5)).list(b.t, "Allocations")[0]["AllocationID"].(string)
	refund := check("PUT /Payments", "/Payments", m{"Payments": []any{m{kind: m{kind + "ID": id}, "Account": m{"Code": "090"}, "Amount": 2}}}).list(b.t, "Payments")[0]
	check("GET "+list, list+"?page=1", nil)
	check("GET "+list, list, nil)
	check("GET "+named, path, nil)
	check("PUT "+named+"/History", path+"/History", m{"HistoryRecords": []any{m{"Details": "seen"}}})
	check("GET "+named+"/History", path+"/History", nil)
	check("GET /Payments/{PaymentID}", "/Payments/"+refund["PaymentID"].(string), nil)
	check("GET /Invoices/{InvoiceID}", "/Invoices/"+invoice, nil)
	check("DELETE "+named+"/Allocations/{AllocationID}", path+"/Allocations/"+made, nil)
	check("POST /Payments/{PaymentID}", "/Payments/"+refund["PaymentID"].(string), m{"Status": "DELETED"})
}
