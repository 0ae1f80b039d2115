package xeroapi

import (
	"context"
	"net/url"
)

// TaxRate is a rate of the organisation. Percentages have four decimals.
// https://developer.xero.com/documentation/api/accounting/taxrates
type TaxRate struct {
	Name                  string         `json:",omitempty"`
	TaxType               string         `json:",omitempty"` // OUTPUT, EXEMPTOUTPUT, TAX001, …
	Status                string         `json:",omitempty"` // ACTIVE, DELETED, ARCHIVED, PENDING
	ReportTaxType         string         `json:",omitempty"`
	TaxComponents         []TaxComponent `json:",omitzero"`
	DisplayTaxRate        Decimal4
	EffectiveRate         Decimal4 // percent: 10.0000
	CanApplyToAssets      bool     `json:",omitempty"`
	CanApplyToEquity      bool     `json:",omitempty"`
	CanApplyToExpenses    bool     `json:",omitempty"`
	CanApplyToLiabilities bool     `json:",omitempty"`
	CanApplyToRevenue     bool     `json:",omitempty"`
}

// TaxComponent is a part of a rate.
type TaxComponent struct {
	Name             string `json:",omitempty"`
	Rate             Decimal4
	IsCompound       bool `json:",omitempty"`
	IsNonRecoverable bool `json:",omitempty"`
}

// TaxRates reads all rates; Xero does not page them.
func (c *Client) TaxRates(ctx context.Context) ([]TaxRate, error) {
	page, err := list[TaxRate](ctx, c, c.read("list tax rates", "/TaxRates", url.Values{}), "TaxRates")
	return page.Records, err
}
