package xeroapi

import (
	"context"
	"net/url"
)

// Organisation is the tenant itself. PeriodLockDate and EndOfYearLockDate are
// the days up to which nothing may change.
// https://developer.xero.com/documentation/api/accounting/organisation
type Organisation struct {
	OrganisationID        string       `json:",omitempty"`
	Name                  string       `json:",omitempty"`
	LegalName             string       `json:",omitempty"`
	ShortCode             string       `json:",omitempty"` // "!…", for links
	Version               string       `json:",omitempty"` // AU, NZ, UK, US, GLOBAL, …
	OrganisationType      string       `json:",omitempty"`
	OrganisationStatus    string       `json:",omitempty"`
	BaseCurrency          string       `json:",omitempty"` // ISO 4217
	CountryCode           string       `json:",omitempty"`
	Timezone              string       `json:",omitempty"` // .NET's name without blanks: AUSEASTERNSTANDARDTIME
	TaxNumber             string       `json:",omitempty"` // the ABN in Australia
	PaysTax               bool         `json:",omitempty"`
	SalesTaxBasis         string       `json:",omitempty"`
	SalesTaxPeriod        string       `json:",omitempty"`
	DefaultSalesTax       string       `json:",omitempty"`
	FinancialYearEndDay   int          `json:",omitempty"`
	FinancialYearEndMonth int          `json:",omitempty"`
	PeriodLockDate        Date         `json:",omitzero"`
	EndOfYearLockDate     Date         `json:",omitzero"`
	Class                 string       `json:",omitempty"` // the plan: STARTER, STANDARD, PREMIUM, DEMO, TRIAL, …
	Edition               string       `json:",omitempty"`
	IsDemoCompany         bool         `json:",omitempty"`
	PaymentTerms          PaymentTerms `json:",omitzero"`
	CreatedDateUTC        Time         `json:",omitzero"`
}

// Action is something the connected person may or may not do.
type Action struct {
	Name   string // "CreateApprovedInvoice", …
	Status string // ALLOWED, NOT-ALLOWED
}

// Allowed reports whether the person who connected may do it.
func (a Action) Allowed() bool { return a.Status == "ALLOWED" }

// Organisation reads the tenant.
func (c *Client) Organisation(ctx context.Context) (Organisation, error) {
	return one[Organisation](ctx, c, c.read("read the organisation", "/Organisation", url.Values{}), "Organisations")
}

// OrganisationActions lists what the person who connected may do.
func (c *Client) OrganisationActions(ctx context.Context) ([]Action, error) {
	page, err := list[Action](ctx, c, c.read("read what the connected user may do", "/Organisation/Actions", url.Values{}), "Actions")
	return page.Records, err
}
