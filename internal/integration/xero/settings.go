package xero

import (
	"encoding/json"
	"fmt"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
)

// Settings is how an organisation wants its records in Xero.
type Settings struct {
	SalesAccount    string                  `json:"sales_account"`    // code of the account for what is sold
	ShippingAccount string                  `json:"shipping_account"` // empty: the sales account
	PaymentAccount  string                  `json:"payment_account"`  // code of the account that receives payments
	TaxTypes        map[crm.TaxClass]string `json:"tax_types"`
	Draft           bool                    `json:"draft"` // leave invoices as drafts instead of approving them
	Contacts        ContactSettings         `json:"contacts"`
}

// DefaultSettings suit a new Australian organisation in Xero. The tax types are
// those of Xero's Australian edition.
// https://developer.xero.com/documentation/api/accounting/types#tax-types
func DefaultSettings() Settings {
	return Settings{SalesAccount: "200", PaymentAccount: "090", TaxTypes: map[crm.TaxClass]string{
		crm.GST: "OUTPUT", crm.GSTFree: "EXEMPTOUTPUT", crm.InputTaxed: "INPUTTAXED", crm.ExportTaxed: "EXEMPTEXPORT",
	}, Contacts: DefaultContactSettings()}
}

// SettingsOf reads a connection's settings.
func SettingsOf(c connection.Connection) (Settings, error) {
	settings := DefaultSettings()
	if c.Settings == "" {
		return settings, nil
	}
	if err := json.Unmarshal([]byte(c.Settings), &settings); err != nil {
		return Settings{}, fmt.Errorf("read the settings of the connection: %w", err)
	}
	return settings, nil
}

func (s Settings) encode() (string, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("write the settings of the connection: %w", err)
	}
	return string(text), nil
}

// account is the code that a line is booked to.
func (s Settings) account(kind crm.LineKind) string {
	if kind == crm.Shipping && s.ShippingAccount != "" {
		return s.ShippingAccount
	}
	return s.SalesAccount
}
