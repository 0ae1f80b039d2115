package xeroapi

// Types of Advance that customers make.
const (
	TypeOverpayment = "RECEIVE-OVERPAYMENT"
	TypePrepayment  = "RECEIVE-PREPAYMENT"
)

// Advance is money of a customer that no invoice asked for yet: an
// overpayment (more was paid than was due) or a prepayment (it came before its
// invoice). Exactly one of the two ids is set. Advances are made in Xero; here
// they are read, set against invoices, and paid back with CreatePayments. An
// advance is AUTHORISED, PAID once all of it is used, or VOIDED.
//
// https://developer.xero.com/documentation/api/accounting/overpayments
// https://developer.xero.com/documentation/api/accounting/prepayments
type Advance struct {
	OverpaymentID   string       `json:",omitempty"`
	PrepaymentID    string       `json:",omitempty"`
	Type            string       `json:",omitempty"` // TypeOverpayment, TypePrepayment, or a supplier's
	Status          string       `json:",omitempty"`
	Contact         Contact      `json:",omitzero"`
	Date            Date         `json:",omitzero"`
	LineAmountTypes string       `json:",omitempty"`
	LineItems       []LineItem   `json:",omitzero"`
	Reference       string       `json:",omitempty"`
	InvoiceNumber   string       `json:",omitempty"` // of prepayments: what Reference says too
	CurrencyCode    string       `json:",omitempty"`
	CurrencyRate    Rate         `json:",omitempty"`
	BrandingThemeID string       `json:",omitempty"`
	SubTotal        Money        `json:",omitzero"`
	TotalTax        Money        `json:",omitzero"`
	Total           Money        `json:",omitzero"`
	RemainingCredit Money        `json:",omitzero"`
	AppliedAmount   Money        `json:",omitzero"` // may be missing
	Allocations     []Allocation `json:",omitzero"`
	Payments        []Payment    `json:",omitzero"` // refunds
	HasAttachments  bool         `json:",omitempty"`
	UpdatedDateUTC  Time         `json:",omitzero"`
}

// ID is the one of the two ids that is set.
func (a Advance) ID() string {
	if a.OverpaymentID != "" {
		return a.OverpaymentID
	}
	return a.PrepaymentID
}

// Sale reports that a customer made the advance, not we to a supplier.
func (a Advance) Sale() bool {
	switch a.Type {
	case TypeOverpayment, TypePrepayment, documentOverpayment, documentPrepayment:
		return true
	}
	return false
}
