package xeroapi

// TypeSaleCredit is the type of a credit note given to a customer.
const TypeSaleCredit = "ACCRECCREDIT"

// CreditNote is a credit. Its statuses are an invoice's; it is PAID when all
// of it is allocated or refunded. Its lines take no discounts. Zero fields are
// not written; name a field in Clear to empty it.
// https://developer.xero.com/documentation/api/accounting/creditnotes
type CreditNote struct {
	CreditNoteID     string     `json:",omitempty"`
	CreditNoteNumber string     `json:",omitempty"`
	Type             string     `json:",omitempty"` // TypeSaleCredit
	Status           string     `json:",omitempty"`
	Contact          Contact    `json:",omitzero"`
	Date             Date       `json:",omitzero"`
	LineAmountTypes  string     `json:",omitempty"`
	LineItems        []LineItem `json:",omitzero"`
	CurrencyCode     string     `json:",omitempty"`
	CurrencyRate     Rate       `json:",omitempty"`
	Reference        string     `json:",omitempty"`
	BrandingThemeID  string     `json:",omitempty"`

	// Set by Xero.
	SubTotal        Money        `json:",omitzero"`
	TotalTax        Money        `json:",omitzero"`
	Total           Money        `json:",omitzero"`
	RemainingCredit Money        `json:",omitzero"`
	AppliedAmount   Money        `json:",omitzero"` // may be missing from lists
	Allocations     []Allocation `json:",omitzero"`
	Payments        []Payment    `json:",omitzero"`
	FullyPaidOnDate Date         `json:",omitzero"`
	SentToContact   bool         `json:",omitempty"`
	HasAttachments  bool         `json:",omitempty"`
	UpdatedDateUTC  Time         `json:",omitzero"`

	Clear []string `json:"-"` // text fields to empty: "Reference"
}

// Allocation is a part of a credit set against an invoice.
type Allocation struct {
	AllocationID string   `json:",omitempty"`
	Invoice      *Invoice `json:",omitempty"` // in writes its InvoiceID
	Amount       Money    // in the credit's currency
	Date         Date     `json:",omitzero"`
	IsDeleted    bool     `json:",omitempty"`
}

// MarshalJSON writes the credit note with the fields of Clear empty.
func (n CreditNote) MarshalJSON() ([]byte, error) {
	type plain CreditNote
	return encodeCleared(plain(n), n.Clear, documentClearable)
}

func (n CreditNote) forWrite() CreditNote {
	return CreditNote{
		CreditNoteID: n.CreditNoteID, CreditNoteNumber: n.CreditNoteNumber, Type: n.Type, Status: n.Status,
		Contact: n.Contact.reference(), Date: n.Date, LineAmountTypes: n.LineAmountTypes, LineItems: n.LineItems,
		CurrencyCode: n.CurrencyCode, CurrencyRate: n.CurrencyRate, Reference: n.Reference,
		BrandingThemeID: n.BrandingThemeID, Clear: n.Clear,
	}
}

func (a Allocation) forWrite() Allocation {
	out := Allocation{Amount: a.Amount, Date: a.Date}
	if a.Invoice != nil {
		out.Invoice = &Invoice{InvoiceID: a.Invoice.InvoiceID}
	}
	return out
}
