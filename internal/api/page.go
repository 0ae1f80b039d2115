package api

import (
	"context"
	"net/url"

	"github.com/renoz/renoz/internal/store"
)

// Paging is how much of a list is asked for, and from where.
type Paging struct {
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items to return."`
	After string `query:"after" maxLength:"1000" doc:"The next of the page before."`
}

// List is one stretch of a list.
type List[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"Asks for the items that follow, as after; absent on the last page."`
}

type listed[T any] struct {
	Link string `header:"Link" doc:"The address of the next page, with rel=\"next\"; absent on the last page."`
	Body List[T]
}

// pageOf shows a page of the store.
func pageOf[R, T any](ctx context.Context, p store.Page[R], show func(R) T) *listed[T] {
	return stretch(ctx, p.Rows, p.Next, show)
}

// stretch shows rows that another asks for after next, or all when it is empty.
func stretch[R, T any](ctx context.Context, rows []R, next string, show func(R) T) *listed[T] {
	out := &listed[T]{Body: List[T]{Items: make([]T, len(rows)), Next: next}}
	for i, row := range rows {
		out.Body.Items[i] = show(row)
	}
	if next != "" {
		out.Link = "<" + address(requestOf(ctx).url, next) + `>; rel="next"`
	}
	return out
}

func address(u *url.URL, next string) string {
	q := u.Query()
	q.Set("after", next)
	return u.Path + "?" + q.Encode()
}

// cut takes the row too many off that tells whether more follow. Where the
// store returns no more than limit rows, a full page may be the last one.
func cut[R any](rows []R, limit int, cursor func(R) string) ([]R, string) {
	switch {
	case len(rows) > limit:
		rows = rows[:limit]
	case len(rows) < limit || limit < mostRows || len(rows) == 0:
		return rows, ""
	}
	return rows, cursor(rows[len(rows)-1])
}

// mostRows is the largest page of the store.
const mostRows = 200
