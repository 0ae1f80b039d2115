package xeroapi

import (
	"context"
	"net/url"
)

// Account is a line of the chart of accounts.
// https://developer.xero.com/documentation/api/accounting/accounts
type Account struct {
	AccountID               string `json:",omitempty"`
	Code                    string `json:",omitempty"` // at most 10 characters; bank accounts may have none
	Name                    string `json:",omitempty"`
	Type                    string `json:",omitempty"` // BANK, REVENUE, SALES, CURRENT, …
	Class                   string `json:",omitempty"` // ASSET, EQUITY, EXPENSE, LIABILITY, REVENUE
	Status                  string `json:",omitempty"` // ACTIVE, ARCHIVED
	TaxType                 string `json:",omitempty"`
	Description             string `json:",omitempty"`
	SystemAccount           string `json:",omitempty"`
	EnablePaymentsToAccount bool   `json:",omitempty"`
	BankAccountNumber       string `json:",omitempty"`
	BankAccountType         string `json:",omitempty"`
	CurrencyCode            string `json:",omitempty"`
	ReportingCode           string `json:",omitempty"`
	UpdatedDateUTC          Time   `json:",omitzero"`
}

// TakesPayments reports whether a payment may be booked to the account.
func (a Account) TakesPayments() bool {
	return a.Status == "ACTIVE" && (a.Type == "BANK" || a.EnablePaymentsToAccount)
}

// Accounts reads the whole chart; Xero does not page it.
func (c *Client) Accounts(ctx context.Context) ([]Account, error) {
	page, err := list[Account](ctx, c, c.read("list accounts", "/Accounts", url.Values{}), "Accounts")
	return page.Records, err
}
