package xeroapi

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// CreditNotes reads one page, with lines.
func (c *Client) CreditNotes(ctx context.Context, q Query) (Page[CreditNote], error) {
	q.IncludeArchived = false // not a choice here
	e := c.apply(c.read("list credit notes", "/CreditNotes", withUnitDecimals(url.Values{})), q)
	return list[CreditNote](ctx, c, e, "CreditNotes")
}

// CreditNotesSince reads every credit note changed since; a zero since reads
// all. Pass SalesCreditNotes to leave out those of suppliers.
func (c *Client) CreditNotesSince(ctx context.Context, since time.Time, where ...Where) iter.Seq2[[]CreditNote, error] {
	w := &walk[CreditNote]{
		size: c.wire.config.PageSize, left: c.left, cursor: c.startOf(since),
		id:    func(note CreditNote) string { return note.CreditNoteID },
		stamp: func(note CreditNote) time.Time { return note.UpdatedDateUTC.Time },
		get: func(ctx context.Context, since time.Time, page int) (Page[CreditNote], error) {
			return c.CreditNotes(ctx, Query{ModifiedSince: since, Page: page, Where: And(where...)})
		},
	}
	return w.pages(ctx)
}

// CreditNote reads one by CreditNoteID or CreditNoteNumber; KindNotFound when
// there is none.
func (c *Client) CreditNote(ctx context.Context, idOrNumber string) (CreditNote, error) {
	const op = "read the credit note"
	if idOrNumber == "" {
		return CreditNote{}, missingID(op)
	}
	e := c.read(op, path("CreditNotes", idOrNumber), withUnitDecimals(url.Values{}))
	return one[CreditNote](ctx, c, e, "CreditNotes")
}

// CreditNotesByID reads those of the ids that exist, whatever their status. Xero
// takes no list of ids here, so one is read by its address and several by a
// filter; what the filter leaves out, as it may deleted ones, is read by its
// address too.
func (c *Client) CreditNotesByID(ctx context.Context, ids []string) ([]CreditNote, error) {
	found, err := byID(ctx, "CreditNoteID", ids, reader[CreditNote]{c.CreditNote, c.CreditNotes})
	if err != nil || len(found) == len(ids) || len(ids) == 1 {
		return found, err
	}
	for _, id := range ids {
		if slices.ContainsFunc(found, func(n CreditNote) bool { return strings.EqualFold(n.CreditNoteID, id) }) {
			continue
		}
		note, err := c.CreditNote(ctx, id)
		switch {
		case err == nil:
			found = append(found, note)
		case KindOf(err) != KindNotFound:
			return nil, err
		}
	}
	return found, nil
}

// CreditNotesByNumber reads the credit notes with these numbers, with lines,
// whatever their status.
func (c *Client) CreditNotesByNumber(ctx context.Context, numbers []string) ([]CreditNote, error) {
	return byText(ctx, "CreditNoteNumber", numbers, c.CreditNotes)
}

// CreateCreditNotes creates up to 50.
func (c *Client) CreateCreditNotes(ctx context.Context, key string, notes []CreditNote) ([]Result[CreditNote], error) {
	return write(ctx, c, c.creditNoteBatch("create credit notes", http.MethodPut, key), notes)
}

// UpdateCreditNotes updates up to 50, found by CreditNoteID or else
// CreditNoteNumber, and creates those not found.
func (c *Client) UpdateCreditNotes(ctx context.Context, key string, notes []CreditNote) ([]Result[CreditNote], error) {
	return write(ctx, c, c.creditNoteBatch("update credit notes", http.MethodPost, key), notes)
}

// VoidCreditNote voids an approved credit note without allocations or refunds.
// A refusal is KindInvalid with its Problems.
func (c *Client) VoidCreditNote(ctx context.Context, key, creditNoteID string) (CreditNote, error) {
	const op = "void the credit note"
	if creditNoteID == "" {
		return CreditNote{}, missingID(op)
	}
	void := []CreditNote{{CreditNoteID: creditNoteID, Status: StatusVoided}}
	results, err := write(ctx, c, c.creditNoteBatch(op, http.MethodPost, key), void)
	return single(results, err, op)
}

func (c *Client) creditNoteBatch(op, method, key string) batch {
	b := c.batch(op, method, "/CreditNotes", "CreditNotes")
	b.key = key
	withUnitDecimals(b.query)
	return b
}

// CreditAllocation names a credit note and the parts of it to set against invoices.
type CreditAllocation struct {
	CreditNoteID string
	Parts        []Allocation // each with Invoice.InvoiceID, Amount and Date
}

// AllocateCredit sets parts of an approved credit note against invoices. After
// an unknown outcome, read the credit note and look at its Allocations.
func (c *Client) AllocateCredit(ctx context.Context, key string, credit CreditAllocation) ([]Result[Allocation], error) {
	return c.allocate(ctx, key, [2]string{"CreditNotes", credit.CreditNoteID}, credit.Parts)
}

// DeleteAllocation takes an allocation of a credit note back. Xero keeps no Idempotency-Key for
// DELETE: after an unknown outcome, repeat it and take KindNotFound for done.
func (c *Client) DeleteAllocation(ctx context.Context, creditNoteID, allocationID string) error {
	return c.deleteAllocation(ctx, "CreditNotes", creditNoteID, allocationID)
}
