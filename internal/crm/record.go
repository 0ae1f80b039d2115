package crm

import "time"

// Organisation is one business. Nothing about its country is fixed in code.
type Organisation struct {
	ID            OrgID
	Name          string
	Currency      Currency // what it sells in
	TimeZone      string   // IANA name, such as Australia/Sydney
	Country       string   // ISO 3166 code
	TermsDays     int      // days until an invoice is due
	YearStart     time.Month
	InvoicePrefix string // before the number of an invoice, such as INV-
	OrderPrefix   string
	CreditPrefix  string // before the number of a credit note; empty: DefaultCreditPrefix
	CreatedAt     time.Time
}

// Location is the organisation's time zone, or UTC when it is unknown.
func (o Organisation) Location() *time.Location {
	loc, err := time.LoadLocation(o.TimeZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// User is a person who signs in.
type User struct {
	ID        UserID
	Email     string // lower case
	Name      string
	CreatedAt time.Time
}

// Customer is a business or person that buys.
type Customer struct {
	ID               CustomerID
	OrgID            OrgID
	Number           string // ours, without gaps, such as C-00042
	Name             string // trading name, unique among active customers
	LegalName        string
	ABN              string // eleven digits, or empty
	Email            string
	Phone            string
	TermsDays        *int // nil: the organisation's
	MarketingConsent bool
	ArchivedAt       *time.Time
	Version          int64 // grows with every change
	CreatedAt        time.Time
	UpdatedAt        time.Time
	Contacts         []Contact
	Addresses        []Address
}

// Contact is a person at a customer.
type Contact struct {
	ID        ContactID
	FirstName string
	LastName  string
	Email     string
	Phone     string
	Position  int // order on the page, from 0
}

// AddressKind says what an address is for.
type AddressKind string

// The kinds of address.
const (
	Postal AddressKind = "postal"
	Street AddressKind = "street"
)

// Address is where a customer is.
type Address struct {
	ID         AddressID
	Kind       AddressKind
	Line1      string
	Line2      string
	City       string
	Region     string
	PostalCode string
	Country    string
}

// Product is something that is sold.
type Product struct {
	ID        ProductID
	OrgID     OrgID
	SKU       string
	Name      string
	Price     Price // without tax
	TaxClass  TaxClass
	Active    bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

// LineKind says what a line stands for.
type LineKind string

// The kinds of line. A discount on the whole document and its shipping are
// lines of their own, because that is how accounting sees them.
const (
	Item     LineKind = "item"
	Shipping LineKind = "shipping"
	Discount LineKind = "discount" // a negative amount
)

// Line is one line of an order or invoice.
type Line struct {
	ID              LineID
	ProductID       *ProductID
	Position        int // from 0
	Kind            LineKind
	Description     string
	Quantity        Quantity
	UnitPrice       Price      // without tax
	DiscountPercent Percent    // used when DiscountAmount is zero
	DiscountAmount  MinorUnits // taken off the line, without tax
	TaxClass        TaxClass
	Net             MinorUnits // computed, see Totals
	Tax             MinorUnits // computed
}

// Order is what a customer asked for.
type Order struct {
	ID         OrderID
	OrgID      OrgID
	Number     string
	CustomerID CustomerID
	State      OrderState
	Currency   Currency
	Reference  string // the customer's, such as a purchase order number
	OrderedOn  Day
	Notes      string
	Totals     Totals
	Version    int64
	ShippedAt  *time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Lines      []Line
}

// Invoice is what a customer owes.
type Invoice struct {
	ID         InvoiceID
	OrgID      OrgID
	Number     string // given when it is issued; empty on a draft
	CustomerID CustomerID
	OrderID    *OrderID
	State      InvoiceState
	Currency   Currency
	Reference  string
	IssuedOn   Day
	DueOn      Day
	Totals     Totals
	Paid       MinorUnits
	Credited   MinorUnits
	PaidOn     *Day // the day it was settled
	Version    int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Lines      []Line
}

// Due is what is still owed.
func (i Invoice) Due() MinorUnits { return i.Totals.Total - i.Paid - i.Credited }

// PaymentSource says where a payment was first recorded.
type PaymentSource string

// The sources of payments.
const (
	FromRenoz PaymentSource = "renoz"
	FromXero  PaymentSource = "xero"
)

// Payment is money received for an invoice.
type Payment struct {
	ID         PaymentID
	OrgID      OrgID
	InvoiceID  InvoiceID
	Number     string // ours; the natural key by which a service's copy is found
	Amount     MinorUnits
	PaidOn     Day
	Method     string
	Reference  string
	Source     PaymentSource
	ReversedAt *time.Time
	Version    int64
	CreatedAt  time.Time
}
