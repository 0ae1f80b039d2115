package resendsim

import (
	"net/http"
	"strconv"
)

// listAnswer is a page of a list.
type listAnswer struct {
	Object  string `json:"object"`
	HasMore bool   `json:"has_more"`
	Data    []any  `json:"data"`
}

const (
	usualPage = 20
	mostRows  = 100
)

// window says which rows a page shows.
type window struct {
	limit         int
	after, before string
}

// readWindow reads limit, after and before. https://resend.com/docs/api-reference/pagination
func readWindow(r *http.Request) (window, *problem) {
	query := r.URL.Query()
	w := window{usualPage, query.Get("after"), query.Get("before")}
	if text := query.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > mostRows {
			return w, invalid("The `limit` must be a number between 1 and 100.")
		}
		w.limit = limit
	}
	if w.after != "" && w.before != "" {
		return w, invalid("You can only use either `after` or `before`, not both.")
	}
	return w, nil
}

// page answers one page of n rows, which are in the order they are listed, newest first. An unknown cursor is
// refused, since no page could follow it.
func page(c *call, n int, id func(int) string, row func(int) any) answer {
	w, bad := readWindow(c.r)
	if bad != nil {
		return bad.answer()
	}
	find := func(cursor string) int {
		for i := range n {
			if id(i) == cursor {
				return i
			}
		}
		return -1
	}
	from, to := 0, min(n, w.limit)
	more := n > w.limit
	switch {
	case w.after != "":
		at := find(w.after)
		if at < 0 {
			return invalid("The pagination cursor is not valid.").answer()
		}
		from, to = at+1, min(n, at+1+w.limit)
		more = to < n
	case w.before != "":
		at := find(w.before)
		if at < 0 {
			return invalid("The pagination cursor is not valid.").answer()
		}
		from, to = max(0, at-w.limit), at
		more = from > 0
	}
	out := listAnswer{Object: "list", HasMore: more, Data: []any{}}
	for i := from; i < to; i++ {
		out.Data = append(out.Data, row(i))
	}
	return jsonAnswer(http.StatusOK, out)
}
