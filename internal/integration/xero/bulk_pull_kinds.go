package xero

import (
	"context"
	"slices"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// counting is a client that keeps how many records are still to be read.
func (p *puller) counting() *xeroapi.Client {
	return p.client(p.conn).Counting(func(rows int) { p.place.Left = rows })
}

func (p *puller) contacts(ctx context.Context) error {
	pages := p.counting().ContactsSince(ctx, p.place.Since)
	return readAll(ctx, p, pages, func(c xeroapi.Contact) time.Time { return c.UpdatedDateUTC.Time },
		func(ctx context.Context, page []xeroapi.Contact) (store.BulkStep, []store.BulkItem, error) {
			results, ids := map[string]string{}, make([]string, len(page))
			for n := 0; n < len(page); n += contactBatch {
				some := page[n:min(n+contactBatch, len(page))]
				err := p.try(ctx, func(tx *store.Tx) error {
					return p.applyContacts(ctx, tx, contactsOf{p.org.ID, p.settings.Contacts}, some, results)
				})
				if err != nil {
					return store.BulkStep{}, nil, err
				}
			}
			for n, c := range page {
				ids[n] = c.ContactID
				p.meets(c.ContactID, c.UpdatedDateUTC.Time)
			}
			return p.count(ctx, ids, applied{results, link.Contact})
		})
}

func (p *puller) invoices(ctx context.Context) error {
	pages := p.counting().InvoicesSince(ctx, p.place.Since, xeroapi.SalesInvoices)
	return readAll(ctx, p, pages, func(i xeroapi.Invoice) time.Time { return i.UpdatedDateUTC.Time },
		func(ctx context.Context, page []xeroapi.Invoice) (store.BulkStep, []store.BulkItem, error) {
			page, err := p.completed(ctx, p.conn, page)
			if err != nil {
				return store.BulkStep{}, nil, err
			}
			results, err := p.applyAll(ctx, page)
			if err != nil {
				return store.BulkStep{}, nil, err
			}
			ids := make([]string, len(page))
			for n, i := range page {
				ids[n] = i.InvoiceID
				p.seen[i.InvoiceID] = true
				p.meets(i.InvoiceID, i.UpdatedDateUTC.Time)
			}
			step, items, err := p.count(ctx, ids, applied{results, link.Invoice})
			if err != nil || p.taking == nil {
				return step, items, err
			}
			more, err := p.takeInvoicePage(ctx, page, &step)
			return step, append(items, more...), err
		})
}

func (p *puller) creditNotes(ctx context.Context) error {
	begun := p.Now()
	pages := p.counting().CreditNotesSince(ctx, p.place.Since, xeroapi.SalesCreditNotes)
	return readAll(ctx, p, pages, func(n xeroapi.CreditNote) time.Time { return n.UpdatedDateUTC.Time },
		func(ctx context.Context, page []xeroapi.CreditNote) (store.BulkStep, []store.BulkItem, error) {
			results, ids := map[string]string{}, make([]string, len(page))
			for n := 0; n < len(page); n += contactBatch {
				some := reading{page[n:min(n+contactBatch, len(page))], begun}
				if err := p.try(ctx, func(tx *store.Tx) error { return p.applyCredits(ctx, tx, p.org.ID, some, results) }); err != nil {
					return store.BulkStep{}, nil, err
				}
			}
			for n, note := range page {
				ids[n] = note.CreditNoteID
				p.meets(note.CreditNoteID, note.UpdatedDateUTC.Time)
			}
			step, items, err := p.count(ctx, ids, applied{results, link.CreditNote})
			if err != nil || p.taking == nil {
				return step, items, err
			}
			more, err := p.takeCreditPage(ctx, reading{page, begun}, &step)
			return step, append(items, more...), err
		})
}

func (p *puller) applyAll(ctx context.Context, found []xeroapi.Invoice) (map[string]string, error) {
	results := map[string]string{}
	for n := 0; n < len(found); n += contactBatch {
		some := found[n:min(n+contactBatch, len(found))]
		if err := p.try(ctx, func(tx *store.Tx) error { return p.apply(ctx, tx, p.org.ID, some, results) }); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// payments reads all payments, and by their ids the documents that they are on
// and that were not read yet.
func (p *puller) payments(ctx context.Context) error {
	pages := p.counting().PaymentsSince(ctx, p.place.Since)
	return readAll(ctx, p, pages, func(x xeroapi.Payment) time.Time { return x.UpdatedDateUTC.Time },
		func(ctx context.Context, page []xeroapi.Payment) (step store.BulkStep, items []store.BulkItem, err error) {
			for _, x := range page {
				if !onSale(x) {
					step.Ignored++
				}
			}
			for _, of := range []struct {
				kind link.Kind
				ids  map[string]bool
				read func(context.Context, []string, inTx) (map[string]string, error)
			}{
				{link.Invoice, p.fresh(page, invoiceOf), p.reapplyInvoices}, {link.CreditNote, p.fresh(page, p.noteOf), p.reapplyCreditNotes},
			} {
				ours, err := p.behind(ctx, of.kind, of.ids)
				if err != nil {
					return step, nil, err
				}
				results, err := of.read(ctx, ours, p.try)
				if err != nil {
					return step, nil, err
				}
				part, changed, err := p.count(ctx, ours, applied{results, of.kind})
				if err != nil {
					return step, nil, err
				}
				step.Changed += part.Changed
				step.Ignored += len(of.ids) - len(ours)
				items = append(items, changed...)
			}
			step.Unchanged = max(len(page)-step.Changed-step.Ignored, 0)
			return step, items, nil
		})
}

func (p *puller) reapplyInvoices(ctx context.Context, ids []string, in inTx) (map[string]string, error) {
	return p.rereadInvoices(ctx, p.conn, ids, in)
}

func (p *puller) reapplyCreditNotes(ctx context.Context, ids []string, in inTx) (map[string]string, error) {
	return p.rereadCreditNotes(ctx, p.conn, ids, in)
}

// onSale reports a payment of an invoice of sales, or a refund of a credit note
// of sales.
func onSale(x xeroapi.Payment) bool { return invoiceOf(x) != "" || refundOf(x) != "" }

// invoiceOf is the invoice of sales that a payment is on, or empty.
func invoiceOf(x xeroapi.Payment) string {
	if x.Invoice == nil || x.PaymentType != "ACCRECPAYMENT" {
		return ""
	}
	return x.Invoice.InvoiceID
}

// refundOf is the credit note of sales that a payment refunds, or empty.
func refundOf(x xeroapi.Payment) string {
	if x.CreditNote == nil || x.PaymentType == "APCREDITPAYMENT" {
		return ""
	}
	return x.CreditNote.CreditNoteID
}

// noteOf is refundOf, where credit notes are not read later in the run anyway.
func (p *puller) noteOf(x xeroapi.Payment) string {
	later := p.kind.parts[p.place.Part+1:]
	if slices.ContainsFunc(later, func(part bulkPart) bool { return part.kind == link.CreditNote }) {
		return ""
	}
	return refundOf(x)
}

// fresh are the documents of payments that were not read yet.
func (p *puller) fresh(page []xeroapi.Payment, of func(xeroapi.Payment) string) map[string]bool {
	ids := map[string]bool{}
	for _, x := range page {
		if id := of(x); id != "" && !p.seen[id] {
			p.seen[id], ids[id] = true, true
		}
	}
	return ids
}
