package xeroapi

import (
	"context"
	"iter"
	"time"
)

// cursorStep is how far before the last row seen the next page starts, since
// Xero compares whole seconds and may leave out the named one.
const cursorStep = time.Second

// walk reads everything changed since a moment, oldest change first.
//
// Offset paging alone would skip rows: a record that changes while we read
// moves to the end and pulls the rest forward. So each page starts from the
// last row's own time less a second, and rows seen already are left out. A full
// page that does not move that cursor (a thousand changes in one second) is
// followed by the next page of the same cursor.
type walk[T any] struct {
	get    func(ctx context.Context, since time.Time, page int) (Page[T], error)
	id     func(T) string
	stamp  func(T) time.Time
	size   int
	left   func(rows int) // told with each page how many rows come after it; may be nil
	cursor time.Time
	page   int
	seen   map[string]time.Time // by id, when the row changed
}

// pages yields groups of rows that are new or newly changed. After an error it
// stops.
func (w *walk[T]) pages(ctx context.Context) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		cursor := w.cursor
		w.page, w.seen = 1, map[string]time.Time{}
		defer func() { w.cursor = cursor }() // a second range starts anew
		for {
			page, err := w.get(ctx, w.cursor, w.page)
			if err != nil {
				yield(nil, err)
				return
			}
			w.count(page)
			if fresh := w.fresh(page.Records); len(fresh) > 0 && !yield(fresh, nil) {
				return
			}
			if w.last(page) {
				return
			}
			w.advance(page.Records)
		}
	}
}

// count tells how many rows come after a page. Without Xero's count it says
// nothing.
func (w *walk[T]) count(page Page[T]) {
	if w.left == nil || page.Total == 0 {
		return
	}
	w.left(max(page.Total-(w.page-1)*max(page.Size, len(page.Records))-len(page.Records), 0))
}

// last trusts Xero's own page size when it is smaller than what was asked.
func (w *walk[T]) last(page Page[T]) bool {
	size := w.size
	if page.Size > 0 {
		size = min(size, page.Size)
	}
	return len(page.Records) < size
}

// fresh leaves out rows that were yielded with the same time of change; one
// changed again while we read is yielded again.
func (w *walk[T]) fresh(rows []T) []T {
	var fresh []T
	for _, row := range rows {
		id, at := w.id(row), w.stamp(row)
		if before, known := w.seen[id]; known && before.Equal(at) {
			continue
		}
		w.seen[id] = at
		fresh = append(fresh, row)
	}
	return fresh
}

func (w *walk[T]) advance(rows []T) {
	next := w.stamp(rows[len(rows)-1]).Add(-cursorStep).Truncate(time.Second)
	if !next.After(w.cursor) {
		w.page++
		return
	}
	w.cursor, w.page = next, 1
	for id, at := range w.seen {
		if at.Before(next) {
			delete(w.seen, id) // behind the cursor, so it cannot come again
		}
	}
}

// startOf is where an incremental run begins; the zero time means everything.
func (c *Client) startOf(since time.Time) time.Time {
	if since.IsZero() {
		return since
	}
	return since.Add(-c.wire.config.Overlap).UTC().Truncate(time.Second)
}
