package xerosim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

func (b *bench) one(path, list string) map[string]any {
	b.t.Helper()
	return b.must("GET", path, nil).list(b.t, list)[0]
}

func allocation(invoice string, amount any) m {
	return m{"Allocations": []any{m{"Invoice": m{"InvoiceID": invoice}, "Amount": amount, "Date": "2026-11-22"}}}
}

func TestOverpayment(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	first, second := b.invoice(contact, "RNZ-1"), b.invoice(contact, "RNZ-2")
	if _, _, err := b.sim.Overpay("", "RNZ-1", xerosim.Cents(11000), xerosim.Date{}); err == nil {
		t.Error("exactly what is due is no overpayment")
	}
	payment, over, err := b.sim.Overpay("", "RNZ-1", xerosim.Cents(15000), xerosim.Date{})
	if err != nil || payment.Amount != xerosim.Cents(11000) || *over.Total != xerosim.Cents(4000) {
		t.Fatalf("overpaid: %+v %+v %v", payment, over, err)
	}
	if row := b.one("/Invoices/"+first, "Invoices"); row["Status"] != "PAID" || row["AmountPaid"] != 110.0 {
		t.Errorf("the overpaid invoice: %v", row)
	}
	path := "/Overpayments/" + over.OverpaymentID
	row := b.one(path, "Overpayments")
	line := row["LineItems"].([]any)[0].(map[string]any)
	if row["Type"] != "RECEIVE-OVERPAYMENT" || row["RemainingCredit"] != 40.0 || row["TotalTax"] != 0.0 || line["AccountCode"] != "610" || line["TaxType"] != "NONE" {
		t.Errorf("the overpayment: %v", row)
	}
	for amount, want := range map[any]string{40.01: "remaining credit of the overpayment", 0: "greater than zero", -1: "greater than zero"} {
		if got := refusal(t, b.do("PUT", path+"/Allocations", allocation(second, amount))); !strings.Contains(got, want) {
			t.Errorf("allocating %v: %s", amount, got)
		}
	}
	if got := refusal(t, b.do("PUT", path+"/Allocations", allocation(first, 1))); !strings.Contains(got, "Authorised invoices") {
		t.Errorf("allocating to a paid invoice: %s", got)
	}
	made := b.must("PUT", path+"/Allocations", allocation(second, 25)).list(t, "Allocations")[0]
	if made["Overpayment"].(m)["OverpaymentID"] != over.OverpaymentID || made["AllocationID"] == nil {
		t.Errorf("the allocation: %v", made)
	}
	credited := b.one("/Invoices/"+second, "Invoices")
	applied := credited["Overpayments"].([]any)[0].(m)
	if credited["AmountCredited"] != 25.0 || credited["AmountDue"] != 85.0 || applied["AppliedAmount"] != 25.0 || credited["CreditNotes"] != nil {
		t.Errorf("the credited invoice: %v", credited)
	}
	if got := refusal(t, b.do("POST", "/Invoices/"+second, m{"Status": "VOIDED"})); !strings.Contains(got, "allocated") {
		t.Errorf("voiding a credited invoice: %s", got)
	}
}

func TestOverpaymentIsPaidBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	second := b.invoice(contact, "RNZ-2")
	over, err := b.sim.ReceiveOverpayment("", contact, xerosim.Cents(4000), "")
	if err != nil {
		t.Fatal(err)
	}
	path := "/Overpayments/" + over.OverpaymentID
	made := b.must("PUT", path+"/Allocations", allocation(second, 25)).list(t, "Allocations")[0]
	refund := b.must("PUT", "/Payments", m{"Payments": []any{m{"Overpayment": m{"OverpaymentID": over.OverpaymentID}, "Account": m{"Code": "090"}, "Amount": 15}}}).list(t, "Payments")[0]
	document := refund["Invoice"].(m)
	if refund["PaymentType"] != "AROVERPAYMENTPAYMENT" || document["InvoiceID"] != over.OverpaymentID || document["Type"] != "AROVERPAYMENT" || refund["Overpayment"] != nil {
		t.Errorf("a refund is answered under Invoice: %v", refund)
	}
	if found := b.must("GET", `/Payments?where=Invoice.InvoiceID%3D%3Dguid(%22`+over.OverpaymentID+`%22)`, nil).list(t, "Payments"); len(found) != 1 {
		t.Errorf("%d refunds found by their document", len(found))
	}
	if row := b.one(path, "Overpayments"); row["Status"] != "PAID" || row["RemainingCredit"] != 0.0 || len(row["Payments"].([]any)) != 1 {
		t.Errorf("used up: %v", row)
	}
	if err := b.sim.VoidAdvance("", over.OverpaymentID); err == nil {
		t.Error("a used overpayment was voided")
	}
	if err := b.sim.ReversePayment("", refund["PaymentID"].(string)); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.VoidAdvance("", over.OverpaymentID); err == nil || !strings.Contains(err.Error(), "allocated or refunded") {
		t.Errorf("voiding an overpayment used in part: %v", err)
	}
	gone := b.must("DELETE", path+"/Allocations/"+made["AllocationID"].(string), nil).list(t, "Allocations")[0]
	if gone["IsDeleted"] != true {
		t.Errorf("the deleted allocation: %v", gone)
	}
	if row := b.one(path, "Overpayments"); row["Status"] != "AUTHORISED" || row["RemainingCredit"] != 40.0 {
		t.Errorf("taken back: %v", row)
	}
	if err := b.sim.VoidAdvance("", over.OverpaymentID); err != nil {
		t.Error(err)
	}
	if row := b.one(path, "Overpayments"); row["Status"] != "VOIDED" || row["RemainingCredit"] != 0.0 {
		t.Errorf("voided: %v", row)
	}
}

func TestPrepayment(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact, other := b.contact("Bright Solar"), b.contact("Other Solar")
	strange := b.invoice(other, "RNZ-9")
	made, err := b.sim.ReceivePrepayment("", contact, xerosim.Cents(11000), "deposit 7")
	if err != nil {
		t.Fatal(err)
	}
	row := b.one("/Prepayments/"+made.PrepaymentID, "Prepayments")
	if row["Type"] != "RECEIVE-PREPAYMENT" || row["SubTotal"] != 100.0 || row["TotalTax"] != 10.0 || row["Total"] != 110.0 || row["InvoiceNumber"] != "deposit 7" {
		t.Errorf("the prepayment: %v", row)
	}
	if got := refusal(t, b.do("PUT", "/Prepayments/"+made.PrepaymentID+"/Allocations", allocation(strange, 1))); !strings.Contains(got, "same contact") {
		t.Errorf("another contact's invoice: %s", got)
	}
	for _, path := range []string{"/Overpayments/" + made.PrepaymentID, "/Prepayments/none", "/Overpayments/" + made.PrepaymentID + "/History"} {
		if out := b.do("GET", path, nil); out.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, out.status)
		}
	}
	if out := b.do("PUT", "/Overpayments/"+made.PrepaymentID+"/Allocations", allocation(strange, 1)); out.status != http.StatusNotFound {
		t.Errorf("a prepayment allocated as an overpayment: %d", out.status)
	}
	b.must("PUT", "/Prepayments/"+made.PrepaymentID+"/History", m{"HistoryRecords": []any{m{"Details": "for the batteries"}}})
	for name, err := range map[string]error{
		"an archived contact": func() error {
			if err := b.sim.ArchiveContact("", other); err != nil {
				t.Fatal(err)
			}
			_, err := b.sim.ReceivePrepayment("", other, xerosim.Cents(1), "")
			return err
		}(),
		"no contact": func() error { _, err := b.sim.ReceivePrepayment("", "none", xerosim.Cents(1), ""); return err }(),
		"no money":   func() error { _, err := b.sim.ReceivePrepayment("", contact, 0, ""); return err }(),
		"a closed period": func() error {
			if err := b.sim.SetLockDates("", "2026-11-30", ""); err != nil {
				t.Fatal(err)
			}
			_, err := b.sim.ReceiveOverpayment("", contact, xerosim.Cents(1), "")
			return err
		}(),
	} {
		if err == nil {
			t.Errorf("money taken for %s", name)
		}
	}
}

func TestAdvanceLists(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	contact := b.contact("Bright Solar")
	for range 3 {
		if _, err := b.sim.ReceiveOverpayment("", contact, xerosim.Cents(100), "ref A"); err != nil {
			t.Fatal(err)
		}
	}
	b.clock.pass(10 * time.Minute)
	if _, err := b.sim.ReceiveOverpayment("", contact, xerosim.Cents(100), "ref B"); err != nil {
		t.Fatal(err)
	}
	pre, err := b.sim.ReceivePrepayment("", contact, xerosim.Cents(100), "ref B")
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{
		"/Overpayments": 4, "/Overpayments?page=2&pageSize=3": 1, "/Overpayments?References=ref%20B": 1, "/Prepayments": 1,
		"/Prepayments?InvoiceNumbers=ref%20B": 1, "/Prepayments?InvoiceNumbers=none": 0,
		`/Prepayments?where=PrepaymentID%3D%3Dguid(%22` + pre.PrepaymentID + `%22)`: 1, `/Overpayments?where=Status%3D%3D%22PAID%22`: 0,
	} {
		list, _, _ := strings.Cut(strings.TrimPrefix(query, "/"), "?")
		if rows := b.must("GET", query, nil).list(t, list); len(rows) != want {
			t.Errorf("%s: %d rows, want %d", query, len(rows), want)
		}
	}
	req := b.request("GET", "/api.xro/2.0/Overpayments?page=1", nil)
	req.Header.Set("If-Modified-Since", b.clock.now().Format("2006-01-02T15:04:05"))
	out, err := b.send(req)
	if err != nil {
		t.Fatal(err)
	}
	if rows := out.list(t, "Overpayments"); len(rows) != 1 || rows[0]["Reference"] != "ref B" || len(rows[0]["LineItems"].([]any)) != 1 {
		t.Errorf("changed since: %s", out.body)
	}
	if rows := b.must("GET", "/Overpayments", nil).list(t, "Overpayments"); len(rows[0]["LineItems"].([]any)) != 0 {
		t.Error("lists without pages leave lines out")
	}
}
