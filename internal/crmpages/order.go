package crmpages

import (
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

func (p *Pages) orderRoutes() []web.Route {
	routes := []web.Route{
		get("/orders", auth.OrdersView, p.listOrders),
		get("/orders/new", auth.OrdersEdit, p.newOrder),
		post("/orders/new", auth.OrdersEdit, p.createOrder),
		get("/orders/{id}", auth.OrdersView, p.showOrder),
		get("/orders/{id}/edit", auth.OrdersEdit, p.editOrder),
		post("/orders/{id}/edit", auth.OrdersEdit, p.updateOrder),
		post("/orders/{id}/invoice", auth.InvoicesIssue, p.invoiceOrder),
	}
	for _, s := range orderSteps() {
		routes = append(routes, post("/orders/{id}/"+s.path, s.permission, p.advanceOrder(s)))
	}
	return routes
}

func ordersLink() ui.Link { return ui.Link{Href: "/orders", Label: "Orders"} }

// ordersPage is the list of orders.
type ordersPage struct {
	desk
	listing
	rows          []store.OrderRow
	search, state string
	customer      *crm.Customer // whose orders alone are shown; nil: of all
}

func (p *Pages) listOrders(w http.ResponseWriter, r *http.Request) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	page := ordersPage{desk: d, listing: newListing(r, "orders", "q", "state", "customer"), search: r.FormValue("q"), state: r.FormValue("state")}
	f := store.OrderFilter{Search: page.search, State: page.state, After: page.after}
	if page.customer, err = p.customerOnly(r); err != nil {
		return err
	}
	if page.customer != nil {
		f.Customer = page.customer.ID
	}
	found, err := p.book.Orders(r.Context(), f)
	if err != nil {
		return err
	}
	page.rows, page.next = found.Rows, found.Next
	if web.Target(r) == "orders" {
		return web.ShowFragment(w, r, orderList(page))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Orders", Path: "/orders"}, ordersView(page))
}

// customerOnly is the customer whose records alone a list shows, if it is one's.
func (p *Pages) customerOnly(r *http.Request) (*crm.Customer, error) {
	text := r.FormValue("customer")
	if text == "" {
		return nil, nil //nolint:nilnil // none was asked for
	}
	id, err := crm.ParseID[crm.Customer](text)
	if err != nil {
		return nil, web.ErrNotFound
	}
	c, err := p.book.Customer(r.Context(), id)
	return &c, err
}

// hidden keeps the customer while the rest of a list's filter changes.
func hidden(c *crm.Customer) [][2]string {
	if c == nil {
		return nil
	}
	return [][2]string{{"customer", c.ID.String()}}
}

// listHeading opens a list of the records of all customers, or of one.
func listHeading(title, text string, c *crm.Customer) ui.Heading {
	if c == nil {
		return ui.Heading{Title: title, Text: text}
	}
	return ui.Heading{Title: title + " of " + c.Name, Back: &ui.Link{Href: customerURL(c.ID), Label: c.Name}}
}

// newFor is the address of a new document for the customer of a list.
func newFor(path string, c *crm.Customer) string {
	if c == nil || c.ArchivedAt != nil {
		return path
	}
	return path + "?customer=" + c.ID.String()
}

func orderStates() []ui.Option {
	options := []ui.Option{{Value: "open", Label: "Open"}}
	for _, s := range crm.OrderStates() {
		options = append(options, ui.Option{Value: string(s), Label: s.Label()})
	}
	return options
}

// orderPage is one order with its invoice.
type orderPage struct {
	desk
	order    crm.Order
	customer crm.Customer
	invoice  *crm.Invoice // nil: none, or the reader may not see it
	remote   remote       // of the invoice
	events   []ui.Event
}

func (p *Pages) showOrder(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[crm.Order](r)
	if err != nil {
		return err
	}
	page, err := p.orderPage(r, id)
	if err != nil {
		return err
	}
	switch web.Target(r) {
	case "links":
		return web.ShowFragment(w, r, linkCards(page.remote))
	case "order":
		return web.ShowFragment(w, r, orderBody(page))
	}
	return web.ShowPage(w, r, ui.Page{
		Title: page.order.Number, Path: "/orders", Parents: []ui.Link{ordersLink()},
		Subject: ui.Subject{Kind: "order", ID: id.String(), Label: page.order.Number},
	}, orderBody(page))
}

// orderPage reads no more than the fragment that is asked for needs.
func (p *Pages) orderPage(r *http.Request, id crm.OrderID) (page orderPage, err error) {
	if page.desk, err = p.desk(r); err != nil {
		return page, err
	}
	page.remote.url = r.URL.Path
	if page.can(auth.InvoicesView) {
		if err := p.addInvoice(r, &page, id); err != nil {
			return page, err
		}
	}
	if web.Target(r) == "links" {
		return page, nil
	}
	if page.order, err = p.book.Order(r.Context(), id); err != nil {
		return page, err
	}
	if page.customer, err = p.book.Customer(r.Context(), page.order.CustomerID); err != nil {
		return page, err
	}
	page.events, err = p.timeline(r, crm.OrderRecord, id.UUID)
	return page, err
}

func (p *Pages) addInvoice(r *http.Request, page *orderPage, id crm.OrderID) error {
	i, err := p.book.InvoiceOfOrder(r.Context(), id)
	if crm.KindOf(err) == crm.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	page.invoice = &i
	page.remote, err = p.remoteOf(r, crm.InvoiceRecord, i.ID.UUID)
	return err
}

func orderURL(id crm.OrderID) string { return "/orders/" + id.String() }

func (page orderPage) document() document {
	return document{lines: page.order.Lines, totals: page.order.Totals, currency: page.order.Currency}
}

func (page orderPage) facts() []ui.Detail {
	o := page.order
	facts := []ui.Detail{
		{Term: "Customer", Text: page.customer.Name, Href: customerURL(o.CustomerID)},
		{Term: "Reference", Text: o.Reference},
		{Term: "Ordered", Value: day(o.OrderedOn)},
		{Term: "Shipped"},
	}
	if o.ShippedAt != nil {
		facts[3].Value = ui.Date(*o.ShippedAt)
	}
	if o.Notes != "" {
		facts = append(facts, ui.Detail{Term: "Notes", Text: o.Notes, Wide: true})
	}
	return facts
}

// invoiceFacts is what the order's page says of its invoice.
func (page orderPage) invoiceFacts() []ui.Detail {
	i := page.invoice
	facts := []ui.Detail{
		{Term: "Invoice", Text: invoiceName(i.Number), Href: invoiceURL(i.ID)},
		{Term: "State", Value: invoiceBadge(i.StateOn(page.today))},
		{Term: "Total", Text: page.money(i.Totals.Total, i.Currency)},
		{Term: "Paid", Text: page.money(i.Paid, i.Currency)},
		{Term: "Balance", Text: page.money(i.Due(), i.Currency)},
		{Term: "Due", Value: day(i.DueOn)},
	}
	if i.PaidOn != nil {
		facts = append(facts, ui.Detail{Term: "Paid on", Value: day(*i.PaidOn)})
	}
	return facts
}

// editable reports whether the reader may change the order's lines now.
func (page orderPage) editable() bool {
	return page.order.State.Editable() && page.invoice == nil && page.can(auth.OrdersEdit)
}

// creditable reports whether the reader may write a credit note over the
// invoice of the order.
func (page orderPage) creditable() bool {
	return page.invoice != nil && page.invoice.State != crm.InvoiceDraft && page.can(auth.CreditNotesEdit)
}

// invoiceable reports whether the reader may invoice the order now.
func (page orderPage) invoiceable() bool {
	s := page.order.State
	return page.invoice == nil && s != crm.OrderDraft && s != crm.OrderCancelled && page.can(auth.InvoicesIssue)
}
