package resendapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Client speaks to Resend with one API key. It is safe for concurrent use and
// holds nothing between calls.
//
// A key of "sending access" can send and no more; reading domains,
// suppressions and webhooks takes one of "full access".
type Client struct {
	wire wire
}

// New makes a Client. The http.Client's transport is the place for rate limits
// and breakers; nil means a plain one. Redirects are not followed.
func New(config Config, client *http.Client, key Secret) *Client {
	return &Client{wire: newWire(config, client, key)}
}

// read is a GET.
func read(op, path string) exchange {
	return exchange{op: op, method: http.MethodGet, path: path, query: url.Values{}, header: http.Header{}}
}

// create is a POST that makes something each time it is carried out.
func create(op, path string) exchange {
	e := read(op, path)
	e.method, e.writes = http.MethodPost, true
	return e
}

// change brings something into a state, however often it is carried out.
func change(op, method, path string) exchange {
	e := read(op, path)
	e.method, e.writes, e.repeatable = method, true, true
	return e
}

// withBody adds the JSON body.
func (e exchange) withBody(body any) (exchange, error) {
	encoded, err := encode(body)
	if err != nil {
		return e, badRequest(e.op, "the request cannot be written as JSON")
	}
	e.body = encoded
	return e, nil
}

// at joins the parts of a path, each escaped. An empty part would address
// another record, so it fails.
func at(op string, parts ...string) (string, error) {
	var path strings.Builder
	for _, part := range parts {
		if part == "" || part == "." || part == ".." {
			return "", missingID(op)
		}
		path.WriteString("/" + url.PathEscape(part))
	}
	return path.String(), nil
}

// do makes the exchange and reads its answer into a T.
func do[T any](ctx context.Context, c *Client, e exchange) (T, error) {
	var into T
	got, err := c.wire.send(ctx, e)
	if err != nil {
		return into, err
	}
	err = e.decode(got, &into)
	return into, err
}

// Query places a page. Its zero value asks for the first page, of Resend's own
// size.
// https://resend.com/docs/api-reference/pagination
type Query struct {
	Limit  int    // rows, 1 to 100; 20 when zero
	After  string // the id after which the page begins
	Before string // the id before which it ends; not with After
}

// Page is one page of a list, in Resend's order: the newest first, where its
// pages say.
type Page[T any] struct {
	Records []T
	HasMore bool
	// Next is the After of the page that follows; empty when there is none, or
	// the page was asked for with Before.
	Next string
}

func (e exchange) paged(q Query) (exchange, error) {
	if q.After != "" && q.Before != "" {
		return e, badRequest(e.op, "a page is placed after or before an id, not both")
	}
	if q.Limit < 0 || q.Limit > MaxListed {
		return e, tooMany(e.op, q.Limit)
	}
	if q.Limit > 0 {
		e.query.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.After != "" {
		e.query.Set("after", q.After)
	}
	if q.Before != "" {
		e.query.Set("before", q.Before)
	}
	return e, nil
}

// identified is a record that can be a page's cursor.
type identified interface{ cursor() string }

// list reads one page.
func list[T identified](ctx context.Context, c *Client, e exchange, q Query) (Page[T], error) {
	e, err := e.paged(q)
	if err != nil {
		return Page[T]{}, err
	}
	got, err := c.wire.send(ctx, e)
	if err != nil {
		return Page[T]{}, err
	}
	return readPage[T](e, got, q)
}

func readPage[T identified](e exchange, got answer, q Query) (Page[T], error) {
	var body struct {
		HasMore bool            `json:"has_more"`
		Data    json.RawMessage `json:"data"`
	}
	if err := e.decode(got, &body); err != nil {
		return Page[T]{}, err
	}
	if len(body.Data) == 0 {
		return Page[T]{}, lostAnswer(e, got, CodeUnreadable, errors.New("the answer has no data"))
	}
	page := Page[T]{HasMore: body.HasMore}
	if err := json.Unmarshal(body.Data, &page.Records); err != nil {
		return Page[T]{}, lostAnswer(e, got, CodeUnreadable, jsonProblem(err))
	}
	if rows := len(page.Records); page.HasMore && rows > 0 && q.Before == "" {
		page.Next = page.Records[rows-1].cursor()
	}
	return page, nil
}

// act makes a change that needs no body and whose answer says nothing new.
func (c *Client) act(ctx context.Context, op, method string, parts ...string) error {
	path, err := at(op, parts...)
	if err != nil {
		return err
	}
	_, err = c.wire.send(ctx, change(op, method, path))
	return err
}

// patch sets fields of a record.
func (c *Client) patch(ctx context.Context, op string, body any, parts ...string) error {
	path, err := at(op, parts...)
	if err != nil {
		return err
	}
	e, err := change(op, http.MethodPatch, path).withBody(body)
	if err != nil {
		return err
	}
	_, err = c.wire.send(ctx, e)
	return err
}

// readOptional is a GET of what not every team has.
func readOptional(op string, parts ...string) (exchange, error) {
	path, err := at(op, parts...)
	e := read(op, path)
	e.optional = true
	return e, err
}
