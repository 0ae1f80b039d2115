package xeroapi

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Statuses of Payment.
const (
	PaymentAuthorised = "AUTHORISED"
	PaymentDeleted    = "DELETED"
)

// Payment is money against an invoice, or a refund of a credit. It cannot be
// changed, only deleted, and not when reconciled or part of a batch payment.
// Xero names what a refund pays back under Invoice, with its id and a Type such
// as AROVERPAYMENT; here it stands where it belongs: CreditNote, Prepayment or
// Overpayment, and Invoice is nil.
// https://developer.xero.com/documentation/api/accounting/payments
type Payment struct {
	PaymentID      string         `json:",omitempty"`
	Invoice        *Invoice       `json:",omitempty"` // in writes its InvoiceID, or else InvoiceNumber
	CreditNote     *AppliedCredit `json:",omitempty"`
	Prepayment     *AppliedCredit `json:",omitempty"`
	Overpayment    *AppliedCredit `json:",omitempty"`
	Account        *Account       `json:",omitempty"` // in writes its AccountID, or else Code
	Date           Date           `json:",omitzero"`
	Amount         Money          // in the document's currency
	CurrencyRate   Rate           `json:",omitempty"`
	Reference      string         `json:",omitempty"`
	IsReconciled   bool           `json:",omitempty"`
	Status         string         `json:",omitempty"`
	PaymentType    string         `json:",omitempty"` // ACCRECPAYMENT, ARCREDITPAYMENT, …
	BankAmount     Money          `json:",omitzero"`  // in the account's currency
	BatchPaymentID string         `json:",omitempty"`
	BatchPayment   *BatchPayment  `json:",omitempty"`
	HasAccount     bool           `json:",omitempty"`
	UpdatedDateUTC Time           `json:",omitzero"`
}

// BatchPayment names the batch a payment was made in.
type BatchPayment struct {
	BatchPaymentID string `json:",omitempty"`
	Reference      string `json:",omitempty"`
	Status         string `json:",omitempty"`
}

// Batched reports that the payment belongs to a batch and cannot be deleted
// alone.
func (p Payment) Batched() bool { return p.BatchPaymentID != "" || p.BatchPayment != nil }

func (p Payment) forWrite() Payment {
	out := Payment{
		Date: p.Date, Amount: p.Amount, CurrencyRate: p.CurrencyRate,
		Reference: p.Reference, IsReconciled: p.IsReconciled,
		CreditNote: p.CreditNote.reference(), Prepayment: p.Prepayment.reference(), Overpayment: p.Overpayment.reference(),
	}
	if p.Invoice != nil && p.Invoice.InvoiceID != "" {
		out.Invoice = &Invoice{InvoiceID: p.Invoice.InvoiceID}
	} else if p.Invoice != nil {
		out.Invoice = &Invoice{InvoiceNumber: p.Invoice.InvoiceNumber}
	}
	if p.Account != nil && p.Account.AccountID != "" {
		out.Account = &Account{AccountID: p.Account.AccountID}
	} else if p.Account != nil {
		out.Account = &Account{Code: p.Account.Code}
	}
	return out
}

func (a *AppliedCredit) reference() *AppliedCredit {
	if a == nil {
		return nil
	}
	if a.CreditNoteID == "" && a.PrepaymentID == "" && a.OverpaymentID == "" {
		return &AppliedCredit{CreditNoteNumber: a.CreditNoteNumber}
	}
	return &AppliedCredit{CreditNoteID: a.CreditNoteID, PrepaymentID: a.PrepaymentID, OverpaymentID: a.OverpaymentID}
}

// Types under which Xero names the documents of refunds.
const (
	documentOverpayment = "AROVERPAYMENT"
	documentPrepayment  = "ARPREPAYMENT"
)

// placed moves what a refund pays back from Invoice to where it belongs.
func (p Payment) placed() Payment {
	if p.Invoice == nil {
		return p
	}
	from := *p.Invoice
	credit := AppliedCredit{
		Type: from.Type, Status: from.Status, Contact: from.Contact, Date: from.Date, Total: from.Total,
		CurrencyCode: from.CurrencyCode, UpdatedDateUTC: from.UpdatedDateUTC,
	}
	switch from.Type {
	case TypeSaleCredit, "ACCPAYCREDIT":
		credit.CreditNoteID, credit.CreditNoteNumber = from.InvoiceID, from.InvoiceNumber
		p.CreditNote = &credit
	case documentOverpayment, "APOVERPAYMENT":
		credit.OverpaymentID = from.InvoiceID
		p.Overpayment = &credit
	case documentPrepayment, "APPREPAYMENT":
		credit.PrepaymentID = from.InvoiceID
		p.Prepayment = &credit
	default:
		return p
	}
	p.Invoice = nil
	return p
}

// Payments reads one page.
func (c *Client) Payments(ctx context.Context, q Query) (Page[Payment], error) {
	q.IncludeArchived = false // not a choice here
	page, err := list[Payment](ctx, c, c.apply(c.read("list payments", "/Payments", url.Values{}), q), "Payments")
	for i := range page.Records {
		page.Records[i] = page.Records[i].placed()
	}
	return page, err
}

// PaymentsSince reads every payment made, deleted or reconciled since, of sales
// and of bills; a zero since reads all. No webhook tells of payments, so this
// is how they are found.
func (c *Client) PaymentsSince(ctx context.Context, since time.Time, where ...Where) iter.Seq2[[]Payment, error] {
	w := &walk[Payment]{
		size: c.wire.config.PageSize, left: c.left, cursor: c.startOf(since),
		id:    func(payment Payment) string { return payment.PaymentID },
		stamp: func(payment Payment) time.Time { return payment.UpdatedDateUTC.Time },
		get: func(ctx context.Context, since time.Time, page int) (Page[Payment], error) {
			return c.Payments(ctx, Query{ModifiedSince: since, Page: page, Where: And(where...)})
		},
	}
	return w.pages(ctx)
}

// Payment reads one by id; KindNotFound when there is none.
func (c *Client) Payment(ctx context.Context, id string) (Payment, error) {
	const op = "read the payment"
	if id == "" {
		return Payment{}, missingID(op)
	}
	payment, err := one[Payment](ctx, c, c.read(op, path("Payments", id), url.Values{}), "Payments")
	return payment.placed(), err
}

// PaymentsOfInvoice reads the payments against an invoice, deleted ones
// included. A payment has no number of ours: after an unknown outcome compare
// amount, date and reference here.
func (c *Client) PaymentsOfInvoice(ctx context.Context, invoiceID string) ([]Payment, error) {
	return c.paymentsOf(ctx, invoiceID)
}

// PaymentsOfCreditNote reads the refunds of a credit note, deleted ones
// included.
func (c *Client) PaymentsOfCreditNote(ctx context.Context, creditNoteID string) ([]Payment, error) {
	return c.RefundsOf(ctx, creditNoteID)
}

// RefundsOf reads the refunds of a credit note, overpayment or prepayment,
// deleted ones included. Xero names all of them under Invoice.
func (c *Client) RefundsOf(ctx context.Context, creditID string) ([]Payment, error) {
	return c.paymentsOf(ctx, creditID)
}

func (c *Client) paymentsOf(ctx context.Context, id string) ([]Payment, error) {
	where, err := WhereID("Invoice.InvoiceID", id)
	if err != nil || id == "" {
		return nil, missingID("list payments of the document")
	}
	page, err := c.Payments(ctx, Query{Where: where})
	return page.Records, err
}

// CreatePayments books up to 50 payments.
func (c *Client) CreatePayments(ctx context.Context, key string, payments []Payment) ([]Result[Payment], error) {
	b := c.batch("create payments", http.MethodPut, "/Payments", "Payments")
	b.key = key
	results, err := write(ctx, c, b, payments)
	for i := range results {
		results[i].Record = results[i].Record.placed()
	}
	return results, err
}

// DeletePayment takes the payment back. A refusal is KindInvalid with its
// Problems.
func (c *Client) DeletePayment(ctx context.Context, key, paymentID string) (Payment, error) {
	const op = "delete the payment"
	if paymentID == "" {
		return Payment{}, missingID(op)
	}
	type status struct{ Status string }
	var body any = status{PaymentDeleted}
	if c.wire.config.WrapPaymentDelete {
		body = map[string][]status{"Payments": {{PaymentDeleted}}}
	}
	e, err := c.writing(op, http.MethodPost, path("Payments", paymentID)).withBody(key, body)
	if err != nil {
		return Payment{}, err
	}
	got, err := c.do(ctx, e)
	if err != nil {
		results, err := refused[Payment](got, err, 1)
		return single(results, err, op)
	}
	results, err := readResults[Payment](e, got, "Payments", 1)
	deleted, err := single(results, err, op)
	return deleted.placed(), err
}

// MarshalJSON leaves nothing to chance where Xero wants one document: a payment
// of none is our own mistake.
func (p Payment) MarshalJSON() ([]byte, error) {
	if p.PaymentID == "" && p.Invoice == nil && p.CreditNote == nil && p.Prepayment == nil && p.Overpayment == nil {
		return nil, errors.New("a payment needs an invoice, a credit note, a prepayment or an overpayment")
	}
	type plain Payment
	return json.Marshal(plain(p))
}
