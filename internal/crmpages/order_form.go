package crmpages

import (
	"net/http"
	"strconv"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// orderForm is what the reader entered for an order, as text.
type orderForm struct {
	lineForm
	refusal
	order     crm.Order // the one that is changed; zero for a new one
	version   string
	customer  customerPick
	reference string
	orderedOn string
	notes     string
}

func (f orderForm) isNew() bool { return f.order.ID.IsZero() }

func (f orderForm) title() string {
	if f.isNew() {
		return "New order"
	}
	return "Edit " + f.order.Number
}

func (f orderForm) back() ui.Link {
	if f.isNew() {
		return ordersLink()
	}
	return ui.Link{Href: orderURL(f.order.ID), Label: f.order.Number}
}

func (p *Pages) newOrder(w http.ResponseWriter, r *http.Request) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f := orderForm{orderedOn: d.today.Format()}
	if f.customer, err = p.pickOf(r.Context(), r.FormValue("customer")); err != nil {
		return err
	}
	if f.lineForm, err = p.linesOf(r, d, nil); err != nil {
		return err
	}
	return p.showOrderForm(w, r, f)
}

func (p *Pages) createOrder(w http.ResponseWriter, r *http.Request) error {
	return p.saveOrder(w, r, crm.Order{}, func(in records.OrderInput) (crm.Order, string, error) {
		o, err := p.book.CreateOrder(r.Context(), in)
		return o, "order-added", err
	})
}

func (p *Pages) editOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := p.orderAt(r)
	if err != nil {
		return err
	}
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f := orderForm{
		order: o, version: strconv.FormatInt(o.Version, 10),
		reference: o.Reference, orderedOn: o.OrderedOn.Format(), notes: o.Notes,
	}
	if f.customer, err = p.pickOf(r.Context(), o.CustomerID.String()); err != nil {
		return err
	}
	if f.lineForm, err = p.linesOf(r, d, o.Lines); err != nil {
		return err
	}
	return p.showOrderForm(w, r, f)
}

func (p *Pages) updateOrder(w http.ResponseWriter, r *http.Request) error {
	before, err := p.orderAt(r)
	if err != nil {
		return err
	}
	return p.saveOrder(w, r, before, func(in records.OrderInput) (crm.Order, string, error) {
		o, err := p.book.UpdateOrder(r.Context(), before.ID, versionOf(r), in)
		return o, "order-saved", err
	})
}

func (p *Pages) orderAt(r *http.Request) (crm.Order, error) {
	id, err := pathID[crm.Order](r)
	if err != nil {
		return crm.Order{}, err
	}
	return p.book.Order(r.Context(), id)
}

func (p *Pages) saveOrder(w http.ResponseWriter, r *http.Request, before crm.Order, save func(records.OrderInput) (crm.Order, string, error)) error {
	d, err := p.desk(r)
	if err != nil {
		return err
	}
	f := orderForm{
		order: before, version: r.FormValue("version"),
		reference: r.FormValue("reference"), orderedOn: r.FormValue("ordered_on"), notes: r.FormValue("notes"),
	}
	var edited bool
	if f.lineForm, edited, err = p.readLines(r, d); err != nil {
		return err
	}
	if web.Target(r) == "lines" {
		return showLines(w, r, f.lineForm)
	}
	if f.customer, err = p.readPick(r); err != nil {
		return err
	}
	if edited || f.customer.asked {
		return p.showOrderForm(w, r, f)
	}
	in, err := f.input()
	if err == nil {
		var o crm.Order
		var done string
		if o, done, err = save(in); err == nil {
			return leave(w, r, orderURL(o.ID), done)
		}
	}
	why, ok := refused(err)
	if !ok {
		return err
	}
	f.refusal = why
	f.refuse(why)
	return p.showOrderForm(w, r, f)
}

// input is the form as records takes it, or an error of kind Invalid for what
// cannot be read.
func (f *orderForm) input() (in records.OrderInput, err error) {
	var why refusal
	lines, err := f.lineForm.input()
	if unread, ok := refused(err); ok {
		why.Fields = unread.Fields
	}
	in.Reference, in.Notes, in.Lines = f.reference, f.notes, lines
	in.OrderedOn, err = formDay(f.orderedOn)
	why.wrong("ordered_on", err)
	in.CustomerID, err = chosenCustomer(f.customer)
	why.wrong("customer_id", err)
	return in, why.err()
}

// chosenCustomer reads a choice among customers; none stays for records to
// complain about.
func chosenCustomer(pick customerPick) (id crm.CustomerID, err error) {
	if err := pick.err(); err != nil || pick.id == "" {
		return id, err
	}
	if id, err = crm.ParseID[crm.Customer](pick.id); err != nil {
		return id, crm.Errorf(crm.Invalid, "Choose a customer.")
	}
	return id, nil
}

func (p *Pages) showOrderForm(w http.ResponseWriter, r *http.Request, f orderForm) error {
	status := max(f.status, http.StatusOK)
	if web.Target(r) == "order-form" {
		return web.ShowFragmentStatus(w, r, status, orderFormView(f))
	}
	page := ui.Page{Title: f.title(), Path: "/orders", Parents: []ui.Link{ordersLink()}}
	if !f.isNew() {
		page.Title, page.Parents = "Edit", append(page.Parents, f.back())
		page.Subject = ui.Subject{Kind: "order", ID: f.order.ID.String(), Label: f.order.Number}
	}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: orderFormPage(f)})
}
