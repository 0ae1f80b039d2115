package api

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// Customer is a business or person that buys.
type Customer struct {
	ID               crm.CustomerID `json:"id" format:"uuid"`
	Number           string         `json:"number" example:"C-00042"`
	Name             string         `json:"name" doc:"Trading name, unique among active customers."`
	LegalName        string         `json:"legal_name"`
	ABN              string         `json:"abn" doc:"Eleven digits, or empty."`
	Email            string         `json:"email"`
	Phone            string         `json:"phone"`
	TermsDays        *int           `json:"terms_days" doc:"Days until an invoice is due; null: the organisation's."`
	MarketingConsent bool           `json:"marketing_consent"`
	Contacts         []Contact      `json:"contacts" nullable:"false"`
	Addresses        []Address      `json:"addresses" nullable:"false"`
	ArchivedAt       *time.Time     `json:"archived_at,omitempty"`
	CreatedAt        time.Time      `json:"created_at"`
	UpdatedAt        time.Time      `json:"updated_at"`
	Version          int64          `json:"version"`
}

// Contact is a person at a customer.
type Contact struct {
	ID        *crm.ContactID `json:"id,omitempty" format:"uuid" doc:"Of one that is there; left out for a new one."`
	FirstName string         `json:"first_name,omitempty"`
	LastName  string         `json:"last_name,omitempty"`
	Email     string         `json:"email,omitempty"`
	Phone     string         `json:"phone,omitempty"`
}

// Address is where a customer is.
type Address struct {
	ID         *crm.AddressID `json:"id,omitempty" format:"uuid" doc:"Of one that is there; left out for a new one."`
	Kind       string         `json:"kind" enum:"postal,street"`
	Line1      string         `json:"line1"`
	Line2      string         `json:"line2,omitempty"`
	City       string         `json:"city,omitempty"`
	Region     string         `json:"region,omitempty"`
	PostalCode string         `json:"postal_code,omitempty"`
	Country    string         `json:"country,omitempty" doc:"ISO 3166 code." example:"AU"`
}

// CustomerItem is a customer in a list.
type CustomerItem struct {
	ID         crm.CustomerID `json:"id" format:"uuid"`
	Number     string         `json:"number"`
	Name       string         `json:"name"`
	Email      string         `json:"email"`
	Phone      string         `json:"phone"`
	ABN        string         `json:"abn"`
	ArchivedAt *time.Time     `json:"archived_at,omitempty"`
	Xero       *Remote        `json:"xero,omitempty"`
}

// Remote is what a record is in Xero.
type Remote struct {
	State string `json:"state" enum:"synced,pending,sending,unknown,blocked,rejected,dead,dismissed"`
	ID    string `json:"id,omitempty" doc:"Of the record in Xero."`
}

func remote(state, id string) *Remote {
	if state == "" {
		return nil
	}
	return &Remote{state, id}
}

// CustomerInput is a customer to add.
type CustomerInput struct {
	Name             string    `json:"name"`
	LegalName        string    `json:"legal_name,omitempty"`
	ABN              string    `json:"abn,omitempty"`
	Email            string    `json:"email,omitempty"`
	Phone            string    `json:"phone,omitempty"`
	TermsDays        *int      `json:"terms_days,omitempty" doc:"Days until an invoice is due; left out: the organisation's."`
	MarketingConsent bool      `json:"marketing_consent,omitempty"`
	Contacts         []Contact `json:"contacts,omitempty" nullable:"false"`
	Addresses        []Address `json:"addresses,omitempty" nullable:"false"`
}

// CustomerChange is what to change; what is left out stays.
type CustomerChange struct {
	Name             Clearable[string]    `json:"name,omitempty"`
	LegalName        Clearable[string]    `json:"legal_name,omitempty"`
	ABN              Clearable[string]    `json:"abn,omitempty"`
	Email            Clearable[string]    `json:"email,omitempty"`
	Phone            Clearable[string]    `json:"phone,omitempty"`
	TermsDays        Clearable[int]       `json:"terms_days,omitempty" doc:"null: the organisation's."`
	MarketingConsent Clearable[bool]      `json:"marketing_consent,omitempty"`
	Contacts         Clearable[[]Contact] `json:"contacts,omitempty" doc:"All of them, in order."`
	Addresses        Clearable[[]Address] `json:"addresses,omitempty" doc:"All of them."`
}

type customerPath struct {
	ID crm.CustomerID `path:"id" format:"uuid"`
}

type customerQuery struct {
	Paging
	Q     string `query:"q" maxLength:"200" doc:"In name, legal name, number, e-mail address and ABN."`
	State string `query:"state" enum:"active,archived" doc:"Both when left out."`
}

func (t *table) customers() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Customers"}
	}
	made := row("create-customer", http.MethodPost, "/customers", auth.CustomersEdit, "Add a customer")
	made.status = http.StatusCreated
	add(t, row("list-customers", http.MethodGet, "/customers", auth.CustomersView, "List customers by name"), t.listCustomers)
	add(t, made, t.createCustomer)
	add(t, row("get-customer", http.MethodGet, "/customers/{id}", auth.CustomersView, "Read a customer"), t.getCustomer)
	add(t, row("change-customer", http.MethodPatch, "/customers/{id}", auth.CustomersEdit, "Change a customer"), t.changeCustomer)
	add(t, row("archive-customer", http.MethodPost, "/customers/{id}/archive", auth.CustomersEdit, "Take a customer out of lists and choices"), t.archiveCustomer)
	add(t, row("restore-customer", http.MethodPost, "/customers/{id}/restore", auth.CustomersEdit, "Bring an archived customer back"), t.restoreCustomer)
}

func (a *API) listCustomers(ctx context.Context, in *customerQuery) (*listed[CustomerItem], error) {
	p, err := a.book.Customers(ctx, store.CustomerFilter{Search: in.Q, State: in.State, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, func(r store.CustomerRow) CustomerItem {
		return CustomerItem{r.ID, r.Number, r.Name, r.Email, r.Phone, r.ABN, r.ArchivedAt, remote(r.LinkState, r.RemoteID)}
	}), nil
}

func (a *API) getCustomer(ctx context.Context, in *customerPath) (*versioned[Customer], error) {
	c, err := a.book.Customer(ctx, in.ID)
	return a.customer(showCustomer(c), err)
}

func (a *API) customer(c Customer, err error) (*versioned[Customer], error) {
	if err != nil {
		return nil, err
	}
	return &versioned[Customer]{ETag: versionTag(c.Version), Body: c}, nil
}

func (a *API) createCustomer(ctx context.Context, in *struct{ Body CustomerInput }) (*made[Customer], error) {
	b := in.Body
	input := records.CustomerInput{
		Name: b.Name, LegalName: b.LegalName, ABN: b.ABN, Email: b.Email, Phone: b.Phone, TermsDays: b.TermsDays,
		MarketingConsent: b.MarketingConsent, Contacts: contactInputs(b.Contacts), Addresses: addressInputs(b.Addresses),
	}
	c, err := take(ctx, a, step[crm.Customer, Customer]{auth.CustomersEdit, http.StatusCreated,
		func(w records.Work) (crm.Customer, error) { return w.CreateCustomer(ctx, input) }, showCustomer})
	if err != nil {
		return nil, err
	}
	return &made[Customer]{versionTag(c.Version), madeAt(prefix+"/customers", c.ID.String()), c}, nil
}

func (a *API) archiveCustomer(ctx context.Context, in *customerPath) (*versioned[Customer], error) {
	return a.customer(take(ctx, a, step[crm.Customer, Customer]{auth.CustomersEdit, http.StatusOK,
		func(w records.Work) (crm.Customer, error) { return w.ArchiveCustomer(ctx, in.ID) }, showCustomer}))
}

func (a *API) restoreCustomer(ctx context.Context, in *customerPath) (*versioned[Customer], error) {
	return a.customer(take(ctx, a, step[crm.Customer, Customer]{auth.CustomersEdit, http.StatusOK,
		func(w records.Work) (crm.Customer, error) { return w.RestoreCustomer(ctx, in.ID) }, showCustomer}))
}

func (a *API) changeCustomer(ctx context.Context, in *struct {
	ID crm.CustomerID `path:"id" format:"uuid"`
	IfMatch
	Body CustomerChange
}) (*versioned[Customer], error) {
	c, err := a.book.Customer(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.meets(c.Version); err != nil {
		return nil, err
	}
	c, err = a.book.UpdateCustomer(ctx, in.ID, c.Version, in.Body.over(records.CustomerInputOf(c)))
	return a.customer(showCustomer(c), in.raced(err, func() (int64, error) {
		now, err := a.book.Customer(ctx, in.ID)
		return now.Version, err
	}))
}

// over writes what was sent over the input that would leave the customer as is.
func (b CustomerChange) over(in records.CustomerInput) records.CustomerInput {
	b.Name.set(&in.Name, "")
	b.LegalName.set(&in.LegalName, "")
	b.ABN.set(&in.ABN, "")
	b.Email.set(&in.Email, "")
	b.Phone.set(&in.Phone, "")
	b.MarketingConsent.set(&in.MarketingConsent, false)
	if b.TermsDays.sent {
		in.TermsDays = b.TermsDays.value
	}
	if b.Contacts.sent {
		in.Contacts = contactInputs(b.Contacts.or(nil))
	}
	if b.Addresses.sent {
		in.Addresses = addressInputs(b.Addresses.or(nil))
	}
	return in
}

func showCustomer(c crm.Customer) Customer {
	out := Customer{
		ID: c.ID, Number: c.Number, Name: c.Name, LegalName: c.LegalName, ABN: c.ABN, Email: c.Email, Phone: c.Phone, TermsDays: c.TermsDays,
		MarketingConsent: c.MarketingConsent, ArchivedAt: c.ArchivedAt, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Version: c.Version,
		Contacts: make([]Contact, len(c.Contacts)), Addresses: make([]Address, len(c.Addresses)),
	}
	for i, p := range c.Contacts {
		out.Contacts[i] = Contact{&p.ID, p.FirstName, p.LastName, p.Email, p.Phone}
	}
	for i, x := range c.Addresses {
		out.Addresses[i] = Address{&x.ID, string(x.Kind), x.Line1, x.Line2, x.City, x.Region, x.PostalCode, x.Country}
	}
	return out
}

func contactInputs(in []Contact) []records.ContactInput {
	out := make([]records.ContactInput, len(in))
	for i, p := range in {
		out[i] = records.ContactInput{FirstName: p.FirstName, LastName: p.LastName, Email: p.Email, Phone: p.Phone}
		set(&out[i].ID, p.ID)
	}
	return out
}

func addressInputs(in []Address) []records.AddressInput {
	out := make([]records.AddressInput, len(in))
	for i, x := range in {
		out[i] = records.AddressInput{Kind: crm.AddressKind(x.Kind), Line1: x.Line1, Line2: x.Line2, City: x.City, Region: x.Region, PostalCode: x.PostalCode, Country: x.Country}
		set(&out[i].ID, x.ID)
	}
	return out
}
