package crmpages

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/renoz/renoz/internal/web/ui"
)

// maxTrail bounds how many pages back an address remembers.
const maxTrail = 30

// listing is one page of a list that is read by key. Its address carries the
// filter, where the page starts, and where those before it did.
type listing struct {
	path   string
	target string // id of the fragment
	filter url.Values
	after  string
	trail  []string
	next   string
}

// newListing reads where a list is. Filters are the names of its filter's
// fields.
func newListing(r *http.Request, target string, filters ...string) listing {
	q := r.URL.Query()
	l := listing{path: r.URL.Path, target: target, filter: url.Values{}, after: q.Get("after"), trail: q["trail"]}
	for _, name := range filters {
		if v := q.Get(name); v != "" {
			l.filter.Set(name, v)
		}
	}
	return l
}

func (l listing) at(after string, trail []string) string {
	q := url.Values{}
	for name, values := range l.filter {
		q[name] = values
	}
	if after != "" {
		q.Set("after", after)
	}
	if len(trail) > 0 {
		q["trail"] = trail
	}
	if len(q) == 0 {
		return l.path
	}
	return l.path + "?" + q.Encode()
}

// before is the address of the page before, or "" on the first.
func (l listing) before() string {
	if l.after == "" {
		return ""
	}
	if n := len(l.trail); n > 0 {
		return l.at(l.trail[n-1], l.trail[:n-1])
	}
	return l.at("", nil)
}

// following is the address of the next page, or "" on the last.
func (l listing) following() string {
	if l.next == "" {
		return ""
	}
	trail := slices.Clone(l.trail)
	if l.after != "" {
		trail = append(trail, l.after)
	}
	return l.at(l.next, trail[max(len(trail)-maxTrail, 0):])
}

// filtered reports whether less than the whole list is asked for.
func (l listing) filtered() bool { return len(l.filter) > 0 }

// keyset describes the listing for a list with the newest first.
func (l listing) keyset(text string) ui.Keyset {
	return ui.Keyset{Newer: l.before(), Older: l.following(), Target: l.target, Text: text}
}

// counted says how many rows are in view, and that there are more.
func (l listing) counted(n int, one, many string) string {
	text := ui.Plural(n, one, many)
	if l.before() != "" || l.following() != "" {
		text += " on this page"
	}
	return text
}
