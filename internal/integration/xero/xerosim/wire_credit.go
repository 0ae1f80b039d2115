package xerosim

// Types of advances, and how credits are called where a payment names them as its document.
const (
	typeOverpayment     = "RECEIVE-OVERPAYMENT"
	typePrepayment      = "RECEIVE-PREPAYMENT"
	documentOverpayment = "AROVERPAYMENT"
	documentPrepayment  = "ARPREPAYMENT"
)

// Advance is money of a customer that no invoice asked for yet: what was paid beyond an invoice (an
// overpayment) or before one (a prepayment). Exactly one of the two ids is set.
// https://developer.xero.com/documentation/api/accounting/overpayments
// https://developer.xero.com/documentation/api/accounting/prepayments
type Advance struct {
	Type              string       `json:"Type,omitempty"`
	OverpaymentID     string       `json:"OverpaymentID,omitempty"`
	PrepaymentID      string       `json:"PrepaymentID,omitempty"`
	Reference         string       `json:"Reference,omitempty"`
	InvoiceNumber     string       `json:"InvoiceNumber,omitempty"` // of prepayments: what Reference says too
	Contact           *Contact     `json:"Contact,omitempty"`
	DateString        string       `json:"DateString,omitempty"`
	Date              *Date        `json:"Date,omitempty"`
	Status            string       `json:"Status,omitempty"` // AUTHORISED, PAID, VOIDED
	LineAmountTypes   string       `json:"LineAmountTypes,omitempty"`
	LineItems         []LineItem   `json:"LineItems,omitzero"`
	SubTotal          *Amount      `json:"SubTotal,omitempty"`
	TotalTax          *Amount      `json:"TotalTax,omitempty"`
	Total             *Amount      `json:"Total,omitempty"`
	RemainingCredit   *Amount      `json:"RemainingCredit,omitempty"`
	AppliedAmount     *Amount      `json:"AppliedAmount,omitempty"`
	Allocations       []Allocation `json:"Allocations,omitempty"`
	Payments          []Payment    `json:"Payments,omitempty"`
	CurrencyCode      string       `json:"CurrencyCode,omitempty"`
	CurrencyRate      *Amount      `json:"CurrencyRate,omitempty"`
	UpdatedDateUTC    *Date        `json:"UpdatedDateUTC,omitempty"`
	UpdatedDateString string       `json:"UpdatedDateUTCString,omitempty"`
	HasAttachments    bool         `json:"HasAttachments"`
}

// ID is the one of the two ids that is set.
func (a *Advance) ID() string { return a.OverpaymentID + a.PrepaymentID }

func (a *Advance) isOverpayment() bool { return a.OverpaymentID != "" }

// bare is the advance with its id only.
func (a *Advance) bare() *Advance {
	return &Advance{OverpaymentID: a.OverpaymentID, PrepaymentID: a.PrepaymentID}
}

// BatchPayment is several payments that were made as one at the bank.
type BatchPayment struct {
	BatchPaymentID string  `json:"BatchPaymentID,omitempty"`
	Type           string  `json:"Type,omitempty"` // RECBATCH
	Status         string  `json:"Status,omitempty"`
	Date           *Date   `json:"Date,omitempty"`
	TotalAmount    *Amount `json:"TotalAmount,omitempty"`
}

// BrandingTheme is a look of invoices; the first of an organisation is its default.
type BrandingTheme struct {
	BrandingThemeID string `json:"BrandingThemeID,omitempty"`
	Name            string `json:"Name,omitempty"`
	LogoURL         string `json:"LogoUrl,omitempty"`
	Type            string `json:"Type,omitempty"` // always INVOICE
	SortOrder       int    `json:"SortOrder"`
	CreatedDateUTC  *Date  `json:"CreatedDateUTC,omitempty"`
}
