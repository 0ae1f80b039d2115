package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// CustomerFilter says which customers a list shows.
type CustomerFilter struct {
	Search string // in name, legal name, number, e-mail address and ABN
	State  string // active, archived, or empty for both
	After  string // Next of the page before
	Limit  int    // zero: 50; at most 200
}

// CustomerRow is a customer in a list.
type CustomerRow struct {
	ID         crm.CustomerID
	Number     string
	Name       string
	Email      string
	Phone      string
	ABN        string
	ArchivedAt *time.Time
	LinkState  string // of the link to Xero; empty when there is none
	RemoteID   string // in Xero
	nameKey    string
}

// NameKey is the form of a name in which two customers' names are compared.
func NameKey(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// Customer is a customer with contacts and addresses. It returns an Error of
// kind NotFound when the organisation has no such customer.
func (r Reader) Customer(ctx context.Context, org crm.OrgID, id crm.CustomerID) (crm.Customer, error) {
	row, err := r.q.Customer(ctx, org, id)
	if err != nil {
		return crm.Customer{}, notFound(err, "customer")
	}
	return r.withPeople(ctx, customerOf(row))
}

// CustomerNamed is the active customer of that name, if there is one, without
// contacts and addresses.
func (r Reader) CustomerNamed(ctx context.Context, org crm.OrgID, name string) (_ crm.Customer, found bool, err error) {
	rows, err := r.q.CustomersNamed(ctx, org, NameKey(name))
	if err != nil {
		return crm.Customer{}, false, fmt.Errorf("look for a customer by name: %w", err)
	}
	if len(rows) == 0 {
		return crm.Customer{}, false, nil
	}
	return customerOf(rows[0]), true, nil
}

// Customers is a page of customers by name.
func (r Reader) Customers(ctx context.Context, org crm.OrgID, f CustomerFilter) (Page[CustomerRow], error) {
	keys, err := parseCursor(f.After, 2)
	if err != nil {
		return Page[CustomerRow]{}, err
	}
	after, err := parseIDCursor[crm.Customer](keys[1], uuid.Nil)
	if err != nil {
		return Page[CustomerRow]{}, err
	}
	size := limit(f.Limit)
	rows, err := r.q.Customers(ctx, db.CustomersParams{OrgID: org, AfterName: keys[0], AfterID: after, Pattern: contains(f.Search), State: f.State, MaxRows: size + 1})
	if err != nil {
		return Page[CustomerRow]{}, fmt.Errorf("list customers: %w", err)
	}
	return page(each(rows, customerRow), size, func(c CustomerRow) string { return cursorOf(c.nameKey, c.ID.String()) }), nil
}

// CustomersAfter are up to max customers, at most 1,000, with their contacts
// and addresses in the order in which they were made, archived ones too, for
// work that goes through all of them. The zero id asks for the first.
func (r Reader) CustomersAfter(ctx context.Context, org crm.OrgID, after crm.CustomerID, max int) ([]crm.Customer, error) {
	rows, err := r.q.CustomersAfter(ctx, org, after, batch(max))
	if err != nil {
		return nil, fmt.Errorf("go through customers: %w", err)
	}
	customers := each(rows, customerOf)
	for i := range customers {
		if customers[i], err = r.withPeople(ctx, customers[i]); err != nil {
			return nil, err
		}
	}
	return customers, nil
}

// CustomerKeys is what a customer is known by.
type CustomerKeys struct {
	ID       crm.CustomerID
	Number   string
	Name     string
	ABN      string
	Email    string
	Archived bool
}

// CustomerKeysAfter are the keys of up to max customers, at most 1,000, in the
// order in which they were made, archived ones too. The zero id asks for the
// first.
func (r Reader) CustomerKeysAfter(ctx context.Context, org crm.OrgID, after crm.CustomerID, max int) ([]CustomerKeys, error) {
	rows, err := r.q.CustomerKeysAfter(ctx, org, after, batch(max))
	if err != nil {
		return nil, fmt.Errorf("read what customers are known by: %w", err)
	}
	return each(rows, func(row db.CustomerKeysAfterRow) CustomerKeys {
		return CustomerKeys{row.ID, row.Number, row.Name, row.ABN, row.Email, row.ArchivedAt != nil}
	}), nil
}

func (r Reader) withPeople(ctx context.Context, c crm.Customer) (crm.Customer, error) {
	contacts, err := r.q.ContactsOf(ctx, c.OrgID, c.ID)
	if err != nil {
		return crm.Customer{}, fmt.Errorf("read the contacts of a customer: %w", err)
	}
	addresses, err := r.q.AddressesOf(ctx, c.OrgID, c.ID)
	if err != nil {
		return crm.Customer{}, fmt.Errorf("read the addresses of a customer: %w", err)
	}
	c.Contacts, c.Addresses = each(contacts, contactOf), each(addresses, addressOf)
	return c, nil
}

// InsertCustomer keeps a new customer with contacts and addresses.
func (t *Tx) InsertCustomer(ctx context.Context, c crm.Customer) error {
	err := t.q.InsertCustomer(ctx, db.InsertCustomerParams{
		ID: c.ID, OrgID: c.OrgID, Number: c.Number, Name: c.Name, NameKey: NameKey(c.Name), LegalName: c.LegalName, ABN: c.ABN,
		Email: c.Email, Phone: c.Phone, TermsDays: wide(c.TermsDays), MarketingConsent: c.MarketingConsent,
		ArchivedAt: instant.Maybe(c.ArchivedAt), Version: c.Version, CreatedAt: instant.At(c.CreatedAt), UpdatedAt: instant.At(c.UpdatedAt),
	})
	if err != nil {
		return fmt.Errorf("keep a new customer: %w", err)
	}
	return t.insertPeople(ctx, c)
}

// UpdateCustomer changes a customer whose version is still c.Version, which
// grows by one. It returns an Error of kind Conflict when it is not.
func (t *Tx) UpdateCustomer(ctx context.Context, c crm.Customer) error {
	n, err := t.q.UpdateCustomer(ctx, db.UpdateCustomerParams{
		ID: c.ID, OrgID: c.OrgID, Name: c.Name, NameKey: NameKey(c.Name), LegalName: c.LegalName, ABN: c.ABN,
		Email: c.Email, Phone: c.Phone, TermsDays: wide(c.TermsDays), MarketingConsent: c.MarketingConsent,
		ArchivedAt: instant.Maybe(c.ArchivedAt), Version: c.Version, UpdatedAt: instant.At(c.UpdatedAt),
	})
	if err := changed(n, err, "customer"); err != nil {
		return err
	}
	if err := t.q.DeleteContactsOf(ctx, c.OrgID, c.ID); err != nil {
		return fmt.Errorf("replace the contacts of a customer: %w", err)
	}
	if err := t.q.DeleteAddressesOf(ctx, c.OrgID, c.ID); err != nil {
		return fmt.Errorf("replace the addresses of a customer: %w", err)
	}
	return t.insertPeople(ctx, c)
}

func (t *Tx) insertPeople(ctx context.Context, c crm.Customer) error {
	for _, p := range c.Contacts {
		err := t.q.InsertContact(ctx, db.InsertContactParams{
			ID: p.ID, OrgID: c.OrgID, CustomerID: c.ID, FirstName: p.FirstName, LastName: p.LastName, Email: p.Email, Phone: p.Phone, Position: int64(p.Position)})
		if err != nil {
			return fmt.Errorf("keep a contact: %w", err)
		}
	}
	for _, a := range c.Addresses {
		err := t.q.InsertAddress(ctx, db.InsertAddressParams{
			ID: a.ID, OrgID: c.OrgID, CustomerID: c.ID, Kind: a.Kind, Line1: a.Line1, Line2: a.Line2,
			City: a.City, Region: a.Region, PostalCode: a.PostalCode, Country: a.Country})
		if err != nil {
			return fmt.Errorf("keep an address: %w", err)
		}
	}
	return nil
}

func customerOf(row db.Customer) crm.Customer {
	return crm.Customer{
		ID: row.ID, OrgID: row.OrgID, Number: row.Number, Name: row.Name, LegalName: row.LegalName, ABN: row.ABN,
		Email: row.Email, Phone: row.Phone, TermsDays: narrow(row.TermsDays), MarketingConsent: row.MarketingConsent,
		ArchivedAt: row.ArchivedAt.Std(), Version: row.Version, CreatedAt: row.CreatedAt.Time, UpdatedAt: row.UpdatedAt.Time,
	}
}

func customerRow(row db.CustomersRow) CustomerRow {
	return CustomerRow{
		ID: row.ID, Number: row.Number, Name: row.Name, Email: row.Email, Phone: row.Phone, ABN: row.ABN,
		ArchivedAt: row.ArchivedAt.Std(), LinkState: row.LinkState, RemoteID: row.RemoteID, nameKey: row.NameKey,
	}
}

func contactOf(row db.Contact) crm.Contact {
	return crm.Contact{ID: row.ID, FirstName: row.FirstName, LastName: row.LastName, Email: row.Email, Phone: row.Phone, Position: int(row.Position)}
}

func addressOf(row db.Address) crm.Address {
	return crm.Address{
		ID: row.ID, Kind: row.Kind, Line1: row.Line1, Line2: row.Line2,
		City: row.City, Region: row.Region, PostalCode: row.PostalCode, Country: row.Country,
	}
}
