package xeroapi

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// The two resources whose records are Advances.
const (
	overpayments = "Overpayments"
	prepayments  = "Prepayments"
)

// Overpayments reads one page, with lines.
func (c *Client) Overpayments(ctx context.Context, q Query) (Page[Advance], error) {
	return c.advances(ctx, overpayments, q)
}

// Prepayments reads one page, with lines.
func (c *Client) Prepayments(ctx context.Context, q Query) (Page[Advance], error) {
	return c.advances(ctx, prepayments, q)
}

func (c *Client) advances(ctx context.Context, resource string, q Query) (Page[Advance], error) {
	q.IncludeArchived = false // not a choice here
	e := c.apply(c.read("list "+opName(resource), "/"+resource, withUnitDecimals(url.Values{})), q)
	return list[Advance](ctx, c, e, resource)
}

// opName is a resource in the words of Error.Op.
func opName(resource string) string {
	if resource == overpayments {
		return "overpayments"
	}
	return "prepayments"
}

// OverpaymentsSince reads every overpayment changed since; a zero since reads
// all.
func (c *Client) OverpaymentsSince(ctx context.Context, since time.Time, where ...Where) iter.Seq2[[]Advance, error] {
	return c.advancesSince(ctx, since, c.Overpayments, where)
}

// PrepaymentsSince reads every prepayment changed since; a zero since reads
// all.
func (c *Client) PrepaymentsSince(ctx context.Context, since time.Time, where ...Where) iter.Seq2[[]Advance, error] {
	return c.advancesSince(ctx, since, c.Prepayments, where)
}

func (c *Client) advancesSince(
	ctx context.Context, since time.Time, get func(context.Context, Query) (Page[Advance], error), where []Where,
) iter.Seq2[[]Advance, error] {
	w := &walk[Advance]{
		size: c.wire.config.PageSize, cursor: c.startOf(since),
		id:    Advance.ID,
		stamp: func(a Advance) time.Time { return a.UpdatedDateUTC.Time },
		get: func(ctx context.Context, since time.Time, page int) (Page[Advance], error) {
			return get(ctx, Query{ModifiedSince: since, Page: page, Where: And(where...)})
		},
	}
	return w.pages(ctx)
}

// Overpayment reads one by its id; KindNotFound when there is none.
func (c *Client) Overpayment(ctx context.Context, id string) (Advance, error) {
	return c.advance(ctx, overpayments, id)
}

// Prepayment reads one by its id; KindNotFound when there is none.
func (c *Client) Prepayment(ctx context.Context, id string) (Advance, error) {
	return c.advance(ctx, prepayments, id)
}

func (c *Client) advance(ctx context.Context, resource, id string) (Advance, error) {
	op := "read one of the " + opName(resource)
	if id == "" {
		return Advance{}, missingID(op)
	}
	return one[Advance](ctx, c, c.read(op, path(resource, id), url.Values{}), resource)
}

// OverpaymentsByID reads those of the ids that exist.
func (c *Client) OverpaymentsByID(ctx context.Context, ids []string) ([]Advance, error) {
	return byID(ctx, "OverpaymentID", ids, reader[Advance]{c.Overpayment, c.Overpayments})
}

// PrepaymentsByID reads those of the ids that exist.
func (c *Client) PrepaymentsByID(ctx context.Context, ids []string) ([]Advance, error) {
	return byID(ctx, "PrepaymentID", ids, reader[Advance]{c.Prepayment, c.Prepayments})
}

// reader is the two ways to read records of a kind.
type reader[T any] struct {
	one  func(context.Context, string) (T, error)
	list func(context.Context, Query) (Page[T], error)
}

// byID reads records of a resource that takes no list of ids: one by its
// address, several by a filter.
func byID[T any](ctx context.Context, field string, ids []string, r reader[T]) ([]T, error) {
	groups := chunks(ids, len(url.QueryEscape(field+`==guid("") OR `)))
	if len(groups) == 1 && len(groups[0]) == 1 {
		record, err := r.one(ctx, groups[0][0])
		if KindOf(err) == KindNotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return []T{record}, nil
	}
	var found []T
	for _, group := range groups {
		filters := make([]Where, 0, len(group))
		for _, id := range group {
			filter, err := WhereID(field, id)
			if err != nil {
				return nil, missingID("list by " + field)
			}
			filters = append(filters, filter)
		}
		page, err := r.list(ctx, Query{Where: Or(filters...)})
		if err != nil {
			return nil, err
		}
		found = append(found, page.Records...)
	}
	return found, nil
}

// AllocateOverpayment sets parts of an overpayment against invoices of its
// contact. After an unknown outcome, read it and look at its Allocations.
func (c *Client) AllocateOverpayment(ctx context.Context, key, overpaymentID string, parts []Allocation) ([]Result[Allocation], error) {
	return c.allocate(ctx, key, [2]string{overpayments, overpaymentID}, parts)
}

// AllocatePrepayment sets parts of a prepayment against invoices of its
// contact. After an unknown outcome, read it and look at its Allocations.
func (c *Client) AllocatePrepayment(ctx context.Context, key, prepaymentID string, parts []Allocation) ([]Result[Allocation], error) {
	return c.allocate(ctx, key, [2]string{prepayments, prepaymentID}, parts)
}

// allocate sets parts of a credit, named by its resource and id, against
// invoices.
func (c *Client) allocate(ctx context.Context, key string, credit [2]string, parts []Allocation) ([]Result[Allocation], error) {
	const op = "allocate the credit"
	if credit[1] == "" {
		return nil, missingID(op)
	}
	b := c.batch(op, http.MethodPut, path(credit[0], credit[1], "Allocations"), "Allocations")
	b.key = key
	return write(ctx, c, b, parts)
}

// DeleteOverpaymentAllocation takes an allocation back; see DeleteAllocation.
func (c *Client) DeleteOverpaymentAllocation(ctx context.Context, overpaymentID, allocationID string) error {
	return c.deleteAllocation(ctx, overpayments, overpaymentID, allocationID)
}

// DeletePrepaymentAllocation takes an allocation back; see DeleteAllocation.
func (c *Client) DeletePrepaymentAllocation(ctx context.Context, prepaymentID, allocationID string) error {
	return c.deleteAllocation(ctx, prepayments, prepaymentID, allocationID)
}

func (c *Client) deleteAllocation(ctx context.Context, resource, creditID, allocationID string) error {
	const op = "delete the allocation"
	if creditID == "" || allocationID == "" {
		return missingID(op)
	}
	_, err := c.do(ctx, c.writing(op, http.MethodDelete, path(resource, creditID, "Allocations", allocationID)))
	return err
}
