package xeroapi

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Invoices reads one page, with lines.
func (c *Client) Invoices(ctx context.Context, q Query) (Page[Invoice], error) {
	e := c.apply(c.read("list invoices", "/Invoices", withUnitDecimals(url.Values{})), q)
	return list[Invoice](ctx, c, e, "Invoices")
}

// InvoicesSince reads every invoice changed since; a zero since reads all.
// Pass SalesInvoices to leave out bills. Groups are oldest change first; one
// changed meanwhile may come twice, the newer state last. Xero does not count
// some changes: compare now and then.
func (c *Client) InvoicesSince(ctx context.Context, since time.Time, where ...Where) iter.Seq2[[]Invoice, error] {
	w := &walk[Invoice]{
		size: c.wire.config.PageSize, left: c.left, cursor: c.startOf(since),
		id:    func(invoice Invoice) string { return invoice.InvoiceID },
		stamp: func(invoice Invoice) time.Time { return invoice.UpdatedDateUTC.Time },
		get: func(ctx context.Context, since time.Time, page int) (Page[Invoice], error) {
			return c.Invoices(ctx, Query{ModifiedSince: since, Page: page, Where: And(where...), IncludeArchived: true})
		},
	}
	return w.pages(ctx)
}

// Invoice reads one by InvoiceID or InvoiceNumber; KindNotFound when there is
// none.
func (c *Client) Invoice(ctx context.Context, idOrNumber string) (Invoice, error) {
	const op = "read the invoice"
	if idOrNumber == "" {
		return Invoice{}, missingID(op)
	}
	e := c.read(op, path("Invoices", idOrNumber), withUnitDecimals(url.Values{}))
	return one[Invoice](ctx, c, e, "Invoices")
}

// InvoicesByID reads those of the ids that exist, 40 a call, with lines.
func (c *Client) InvoicesByID(ctx context.Context, ids []string) ([]Invoice, error) {
	return c.invoicesListed(ctx, "list invoices by id", "IDs", ids)
}

// InvoicesByNumber reads the invoices with these numbers, with lines, whatever
// their status: a voided or deleted one may hold a number too.
func (c *Client) InvoicesByNumber(ctx context.Context, numbers []string) ([]Invoice, error) {
	var listed, filtered []string
	for _, number := range numbers {
		if strings.Contains(number, ",") { // a list in an address cannot hold it
			filtered = append(filtered, number)
		} else {
			listed = append(listed, number)
		}
	}
	found, err := c.invoicesListed(ctx, "list invoices by number", "InvoiceNumbers", listed)
	if err != nil {
		return nil, err
	}
	more, err := byText(ctx, "InvoiceNumber", filtered, c.Invoices)
	if err != nil {
		return nil, err
	}
	return append(found, more...), nil
}

func (c *Client) invoicesListed(ctx context.Context, op, parameter string, values []string) ([]Invoice, error) {
	var found []Invoice
	for _, group := range chunks(values, len("%2C")) {
		e := c.apply(c.read(op, "/Invoices", withUnitDecimals(url.Values{})), Query{IncludeArchived: true})
		e.query.Set(parameter, strings.Join(group, ","))
		page, err := list[Invoice](ctx, c, e, "Invoices")
		if err != nil {
			return nil, err
		}
		found = append(found, page.Records...)
	}
	return found, nil
}

// CreateInvoices creates up to 50; one whose InvoiceNumber exists is refused,
// never doubled.
func (c *Client) CreateInvoices(ctx context.Context, key string, invoices []Invoice) ([]Result[Invoice], error) {
	return write(ctx, c, c.invoiceBatch("create invoices", http.MethodPut, key), invoices)
}

// UpdateInvoices updates up to 50, found by InvoiceID or else InvoiceNumber,
// and creates those not found.
func (c *Client) UpdateInvoices(ctx context.Context, key string, invoices []Invoice) ([]Result[Invoice], error) {
	return write(ctx, c, c.invoiceBatch("update invoices", http.MethodPost, key), invoices)
}

// VoidInvoice voids an approved invoice without payments, credits or
// allocations. A refusal is KindInvalid with its Problems.
func (c *Client) VoidInvoice(ctx context.Context, key, invoiceID string) (Invoice, error) {
	const op = "void the invoice"
	if invoiceID == "" {
		return Invoice{}, missingID(op)
	}
	void := []Invoice{{InvoiceID: invoiceID, Status: StatusVoided}}
	results, err := write(ctx, c, c.invoiceBatch(op, http.MethodPost, key), void)
	return single(results, err, op)
}

func (c *Client) invoiceBatch(op, method, key string) batch {
	b := c.batch(op, method, "/Invoices", "Invoices")
	b.key = key
	withUnitDecimals(b.query)
	return b
}

// OnlineInvoice is the address where the customer sees an approved invoice;
// "" when it has none.
func (c *Client) OnlineInvoice(ctx context.Context, invoiceID string) (string, error) {
	const op = "read the online invoice"
	if invoiceID == "" {
		return "", missingID(op)
	}
	type online struct {
		URL string `json:"OnlineInvoiceUrl"`
	}
	page, err := list[online](ctx, c, c.read(op, path("Invoices", invoiceID, "OnlineInvoice"), url.Values{}), "OnlineInvoices")
	if err != nil || len(page.Records) == 0 {
		return "", err
	}
	return page.Records[0].URL, nil
}

// EmailInvoice has Xero mail an approved invoice to its contact. Xero caps
// these at 1,000 a day on paid plans, 20 on trials and none on demos.
func (c *Client) EmailInvoice(ctx context.Context, key, invoiceID string) error {
	const op = "e-mail the invoice"
	if invoiceID == "" {
		return missingID(op)
	}
	e, err := c.writing(op, http.MethodPost, path("Invoices", invoiceID, "Email")).withBody(key, struct{}{})
	if err != nil {
		return err
	}
	_, err = c.do(ctx, e)
	return err
}
