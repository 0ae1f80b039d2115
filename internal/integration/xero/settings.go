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
	Draft           bool                    `json:"draft"`                    // leave invoices as drafts instead of approving them
	BrandingTheme   string                  `json:"branding_theme,omitempty"` // id; empty: the organisation's own default
	MailByXero      bool                    `json:"mail_by_xero,omitempty"`   // have Xero mail invoices to customers when they are approved
	TakeOver        bool                    `json:"take_over,omitempty"`      // make records of documents that are written in Xero; they are only listed otherwise
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

// Encode is what SettingsOf reads.
func (s Settings) Encode() (string, error) {
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

// Fitted replaces what the books do not have by what comes closest: the first
// account that takes sales or payments, the first rate for sales of the same
// percentage. Where nothing comes close it is left empty, for a person to choose.
func (s Settings) Fitted(b Books, rates crm.TaxRates) Settings {
	if a, known := b.account(s.SalesAccount); !known || !a.Sales {
		s.SalesAccount = b.firstAccount(func(a BookAccount) bool { return a.Sales })
	}
	if a, known := b.account(s.PaymentAccount); !known || !a.Payments {
		s.PaymentAccount = b.firstAccount(func(a BookAccount) bool { return a.Payments })
	}
	fitted := map[crm.TaxClass]string{}
	for _, class := range crm.TaxClasses() {
		fitted[class] = s.TaxTypes[class]
		if r, known := b.rate(fitted[class]); !known || !r.Sales || r.Rate != rates[class] {
			fitted[class] = b.firstRate(rates[class])
		}
	}
	s.TaxTypes = fitted
	return s
}

func (b Books) firstAccount(fits func(BookAccount) bool) string {
	for _, a := range b.Accounts {
		if a.Code != "" && fits(a) {
			return a.Code
		}
	}
	return ""
}

func (b Books) firstRate(percent crm.Percent) string {
	for _, r := range b.Rates {
		if r.Sales && r.Rate == percent {
			return r.Type
		}
	}
	return ""
}
