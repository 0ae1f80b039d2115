package xeroapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const created = `{"Id":"x","Status":"OK","Invoices":[
 {"InvoiceID":"i-1","InvoiceNumber":"RNZ-1","Status":"AUTHORISED","SubTotal":9490.50,"TotalTax":949.05,"Total":10439.55,
  "AmountDue":10439.55,"AmountPaid":0,"StatusAttributeString":"OK","HasErrors":false,
  "Date":"/Date(1795305600000+0000)/","DateString":"2026-11-22T00:00:00","UpdatedDateUTC":"/Date(1795341600123+0000)/"},
 {"InvoiceNumber":"RNZ-2","StatusAttributeString":"ERROR","HasErrors":true,
  "ValidationErrors":[{"Message":"Invoice # must be unique."},{"Description":"The TaxType code 'X' cannot be used with account code '200'."}]}]}`

func TestCreateInvoices(t *testing.T) {
	t.Parallel()
	server := newScript(t, jsonOK(created))
	rate := Decimal4(50_000)
	line := LineItem{Description: "BESS 50 kWh", Quantity: Whole(2), UnitAmount: 49_950_000, DiscountRate: &rate, AccountCode: "200", TaxType: "OUTPUT"}
	results, err := server.client(Config{}).CreateInvoices(t.Context(), "key-1", []Invoice{
		{
			Type: TypeSale, Status: StatusAuthorised, InvoiceNumber: "RNZ-1",
			Contact: Contact{ContactID: "c-1", Name: "must not be sent"}, Date: Date{2026, 11, 22}, DueDate: Date{2026, 12, 22},
			LineAmountTypes: AmountsExclusive, CurrencyCode: "AUD", Total: 1, // Total must not be sent
			LineItems: []LineItem{line, {Description: "thank you"}},
		},
		{Type: TypeSale, InvoiceNumber: "RNZ-2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	sent := server.heard(t, 1)[0]
	want := `{"Invoices":[{"InvoiceNumber":"RNZ-1","Type":"ACCREC","Status":"AUTHORISED","Contact":{"ContactID":"c-1"},` +
		`"Date":"2026-11-22","DueDate":"2026-12-22","LineAmountTypes":"Exclusive","LineItems":[` +
		`{"Description":"BESS 50 kWh","Quantity":2,"UnitAmount":4995,"AccountCode":"200","TaxType":"OUTPUT","DiscountRate":5},` +
		`{"Description":"thank you"}],"CurrencyCode":"AUD"},{"InvoiceNumber":"RNZ-2","Type":"ACCREC"}]}`
	if sent.body != want {
		t.Errorf("sent %s\nwant %s", sent.body, want)
	}
	if sent.method != http.MethodPut || sent.path != "/api.xro/2.0/Invoices" || sent.header.Get("Idempotency-Key") != "key-1" ||
		sent.header.Get("Xero-Tenant-Id") != "tenant-1" || sent.header.Get("Authorization") != "Bearer secret-one" ||
		sent.header.Get("Accept") != "application/json" || sent.query["summarizeErrors"][0] != "false" || sent.query["unitdp"][0] != "4" {
		t.Errorf("sent %+v", sent)
	}
	first, second := results[0], results[1]
	if !first.OK() || first.Record.Total != 1_043_955 || first.Record.Date != (Date{2026, 11, 22}) {
		t.Errorf("first is %+v", first)
	}
	if len(second.Problems) != 2 || second.Problems[0].Code != CodeInvoiceNumberTaken ||
		second.Problems[1].Code != CodeTaxTypeAccount || second.Problems[1].Field != "LineItems.TaxType" || second.Problems[1].Index != 1 {
		t.Errorf("second is %+v", second.Problems)
	}
}

// However Xero refuses one record, it reads the same.
func TestOneRefusedRecord(t *testing.T) {
	t.Parallel()
	server := newScript(t,
		step{status: 400, body: `{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception occurred","Elements":[{"InvoiceNumber":"1","ValidationErrors":[{"Message":"Invoice # must be unique."}]}]}`},
		step{status: 200, body: `{"Invoices":[{"InvoiceNumber":"1","StatusAttributeString":"ERROR","ValidationErrors":[{"Description":"Invoice # must be unique."}]}]}`},
		step{status: 200, body: `{"Invoices":[{"InvoiceNumber":"1","HasErrors":true,"Date":"?"}]}`},
		step{status: 200, body: `{"Invoices":[{"InvoiceNumber":"1"},{"InvoiceNumber":"2"}]}`},
	)
	client := server.client(Config{})
	for range 2 {
		results, err := client.CreateInvoices(t.Context(), "key", []Invoice{{InvoiceNumber: "1"}})
		if err != nil || len(results) != 1 || results[0].Problems[0].Code != CodeInvoiceNumberTaken || results[0].Problems[0].Index != 0 {
			t.Errorf("%+v, %v", results, err)
		}
	}
	results, err := client.CreateInvoices(t.Context(), "key", []Invoice{{InvoiceNumber: "1"}})
	if err != nil || results[0].OK() {
		t.Errorf("a refusal without words gives %+v, %v", results, err)
	}
	if _, err := client.CreateInvoices(t.Context(), "key", []Invoice{{InvoiceNumber: "1"}}); KindOf(err) != KindUnknownOutcome {
		t.Errorf("two answers for one record give %v", err)
	}
}

func TestWritesThatAreNotMade(t *testing.T) {
	t.Parallel()
	server := newScript(t)
	client := server.client(Config{})
	ctx := t.Context()
	one := []Invoice{{InvoiceNumber: "1"}}
	_, noKey := client.CreateInvoices(ctx, "", one)
	_, longKey := client.CreateInvoices(ctx, strings.Repeat("k", 129), one)
	_, tooMany := client.CreateInvoices(ctx, "key", make([]Invoice, MaxRecords+1))
	_, noID := client.Invoice(ctx, "")
	_, noVoid := client.VoidInvoice(ctx, "key", "")
	_, noDocument := client.CreatePayments(ctx, "key", []Payment{{Amount: 1}})
	_, noField := client.UpdateContacts(ctx, "key", []Contact{{ContactID: "c", Clear: []string{"Name"}}})
	for i, err := range []error{noKey, longKey, tooMany, noID, noVoid, noDocument, noField} {
		var failure *Error
		if !errors.As(err, &failure) || failure.Kind != KindBug || !failure.NotSent() {
			t.Errorf("case %d gives %v", i, err)
		}
	}
	if results, err := client.CreateInvoices(ctx, "key", nil); err != nil || results != nil {
		t.Errorf("nothing to write gives %v, %v", results, err)
	}
	server.heard(t, 0)
}

func TestListsFitAnAddress(t *testing.T) {
	t.Parallel()
	var ids []string
	for i := range 95 {
		ids = append(ids, fmt.Sprintf("00000000-0000-0000-0000-%012d", i))
	}
	groups := chunks(append(ids, ids[0], ""), len("%2C"))
	if len(groups) != 3 || len(groups[0]) != 40 || len(groups[2]) != 15 {
		t.Errorf("%d groups of %d", len(groups), len(groups[0]))
	}
	if long := chunks([]string{strings.Repeat("ü", 255), strings.Repeat("é", 255)}, 3); len(long) != 2 {
		t.Errorf("long numbers make %d groups", len(long))
	}
}
