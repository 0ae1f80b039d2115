package xerosim_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

func TestFilters(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	one, two := b.contact("Bright Solar"), b.contact("Dark Mining")
	b.must("POST", "/Contacts/"+two, m{"ContactNumber": "C2"})
	first := b.invoice(one, "RNZ-1")
	b.clock.pass(time.Minute)
	b.must("PUT", "/Invoices", m{"Invoices": []any{merged(sale(two, "RNZ-2"), m{"Date": "2026-07-01", "Status": "DRAFT"})}})
	b.clock.pass(time.Minute)
	b.must("PUT", "/Invoices", m{"Invoices": []any{merged(sale(two, "BILL"), m{"Type": "ACCPAY", "LineItems": []any{line(1, 5, m{"AccountCode": "310", "TaxType": "INPUT"})}})}})
	if _, err := b.sim.Pay("", "RNZ-1", 0, xerosim.Date{}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		list, query string
		want        int
	}{
		{"Invoices", "", 3},
		{"Invoices", `where=Type=="ACCREC"`, 2},
		{"Invoices", `where=Type=="ACCREC" AND Date>=DateTime(2026,07,02)`, 1},
		{"Invoices", `where=Type=="ACCREC" && (Status=="DRAFT" OR Status=="PAID")`, 2},
		{"Invoices", `where=Status!="PAID" AND AmountDue>0`, 2},
		{"Invoices", `where=Contact.ContactID==guid("` + one + `")`, 1},
		{"Invoices", `where=Contact.Name.Contains("mining")`, 2},
		{"Invoices", `where=FullyPaidOnDate!=null`, 1},
		{"Invoices", "Statuses=DRAFT,PAID", 2},
		{"Invoices", "ContactIDs=" + two, 2},
		{"Invoices", "IDs=" + first, 1},
		{"Invoices", "InvoiceNumbers=RNZ-1,RNZ-2,RNZ-3", 2},
		{"Invoices", "searchTerm=rnz", 2},
		{"Contacts", `where=Name=="Bright Solar"`, 1},
		{"Contacts", `where=ContactNumber=="C2"`, 1},
		{"Contacts", `where=EmailAddress=="A@B.example"`, 2},
		{"Contacts", "searchTerm=c2", 1},
		{"Payments", `where=Invoice.InvoiceID==guid("` + first + `")`, 1},
		{"Payments", `where=Invoice.InvoiceID==guid("` + one + `")`, 0},
		{"Payments", `where=Status=="AUTHORISED" AND PaymentType=="ACCRECPAYMENT"`, 1},
		{"Accounts", `where=Type=="BANK"`, 1},
	}
	for _, test := range tests {
		query := url.Values{}
		if name, value, ok := cut(test.query); ok {
			query.Set(name, value)
		}
		if got := len(b.must("GET", "/"+test.list+"?"+query.Encode(), nil).list(t, test.list)); got != test.want {
			t.Errorf("%s %s: %d, want %d", test.list, test.query, got, test.want)
		}
	}
	for _, bad := range []string{"where=Type", `where=Type=="X`, "where=(Type==\"X\"", "pageSize=1001", "page=0", "order=A B C"} {
		name, value, _ := cut(bad)
		if out := b.do("GET", "/Invoices?"+url.Values{name: {value}}.Encode(), nil); out.status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, out.status)
		}
	}
}

// cut splits at the first equals sign.
func cut(text string) (name, value string, ok bool) {
	for i := range text {
		if text[i] == '=' {
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
}

func TestPagingAndChanges(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	for i := range 5 {
		b.contact(fmt.Sprintf("Contact %d", i))
		b.clock.pass(time.Second)
	}
	page := b.must("GET", "/Contacts?page=2&pageSize=2&order=UpdatedDateUTC+DESC", nil)
	rows := page.list(t, "Contacts")
	if len(rows) != 2 || rows[0]["Name"] != "Contact 2" || fmt.Sprint(page.json(t)["pagination"]) != "map[itemCount:5 page:2 pageCount:3 pageSize:2]" {
		t.Errorf("page 2: %s", page.body)
	}
	since := func(text string) int {
		req := b.request("GET", "/api.xro/2.0/Contacts", nil)
		req.Header.Set("If-Modified-Since", text)
		out, err := b.send(req)
		if err != nil || out.status != http.StatusOK {
			t.Fatalf("If-Modified-Since %s: %d %v", text, out.status, err)
		}
		return len(out.list(t, "Contacts"))
	}
	for text, want := range map[string]int{"2026-11-22T10:00:03": 2, "2026-11-22T10:00:03.900Z": 2, "Sun, 22 Nov 2026 10:00:04 GMT": 1, "2026-11-22T10:00:05": 0} {
		if got := since(text); got != want {
			t.Errorf("since %s: %d, want %d", text, got, want)
		}
	}
	archived := b.contact("Archived")
	b.must("POST", "/Contacts/"+archived, m{"ContactStatus": "ARCHIVED"})
	if n := len(b.must("GET", "/Contacts", nil).list(t, "Contacts")); n != 5 {
		t.Errorf("archived contacts should be hidden: %d", n)
	}
	if n := len(b.must("GET", "/Contacts?includeArchived=true", nil).list(t, "Contacts")); n != 6 {
		t.Errorf("includeArchived: %d", n)
	}
}

func TestListsWithoutPagesLeaveLinesOut(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	b.invoice(b.contact("Bright Solar"), "RNZ-1")
	if row := b.must("GET", "/Invoices", nil).list(t, "Invoices")[0]; len(row["LineItems"].([]any)) != 0 {
		t.Errorf("unpaged: %v", row)
	}
	if row := b.must("GET", "/Invoices?page=1", nil).list(t, "Invoices")[0]; len(row["LineItems"].([]any)) != 1 {
		t.Errorf("paged: %v", row)
	}
}

func TestManyInvoices(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contacts := make([]string, 500)
	for i := range contacts {
		row, err := b.sim.AddContact("", xerosim.Contact{Name: fmt.Sprintf("Contact %d", i)})
		if err != nil {
			t.Fatal(err)
		}
		contacts[i] = row.ContactID
	}
	start := time.Now()
	for from := 0; from < 6000; from += 50 {
		var batch []any
		for i := from; i < from+50; i++ {
			batch = append(batch, sale(contacts[i%500], fmt.Sprintf("RNZ-%d", i)))
		}
		b.must("PUT", "/Invoices?summarizeErrors=false", m{"Invoices": batch})
	}
	for page := 1; page <= 6; page++ {
		out := b.must("GET", fmt.Sprintf("/Invoices?page=%d&pageSize=1000&order=UpdatedDateUTC+ASC", page), nil)
		if n := len(out.list(t, "Invoices")); n != 1000 {
			t.Errorf("page %d has %d rows", page, n)
		}
	}
	t.Logf("6,000 invoices written and read in %s", time.Since(start).Round(time.Millisecond))
	if counts := b.sim.Counts(); counts.WriteCalls != 120 || counts.Invoices != 6000 || counts.DuplicateInvoiceNumbers != 0 {
		t.Errorf("counts %+v", counts)
	}
}

func TestOtherResources(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	id := b.invoice(b.contact("Bright Solar"), "RNZ-1")
	if out := b.do("POST", "/Invoices/"+id+"/Email", "{}"); out.status != http.StatusNoContent {
		t.Errorf("e-mail: %d %s", out.status, out.body)
	}
	if row := b.must("GET", "/Invoices/"+id, nil).list(t, "Invoices")[0]; row["SentToContact"] != true {
		t.Errorf("sent: %v", row)
	}
	b.must("PUT", "/Invoices/"+id+"/History", m{"HistoryRecords": []any{m{"Details": "Sent by Renoz"}}})
	if rows := b.must("GET", "/Invoices/"+id+"/History", nil).list(t, "HistoryRecords"); len(rows) != 1 || rows[0]["Details"] != "Sent by Renoz" {
		t.Errorf("history: %v", rows)
	}
	for _, path := range []string{"/Invoices/none", "/Contacts/none", "/Payments/none", "/Quotes", "/Items/none"} {
		if out := b.do("GET", path, nil); out.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, out.status)
		}
	}
}
