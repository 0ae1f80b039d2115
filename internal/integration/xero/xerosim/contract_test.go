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
	}
}

func brokenOperations() map[string]string {
	return map[string]string{
		"DELETE /CreditNotes/{CreditNoteID}/Allocations/{AllocationID}": "described as one Allocation; the live service answers a list",
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
