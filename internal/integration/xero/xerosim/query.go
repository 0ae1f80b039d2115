package xerosim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// query is what a list request asks for.
type query struct {
	ids, numbers, contacts, statuses map[string]bool
	references                       map[string]bool
	where                            condition
	search                           string
	modifiedSince                    time.Time
	sinceExclusive                   bool
	includeArchived                  bool
	summaryOnly                      bool
	paged                            bool
	page, pageSize                   int
	orderBy                          string
	descending                       bool
}

// row is how lists look at any record.
type row struct {
	id, number, contact, status string
	reference                   string
	archived                    bool
	hidden                      bool // of another list
	updated                     *Date
	words                       []string // what searchTerm looks at
	value                       func(path string) (any, bool)
}

type pagination struct {
	Page      int `json:"page"`
	PageSize  int `json:"pageSize"`
	PageCount int `json:"pageCount"`
	ItemCount int `json:"itemCount"`
}

type listing[T any] struct {
	rows       []*T
	pagination *pagination
}

func (c *call) readQuery() (query, error) {
	values := c.r.URL.Query()
	q := query{
		ids: setOf(values, "IDs"), contacts: setOf(values, "ContactIDs"), statuses: setOf(values, "Statuses"),
		numbers: setOf(values, "InvoiceNumbers"), references: setOf(values, "References"), search: strings.ToLower(strings.TrimSpace(values.Get("searchTerm"))),
		includeArchived: truth(values.Get("includeArchived")), summaryOnly: truth(values.Get("summaryOnly")),
		sinceExclusive: c.server.opts.ModifiedSinceExclusive, page: 1, pageSize: 100,
	}
	var err error
	for name, target := range map[string]*int{"page": &q.page, "pageSize": &q.pageSize} {
		text := values.Get(name)
		if text == "" {
			continue
		}
		q.paged = true
		if *target, err = strconv.Atoi(text); err != nil || *target < 1 {
			return q, fmt.Errorf("%s must be a number from 1", name)
		}
	}
	if q.pageSize > 1000 {
		return q, fmt.Errorf("pageSize must not be greater than 1000")
	}
	if q.where, err = parseWhere(values.Get("where")); err != nil {
		return q, err
	}
	order := strings.Fields(values.Get("order"))
	if len(order) > 2 || (len(order) == 2 && !strings.EqualFold(order[1], "ASC") && !strings.EqualFold(order[1], "DESC")) {
		return q, fmt.Errorf("order must be a field and ASC or DESC")
	}
	if len(order) > 0 {
		q.orderBy, q.descending = order[0], len(order) == 2 && strings.EqualFold(order[1], "DESC")
	}
	q.modifiedSince, err = readModifiedSince(c.r.Header)
	return q, err
}

func truth(text string) bool { return strings.EqualFold(text, "true") }

func setOf(values url.Values, name string) map[string]bool {
	text := values.Get(name)
	if text == "" {
		return nil
	}
	set := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		if name == "InvoiceNumbers" || name == "References" {
			set[strings.Trim(strings.TrimSpace(part), `"`)] = true
		} else {
			set[strings.ToLower(strings.TrimSpace(part))] = true
		}
	}
	return set
}

func readModifiedSince(header http.Header) (time.Time, error) {
	text := header.Get("If-Modified-Since")
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{http.TimeFormat, time.RFC1123, time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04:05.999", "2006-01-02 15:04:05", dayLayout} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Truncate(time.Second), nil
		}
	}
	return time.Time{}, fmt.Errorf("the header If-Modified-Since %q is not a time; write 2026-11-22T10:00:00", text)
}

func (q query) wants(r row) bool {
	if r.hidden || (q.references != nil && !q.references[r.reference]) {
		return false
	}
	if q.ids != nil && !q.ids[strings.ToLower(r.id)] {
		return false
	}
	if q.numbers != nil && !q.numbers[r.number] {
		return false
	}
	if q.contacts != nil && !q.contacts[strings.ToLower(r.contact)] {
		return false
	}
	if q.statuses != nil && !q.statuses[strings.ToLower(r.status)] {
		return false
	}
	if r.archived && !q.includeArchived && q.ids == nil {
		return false
	}
	if !q.modifiedSince.IsZero() {
		updated := r.updated.Truncate(time.Second)
		if updated.Before(q.modifiedSince) || (q.sinceExclusive && updated.Equal(q.modifiedSince)) {
			return false
		}
	}
	if q.search != "" && !slices.ContainsFunc(r.words, func(word string) bool { return strings.Contains(strings.ToLower(word), q.search) }) {
		return false
	}
	return q.where == nil || q.where(r.value)
}

// collect filters, orders and cuts one page.
func collect[T any](t *table[T], q query, describe func(*T) row) listing[T] {
	type found struct {
		record *T
		row    row
	}
	var all []found
	t.all(func(record *T) {
		if r := describe(record); q.wants(r) {
			all = append(all, found{record, r})
		}
	})
	if q.orderBy != "" {
		sort.SliceStable(all, func(i, j int) bool {
			if q.descending {
				i, j = j, i
			}
			return less(all[i].row, all[j].row, q.orderBy)
		})
	}
	total := len(all)
	out := listing[T]{}
	if q.paged {
		from := min((q.page-1)*q.pageSize, total)
		all = all[from:min(from+q.pageSize, total)]
		out.pagination = &pagination{q.page, q.pageSize, (total + q.pageSize - 1) / q.pageSize, total}
	}
	out.rows = make([]*T, len(all))
	for i := range all {
		out.rows[i] = all[i].record
	}
	return out
}

func less(a, b row, path string) bool {
	if path == "UpdatedDateUTC" {
		return a.updated.Before(b.updated.Time)
	}
	left, _ := a.value(path)
	right, _ := b.value(path)
	order, ok := compare(left, right)
	return ok && order < 0
}

func (c *call) listEnvelope(p *pagination, records field) answer {
	if p == nil {
		return c.envelope(http.StatusOK, records)
	}
	return c.envelope(http.StatusOK, field{"pagination", p}, records)
}
