package xerosim

// ValidationError is one reason why Xero refused an element.
type ValidationError struct {
	Message string `json:"Message"`
}

// Outcome is what a write says about each element.
type Outcome struct {
	StatusAttributeString string            `json:"StatusAttributeString,omitempty"`
	HasErrors             *bool             `json:"HasErrors,omitempty"`
	HasValidationErrors   *bool             `json:"HasValidationErrors,omitempty"`
	ValidationErrors      []ValidationError `json:"ValidationErrors,omitempty"`
}

// Address of a contact; AddressType is POBOX or STREET.
type Address struct {
	AddressType  string `json:"AddressType,omitempty"`
	AddressLine1 string `json:"AddressLine1,omitempty"`
	AddressLine2 string `json:"AddressLine2,omitempty"`
	AddressLine3 string `json:"AddressLine3,omitempty"`
	AddressLine4 string `json:"AddressLine4,omitempty"`
	City         string `json:"City,omitempty"`
	Region       string `json:"Region,omitempty"`
	PostalCode   string `json:"PostalCode,omitempty"`
	Country      string `json:"Country,omitempty"`
	AttentionTo  string `json:"AttentionTo,omitempty"`
}

// Phone of a contact; PhoneType is DEFAULT, DDI, MOBILE, FAX or OFFICE.
type Phone struct {
	PhoneType        string `json:"PhoneType,omitempty"`
	PhoneNumber      string `json:"PhoneNumber,omitempty"`
	PhoneAreaCode    string `json:"PhoneAreaCode,omitempty"`
	PhoneCountryCode string `json:"PhoneCountryCode,omitempty"`
}

// ContactPerson is one of at most five people beside the primary one.
type ContactPerson struct {
	FirstName       string `json:"FirstName,omitempty"`
	LastName        string `json:"LastName,omitempty"`
	EmailAddress    string `json:"EmailAddress,omitempty"`
	IncludeInEmails bool   `json:"IncludeInEmails"`
}

// PaymentTerm says when a bill of a contact is due, e.g. {30, DAYSAFTERBILLDATE}.
type PaymentTerm struct {
	Day  int    `json:"Day"`
	Type string `json:"Type"`
}

// PaymentTerms of a contact or an organisation.
type PaymentTerms struct {
	Bills *PaymentTerm `json:"Bills,omitempty"`
	Sales *PaymentTerm `json:"Sales,omitempty"`
}

// Balance is what is open on one side of a contact.
type Balance struct {
	Outstanding Amount `json:"Outstanding"`
	Overdue     Amount `json:"Overdue"`
}

// Balances of a contact; only GET of one contact carries them.
type Balances struct {
	AccountsReceivable Balance `json:"AccountsReceivable"`
	AccountsPayable    Balance `json:"AccountsPayable"`
}

// Contact is a customer or supplier. ContactNumber is for outside systems only.
type Contact struct {
	ContactID                 string          `json:"ContactID,omitempty"`
	MergedToContactID         string          `json:"MergedToContactID,omitempty"`
	ContactNumber             string          `json:"ContactNumber,omitempty"`
	AccountNumber             string          `json:"AccountNumber,omitempty"`
	ContactStatus             string          `json:"ContactStatus,omitempty"`
	Name                      string          `json:"Name,omitempty"`
	FirstName                 string          `json:"FirstName,omitempty"`
	LastName                  string          `json:"LastName,omitempty"`
	CompanyNumber             string          `json:"CompanyNumber,omitempty"`
	EmailAddress              string          `json:"EmailAddress,omitempty"`
	BankAccountDetails        string          `json:"BankAccountDetails,omitempty"`
	TaxNumber                 string          `json:"TaxNumber,omitempty"`
	AccountsReceivableTaxType string          `json:"AccountsReceivableTaxType,omitempty"`
	AccountsPayableTaxType    string          `json:"AccountsPayableTaxType,omitempty"`
	DefaultCurrency           string          `json:"DefaultCurrency,omitempty"`
	Website                   string          `json:"Website,omitempty"`
	ContactPersons            []ContactPerson `json:"ContactPersons,omitzero"`
	Addresses                 []Address       `json:"Addresses,omitzero"`
	Phones                    []Phone         `json:"Phones,omitzero"`
	PaymentTerms              *PaymentTerms   `json:"PaymentTerms,omitempty"`
	IsSupplier                *bool           `json:"IsSupplier,omitempty"`
	IsCustomer                *bool           `json:"IsCustomer,omitempty"`
	UpdatedDateUTC            *Date           `json:"UpdatedDateUTC,omitempty"`
	Balances                  *Balances       `json:"Balances,omitempty"`
	Outcome
}

// LineItem is one line of an invoice or credit note. Pointers tell "not sent" from zero on input; answers
// always carry Quantity, UnitAmount, TaxAmount and LineAmount.
type LineItem struct {
	LineItemID     string     `json:"LineItemID,omitempty"`
	Description    string     `json:"Description,omitempty"`
	Quantity       *Amount    `json:"Quantity,omitempty"`
	UnitAmount     *Amount    `json:"UnitAmount,omitempty"`
	ItemCode       string     `json:"ItemCode,omitempty"`
	AccountCode    string     `json:"AccountCode,omitempty"`
	AccountID      string     `json:"AccountID,omitempty"`
	TaxType        string     `json:"TaxType,omitempty"`
	TaxAmount      *Amount    `json:"TaxAmount,omitempty"`
	LineAmount     *Amount    `json:"LineAmount,omitempty"`
	DiscountRate   *Amount    `json:"DiscountRate,omitempty"`
	DiscountAmount *Amount    `json:"DiscountAmount,omitempty"`
	Tracking       []Tracking `json:"Tracking,omitempty"`
}

// Tracking names the option of a tracking category a line belongs to.
type Tracking struct {
	Name   string `json:"Name,omitempty"`
	Option string `json:"Option,omitempty"`
}

// Invoice is a sale (ACCREC) or a bill (ACCPAY).
type Invoice struct {
	Type                string       `json:"Type,omitempty"`
	InvoiceID           string       `json:"InvoiceID,omitempty"`
	InvoiceNumber       string       `json:"InvoiceNumber,omitempty"`
	Reference           string       `json:"Reference,omitempty"`
	BrandingThemeID     string       `json:"BrandingThemeID,omitempty"`
	URL                 string       `json:"Url,omitempty"`
	Contact             *Contact     `json:"Contact,omitempty"`
	DateString          string       `json:"DateString,omitempty"`
	Date                *Date        `json:"Date,omitempty"`
	DueDateString       string       `json:"DueDateString,omitempty"`
	DueDate             *Date        `json:"DueDate,omitempty"`
	ExpectedPaymentDate *Date        `json:"ExpectedPaymentDate,omitempty"`
	Status              string       `json:"Status,omitempty"`
	LineAmountTypes     string       `json:"LineAmountTypes,omitempty"`
	LineItems           []LineItem   `json:"LineItems,omitzero"`
	SubTotal            *Amount      `json:"SubTotal,omitempty"`
	TotalTax            *Amount      `json:"TotalTax,omitempty"`
	Total               *Amount      `json:"Total,omitempty"`
	TotalDiscount       *Amount      `json:"TotalDiscount,omitempty"`
	IsDiscounted        bool         `json:"IsDiscounted"`
	SentToContact       bool         `json:"SentToContact"`
	AmountDue           *Amount      `json:"AmountDue,omitempty"`
	AmountPaid          *Amount      `json:"AmountPaid,omitempty"`
	AmountCredited      *Amount      `json:"AmountCredited,omitempty"`
	FullyPaidOnDate     *Date        `json:"FullyPaidOnDate,omitempty"`
	CurrencyCode        string       `json:"CurrencyCode,omitempty"`
	CurrencyRate        *Amount      `json:"CurrencyRate,omitempty"`
	UpdatedDateUTC      *Date        `json:"UpdatedDateUTC,omitempty"`
	UpdatedDateString   string       `json:"UpdatedDateUTCString,omitempty"`
	HasAttachments      bool         `json:"HasAttachments"`
	Payments            []Payment    `json:"Payments,omitempty"`
	CreditNotes         []CreditNote `json:"CreditNotes,omitempty"`
	Prepayments         []Advance    `json:"Prepayments,omitempty"`
	Overpayments        []Advance    `json:"Overpayments,omitempty"`
	Outcome
}

// CreditNote takes money back from a sale (ACCRECCREDIT) or a bill (ACCPAYCREDIT).
type CreditNote struct {
	Type              string       `json:"Type,omitempty"`
	CreditNoteID      string       `json:"CreditNoteID,omitempty"`
	CreditNoteNumber  string       `json:"CreditNoteNumber,omitempty"`
	Reference         string       `json:"Reference,omitempty"`
	BrandingThemeID   string       `json:"BrandingThemeID,omitempty"`
	Contact           *Contact     `json:"Contact,omitempty"`
	DateString        string       `json:"DateString,omitempty"`
	Date              *Date        `json:"Date,omitempty"`
	Status            string       `json:"Status,omitempty"`
	LineAmountTypes   string       `json:"LineAmountTypes,omitempty"`
	LineItems         []LineItem   `json:"LineItems,omitzero"`
	SubTotal          *Amount      `json:"SubTotal,omitempty"`
	TotalTax          *Amount      `json:"TotalTax,omitempty"`
	Total             *Amount      `json:"Total,omitempty"`
	RemainingCredit   *Amount      `json:"RemainingCredit,omitempty"`
	AppliedAmount     *Amount      `json:"AppliedAmount,omitempty"`
	Allocations       []Allocation `json:"Allocations,omitempty"`
	Payments          []Payment    `json:"Payments,omitempty"`
	FullyPaidOnDate   *Date        `json:"FullyPaidOnDate,omitempty"`
	CurrencyCode      string       `json:"CurrencyCode,omitempty"`
	CurrencyRate      *Amount      `json:"CurrencyRate,omitempty"`
	SentToContact     bool         `json:"SentToContact"`
	UpdatedDateUTC    *Date        `json:"UpdatedDateUTC,omitempty"`
	UpdatedDateString string       `json:"UpdatedDateUTCString,omitempty"`
	HasAttachments    bool         `json:"HasAttachments"`
	Outcome
}

// Allocation uses part of a credit note, overpayment or prepayment to pay an invoice.
type Allocation struct {
	AllocationID          string            `json:"AllocationID,omitempty"`
	Amount                Amount            `json:"Amount"`
	Date                  *Date             `json:"Date,omitempty"`
	Invoice               *Invoice          `json:"Invoice,omitempty"`
	CreditNote            *CreditNote       `json:"CreditNote,omitempty"`
	Overpayment           *Advance          `json:"Overpayment,omitempty"`
	Prepayment            *Advance          `json:"Prepayment,omitempty"`
	IsDeleted             bool              `json:"IsDeleted"`
	StatusAttributeString string            `json:"StatusAttributeString,omitempty"`
	ValidationErrors      []ValidationError `json:"ValidationErrors,omitempty"`
}

// Payment settles an invoice, or pays a credit note, an overpayment or a prepayment back. Answers name what
// was paid back under Invoice, with its id and a Type such as ACCRECCREDIT, as the live service does.
type Payment struct {
	PaymentID         string        `json:"PaymentID,omitempty"`
	BatchPaymentID    string        `json:"BatchPaymentID,omitempty"`
	BatchPayment      *BatchPayment `json:"BatchPayment,omitempty"`
	Date              *Date         `json:"Date,omitempty"`
	Amount            Amount        `json:"Amount"`
	BankAmount        *Amount       `json:"BankAmount,omitempty"`
	Reference         string        `json:"Reference,omitempty"`
	CurrencyRate      *Amount       `json:"CurrencyRate,omitempty"`
	PaymentType       string        `json:"PaymentType,omitempty"`
	Status            string        `json:"Status,omitempty"`
	UpdatedDateUTC    *Date         `json:"UpdatedDateUTC,omitempty"`
	UpdatedDateString string        `json:"UpdatedDateUTCString,omitempty"`
	HasAccount        bool          `json:"HasAccount"`
	IsReconciled      bool          `json:"IsReconciled"`
	Account           *Account      `json:"Account,omitempty"`
	Code              string        `json:"Code,omitempty"`
	Invoice           *Invoice      `json:"Invoice,omitempty"`
	InvoiceNumber     string        `json:"InvoiceNumber,omitempty"`
	CreditNote        *CreditNote   `json:"CreditNote,omitempty"`
	CreditNoteNumber  string        `json:"CreditNoteNumber,omitempty"`
	Overpayment       *Advance      `json:"Overpayment,omitempty"`
	Prepayment        *Advance      `json:"Prepayment,omitempty"`
	Outcome
}

// Account of the chart of accounts.
type Account struct {
	AccountID               string `json:"AccountID,omitempty"`
	Code                    string `json:"Code,omitempty"`
	Name                    string `json:"Name,omitempty"`
	Status                  string `json:"Status,omitempty"`
	Type                    string `json:"Type,omitempty"`
	TaxType                 string `json:"TaxType,omitempty"`
	Class                   string `json:"Class,omitempty"`
	Description             string `json:"Description,omitempty"`
	BankAccountNumber       string `json:"BankAccountNumber,omitempty"`
	BankAccountType         string `json:"BankAccountType,omitempty"`
	CurrencyCode            string `json:"CurrencyCode,omitempty"`
	SystemAccount           string `json:"SystemAccount,omitempty"`
	EnablePaymentsToAccount *bool  `json:"EnablePaymentsToAccount,omitempty"`
	UpdatedDateUTC          *Date  `json:"UpdatedDateUTC,omitempty"`
}

// TaxComponent is one part of a tax rate, in percent.
type TaxComponent struct {
	Name             string `json:"Name"`
	Rate             Amount `json:"Rate"`
	IsCompound       bool   `json:"IsCompound"`
	IsNonRecoverable bool   `json:"IsNonRecoverable"`
}

// TaxRate says how much tax a line bears and on which accounts it may stand.
type TaxRate struct {
	Name                  string         `json:"Name"`
	TaxType               string         `json:"TaxType"`
	ReportTaxType         string         `json:"ReportTaxType,omitempty"`
	Status                string         `json:"Status"`
	CanApplyToAssets      bool           `json:"CanApplyToAssets"`
	CanApplyToEquity      bool           `json:"CanApplyToEquity"`
	CanApplyToExpenses    bool           `json:"CanApplyToExpenses"`
	CanApplyToLiabilities bool           `json:"CanApplyToLiabilities"`
	CanApplyToRevenue     bool           `json:"CanApplyToRevenue"`
	DisplayTaxRate        Amount         `json:"DisplayTaxRate"`
	EffectiveRate         Amount         `json:"EffectiveRate"`
	TaxComponents         []TaxComponent `json:"TaxComponents"`
}

// ItemPrice is how an item is sold or bought.
type ItemPrice struct {
	UnitPrice   Amount `json:"UnitPrice"`
	AccountCode string `json:"AccountCode,omitempty"`
	TaxType     string `json:"TaxType,omitempty"`
}

// Item is a product or service that lines may name by its code.
type Item struct {
	ItemID         string     `json:"ItemID,omitempty"`
	Code           string     `json:"Code"`
	Name           string     `json:"Name,omitempty"`
	Description    string     `json:"Description,omitempty"`
	IsSold         bool       `json:"IsSold"`
	IsPurchased    bool       `json:"IsPurchased"`
	SalesDetails   *ItemPrice `json:"SalesDetails,omitempty"`
	UpdatedDateUTC *Date      `json:"UpdatedDateUTC,omitempty"`
}
