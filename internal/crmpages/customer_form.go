package crmpages

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// customerForm is what the reader entered for a customer, as text.
type customerForm struct {
	desk
	refusal
	customer  crm.Customer // the one that is changed; zero for a new one
	url       string
	version   string
	name      string
	legalName string
	abn       string
	email     string
	phone     string
	terms     string
	consent   bool
	contacts  []map[string]string
	addresses []map[string]string
}

func contactColumns() []string {
	return []string{"contact_id", "contact_first_name", "contact_last_name", "contact_email", "contact_phone"}
}

func addressColumns() []string {
	return []string{"address_id", "address_kind", "address_line1", "address_line2", "address_city", "address_region", "address_postal_code", "address_country"}
}

func (f customerForm) isNew() bool { return f.customer.ID.IsZero() }

func (f customerForm) title() string {
	if f.isNew() {
		return "New customer"
	}
	return "Edit " + f.customer.Name
}

func (f customerForm) back() string {
	if f.isNew() {
		return "/customers"
	}
	return customerURL(f.customer.ID)
}

func (p *Pages) newCustomer(w http.ResponseWriter, r *http.Request) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	return p.showCustomerForm(w, r, customerForm{desk: d, url: r.URL.Path})
}

func (p *Pages) createCustomer(w http.ResponseWriter, r *http.Request) error {
	f, edited, err := p.readCustomerForm(r, crm.Customer{})
	if err != nil {
		return err
	}
	if edited {
		return p.showCustomerForm(w, r, f)
	}
	in, err := f.input()
	if err == nil {
		var c crm.Customer
		if c, err = p.book.CreateCustomer(r.Context(), in); err == nil {
			return leave(w, r, customerURL(c.ID), "customer-added")
		}
	}
	return p.refuseCustomer(w, r, f, err)
}

func (p *Pages) editCustomer(w http.ResponseWriter, r *http.Request) error {
	c, err := p.customerAt(r)
	if err != nil {
		return err
	}
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	return p.showCustomerForm(w, r, formOfCustomer(c, d, r.URL.Path))
}

func (p *Pages) updateCustomer(w http.ResponseWriter, r *http.Request) error {
	c, err := p.customerAt(r)
	if err != nil {
		return err
	}
	f, edited, err := p.readCustomerForm(r, c)
	if err != nil {
		return err
	}
	if edited {
		return p.showCustomerForm(w, r, f)
	}
	in, err := f.input()
	if err == nil {
		if _, err = p.book.UpdateCustomer(r.Context(), c.ID, versionOf(r), in); err == nil {
			return leave(w, r, customerURL(c.ID), "customer-saved")
		}
	}
	return p.refuseCustomer(w, r, f, err)
}

func (p *Pages) customerAt(r *http.Request) (crm.Customer, error) {
	id, err := pathID[crm.Customer](r)
	if err != nil {
		return crm.Customer{}, err
	}
	return p.book.Customer(r.Context(), id)
}

func (p *Pages) refuseCustomer(w http.ResponseWriter, r *http.Request, f customerForm, err error) error {
	why, ok := refused(err)
	if !ok {
		return err
	}
	f.refusal = why
	return p.showCustomerForm(w, r, f)
}

func (p *Pages) showCustomerForm(w http.ResponseWriter, r *http.Request, f customerForm) error {
	status := max(f.status, http.StatusOK)
	switch web.Target(r) {
	case "contacts":
		return web.ShowFragmentStatus(w, r, status, contactRows(f))
	case "addresses":
		return web.ShowFragmentStatus(w, r, status, addressRows(f))
	case "customer-form":
		return web.ShowFragmentStatus(w, r, status, customerFormView(f))
	}
	page := ui.Page{Title: f.title(), Path: "/customers", Parents: []ui.Link{customersLink()}}
	if !f.isNew() {
		page.Parents = append(page.Parents, ui.Link{Href: f.back(), Label: f.customer.Name})
		page.Title = "Edit"
		page.Subject = ui.Subject{Kind: "customer", ID: f.customer.ID.String(), Label: f.customer.Name}
	}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: customerFormPage(f)})
}

// formOfCustomer is the form that would leave a customer as it is.
func formOfCustomer(c crm.Customer, d desk, url string) customerForm {
	f := customerForm{
		desk: d, customer: c, url: url, version: strconv.FormatInt(c.Version, 10),
		name: c.Name, legalName: c.LegalName, abn: crm.FormatABN(c.ABN), email: c.Email, phone: c.Phone, consent: c.MarketingConsent,
	}
	if c.TermsDays != nil {
		f.terms = strconv.Itoa(*c.TermsDays)
	}
	for _, x := range c.Contacts {
		f.contacts = append(f.contacts, map[string]string{
			"contact_id": x.ID.String(), "contact_first_name": x.FirstName, "contact_last_name": x.LastName,
			"contact_email": x.Email, "contact_phone": x.Phone,
		})
	}
	for _, x := range c.Addresses {
		f.addresses = append(f.addresses, map[string]string{
			"address_id": x.ID.String(), "address_kind": string(x.Kind), "address_line1": x.Line1, "address_line2": x.Line2,
			"address_city": x.City, "address_region": x.Region, "address_postal_code": x.PostalCode, "address_country": x.Country,
		})
	}
	return f
}

// readCustomerForm reads what was sent. Edited says that a person or an address
// was added or removed, and the form is to be shown again.
func (p *Pages) readCustomerForm(r *http.Request, c crm.Customer) (f customerForm, edited bool, err error) {
	d, err := p.desk(r)
	if err != nil {
		return f, false, err
	}
	f = customerForm{
		desk: d, customer: c, url: r.URL.Path, version: r.FormValue("version"),
		name: r.FormValue("name"), legalName: r.FormValue("legal_name"), abn: r.FormValue("abn"), email: r.FormValue("email"),
		phone: r.FormValue("phone"), terms: r.FormValue("terms_days"), consent: r.FormValue("marketing_consent") != "",
	}
	var contactsEdited, addressesEdited bool
	f.contacts, contactsEdited = rowsOf(r, "contact", contactColumns())
	f.addresses, addressesEdited = rowsOf(r, "address", addressColumns())
	return f, contactsEdited || addressesEdited, nil
}

// rowsOf reads the rows of a list in the form, and adds or removes the one that
// the reader asked for with "add-…" or "remove-…".
func rowsOf(r *http.Request, what string, columns []string) (rows []map[string]string, edited bool) {
	rows, _ = web.Lines(r, columns...)
	if r.Form.Has("add-" + what) {
		row := map[string]string{}
		if what == "address" {
			row["address_kind"] = string(crm.Postal)
		}
		return append(rows, row), true
	}
	if !r.Form.Has("remove-" + what) {
		return rows, false
	}
	at, err := strconv.Atoi(r.Form.Get("remove-" + what))
	if err == nil && at >= 0 && at < len(rows) {
		rows = slices.Delete(rows, at, at+1)
	}
	return rows, true
}

// input is the form as records takes it, or an error of kind Invalid for what
// cannot be read.
func (f customerForm) input() (records.CustomerInput, error) {
	in := records.CustomerInput{
		Name: f.name, LegalName: f.legalName, ABN: f.abn, Email: f.email, Phone: f.phone, MarketingConsent: f.consent,
	}
	if text := strings.TrimSpace(f.terms); text != "" {
		days, err := strconv.Atoi(text)
		if err != nil {
			return in, crm.FieldErrors(map[string]string{"terms_days": "Enter 0 to 365 days."})
		}
		in.TermsDays = &days
	}
	for _, row := range f.contacts {
		id, _ := crm.ParseID[crm.Contact](row["contact_id"]) // a new row has none
		in.Contacts = append(in.Contacts, records.ContactInput{
			ID: id, FirstName: row["contact_first_name"], LastName: row["contact_last_name"], Email: row["contact_email"], Phone: row["contact_phone"],
		})
	}
	for _, row := range f.addresses {
		id, _ := crm.ParseID[crm.Address](row["address_id"])
		in.Addresses = append(in.Addresses, records.AddressInput{
			ID: id, Kind: crm.AddressKind(row["address_kind"]), Line1: row["address_line1"], Line2: row["address_line2"], City: row["address_city"],
			Region: row["address_region"], PostalCode: row["address_postal_code"], Country: row["address_country"],
		})
	}
	return in, nil
}

// field is one of a contact's or an address's: its error stands in the refusal
// under the name that package records gives it.
func (f customerForm) field(list string, i int, field ui.Field) ui.Field {
	rows, prefix := f.contacts, "contact_"
	if list == "addresses" {
		rows, prefix = f.addresses, "address_"
	}
	field.ID = list + "-" + strconv.Itoa(i) + "-" + field.Name
	field.Error = f.Fields[list+"."+strconv.Itoa(i)+"."+field.Name]
	field.Name = prefix + field.Name
	field.Value = rows[i][field.Name]
	return field
}

func (f customerForm) backLabel() string {
	if f.isNew() {
		return "Customers"
	}
	return f.customer.Name
}

// listOf is the id of the list that holds contacts or addresses.
func listOf(what string) string {
	if what == "address" {
		return "addresses"
	}
	return what + "s"
}
