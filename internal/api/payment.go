package api

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
)

// Payment is money received for an invoice.
type Payment struct {
	ID         crm.PaymentID `json:"id" format:"uuid"`
	InvoiceID  crm.InvoiceID `json:"invoice_id" format:"uuid"`
	Number     string        `json:"number"`
	Amount     Money         `json:"amount"`
	PaidOn     crm.Day       `json:"paid_on" format:"date"`
	Method     string        `json:"method"`
	Reference  string        `json:"reference"`
	Source     string        `json:"source" enum:"renoz,xero" doc:"Where it was first recorded."`
	ReversedAt *time.Time    `json:"reversed_at,omitempty" doc:"When it was taken back."`
	CreatedAt  time.Time     `json:"created_at"`
	Version    int64         `json:"version"`
}

// PaymentInput is a payment to record.
type PaymentInput struct {
	Amount    Money    `json:"amount" doc:"In the currency of the invoice, at most what is owed."`
	PaidOn    *crm.Day `json:"paid_on,omitempty" format:"date" doc:"Today when left out."`
	Method    string   `json:"method,omitempty"`
	Reference string   `json:"reference,omitempty"`
}

type paymentPath struct {
	ID crm.PaymentID `path:"id" format:"uuid"`
}

type paymentsAnswer struct{ Body List[Payment] }

func (t *table) payments() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Payments"}
	}
	made := row("record-payment", http.MethodPost, "/invoices/{id}/payments", auth.PaymentsRecord, "Record a payment of an invoice")
	made.status = http.StatusCreated
	add(t, row("list-payments", http.MethodGet, "/invoices/{id}/payments", auth.InvoicesView, "List the payments of an invoice by day, all at once"), t.listPayments)
	add(t, made, t.recordPayment)
	add(t, row("get-payment", http.MethodGet, "/payments/{id}", auth.InvoicesView, "Read a payment"), t.getPayment)
	add(t, row("reverse-payment", http.MethodPost, "/payments/{id}/reverse", auth.PaymentsRecord, "Take a payment back"), t.reversePayment)
}

func (a *API) listPayments(ctx context.Context, in *invoicePath) (*paymentsAnswer, error) {
	i, err := a.book.Invoice(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	payments, err := a.book.PaymentsOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &paymentsAnswer{List[Payment]{Items: make([]Payment, len(payments))}}
	for n, p := range payments {
		out.Body.Items[n] = showPayment(p, i.Currency)
	}
	return out, nil
}

func (a *API) payment(p Payment, err error) (*versioned[Payment], error) {
	if err != nil {
		return nil, err
	}
	return &versioned[Payment]{ETag: versionTag(p.Version), Body: p}, nil
}

func (a *API) getPayment(ctx context.Context, in *paymentPath) (*versioned[Payment], error) {
	p, i, err := a.paymentWithInvoice(ctx, in.ID)
	return a.payment(showPayment(p, i.Currency), err)
}

func (a *API) paymentWithInvoice(ctx context.Context, id crm.PaymentID) (p crm.Payment, i crm.Invoice, err error) {
	if p, err = a.book.Payment(ctx, id); err == nil {
		i, err = a.book.Invoice(ctx, p.InvoiceID)
	}
	return p, i, err
}

func (a *API) recordPayment(ctx context.Context, in *struct {
	ID   crm.InvoiceID `path:"id" format:"uuid"`
	Body PaymentInput
}) (*made[Payment], error) {
	i, err := a.book.Invoice(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	b, w := in.Body, wrongs{}
	input := records.PaymentInput{InvoiceID: in.ID, Amount: w.minor("amount", &b.Amount, i.Currency), Method: b.Method, Reference: b.Reference}
	set(&input.PaidOn, b.PaidOn)
	if err := w.err(); err != nil {
		return nil, err
	}
	p, err := take(ctx, a, step[crm.Payment, Payment]{auth.PaymentsRecord, http.StatusCreated,
		func(w records.Work) (crm.Payment, error) { return w.RecordPayment(ctx, input) },
		func(p crm.Payment) Payment { return showPayment(p, i.Currency) }})
	if err != nil {
		return nil, err
	}
	return &made[Payment]{versionTag(p.Version), madeAt(prefix+"/payments", p.ID.String()), p}, nil
}

func (a *API) reversePayment(ctx context.Context, in *paymentPath) (*versioned[Payment], error) {
	_, i, err := a.paymentWithInvoice(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return a.payment(take(ctx, a, step[crm.Payment, Payment]{auth.PaymentsRecord, http.StatusOK,
		func(w records.Work) (crm.Payment, error) { return w.ReversePayment(ctx, in.ID) },
		func(p crm.Payment) Payment { return showPayment(p, i.Currency) }}))
}

func showPayment(p crm.Payment, c crm.Currency) Payment {
	return Payment{p.ID, p.InvoiceID, p.Number, money(p.Amount, c), p.PaidOn, p.Method, p.Reference, string(p.Source), p.ReversedAt, p.CreatedAt, p.Version}
}
