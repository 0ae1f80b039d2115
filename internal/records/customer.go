package records

import (
	"context"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// CustomerInput is what people and programs enter for a customer. Spaces at
// the ends, in an ABN and doubled in a name do not count.
type CustomerInput struct {
	Name             string         `json:"name"`
	LegalName        string         `json:"legal_name,omitempty"`
	ABN              string         `json:"abn,omitempty"`
	Email            string         `json:"email,omitempty"`
	Phone            string         `json:"phone,omitempty"`
	TermsDays        *int           `json:"terms_days,omitempty"` // nil: the organisation's
	MarketingConsent bool           `json:"marketing_consent,omitempty"`
	Contacts         []ContactInput `json:"contacts,omitempty"`  // all of them, in order
	Addresses        []AddressInput `json:"addresses,omitempty"` // all of them
}

// ContactInput is a person at a customer.
type ContactInput struct {
	ID        crm.ContactID `json:"id,omitzero"` // of one that is there; zero: a new one
	FirstName string        `json:"first_name,omitempty"`
	LastName  string        `json:"last_name,omitempty"`
	Email     string        `json:"email,omitempty"`
	Phone     string        `json:"phone,omitempty"`
}

// AddressInput is where a customer is.
type AddressInput struct {
	ID         crm.AddressID   `json:"id,omitzero"` // of one that is there; zero: a new one
	Kind       crm.AddressKind `json:"kind"`        // postal or street
	Line1      string          `json:"line1"`
	Line2      string          `json:"line2,omitempty"`
	City       string          `json:"city,omitempty"`
	Region     string          `json:"region,omitempty"`
	PostalCode string          `json:"postal_code,omitempty"`
	Country    string          `json:"country,omitempty"` // ISO 3166 code
}

// CustomerInputOf is the input that would leave a customer as it is, for forms
// and for changes of a few fields.
func CustomerInputOf(c crm.Customer) CustomerInput {
	in := CustomerInput{
		Name: c.Name, LegalName: c.LegalName, ABN: c.ABN, Email: c.Email, Phone: c.Phone,
		TermsDays: c.TermsDays, MarketingConsent: c.MarketingConsent,
	}
	for _, p := range c.Contacts {
		in.Contacts = append(in.Contacts, ContactInput{p.ID, p.FirstName, p.LastName, p.Email, p.Phone})
	}
	for _, a := range c.Addresses {
		in.Addresses = append(in.Addresses, AddressInput(a))
	}
	return in
}

// Customer is one customer. It returns an Error of kind NotFound when there is
// no such customer.
func (b *Book) Customer(ctx context.Context, id crm.CustomerID) (crm.Customer, error) {
	return read(ctx, b, customersView, func(org crm.OrgID) (crm.Customer, error) { return b.store.Customer(ctx, org, id) })
}

// Customers is a page of customers by name.
func (b *Book) Customers(ctx context.Context, f store.CustomerFilter) (store.Page[store.CustomerRow], error) {
	return read(ctx, b, customersView, func(org crm.OrgID) (store.Page[store.CustomerRow], error) {
		return b.store.Customers(ctx, org, f)
	})
}

// CreateCustomer adds a customer and numbers it. It returns an Error of kind
// Invalid for what was entered, and of kind Conflict when an active customer
// has the name.
func (b *Book) CreateCustomer(ctx context.Context, in CustomerInput) (crm.Customer, error) {
	return change(ctx, b, customersEdit, func(w Work) (crm.Customer, error) { return w.CreateCustomer(ctx, in) })
}

// UpdateCustomer changes the version of a customer that the caller saw. It
// returns the errors of CreateCustomer, and one of kind Conflict when the
// customer has changed since.
func (b *Book) UpdateCustomer(ctx context.Context, id crm.CustomerID, version int64, in CustomerInput) (crm.Customer, error) {
	return change(ctx, b, customersEdit, func(w Work) (crm.Customer, error) { return w.UpdateCustomer(ctx, id, version, in) })
}

// ArchiveCustomer takes a customer out of choices and lists. It returns an
// Error of kind Conflict when it already is.
func (b *Book) ArchiveCustomer(ctx context.Context, id crm.CustomerID) (crm.Customer, error) {
	return change(ctx, b, customersEdit, func(w Work) (crm.Customer, error) { return w.ArchiveCustomer(ctx, id) })
}

// RestoreCustomer undoes ArchiveCustomer. It returns an Error of kind Conflict
// when another active customer has taken the name.
func (b *Book) RestoreCustomer(ctx context.Context, id crm.CustomerID) (crm.Customer, error) {
	return change(ctx, b, customersEdit, func(w Work) (crm.Customer, error) { return w.RestoreCustomer(ctx, id) })
}

// CreateCustomer is Book.CreateCustomer inside a transaction.
func (w Work) CreateCustomer(ctx context.Context, in CustomerInput) (crm.Customer, error) {
	now := w.book.now()
	c := crm.Customer{ID: crm.NewID[crm.Customer](), OrgID: w.by.Org, Version: 1, CreatedAt: now, UpdatedAt: now}
	in.fill(&c)
	if err := c.Validate(); err != nil {
		return crm.Customer{}, err
	}
	if err := w.nameFree(ctx, c); err != nil {
		return crm.Customer{}, err
	}
	n, err := w.tx.NextNumber(ctx, w.by.Org, store.CustomerNumbers)
	if err != nil {
		return crm.Customer{}, err
	}
	c.Number = crm.FormatNumber(crm.CustomerPrefix, n)
	if err := w.tx.InsertCustomer(ctx, c); err != nil {
		return crm.Customer{}, err
	}
	if err := w.noteConsent(ctx, false, c); err != nil {
		return crm.Customer{}, err
	}
	return c, w.publish(ctx, ofCustomer(c), crm.Created, "Added the customer.")
}

// UpdateCustomer is Book.UpdateCustomer inside a transaction.
func (w Work) UpdateCustomer(ctx context.Context, id crm.CustomerID, version int64, in CustomerInput) (crm.Customer, error) {
	before, err := w.tx.Customer(ctx, w.by.Org, id)
	if err != nil {
		return crm.Customer{}, err
	}
	c := before
	in.fill(&c)
	if err := c.Validate(); err != nil {
		return crm.Customer{}, err
	}
	if c.ArchivedAt == nil && store.NameKey(c.Name) != store.NameKey(before.Name) {
		if err := w.nameFree(ctx, c); err != nil {
			return crm.Customer{}, err
		}
	}
	c.Version = version
	c, err = w.saveCustomer(ctx, c, crm.Updated, customerDifference(before, c))
	if err != nil {
		return crm.Customer{}, err
	}
	return c, w.noteConsent(ctx, before.MarketingConsent, c)
}

// ArchiveCustomer is Book.ArchiveCustomer inside a transaction.
func (w Work) ArchiveCustomer(ctx context.Context, id crm.CustomerID) (crm.Customer, error) {
	c, err := w.tx.Customer(ctx, w.by.Org, id)
	if err != nil {
		return crm.Customer{}, err
	}
	if c.ArchivedAt != nil {
		return crm.Customer{}, crm.Errorf(crm.Conflict, "The customer is already archived.")
	}
	now := w.book.now()
	c.ArchivedAt = &now
	return w.saveCustomer(ctx, c, crm.Archived, "Archived the customer.")
}

// RestoreCustomer is Book.RestoreCustomer inside a transaction.
func (w Work) RestoreCustomer(ctx context.Context, id crm.CustomerID) (crm.Customer, error) {
	c, err := w.tx.Customer(ctx, w.by.Org, id)
	if err != nil {
		return crm.Customer{}, err
	}
	if c.ArchivedAt == nil {
		return crm.Customer{}, crm.Errorf(crm.Conflict, "The customer is not archived.")
	}
	c.ArchivedAt = nil
	if err := w.nameFree(ctx, c); err != nil {
		return crm.Customer{}, err
	}
	return w.saveCustomer(ctx, c, crm.Restored, "Restored the customer.")
}

func (w Work) saveCustomer(ctx context.Context, c crm.Customer, what crm.ChangeKind, detail string) (crm.Customer, error) {
	c.UpdatedAt = w.book.now()
	if err := w.tx.UpdateCustomer(ctx, c); err != nil {
		return crm.Customer{}, err
	}
	c.Version++
	return c, w.publish(ctx, ofCustomer(c), what, detail)
}

// nameFree holds the names of customers still and looks whether another active
// one has the name.
func (w Work) nameFree(ctx context.Context, c crm.Customer) error {
	if err := w.tx.LockNumbers(ctx, w.by.Org, store.CustomerNumbers); err != nil {
		return err
	}
	other, found, err := w.tx.CustomerNamed(ctx, w.by.Org, c.Name)
	if err != nil || !found || other.ID == c.ID {
		return err
	}
	return nameIsTaken(other.Number, other.Name)
}

func nameIsTaken(number, name string) error {
	taken := crm.Errorf(crm.Conflict, "Customer %s is already called %s; choose another name or archive that customer.", number, name)
	taken.Fields = map[string]string{"name": "Customer " + number + " has this name."}
	return taken
}

// fill writes the input over a customer.
func (in CustomerInput) fill(c *crm.Customer) {
	c.Name, c.LegalName, c.Phone = oneSpace(in.Name), oneSpace(in.LegalName), strings.TrimSpace(in.Phone)
	c.Email = email(in.Email)
	c.ABN = strings.TrimSpace(in.ABN)
	if abn, err := crm.ParseABN(in.ABN); err == nil {
		c.ABN = abn
	}
	c.TermsDays, c.MarketingConsent = in.TermsDays, in.MarketingConsent
	c.Contacts, c.Addresses = in.contacts(c.Contacts), in.addresses(c.Addresses)
}

// contacts keeps the ids of contacts that were there.
func (in CustomerInput) contacts(before []crm.Contact) []crm.Contact {
	free := make(map[crm.ContactID]bool, len(before))
	for _, p := range before {
		free[p.ID] = true
	}
	contacts := make([]crm.Contact, len(in.Contacts))
	for i, p := range in.Contacts {
		id := p.ID
		if !free[id] {
			id = crm.NewID[crm.Contact]()
		}
		delete(free, id)
		contacts[i] = crm.Contact{
			ID: id, FirstName: oneSpace(p.FirstName), LastName: oneSpace(p.LastName),
			Email: email(p.Email), Phone: strings.TrimSpace(p.Phone), Position: i,
		}
	}
	return contacts
}

// addresses keeps the ids of addresses that were there.
func (in CustomerInput) addresses(before []crm.Address) []crm.Address {
	free := make(map[crm.AddressID]bool, len(before))
	for _, a := range before {
		free[a.ID] = true
	}
	addresses := make([]crm.Address, len(in.Addresses))
	for i, a := range in.Addresses {
		id := a.ID
		if !free[id] {
			id = crm.NewID[crm.Address]()
		}
		delete(free, id)
		addresses[i] = crm.Address{
			ID: id, Kind: a.Kind, Line1: strings.TrimSpace(a.Line1), Line2: strings.TrimSpace(a.Line2), City: strings.TrimSpace(a.City),
			Region: strings.TrimSpace(a.Region), PostalCode: strings.TrimSpace(a.PostalCode), Country: strings.ToUpper(strings.TrimSpace(a.Country)),
		}
	}
	return addresses
}

// email is an address as it is kept; what cannot be read stays for Validate to
// complain about.
func email(text string) string {
	if address, err := crm.ParseEmail(text); err == nil {
		return address
	}
	return strings.TrimSpace(text)
}

func oneSpace(text string) string { return strings.Join(strings.Fields(text), " ") }

func ofCustomer(c crm.Customer) subject {
	return subject{crm.CustomerRecord, c.ID.UUID, c.Name, c.Version}
}
