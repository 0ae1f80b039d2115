package crm

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func fieldsOf(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	return strings.Join(slices.Sorted(maps.Keys(e.Fields)), " ")
}

func TestValidate(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 256)
	tooMany := 366
	day := NewDay(2026, 11, 22)
	customer := Customer{Name: "Ridge Solar", ABN: "51824753556", Email: "a@example.com", Phone: "+61 (2) 9374-4000", Contacts: []Contact{{FirstName: "Ana"}}, Addresses: []Address{{Kind: Postal, Line1: "PO Box 1", Country: "AU"}}}
	order := Order{CustomerID: NewID[Customer](), State: OrderConfirmed, Currency: "AUD", OrderedOn: day, Lines: []Line{item(1_0000, 1_0000)}}
	invoice := Invoice{CustomerID: NewID[Customer](), Number: "INV-00042", State: InvoiceIssued, Currency: "AUD", IssuedOn: day, DueOn: day.AddDays(30), Lines: order.Lines}
	payment := Payment{InvoiceID: NewID[Invoice](), Amount: 1, PaidOn: day, Source: FromRenoz}
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"customer", customer.Validate(), ""},
		{"bad customer", Customer{Name: "A  <b>", LegalName: long, ABN: "51824753557", Email: "a@b", Phone: "call me", TermsDays: &tooMany, Contacts: []Contact{{Email: "x"}}, Addresses: []Address{{Country: "au"}}}.Validate(),
			"abn addresses.0.country addresses.0.kind addresses.0.line1 contacts.0.email contacts.0.first_name email legal_name name phone terms_days"},
		{"empty customer", Customer{}.Validate(), "name"},
		{"spaced ABN", Customer{Name: "A", ABN: "51 824 753 556"}.Validate(), "abn"},
		{"control character", Customer{Name: "A\x00B"}.Validate(), "name"},
		{"two lines", Customer{Name: "A\nB"}.Validate(), "name"},
		{"product", Product{SKU: "B-50", Name: "BESS", TaxClass: GST}.Validate(), ""},
		{"bad product", Product{Price: -1}.Validate(), "name price sku tax_class"},
		{"order", order.Validate(), ""},
		{"empty order", Order{}.Validate(), "currency customer_id lines ordered_on state"},
		{"bad line", Order{CustomerID: order.CustomerID, State: OrderDraft, Currency: "AUD", OrderedOn: day, Lines: []Line{{Kind: Item, Description: "x", TaxClass: GST}}}.Validate(), "lines.0.quantity"},
		{"invoice", invoice.Validate(), ""},
		{"draft", Invoice{CustomerID: invoice.CustomerID, State: InvoiceDraft, Currency: "AUD"}.Validate(), ""},
		{"bad invoice", Invoice{State: InvoiceIssued, Number: "no spaces", IssuedOn: day, DueOn: day.AddDays(-1), Reference: long}.Validate(), "currency customer_id due_on lines number reference"},
		{"payment", payment.Validate(), ""},
		{"bad payment", Payment{Method: long}.Validate(), "amount invoice_id method paid_on source"},
		{"organisation", Organisation{Name: "Renoz", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30, YearStart: time.July, InvoicePrefix: "INV-"}.Validate(), ""},
		{"bad organisation", Organisation{TimeZone: "Mars", Country: "AUS", TermsDays: -1, InvoicePrefix: "INV 1", OrderPrefix: "O2"}.Validate(), "country currency invoice_prefix name order_prefix terms_days time_zone year_start"},
		{"user", User{Name: "Ana", Email: "ana@example.com"}.Validate(), ""},
		{"bad user", User{}.Validate(), "email name"},
		{"rates", AustralianTaxRates().Validate(), ""},
		{"bad rates", TaxRates{GST: -1, GSTFree: 0, InputTaxed: 0}.Validate(), "export gst"},
	} {
		if got := fieldsOf(c.err); got != c.want {
			t.Errorf("%s: fields %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCanTake(t *testing.T) {
	t.Parallel()
	invoice := Invoice{State: InvoiceIssued, Currency: "AUD", Totals: Totals{Total: 100_00}, Paid: 40_00}
	if err := invoice.CanTake(60_00); err != nil {
		t.Error(err)
	}
	if err := invoice.CanTake(60_01); fieldsOf(err) != "amount" {
		t.Error(err)
	}
	for _, state := range []InvoiceState{InvoiceDraft, InvoicePaid, InvoiceVoided} {
		invoice.State = state
		if err := invoice.CanTake(1); KindOf(err) != Conflict {
			t.Errorf("%s: %v", state, err)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{42: "INV-00042", 123456: "INV-123456"} {
		got := FormatNumber("INV-", n)
		back, err := ParseNumber("INV-", got)
		if got != want || back != n || err != nil {
			t.Errorf("%d is %q, and back %d, %v", n, got, back, err)
		}
	}
	for _, text := range []string{"", "INV-42", "INV-", "ORD-00042", "INV--0042", "INV-000042", "INV-+0042"} {
		if n, err := ParseNumber("INV-", text); KindOf(err) != Invalid || err == nil {
			t.Errorf("%q is %d, %v", text, n, err)
		}
	}
	if CheckPrefix("INV-") != nil || CheckPrefix("") != nil || CheckPrefix("A1") == nil || CheckPrefix("a b") == nil {
		t.Error("prefixes are checked wrongly")
	}
}

func TestParseABN(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"51824753556": "51824753556", "51 824 753 556": "51824753556", " 53\u00a0004 085 616 ": "53004085616"} {
		if abn, err := ParseABN(text); err != nil || abn != want {
			t.Errorf("%q is %q, %v", text, abn, err)
		}
	}
	for _, text := range []string{"", "51824753557", "5182475355", "00000000000", "5182475355x", "518247535560"} {
		if abn, err := ParseABN(text); KindOf(err) != Invalid || err == nil {
			t.Errorf("%q is %q, %v", text, abn, err)
		}
	}
	if FormatABN("51824753556") != "51 824 753 556" {
		t.Error(FormatABN("51824753556"))
	}
}

func TestParseEmail(t *testing.T) {
	t.Parallel()
	if got, err := ParseEmail(" Ana.O'Neil+x@Example.COM "); err != nil || got != "ana.o'neil+x@example.com" {
		t.Errorf("%q, %v", got, err)
	}
	for _, text := range []string{"", "a", "a@b", "@example.com", "a@", "a b@example.com", "a@@example.com", "Ana <a@example.com>", ".a@example.com", "a..b@example.com", "a@-x.com", "a@1.2.3.4", "a@example..com", "a@example.com\r\nBcc: b@example.com", strings.Repeat("a", 65) + "@example.com", "a@" + strings.Repeat("a.", 130) + "com"} {
		if got, err := ParseEmail(text); KindOf(err) != Invalid || err == nil {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	if EmailDomain("a@Example.com") != "example.com" {
		t.Error(EmailDomain("a@Example.com"))
	}
}

func FuzzParseEmail(f *testing.F) {
	f.Add("ana@example.com")
	f.Fuzz(func(t *testing.T, text string) {
		address, err := ParseEmail(text)
		if err != nil {
			return
		}
		if again, err := ParseEmail(address); err != nil || again != address || strings.ContainsAny(address, " \r\n<>,;") {
			t.Fatalf("%q is %q, then %q, %v", text, address, again, err)
		}
	})
}

func FuzzParseABN(f *testing.F) {
	f.Add("51 824 753 556")
	f.Fuzz(func(t *testing.T, text string) {
		abn, err := ParseABN(text)
		if err != nil {
			return
		}
		if again, err := ParseABN(FormatABN(abn)); err != nil || again != abn {
			t.Fatalf("%q is %q, then %q, %v", text, abn, again, err)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	f.Add("INV-", "INV-00042")
	f.Fuzz(func(t *testing.T, prefix, text string) {
		if n, err := ParseNumber(prefix, text); err == nil && FormatNumber(prefix, n) != text {
			t.Fatalf("%q is %d", text, n)
		}
	})
}
