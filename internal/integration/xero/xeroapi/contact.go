package xeroapi

// Contact is a customer or supplier. Zero fields are not written, so Xero keeps
// what it has; name a field in Clear to empty it. A collection that is written
// replaces the old one; nil collections are not written.
// https://developer.xero.com/documentation/api/accounting/contacts
type Contact struct {
	ContactID                 string          `json:",omitempty"`
	ContactNumber             string          `json:",omitempty"` // ours, at most 50 characters; "Contact Code" on Xero's pages
	AccountNumber             string          `json:",omitempty"` // at most 50
	ContactStatus             string          `json:",omitempty"` // ACTIVE, ARCHIVED, GDPRREQUEST
	Name                      string          `json:",omitempty"` // at most 255, one active contact each
	FirstName                 string          `json:",omitempty"`
	LastName                  string          `json:",omitempty"`
	EmailAddress              string          `json:",omitempty"`
	CompanyNumber             string          `json:",omitempty"`
	TaxNumber                 string          `json:",omitempty"` // the ABN in Australia
	AccountsReceivableTaxType string          `json:",omitempty"`
	Addresses                 []Address       `json:",omitzero"`
	Phones                    []Phone         `json:",omitzero"`
	ContactPersons            []ContactPerson `json:",omitzero"` // at most 5
	DefaultCurrency           string          `json:",omitempty"`
	PaymentTerms              PaymentTerms    `json:",omitzero"`
	SalesDefaultAccountCode   string          `json:",omitempty"`

	// Set by Xero.
	MergedToContactID string   `json:",omitempty"`
	IsCustomer        bool     `json:",omitempty"`
	IsSupplier        bool     `json:",omitempty"`
	Balances          Balances `json:",omitzero"`
	UpdatedDateUTC    Time     `json:",omitzero"`

	Clear []string `json:"-"` // text fields to empty: "EmailAddress"
}

// Address of a contact. A written address replaces the old one of its type.
type Address struct {
	AddressType  string `json:",omitempty"` // POBOX (bills go there), STREET
	AddressLine1 string `json:",omitempty"` // lines have at most 500 characters
	AddressLine2 string `json:",omitempty"`
	AddressLine3 string `json:",omitempty"`
	AddressLine4 string `json:",omitempty"`
	City         string `json:",omitempty"`
	Region       string `json:",omitempty"`
	PostalCode   string `json:",omitempty"`
	Country      string `json:",omitempty"`
	AttentionTo  string `json:",omitempty"`
}

// Phone of a contact.
type Phone struct {
	PhoneType        string `json:",omitempty"` // DEFAULT, DDI, MOBILE, FAX, OFFICE
	PhoneNumber      string `json:",omitempty"`
	PhoneAreaCode    string `json:",omitempty"`
	PhoneCountryCode string `json:",omitempty"`
}

// ContactPerson is a further person at a contact.
type ContactPerson struct {
	FirstName       string `json:",omitempty"`
	LastName        string `json:",omitempty"`
	EmailAddress    string `json:",omitempty"`
	IncludeInEmails bool
}

// PaymentTerms says when documents fall due.
type PaymentTerms struct {
	Bills PaymentTerm `json:",omitzero"`
	Sales PaymentTerm `json:",omitzero"`
}

// PaymentTerm is a number of days or a day of the month, by its Type.
type PaymentTerm struct {
	Day  int
	Type string `json:",omitempty"` // DAYSAFTERBILLDATE, DAYSAFTERBILLMONTH, OFCURRENTMONTH, OFFOLLOWINGMONTH
}

// Balances is what a contact owes and is owed.
type Balances struct {
	AccountsReceivable Balance `json:",omitzero"`
	AccountsPayable    Balance `json:",omitzero"`
}

// Balance is one side of Balances, in the organisation's base currency.
type Balance struct {
	Outstanding Money
	Overdue     Money
}

// MarshalJSON writes the contact with the fields of Clear empty.
func (c Contact) MarshalJSON() ([]byte, error) {
	type plain Contact
	return encodeCleared(plain(c), c.Clear, contactClearable)
}

func contactClearable(field string) bool {
	switch field {
	case "AccountNumber", "FirstName", "LastName", "EmailAddress", "CompanyNumber", "TaxNumber",
		"AccountsReceivableTaxType", "DefaultCurrency", "SalesDefaultAccountCode":
		return true
	}
	return false
}

func (c Contact) forWrite() Contact {
	c.MergedToContactID, c.IsCustomer, c.IsSupplier = "", false, false
	c.Balances, c.UpdatedDateUTC = Balances{}, Time{}
	return c
}

// reference is the contact inside a document. Any field but the id would edit
// the contact.
func (c Contact) reference() Contact {
	if c.ContactID != "" {
		return Contact{ContactID: c.ContactID}
	}
	if c.ContactNumber != "" {
		return Contact{ContactNumber: c.ContactNumber}
	}
	return Contact{Name: c.Name}
}
