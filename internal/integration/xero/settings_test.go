package xero_test

import (
	"maps"
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
)

func TestFitted(t *testing.T) {
	t.Parallel()
	rates := crm.TaxRates{crm.GST: 15_00, crm.GSTFree: 0, crm.InputTaxed: 0, crm.ExportTaxed: 7_00}
	elsewhere := xero.Books{
		Accounts: []xero.BookAccount{{Code: "200", Name: "Rent"}, {Code: "", Name: "Bank", Payments: true}, {Code: "4000", Name: "Sales", Sales: true}, {Code: "1000", Name: "Till", Payments: true}},
		Rates:    []xero.BookRate{{Type: "OUTPUT2", Rate: 15_00, Sales: true}, {Type: "NONE", Sales: true}, {Type: "INPUT", Rate: 15_00}, {Type: "EXEMPTOUTPUT", Sales: true}},
	}
	got := xero.DefaultSettings().Fitted(elsewhere, rates)
	want := map[crm.TaxClass]string{crm.GST: "OUTPUT2", crm.GSTFree: "EXEMPTOUTPUT", crm.InputTaxed: "NONE", crm.ExportTaxed: ""}
	if got.SalesAccount != "4000" || got.PaymentAccount != "1000" || !maps.Equal(got.TaxTypes, want) {
		t.Errorf("fitted to %+v", got)
	}
	if xero.DefaultSettings().TaxTypes[crm.GST] != "OUTPUT" {
		t.Error("fitting changed the defaults")
	}
	if empty := xero.DefaultSettings().Fitted(xero.Books{}, rates); empty.SalesAccount != "" || empty.TaxTypes[crm.GST] != "" {
		t.Errorf("fitted to nothing: %+v", empty)
	}
}

// TestDefaultsStayWhereTheyFit connects to an organisation that has what the
// defaults name.
func TestDefaultsStayWhereTheyFit(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c, err := w.store.Connection(w.ctx, w.org, xero.Name)
		w.must(err)
		got, err := xero.SettingsOf(c)
		w.must(err)
		want := xero.DefaultSettings()
		if got.SalesAccount != want.SalesAccount || got.PaymentAccount != want.PaymentAccount || !maps.Equal(got.TaxTypes, want.TaxTypes) {
			w.Errorf("the settings are %+v", got)
		}
	})
}
