package xeroapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// apiPath stands before every path of the accounting API.
const apiPath = "/api.xro/2.0"

// TokenSource lends access tokens. Its own failures reach the caller wrapped,
// so that an *Error of Auth inside keeps its kind.
type TokenSource interface {
	// Token returns a token that is probably good.
	Token(ctx context.Context) (string, error)
	// Refreshed returns another token than the refused one. It is called once,
	// after Xero answered that refused has expired.
	Refreshed(ctx context.Context, refused string) (string, error)
}

// Client speaks to the accounting API for one tenant. It is safe for
// concurrent use and holds nothing between calls.
type Client struct {
	wire     wire
	tokens   TokenSource
	tenantID string
	left     func(rows int) // see Counting
}

// Counting returns a Client that tells, with each page of a list that it reads to
// its end, how many rows come after it by Xero's count.
func (c *Client) Counting(left func(rows int)) *Client {
	counting := *c
	counting.left = left
	return &counting
}

// New makes a Client. The http.Client's transport is the place for rate limits
// and breakers; nil means a plain one. tenantID is empty for a Custom
// Connection, whose token already names its organisation.
func New(config Config, client *http.Client, tokens TokenSource, tenantID string) *Client {
	return &Client{wire: newWire(config, client), tokens: tokens, tenantID: tenantID}
}

// TenantID is the tenant the client speaks for.
func (c *Client) TenantID() string { return c.tenantID }

// read is a GET of the accounting API.
func (c *Client) read(op, path string, query url.Values) exchange {
	return exchange{
		op: op, method: http.MethodGet, base: c.wire.config.APIURL, path: apiPath + path,
		query: query, header: http.Header{}, tenantID: c.tenantID,
		read: readAPIError, lost: KindUnavailable,
	}
}

// writing is a PUT, POST or DELETE of the accounting API, whose outcome is
// unknown once it may have been sent and no answer came.
func (c *Client) writing(op, method, path string) exchange {
	e := c.read(op, path, url.Values{})
	e.method, e.lost = method, KindUnknownOutcome
	return e
}

// withBody adds the JSON body and the Idempotency-Key.
// https://developer.xero.com/documentation/guides/idempotent-requests/idempotency/
func (e exchange) withBody(key string, body any) (exchange, error) {
	if key == "" || len(key) > maxKey {
		return e, &Error{
			Kind: KindBug, Op: e.op, Code: CodeKeyInvalid, notSent: true,
			cause: fmt.Errorf("an Idempotency-Key has 1 to %d characters, this one %d", maxKey, len(key)),
		}
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return e, &Error{Kind: KindBug, Op: e.op, Code: CodeBadRequest, notSent: true, cause: err}
	}
	e.body = encoded
	e.header.Set("Content-Type", "application/json")
	e.header.Set("Idempotency-Key", key)
	return e, nil
}

// maxKey is the longest Idempotency-Key that Xero takes.
const maxKey = 128

// do makes the exchange with a token, and once more with a fresh one when the
// first had expired. The key and the body stay the same: an exchange that was
// denied wrote nothing.
func (c *Client) do(ctx context.Context, e exchange) (answer, error) {
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return answer{}, fmt.Errorf("xero: %s: obtain the access token: %w", e.op, err)
	}
	got, err := c.wire.send(ctx, c.authorised(e, token))
	if KindOf(err) != KindExpired {
		return got, err
	}
	token, err = c.tokens.Refreshed(ctx, token)
	if err != nil {
		return answer{}, fmt.Errorf("xero: %s: refresh the access token: %w", e.op, err)
	}
	return c.wire.send(ctx, c.authorised(e, token))
}

func (c *Client) authorised(e exchange, token string) exchange {
	e.header = e.header.Clone()
	e.header.Set("Authorization", "Bearer "+token)
	if c.tenantID != "" {
		e.header.Set("Xero-Tenant-Id", c.tenantID)
	}
	return e
}

// Page is one page of a list.
type Page[T any] struct {
	Records []T
	Number  int // 1 is the first
	Size    int // most rows that a page of this answer holds
	Pages   int // 0 when Xero did not say
	Total   int // rows on all pages; 0 when Xero did not say
}

// pagination is Xero's own lower-case block.
type pagination struct {
	Page      int `json:"page"`
	PageSize  int `json:"pageSize"`
	PageCount int `json:"pageCount"`
	ItemCount int `json:"itemCount"`
}

// list makes the exchange and reads the records under name from its answer.
func list[T any](ctx context.Context, c *Client, e exchange, name string) (Page[T], error) {
	got, err := c.do(ctx, e)
	if err != nil {
		return Page[T]{}, err
	}
	return readPage[T](e, got, name)
}

func readPage[T any](e exchange, got answer, name string) (Page[T], error) {
	var envelope map[string]json.RawMessage
	if err := e.decode(got, &envelope); err != nil {
		return Page[T]{}, err
	}
	records, present := envelope[name]
	if !present {
		return Page[T]{}, lostAnswer(e, got, CodeUnreadable, errors.New("the answer has no "+name))
	}
	var page Page[T]
	if err := json.Unmarshal(records, &page.Records); err != nil {
		return Page[T]{}, lostAnswer(e, got, CodeUnreadable, jsonProblem(err))
	}
	var numbers pagination
	if block, present := envelope["pagination"]; present {
		if err := json.Unmarshal(block, &numbers); err != nil {
			return Page[T]{}, lostAnswer(e, got, CodeUnreadable, jsonProblem(err))
		}
	}
	page.Number, page.Size = numbers.Page, numbers.PageSize
	page.Pages, page.Total = numbers.PageCount, numbers.ItemCount
	return page, nil
}

// one reads a single record by id or number.
func one[T any](ctx context.Context, c *Client, e exchange, name string) (T, error) {
	var none T
	page, err := list[T](ctx, c, e, name)
	if err != nil {
		return none, err
	}
	if len(page.Records) == 0 {
		return none, &Error{Kind: KindNotFound, Op: e.op, Code: CodeDocumentMissing}
	}
	return page.Records[0], nil
}

// missingID stops a request that, without its id, would mean all records.
func missingID(op string) *Error {
	return &Error{Kind: KindBug, Op: op, Code: CodeBadRequest, notSent: true, cause: errors.New("the id is empty")}
}

func withUnitDecimals(query url.Values) url.Values {
	query.Set("unitdp", strconv.Itoa(unitDecimals))
	return query
}

// unitDecimals is asked of every call about documents with lines, so that unit
// amounts are neither read nor written rounded to cents.
const unitDecimals = 4
