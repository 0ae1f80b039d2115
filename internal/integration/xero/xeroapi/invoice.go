package xeroapi

// Types of Invoice.
const (
	TypeSale = "ACCREC" // an invoice to a customer
	TypeBill = "ACCPAY"
)

// Statuses of Invoice and CreditNote.
//
//	DRAFT ──► SUBMITTED ──► AUTHORISED ──► PAID (by Xero, when nothing is due)
//	  │           │             └────────► VOIDED (only without payments, credits, allocations)
//	  └───────────┴──► DELETED
//
// https://developer.xero.com/documentation/api/accounting/invoices
const (
	StatusDraft      = "DRAFT"
	StatusSubmitted  = "SUBMITTED"
	StatusAuthorised = "AUTHORISED"
	StatusPaid       = "PAID"
	StatusVoided     = "VOIDED"
	StatusDeleted    = "DELETED"
)

// How line amounts relate to tax.
const (
	AmountsExclusive = "Exclusive"
	AmountsInclusive = "Inclusive"
	AmountsNoTax     = "NoTax"
)

// Invoice is a sale or a bill. Zero fields are not written, so Xero keeps what
// it has; name a field in Clear to empty it. What only Xero sets is never
// written, and of the contact only its id.
type Invoice struct {
	InvoiceID       string     `json:",omitempty"`
	InvoiceNumber   string     `json:",omitempty"` // at most 255 characters, one for each sale
	Type            string     `json:",omitempty"` // TypeSale, TypeBill
	Status          string     `json:",omitempty"`
	Contact         Contact    `json:",omitzero"`
	Date            Date       `json:",omitzero"`
	DueDate         Date       `json:",omitzero"`
	LineAmountTypes string     `json:",omitempty"`
	LineItems       []LineItem `json:",omitzero"` // absent from unpaged lists
	CurrencyCode    string     `json:",omitempty"`
	CurrencyRate    Rate       `json:",omitempty"`
	Reference       string     `json:",omitempty"`
	BrandingThemeID string     `json:",omitempty"`
	URL             string     `json:"Url,omitempty"` // back to us; must not contain "xero"
	SentToContact   bool       `json:",omitempty"`    // once approved

	// Set by Xero.
	SubTotal        Money           `json:",omitzero"`
	TotalTax        Money           `json:",omitzero"`
	Total           Money           `json:",omitzero"`
	TotalDiscount   Money           `json:",omitzero"`
	AmountDue       Money           `json:",omitzero"`
	AmountPaid      Money           `json:",omitzero"`
	AmountCredited  Money           `json:",omitzero"` // settled is AmountPaid and AmountCredited together
	FullyPaidOnDate Date            `json:",omitzero"`
	Payments        []Payment       `json:",omitzero"`
	CreditNotes     []AppliedCredit `json:",omitzero"`
	Prepayments     []AppliedCredit `json:",omitzero"`
	Overpayments    []AppliedCredit `json:",omitzero"`
	HasAttachments  bool            `json:",omitempty"`
	UpdatedDateUTC  Time            `json:",omitzero"`

	Clear []string `json:"-"` // text fields to empty: "Reference"
}

// AppliedCredit is a credit note, prepayment or overpayment as an invoice or a
// payment names it. One of the three ids is set. AppliedAmount may be missing
// from lists.
type AppliedCredit struct {
	CreditNoteID     string  `json:",omitempty"`
	CreditNoteNumber string  `json:",omitempty"`
	PrepaymentID     string  `json:",omitempty"`
	OverpaymentID    string  `json:",omitempty"`
	Type             string  `json:",omitempty"`
	Status           string  `json:",omitempty"`
	Contact          Contact `json:",omitzero"`
	Date             Date    `json:",omitzero"`
	Total            Money   `json:",omitzero"`
	AppliedAmount    Money   `json:",omitzero"`
	RemainingCredit  Money   `json:",omitzero"`
	CurrencyCode     string  `json:",omitempty"`
	UpdatedDateUTC   Time    `json:",omitzero"`
}

// MarshalJSON writes the invoice with the fields of Clear empty.
func (i Invoice) MarshalJSON() ([]byte, error) {
	type plain Invoice
	return encodeCleared(plain(i), i.Clear, documentClearable)
}

func documentClearable(field string) bool { return field == "Reference" || field == "Url" }

// forWrite starts from nothing, so that a field added to what Xero sets is not
// sent by oversight.
func (i Invoice) forWrite() Invoice {
	return Invoice{
		InvoiceID: i.InvoiceID, InvoiceNumber: i.InvoiceNumber, Type: i.Type, Status: i.Status,
		Contact: i.Contact.reference(), Date: i.Date, DueDate: i.DueDate,
		LineAmountTypes: i.LineAmountTypes, LineItems: i.LineItems,
		CurrencyCode: i.CurrencyCode, CurrencyRate: i.CurrencyRate, Reference: i.Reference,
		BrandingThemeID: i.BrandingThemeID, URL: i.URL, SentToContact: i.SentToContact, Clear: i.Clear,
	}
}
