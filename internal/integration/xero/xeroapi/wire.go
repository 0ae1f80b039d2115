package xeroapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// maxAnswer bounds an answer held in memory; a page of 1,000 invoices with
// their lines takes a few megabytes.
const maxAnswer = 64 << 20

// wire makes single HTTP exchanges and reads their failures.
type wire struct {
	http   *http.Client
	config Config
}

func newWire(config Config, client *http.Client) wire {
	if client == nil {
		client = &http.Client{}
	}
	return wire{http: client, config: config.filled()}
}

// exchange is one request about to be made.
type exchange struct {
	op       string
	method   string
	base     string // scheme and host, with a base path when there is one
	path     string // already escaped
	query    url.Values
	header   http.Header
	body     []byte
	tenantID string
	secret   bool // keep the bodies from the observer
	// sink takes the body of a good answer; nil keeps it in memory.
	sink *sink
	// read turns an answer that is not 2xx, or one cut short, into an error.
	read func(exchange, answer) *Error
	// lost is the kind of a failure after the request may have been sent.
	lost Kind
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send makes the exchange, tells the observer, and returns the answer when its
// status is 2xx. Its error is always an *Error.
func (w wire) send(ctx context.Context, e exchange) (answer, error) {
	started := w.config.Now()
	got, failure := w.roundTrip(ctx, e)
	if w.config.Observer != nil {
		w.config.Observer(ctx, w.call(e, got, failure, w.config.Now().Sub(started)))
	}
	if failure != nil {
		return got, failure
	}
	return got, nil
}

func (w wire) roundTrip(ctx context.Context, e exchange) (answer, *Error) {
	limited, cancel := context.WithTimeout(ctx, w.config.Timeout)
	defer cancel()
	var seen progress
	request, err := w.request(httptrace.WithClientTrace(limited, seen.trace()), e)
	if err != nil {
		return answer{}, &Error{Kind: KindBug, Op: e.op, Code: CodeBadRequest, notSent: true, cause: bare(err)}
	}
	if err := limited.Err(); err != nil {
		return answer{}, notSent(e, err)
	}
	response, err := w.http.Do(request)
	if err != nil {
		return answer{}, transportError(e, &seen, err)
	}
	defer response.Body.Close()
	got := answer{status: response.StatusCode, header: response.Header}
	if e.sink != nil && got.status == http.StatusOK {
		return got, e.sink.taken(e, got, response)
	}
	got.body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err == nil && len(got.body) > maxAnswer {
		err = fmt.Errorf("answer over %d bytes", maxAnswer)
	}
	if got.status < 200 || got.status > 299 {
		failure := e.read(e, got)
		failure.Op, failure.Status, failure.CorrelationID = e.op, got.status, correlationID(got.header)
		return got, failure
	}
	if err != nil {
		return got, lostAnswer(e, got, CodeNoAnswer, err)
	}
	return got, nil
}

func (w wire) request(ctx context.Context, e exchange) (*http.Request, error) {
	address := e.base + e.path
	if len(e.query) > 0 {
		address += "?" + e.query.Encode()
	}
	var body io.Reader
	if e.body != nil {
		body = bytes.NewReader(e.body)
	}
	request, err := http.NewRequestWithContext(ctx, e.method, address, body)
	if err != nil {
		return nil, err
	}
	for name, values := range e.header {
		request.Header[name] = values
	}
	request.Header.Set("User-Agent", w.config.UserAgent)
	if request.Header.Get("Accept") == "" {
		request.Header.Set("Accept", "application/json")
	}
	return request, nil
}

func (w wire) call(e exchange, got answer, failure *Error, took time.Duration) Call {
	call := Call{
		Op: e.op, Method: e.method, Path: e.path, Query: e.query, TenantID: e.tenantID,
		IdempotencyKey: e.header.Get("Idempotency-Key"),
		Status:         got.status, Duration: took,
		CorrelationID: correlationID(got.header), Limits: readLimits(got.header),
	}
	if address, err := url.Parse(e.base + e.path); err == nil {
		call.Path = address.Path
	}
	if !e.secret {
		call.RequestBody, call.ResponseBody = e.body, got.body
	}
	if failure != nil {
		call.Err = failure
	}
	return call
}

func correlationID(header http.Header) string { return header.Get("Xero-Correlation-Id") }

// progress notes how far a request came. The transport reports from its own
// goroutines.
type progress struct {
	asked     atomic.Bool // a connection was asked for
	connected atomic.Bool // and obtained, so bytes may have been sent
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { p.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { p.connected.Store(true) },
	}
}

// neverLeft reports that nothing was written to the wire. Silence of the trace
// proves nothing, since a caller's transport need not keep to it.
func (p *progress) neverLeft(err error) bool {
	var marked interface{ NotSent() bool }
	if errors.As(err, &marked) && marked.NotSent() {
		return true
	}
	if p.connected.Load() {
		return false
	}
	var network *net.OpError
	if errors.As(err, &network) && network.Op == "dial" {
		return true
	}
	var lookup *net.DNSError
	return p.asked.Load() || errors.As(err, &lookup)
}

func transportError(e exchange, seen *progress, err error) *Error {
	if seen.neverLeft(err) {
		return notSent(e, err)
	}
	return lostAnswer(e, answer{}, CodeNoAnswer, err)
}

// notSent leaves the cause reachable, so that a rate limiter's or breaker's
// own error can still be found in it.
func notSent(e exchange, err error) *Error {
	kind := KindUnavailable
	if e.lost == KindRetry {
		kind = KindRetry
	}
	return &Error{Kind: kind, Op: e.op, Code: CodeNotSent, notSent: true, cause: bare(err)}
}

// lostAnswer is for an answer that did not come, came in part, or made no sense.
func lostAnswer(e exchange, got answer, code string, err error) *Error {
	return &Error{
		Kind: e.lost, Op: e.op, Code: code, Status: got.status,
		CorrelationID: correlationID(got.header), cause: bare(err),
	}
}

// bare drops net/http's wrapping, whose text holds the whole address and with
// it the names that were searched for.
func bare(err error) error {
	var address *url.Error
	if errors.As(err, &address) {
		return address.Err
	}
	return err
}

// decode reads a JSON answer. Xero answers some requests in HTML or plain text
// when it is being maintained, even with status 200.
func (e exchange) decode(got answer, into any) error {
	if err := json.Unmarshal(got.body, into); err != nil {
		return lostAnswer(e, got, CodeUnreadable, jsonProblem(err))
	}
	return nil
}

// jsonProblem keeps the place of a fault and drops the quoted value.
func jsonProblem(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("the answer has a %s at %s", strings.Fields(kind.Value + " value")[0], kind.Field)
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("the answer is not JSON (byte %d)", syntax.Offset)
	}
	return err
}
