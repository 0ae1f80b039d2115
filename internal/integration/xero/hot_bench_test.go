package xero_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/synclog"
)

// BenchmarkTotals computes an invoice of ten lines.
func BenchmarkTotals(b *testing.B) {
	lines := make([]crm.Line, 10)
	for i := range lines {
		lines[i] = crm.Line{Kind: crm.Item, Description: "BESS 50 kWh", Quantity: crm.Quantity(10000 + i*2500), UnitPrice: crm.Price(49950000 + i), DiscountPercent: 500, TaxClass: crm.GST}
	}
	rates := crm.AustralianTaxRates()
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := crm.Compute(lines, rates, 2); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMask hides what is personal in a request of 50 invoices.
func BenchmarkMask(b *testing.B) {
	invoices := make([]map[string]any, 50)
	for i := range invoices {
		invoices[i] = map[string]any{
			"Type": "ACCREC", "Status": "AUTHORISED", "InvoiceNumber": fmt.Sprintf("INV-%05d", i), "Date": "2026-11-22",
			"Contact":   map[string]any{"ContactID": uuid.NewString(), "Name": "Harbour Marine", "EmailAddress": "accounts@buyer.example"},
			"LineItems": []any{map[string]any{"Description": "BESS 50 kWh", "Quantity": 2, "UnitAmount": 4995.00, "AccountCode": "200", "TaxType": "OUTPUT"}},
		}
	}
	body, err := json.Marshal(map[string]any{"Invoices": invoices})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		_ = synclog.Mask(body)
	}
}

// BenchmarkParseWebhook reads a webhook of one event.
func BenchmarkParseWebhook(b *testing.B) {
	id := uuid.NewString()
	body := fmt.Appendf(nil, `{"events":[{"resourceUrl":"https://api.xero.com/api.xro/2.0/Invoices/%s","resourceId":"%s","eventDateUtc":"2026-11-22T01:00:00.123",`+
		`"eventType":"UPDATE","eventCategory":"INVOICE","tenantId":"%s","tenantType":"ORGANISATION"}],"lastEventSequence":1,"firstEventSequence":1,"entropy":"SKLVOJPCRGQPJZTVFKLG"}`, id, id, id)
	b.ReportAllocs()
	for b.Loop() {
		if events, err := (xero.Webhooks{}).Parse(nil, body); err != nil || len(events) != 1 {
			b.Fatal(err)
		}
	}
}
