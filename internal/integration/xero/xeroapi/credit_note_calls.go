package xeroapi

import (
	"context"
	"iter"
	"net/http"
	"net/url"
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
		size: c.wire.config.PageSize, cursor: c.startOf(since),
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

// CreditNotesByID reads those of the ids that exist. Xero takes no list of ids
// here, so one is read by its address and several by a filter.
func (c *Client) CreditNotesByID(ctx context.Context, ids []string) ([]CreditNote, error) {
	groups := chunks(ids, len(url.QueryEscape(`CreditNoteID==guid("") OR `)))
	if len(groups) == 1 && len(groups[0]) == 1 {
		note, err := c.CreditNote(ctx, groups[0][0])
		if KindOf(err) == KindNotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return []CreditNote{note}, nil
	}
	var found []CreditNote
	for _, group := range groups {
		filters := make([]Where, 0, len(group))
		for _, id := range group {
			filter, err := WhereID("CreditNoteID", id)
			if err != nil {
				return nil, missingID("list credit notes by id")
			}
			filters = append(filters, filter)
		}
		page, err := c.CreditNotes(ctx, Query{Where: Or(filters...)})
		if err != nil {
			return nil, err
		}
		found = append(found, page.Records...)
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
	const op = "allocate the credit note"
	if credit.CreditNoteID == "" {
		return nil, missingID(op)
	}
	b := c.batch(op, http.MethodPut, path("CreditNotes", credit.CreditNoteID, "Allocations"), "Allocations")
	b.key = key
	return write(ctx, c, b, credit.Parts)
}

// DeleteAllocation takes an allocation back. Xero keeps no Idempotency-Key for
// DELETE: after an unknown outcome, repeat it and take KindNotFound for done.
func (c *Client) DeleteAllocation(ctx context.Context, creditNoteID, allocationID string) error {
	const op = "delete the allocation"
	if creditNoteID == "" || allocationID == "" {
		return missingID(op)
	}
	_, err := c.do(ctx, c.writing(op, http.MethodDelete, path("CreditNotes", creditNoteID, "Allocations", allocationID)))
	return err
}
