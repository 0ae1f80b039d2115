package xeroapi

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Contacts reads one page.
func (c *Client) Contacts(ctx context.Context, q Query) (Page[Contact], error) {
	return list[Contact](ctx, c, c.apply(c.read("list contacts", "/Contacts", url.Values{}), q), "Contacts")
}

// ContactsSince reads every contact changed since, archived ones included; a
// zero since reads all. Groups are oldest change first; one changed meanwhile
// may come twice, the newer state last.
func (c *Client) ContactsSince(ctx context.Context, since time.Time, where ...Where) iter.Seq2[[]Contact, error] {
	w := &walk[Contact]{
		size: c.wire.config.PageSize, left: c.left, cursor: c.startOf(since),
		id:    func(contact Contact) string { return contact.ContactID },
		stamp: func(contact Contact) time.Time { return contact.UpdatedDateUTC.Time },
		get: func(ctx context.Context, since time.Time, page int) (Page[Contact], error) {
			return c.Contacts(ctx, Query{ModifiedSince: since, Page: page, Where: And(where...), IncludeArchived: true})
		},
	}
	return w.pages(ctx)
}

// Contact reads one by ContactID or ContactNumber; KindNotFound when there is
// none.
func (c *Client) Contact(ctx context.Context, idOrNumber string) (Contact, error) {
	const op = "read the contact"
	if idOrNumber == "" {
		return Contact{}, missingID(op)
	}
	return one[Contact](ctx, c, c.read(op, path("Contacts", idOrNumber), url.Values{}), "Contacts")
}

// ContactsByID reads those of the ids that exist, archived ones included, 40 a
// call.
func (c *Client) ContactsByID(ctx context.Context, ids []string) ([]Contact, error) {
	var found []Contact
	for _, group := range chunks(ids, len("%2C")) {
		e := c.apply(c.read("list contacts by id", "/Contacts", url.Values{}), Query{IncludeArchived: true})
		e.query.Set("IDs", strings.Join(group, ","))
		page, err := list[Contact](ctx, c, e, "Contacts")
		if err != nil {
			return nil, err
		}
		found = append(found, page.Records...)
	}
	return found, nil
}

// ContactsByNumber reads the contacts with these ContactNumbers, archived ones
// included.
func (c *Client) ContactsByNumber(ctx context.Context, numbers []string) ([]Contact, error) {
	return byText(ctx, "ContactNumber", numbers, c.Contacts)
}

// ContactsByEmail reads the contacts with exactly this address; there may be
// several.
func (c *Client) ContactsByEmail(ctx context.Context, address string) ([]Contact, error) {
	return byText(ctx, "EmailAddress", []string{address}, c.Contacts)
}

// ContactsByName reads the contacts of this name, archived ones included. A
// name that Xero's filters cannot express is searched for by its longest part
// and compared here, without regard to case.
func (c *Client) ContactsByName(ctx context.Context, name string) ([]Contact, error) {
	if quotable(name) {
		return byText(ctx, "Name", []string{name}, c.Contacts)
	}
	e := c.apply(c.read("search contacts", "/Contacts", url.Values{}), Query{IncludeArchived: true})
	e.query.Set("searchTerm", longestQuotable(name))
	page, err := list[Contact](ctx, c, e, "Contacts")
	if err != nil {
		return nil, err
	}
	var found []Contact
	for _, contact := range page.Records {
		if strings.EqualFold(contact.Name, name) {
			found = append(found, contact)
		}
	}
	return found, nil
}

func longestQuotable(text string) string {
	longest := ""
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return !quotable(string(r)) }) {
		if part = strings.TrimSpace(part); len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}

// CreateContacts creates up to 50; one whose ContactID or ContactNumber exists
// is refused.
func (c *Client) CreateContacts(ctx context.Context, key string, contacts []Contact) ([]Result[Contact], error) {
	b := c.batch("create contacts", http.MethodPut, "/Contacts", "Contacts")
	b.key = key
	return write(ctx, c, b, contacts)
}

// UpdateContacts updates up to 50, found by ContactID or else ContactNumber,
// and creates those not found.
func (c *Client) UpdateContacts(ctx context.Context, key string, contacts []Contact) ([]Result[Contact], error) {
	b := c.batch("update contacts", http.MethodPost, "/Contacts", "Contacts")
	b.key = key
	return write(ctx, c, b, contacts)
}

// byText reads the records whose field has one of the values, as many values a
// call as an address holds.
func byText[T any](
	ctx context.Context, field string, values []string, get func(context.Context, Query) (Page[T], error),
) ([]T, error) {
	var found []T
	for _, group := range chunks(values, len(url.QueryEscape(field+`=="" OR `))) {
		filters := make([]Where, 0, len(group))
		for _, value := range group {
			filter, err := WhereText(field, value)
			if err != nil {
				return nil, &Error{Kind: KindInvalid, Op: "filter by " + field, Code: CodeValidation, notSent: true, cause: err}
			}
			filters = append(filters, filter)
		}
		page, err := get(ctx, Query{Where: Or(filters...), IncludeArchived: true})
		if err != nil {
			return nil, err
		}
		found = append(found, page.Records...)
	}
	return found, nil
}
