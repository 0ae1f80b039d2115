package crmpages

import (
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

func (p *Pages) customerRoutes() []web.Route {
	return []web.Route{
		get("/customers", auth.CustomersView, p.listCustomers),
		get("/customers/new", auth.CustomersEdit, p.newCustomer),
		post("/customers/new", auth.CustomersEdit, p.createCustomer),
		get("/customers/{id}", auth.CustomersView, p.showCustomer),
		get("/customers/{id}/edit", auth.CustomersEdit, p.editCustomer),
		post("/customers/{id}/edit", auth.CustomersEdit, p.updateCustomer),
		post("/customers/{id}/archive", auth.CustomersEdit, p.archiveCustomer),
		post("/customers/{id}/restore", auth.CustomersEdit, p.restoreCustomer),
	}
}

func customersLink() ui.Link { return ui.Link{Href: "/customers", Label: "Customers"} }

// customersPage is the list of customers.
type customersPage struct {
	desk
	listing
	rows          []store.CustomerRow
	search, state string
}

func (p *Pages) listCustomers(w http.ResponseWriter, r *http.Request) error {
	if web.Target(r) == "customer_id-choices" {
		return p.showChoices(w, r)
	}
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	page := customersPage{desk: d, listing: newListing(r, "customers", "q", "state"), search: r.FormValue("q"), state: customerState(r.FormValue("state"))}
	found, err := p.book.Customers(r.Context(), store.CustomerFilter{Search: page.search, State: strings.TrimPrefix(page.state, "all"), After: page.after})
	if err != nil {
		return err
	}
	page.rows, page.next = found.Rows, found.Next
	if web.Target(r) == "customers" {
		return web.ShowFragment(w, r, customerList(page))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Customers", Path: "/customers"}, customersView(page))
}

// customerState is active unless another state is asked for.
func customerState(asked string) string {
	if asked == "archived" || asked == "all" {
		return asked
	}
	return "active"
}

// customerPage is one customer with all that belongs to it.
type customerPage struct {
	desk
	customer crm.Customer
	orders   []store.OrderRow
	invoices []store.InvoiceRow
	owed     store.Owed
	overdue  store.Owed
	running  []store.OrderRow // orders neither delivered nor cancelled
	remote   remote
	mails    mails
	consent  consent
	events   []ui.Event
	more     struct{ orders, invoices bool } // than are shown
}

// recentRows is how many orders and invoices a customer's page shows.
const recentRows = 5

func (p *Pages) showCustomer(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.Customer](r)
	if err != nil {
		return err
	}
	page, err := p.customerPage(r, id)
	if err != nil {
		return err
	}
	switch web.Target(r) {
	case "links":
		return web.ShowFragment(w, r, linkCards(page.remote))
	case "customer":
		return web.ShowFragment(w, r, customerBody(page))
	}
	return web.ShowPage(w, r, ui.Page{
		Title: page.customer.Name, Path: "/customers", Parents: []ui.Link{customersLink()},
		Subject: ui.Subject{Kind: "customer", ID: id.String(), Label: page.customer.Name},
	}, customerBody(page))
}

// customerPage reads no more than the fragment that is asked for needs.
func (p *Pages) customerPage(r *http.Request, id crm.CustomerID) (customerPage, error) {
	d, err := p.desk(r)
	if err != nil {
		return customerPage{}, err
	}
	page := customerPage{desk: d}
	if page.remote, err = p.remoteOf(r, crm.CustomerRecord, id.UUID); err != nil || web.Target(r) == "links" {
		return page, err
	}
	if page.customer, err = p.book.Customer(r.Context(), id); err != nil {
		return page, err
	}
	if err := p.addDealings(r, &page); err != nil {
		return page, err
	}
	if page.mails, err = p.mailsOf(r, crm.CustomerRecord, id.UUID); err != nil {
		return page, err
	}
	if page.consent, err = p.consentOf(r, id); err != nil {
		return page, err
	}
	page.events, err = p.timeline(r, crm.CustomerRecord, id.UUID)
	return page, err
}

// addDealings adds what the customer ordered and owes, as far as the reader may
// see it.
func (p *Pages) addDealings(r *http.Request, page *customerPage) error {
	id := page.customer.ID
	if page.can(auth.OrdersView) {
		orders, err := p.book.Orders(r.Context(), store.OrderFilter{Customer: id, Limit: recentRows})
		if err != nil {
			return err
		}
		page.orders, page.more.orders = orders.Rows, orders.Next != ""
		running, err := p.book.Orders(r.Context(), store.OrderFilter{Customer: id, State: "open", Limit: 200})
		if err != nil {
			return err
		}
		page.running = running.Rows
	}
	if !page.can(auth.InvoicesView) {
		return nil
	}
	invoices, err := p.book.Invoices(r.Context(), store.InvoiceFilter{Customer: id, Limit: recentRows})
	if err != nil {
		return err
	}
	page.invoices, page.more.invoices = invoices.Rows, invoices.Next != ""
	return p.addOwed(r, page)
}

// addOwed sums the customer's open invoices.
func (p *Pages) addOwed(r *http.Request, page *customerPage) error {
	f := store.InvoiceFilter{Customer: page.customer.ID, State: "open", Limit: 200}
	for {
		open, err := p.book.Invoices(r.Context(), f)
		if err != nil {
			return err
		}
		for _, i := range open.Rows {
			page.owed.Invoices++
			page.owed.Due += i.Due()
			if i.StateOn(page.today) == crm.InvoiceOverdue {
				page.overdue.Invoices++
				page.overdue.Due += i.Due()
			}
		}
		if f.After = open.Next; f.After == "" {
			return nil
		}
	}
}

func (p *Pages) archiveCustomer(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.Customer](r)
	if err != nil {
		return err
	}
	if _, err := p.book.ArchiveCustomer(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, customerURL(id), "done", "customer-archived")
}

func (p *Pages) restoreCustomer(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.Customer](r)
	if err != nil {
		return err
	}
	if _, err := p.book.RestoreCustomer(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, customerURL(id), "done", "customer-restored")
}

func customerURL(id crm.CustomerID) string { return "/customers/" + id.String() }

// archiving is the form that archives or restores a customer.
func archiving(id crm.CustomerID, step string) ui.PostTo {
	return ui.PostTo{URL: customerURL(id) + "/" + step, Target: "#customer"}
}

// terms says when the customer pays.
func (page customerPage) terms() string {
	if page.customer.TermsDays == nil {
		return ui.Plural(page.seller.TermsDays, "day", "days") + ", as for all customers"
	}
	return ui.Plural(*page.customer.TermsDays, "day", "days")
}

func (page customerPage) stats() []ui.Stat {
	home, stats := page.seller.Currency, []ui.Stat(nil)
	if page.can(auth.InvoicesView) {
		stats = append(stats,
			ui.Stat{Label: "Owed", Value: page.money(page.owed.Due, home), Note: counted(int(page.owed.Invoices), "open invoice", "open invoices")},
			ui.Stat{Label: "Overdue", Value: page.money(page.overdue.Due, home), Note: counted(int(page.overdue.Invoices), "invoice past due", "invoices past due")})
	}
	if !page.can(auth.OrdersView) {
		return stats
	}
	var ordered crm.MinorUnits
	for _, o := range page.running {
		ordered += o.Total
	}
	last := ui.Stat{Label: "Last order", Value: "—", Note: "No orders yet"}
	if len(page.orders) > 0 {
		last.Value, last.Note = page.orders[0].OrderedOn.Format(), page.orders[0].Number
	}
	return append(stats, ui.Stat{Label: "On order", Value: page.money(ordered, home), Note: counted(len(page.running), "order under way", "orders under way")}, last)
}

// counted is "No orders" rather than "0 orders".
func counted(n int, one, many string) string {
	if n == 0 {
		return "No " + many
	}
	return ui.Plural(n, one, many)
}

func (page customerPage) facts() []ui.Detail {
	c := page.customer
	consent := "Not given"
	if c.MarketingConsent {
		consent = "Given"
	}
	facts := []ui.Detail{
		{Term: "Legal name", Text: c.LegalName},
		{Term: "ABN", Text: crm.FormatABN(c.ABN)},
		{Term: "E-mail", Text: c.Email},
		{Term: "Phone", Text: c.Phone},
		{Term: "Terms", Text: page.terms()},
		{Term: "Consent to marketing", Text: consent},
	}
	if c.Email != "" {
		facts[2].Href = "mailto:" + c.Email
	}
	if c.Phone != "" {
		facts[3].Href = "tel:" + strings.ReplaceAll(c.Phone, " ", "")
	}
	return facts
}

func contactName(c crm.Contact) string { return strings.TrimSpace(c.FirstName + " " + c.LastName) }

// addressLines writes an address as it stands on an envelope.
func addressLines(a crm.Address) []string {
	town := strings.Join(strings.Fields(a.City+" "+a.Region+" "+a.PostalCode), " ")
	var lines []string
	for _, line := range []string{a.Line1, a.Line2, town, a.Country} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
