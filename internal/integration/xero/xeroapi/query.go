package xeroapi

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Query narrows a list. Its zero value asks for the first page of everything,
// oldest change first.
type Query struct {
	ModifiedSince   time.Time // second precision; Xero may or may not include that second
	Page            int       // 1 when zero; a page brings the lines, an unpaged list does not
	PageSize        int       // the Config's when zero
	Where           Where
	IncludeArchived bool // archived contacts, and documents of archived contacts
}

// oldestFirst is the order that lets a reader go on where it stopped.
const oldestFirst = "UpdatedDateUTC ASC"

func (c *Client) apply(e exchange, q Query) exchange {
	e.query.Set("page", strconv.Itoa(max(q.Page, 1)))
	size := q.PageSize
	if size <= 0 || size > DefaultPageSize {
		size = c.wire.config.PageSize
	}
	e.query.Set("pageSize", strconv.Itoa(size))
	e.query.Set("order", oldestFirst)
	if q.Where != "" {
		e.query.Set("where", string(q.Where))
	}
	if q.IncludeArchived {
		e.query.Set("includeArchived", "true")
	}
	if !q.ModifiedSince.IsZero() {
		layout := "2006-01-02T15:04:05Z"
		if c.wire.config.BareModifiedSince {
			layout = "2006-01-02T15:04:05"
		}
		e.header.Set("If-Modified-Since", q.ModifiedSince.UTC().Format(layout))
	}
	return e
}

// Where is a filter in Xero's own language. Only some fields are fast; on a
// large organisation Xero refuses others.
// https://developer.xero.com/documentation/api/accounting/requests-and-responses#retrieving-multiple-resources
type Where string

// errUnquotable is for text with a double quote or a backslash: Xero's language
// has no way to write either (github.com/XeroAPI/Xero-Java/issues/347).
var errUnquotable = errors.New("a filter cannot hold a double quote, a backslash or a line break")

// WhereText compares a text field: WhereText("Type", "ACCREC"). It fails for
// text that Xero's language cannot express.
func WhereText(field, text string) (Where, error) {
	if !quotable(text) {
		return "", errUnquotable
	}
	return Where(field + `=="` + text + `"`), nil
}

// WhereID compares an id field: WhereID("Invoice.InvoiceID", id).
func WhereID(field, id string) (Where, error) {
	if !quotable(id) {
		return "", errUnquotable
	}
	return Where(field + `==guid("` + id + `")`), nil
}

// And is true where all of the filters are.
func And(filters ...Where) Where { return joinWhere(" AND ", filters) }

// Or is true where any of the filters is.
func Or(filters ...Where) Where { return joinWhere(" OR ", filters) }

func joinWhere(word string, filters []Where) Where {
	var parts []string
	for _, filter := range filters {
		if filter != "" {
			parts = append(parts, string(filter))
		}
	}
	if len(parts) < 2 {
		return Where(strings.Join(parts, ""))
	}
	return Where("(" + strings.Join(parts, word) + ")")
}

// SalesInvoices filters invoices to those a business sends, leaving out bills.
const SalesInvoices Where = `Type=="ACCREC"`

// SalesCreditNotes filters credit notes to those given to customers.
const SalesCreditNotes Where = `Type=="ACCRECCREDIT"`

func quotable(text string) bool { return !strings.ContainsAny(text, "\"\\\x00\r\n") }

// Bounds of a list inside an address. 40 ids and their escaped commas come to
// 1,557 bytes.
const (
	maxListed      = 40
	maxListedBytes = 1600
)

// chunks cuts values into groups that fit an address, each value counted as its
// escaped length and extra bytes. Empty values and repeats are left out.
func chunks(values []string, extra int) [][]string {
	var groups [][]string
	var group []string
	size := 0
	seen := map[string]bool{}
	for _, value := range values {
		if value == "" || seen[value] {
			continue
		}
		seen[value] = true
		length := len(url.QueryEscape(value)) + extra
		if len(group) == maxListed || (len(group) > 0 && size+length > maxListedBytes) {
			groups, group, size = append(groups, group), nil, 0
		}
		group, size = append(group, value), size+length
	}
	if len(group) > 0 {
		groups = append(groups, group)
	}
	return groups
}
