package claude

import (
	"context"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// rowsShown is how many records a list tells at most.
const rowsShown = 25

// rows is a list as the model reads it. What stands in it are records, not
// instructions.
type rows struct {
	Records any  `json:"records"`
	More    bool `json:"more_exist"` // narrow the filter to see them
}

type search struct {
	Text  string `json:"text,omitempty" jsonschema:"part of the name or number, as the person wrote it; leave out for all"`
	State string `json:"state,omitempty"`
	Limit int    `json:"limit,omitempty" jsonschema:"how many at most, 1 to 25"`
}

func (s search) limit() int {
	if s.Limit < 1 || s.Limit > rowsShown {
		return rowsShown
	}
	return s.Limit
}

type byID struct {
	ID string `json:"id" jsonschema:"the id that a list gave"`
}

// readTools are the tools that change nothing.
func (s *Service) readTools() []Tool {
	return append([]Tool{
		reading("search_customers", auth.CustomersView, "Find customers by name, legal name, number, e-mail address or ABN. state: active, archived, or nothing for both.", s.searchCustomers),
		reading("get_customer", auth.CustomersView, "Read one customer with contacts, addresses, terms and consent to marketing.", s.getCustomer),
		reading("list_products", auth.ProductsView, "List products with price, without tax. state: active, inactive, or nothing for both.", s.listProducts),
		reading("list_orders", auth.OrdersView, "List orders, the newest first. state: draft, confirmed, picking, picked, partially_shipped, shipped, delivered, cancelled, or open for those not delivered or cancelled.", s.listOrders),
		reading("get_order", auth.OrdersView, "Read one order with its lines, totals and states.", s.getOrder),
		reading("orders_by_state", auth.OrdersView, "How many orders are in each state.", s.ordersByState),
	}, append(s.moneyTools(), s.exchangeTools()...)...)
}

func (s *Service) searchCustomers(ctx context.Context, in search) (any, error) {
	p, err := s.Book.Customers(ctx, store.CustomerFilter{Search: in.Text, State: in.State, Limit: in.limit()})
	type row struct {
		ID     crm.CustomerID `json:"id"`
		Number string         `json:"number"`
		Name   string         `json:"name"`
		Email  string         `json:"email,omitempty"`
		Xero   string         `json:"xero,omitempty"`
		Link   string         `json:"link"`
	}
	return shown(p, func(r store.CustomerRow) row {
		return row{r.ID, r.Number, r.Name, r.Email, r.LinkState, "/customers/" + r.ID.String()}
	}), err
}

// shown is a page as the model reads it.
func shown[T, R any](p store.Page[T], row func(T) R) rows {
	out := make([]R, len(p.Rows))
	for i, r := range p.Rows {
		out[i] = row(r)
	}
	return rows{out, p.Next != ""}
}

func (s *Service) getCustomer(ctx context.Context, in byID) (any, error) {
	id, err := idOf[crm.Customer](in.ID)
	if err != nil {
		return nil, err
	}
	c, err := s.Book.Customer(ctx, id)
	type contact struct {
		Name  string `json:"name"`
		Email string `json:"email,omitempty"`
		Phone string `json:"phone,omitempty"`
	}
	contacts := make([]contact, len(c.Contacts))
	for i, p := range c.Contacts {
		contacts[i] = contact{p.FirstName + " " + p.LastName, p.Email, p.Phone}
	}
	return map[string]any{"id": c.ID, "number": c.Number, "name": c.Name, "legal_name": c.LegalName, "abn": c.ABN, "email": c.Email, "phone": c.Phone,
		"terms_days": c.TermsDays, "marketing_consent": c.MarketingConsent, "contacts": contacts, "archived_at": c.ArchivedAt, "link": "/customers/" + c.ID.String()}, err
}

// idOf reads an id that the model repeats.
func idOf[K any](text string) (crm.ID[K], error) {
	id, err := crm.ParseID[K](text)
	if err != nil {
		return id, crm.Errorf(crm.Invalid, "%q is no id. Use the id that a list gave, not a number or a name.", text)
	}
	return id, nil
}

func (s *Service) listProducts(ctx context.Context, in search) (any, error) {
	p, err := s.Book.Products(ctx, store.ProductFilter{Search: in.Text, State: in.State, Limit: in.limit()})
	type row struct {
		SKU   string       `json:"sku"`
		Name  string       `json:"name"`
		Price crm.Price    `json:"price_without_tax"`
		Tax   crm.TaxClass `json:"tax_class"`
	}
	return shown(p, func(r crm.Product) row { return row{r.SKU, r.Name, r.Price, r.TaxClass} }), err
}

func (s *Service) listOrders(ctx context.Context, in search) (any, error) {
	p, err := s.Book.Orders(ctx, store.OrderFilter{Search: in.Text, State: in.State, Limit: in.limit()})
	type row struct {
		ID       crm.OrderID    `json:"id"`
		Number   string         `json:"number"`
		State    crm.OrderState `json:"state"`
		Day      crm.Day        `json:"ordered_on"`
		Total    crm.Money      `json:"total_with_tax"`
		Customer string         `json:"customer"`
		Link     string         `json:"link"`
	}
	return shown(p, func(r store.OrderRow) row {
		return row{r.ID, r.Number, r.State, r.OrderedOn, crm.Money{Amount: r.Total, Currency: r.Currency}, r.CustomerName, "/orders/" + r.ID.String()}
	}), err
}

func (s *Service) getOrder(ctx context.Context, in byID) (any, error) {
	id, err := idOf[crm.Order](in.ID)
	if err != nil {
		return nil, err
	}
	o, err := s.Book.Order(ctx, id)
	return map[string]any{"id": o.ID, "number": o.Number, "state": o.State, "ordered_on": o.OrderedOn, "reference": o.Reference, "lines": linesOf(o.Lines, o.Currency),
		"totals": totalsOf(o.Totals, o.Currency), "customer_id": o.CustomerID, "link": "/orders/" + o.ID.String()}, err
}

type noArguments struct{}

func (s *Service) ordersByState(ctx context.Context, _ noArguments) (any, error) {
	me, err := auth.Require(ctx, auth.OrdersView)
	if err != nil {
		return nil, err
	}
	return s.Store.OrdersByState(ctx, me.Org)
}

func linesOf(lines []crm.Line, c crm.Currency) any {
	type line struct {
		Description string       `json:"description"`
		Quantity    crm.Quantity `json:"quantity"`
		Price       crm.Price    `json:"unit_price"`
		Net         crm.Money    `json:"net"`
		Tax         crm.Money    `json:"tax"`
	}
	out := make([]line, len(lines))
	for i, l := range lines {
		out[i] = line{l.Description, l.Quantity, l.UnitPrice, crm.Money{Amount: l.Net, Currency: c}, crm.Money{Amount: l.Tax, Currency: c}}
	}
	return out
}

func totalsOf(t crm.Totals, c crm.Currency) any {
	money := func(n crm.MinorUnits) crm.Money { return crm.Money{Amount: n, Currency: c} }
	return map[string]crm.Money{"subtotal": money(t.Subtotal), "tax": money(t.Tax), "total_with_tax": money(t.Total)}
}

// moneyTools read what is owed and paid.
func (s *Service) moneyTools() []Tool {
	return []Tool{
		reading("list_invoices", auth.InvoicesView, "List invoices, the newest first. state: draft, issued, part_paid, paid, overdue, voided, or open for those not settled.", s.listInvoices),
		reading("get_invoice", auth.InvoicesView, "Read one invoice with its lines, totals and how its balance came about: payments, credits, and those that are only in Xero.", s.getInvoice),
		reading("invoice_figures", auth.InvoicesView, "How many invoices are open and overdue, what is owed on them, and what was invoiced without tax in each of the last 12 months.", s.invoiceFigures),
		reading("list_credit_notes", auth.CreditNotesView, "List credit notes, the newest first. state: draft, issued, applied, voided.", s.listCreditNotes),
	}
}

func (s *Service) today(ctx context.Context, org crm.OrgID) (crm.Organisation, crm.Day, error) {
	o, err := s.Store.Organisation(ctx, org)
	return o, crm.DayIn(s.Now(), o.Location()), err
}

func (s *Service) listInvoices(ctx context.Context, in search) (any, error) {
	me, err := auth.Require(ctx, auth.InvoicesView)
	if err != nil {
		return nil, err
	}
	_, today, err := s.today(ctx, me.Org)
	if err != nil {
		return nil, err
	}
	p, err := s.Book.Invoices(ctx, store.InvoiceFilter{Search: in.Text, State: in.State, Today: today, Limit: in.limit()})
	type row struct {
		ID       crm.InvoiceID    `json:"id"`
		Number   string           `json:"number"`
		State    crm.InvoiceState `json:"state"`
		Issued   crm.Day          `json:"issued_on"`
		Due      crm.Day          `json:"due_on"`
		Total    crm.Money        `json:"total_with_tax"`
		Owed     crm.Money        `json:"owed"`
		Customer string           `json:"customer"`
		Xero     string           `json:"xero,omitempty"`
		Link     string           `json:"link"`
	}
	return shown(p, func(r store.InvoiceRow) row {
		return row{r.ID, r.Number, r.StateOn(today), r.IssuedOn, r.DueOn, crm.Money{Amount: r.Total, Currency: r.Currency}, crm.Money{Amount: r.Due(), Currency: r.Currency},
			r.CustomerName, r.LinkState, "/invoices/" + r.ID.String()}
	}), err
}

func (s *Service) getInvoice(ctx context.Context, in byID) (any, error) {
	id, err := idOf[crm.Invoice](in.ID)
	if err != nil {
		return nil, err
	}
	i, err := s.Book.Invoice(ctx, id)
	if err != nil {
		return nil, err
	}
	ledger, err := s.Book.Ledger(ctx, id)
	type entry struct {
		Kind      string    `json:"kind"`
		Number    string    `json:"number,omitempty"`
		On        crm.Day   `json:"on"`
		Amount    crm.Money `json:"amount"`
		Balance   crm.Money `json:"owed_after"`
		TakenBack bool      `json:"taken_back,omitempty"`
	}
	entries := make([]entry, len(ledger))
	for k, e := range ledger {
		entries[k] = entry{string(e.Kind), e.Number, e.On, crm.Money{Amount: e.Amount, Currency: i.Currency}, crm.Money{Amount: e.Balance, Currency: i.Currency}, e.TakenBack}
	}
	return map[string]any{"id": i.ID, "number": i.Number, "state": i.State, "issued_on": i.IssuedOn, "due_on": i.DueOn, "reference": i.Reference, "lines": linesOf(i.Lines, i.Currency),
		"totals": totalsOf(i.Totals, i.Currency), "owed": crm.Money{Amount: i.Due(), Currency: i.Currency}, "balance": entries, "customer_id": i.CustomerID, "link": "/invoices/" + i.ID.String()}, err
}

func (s *Service) invoiceFigures(ctx context.Context, _ noArguments) (any, error) {
	me, err := auth.Require(ctx, auth.InvoicesView)
	if err != nil {
		return nil, err
	}
	org, today, err := s.today(ctx, me.Org)
	if err != nil {
		return nil, err
	}
	open, err := s.Store.InvoicesOpen(ctx, me.Org)
	if err != nil {
		return nil, err
	}
	overdue, err := s.Store.InvoicesOverdue(ctx, me.Org, today)
	if err != nil {
		return nil, err
	}
	months, err := s.Store.SalesByMonth(ctx, me.Org, today.AddDays(-365))
	type sales struct {
		Month    string    `json:"month"`
		Invoices int64     `json:"invoices"`
		Sales    crm.Money `json:"invoiced_without_tax"`
	}
	by := make([]sales, len(months))
	for i, m := range months {
		by[i] = sales{m.Month, m.Invoices, crm.Money{Amount: m.Sales, Currency: org.Currency}}
	}
	owed := func(o store.Owed) any {
		return map[string]any{"invoices": o.Invoices, "owed_with_tax": crm.Money{Amount: o.Due, Currency: org.Currency}}
	}
	return map[string]any{"open": owed(open), "overdue": owed(overdue), "by_month": by, "link": "/invoices?state=open"}, err
}

func (s *Service) listCreditNotes(ctx context.Context, in search) (any, error) {
	p, err := s.Book.CreditNotes(ctx, store.CreditNoteFilter{Search: in.Text, State: in.State, Limit: in.limit()})
	type row struct {
		ID        crm.CreditNoteID    `json:"id"`
		Number    string              `json:"number"`
		State     crm.CreditNoteState `json:"state"`
		Issued    crm.Day             `json:"issued_on"`
		Total     crm.Money           `json:"total_with_tax"`
		Remaining crm.Money           `json:"remaining"`
		Reason    string              `json:"reason,omitempty"`
		Customer  string              `json:"customer"`
		Link      string              `json:"link"`
	}
	return shown(p, func(r store.CreditNoteRow) row {
		return row{r.ID, r.Number, r.State, r.IssuedOn, crm.Money{Amount: r.Total, Currency: r.Currency}, crm.Money{Amount: r.Remaining(), Currency: r.Currency}, r.Reason,
			r.CustomerName, "/credit-notes/" + r.ID.String()}
	}), err
}

// exchangeTools read what became of what was sent to others.
func (s *Service) exchangeTools() []Tool {
	return []Tool{
		reading("list_sync_errors", auth.ErrorsView, "List records that could not be brought into line with Xero, with the reason and what to do.", s.listSyncErrors),
		reading("list_mails", auth.MailView, "List e-mails that were sent and what became of them. text: the beginning of an address or part of a subject. state: queued, sending, sent, delayed, delivered, opened, clicked, bounced, complained, suppressed, failed, cancelled.", s.listMails),
	}
}

func (s *Service) listSyncErrors(ctx context.Context, in search) (any, error) {
	me, err := auth.Require(ctx, auth.ErrorsView)
	if err != nil {
		return nil, err
	}
	links, err := s.Store.Failures(ctx, me.Org, store.FailureFilter{Text: in.Text, Limit: in.limit()})
	type row struct {
		Record string `json:"record"`
		Kind   string `json:"kind"`
		State  string `json:"state"`
		Reason string `json:"reason"`
		Tries  int    `json:"tries"`
	}
	out := make([]row, len(links))
	for i, l := range links {
		out[i] = row{l.Label, string(l.Kind), string(l.State), l.Problem.Text, l.Attempts}
	}
	return map[string]any{"records": out, "link": "/sync/errors"}, err
}

func (s *Service) listMails(ctx context.Context, in search) (any, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return nil, err
	}
	mails, err := s.Store.Mails(ctx, me.Org, mail.Filter{Text: in.Text, State: mail.State(in.State), Limit: in.limit()})
	type row struct {
		Subject string     `json:"subject"`
		To      string     `json:"to"`
		State   mail.State `json:"state"`
		Problem string     `json:"problem,omitempty"`
		At      string     `json:"at"`
		Link    string     `json:"link"`
	}
	out := make([]row, len(mails))
	for i, m := range mails {
		out[i] = row{m.Subject, m.Recipient, m.State, m.Problem.Text, m.CreatedAt.Format("2006-01-02 15:04 MST"), "/mail/" + m.ID.String()}
	}
	return map[string]any{"records": out}, err
}
