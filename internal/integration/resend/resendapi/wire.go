package resendapi

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

// maxAnswer bounds an answer held in memory, in bytes; a page of 100 e-mails
// with their HTML takes a few megabytes.
const maxAnswer = 64 << 20

// exchange is one request about to be made.
type exchange struct {
	op     string
	method string
	path   string // already escaped
	query  url.Values
	header http.Header
	body   []byte

	writes     bool // it changes something
	sends      bool // it sends e-mails, under a key that allows a repeat
	repeatable bool // a change that may be made twice without harm
	optional   bool // not every team has it
	secret     bool // the answer holds a signing secret: keep bodies from the observer
}

// lost is the kind of a failure after which no answer came.
func (e exchange) lost() Kind {
	if e.writes && !e.repeatable {
		return KindUnknown
	}
	return KindRetry
}

// failed is the kind of a failure that Resend reports of itself. A key makes a
// repeat safe there, and an answer says that it may be made.
func (e exchange) failed() Kind {
	if e.sends {
		return KindRetry
	}
	return e.lost()
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// wire makes single HTTP exchanges and reads their failures.
type wire struct {
	http   *http.Client
	config Config
	// authorization gives the header's value. As a function it stays out of
	// what fmt prints of a client.
	authorization func() string
}

func newWire(config Config, client *http.Client, key Secret) wire {
	own := http.Client{}
	if client != nil {
		own = *client
	}
	// The API sends nobody elsewhere, and the key must not follow.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return wire{http: &own, config: config.filled(), authorization: func() string { return "Bearer " + key.Reveal() }}
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
		return answer{}, &Error{Kind: KindBug, Op: e.op, Code: CodeBadRequest, notSent: true, cause: bare(err), sends: e.sends}
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
	got.body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if len(got.body) > maxAnswer {
		got.body, err = got.body[:maxAnswer], fmt.Errorf("answer over %d bytes", maxAnswer)
	}
	if got.status < 200 || got.status > 299 {
		return got, readFailure(e, got, w.config.Now())
	}
	if err != nil {
		return got, lostAnswer(e, got, CodeNoAnswer, err)
	}
	return got, nil
}

func (w wire) request(ctx context.Context, e exchange) (*http.Request, error) {
	address := w.config.APIURL + e.path
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
	request.Header.Set("Authorization", w.authorization())
	request.Header.Set("User-Agent", w.config.UserAgent)
	request.Header.Set("Accept", "application/json")
	if e.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

func (w wire) call(e exchange, got answer, failure *Error, took time.Duration) Call {
	call := Call{
		Op: e.op, Method: e.method, Path: e.path, Query: e.query,
		IdempotencyKey: e.header.Get(keyHeader), Status: got.status, Duration: took,
		Limits: readLimits(got.header),
	}
	if plain, err := url.PathUnescape(e.path); err == nil {
		call.Path = plain
	}
	if !e.secret {
		call.RequestBody, call.ResponseBody = e.body, got.body
	}
	if failure != nil {
		call.Err = failure
	}
	return call
}

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
	return &Error{Kind: KindRetry, Op: e.op, Code: CodeNotSent, notSent: true, cause: bare(err), sends: e.sends}
}

// lostAnswer is for an answer that did not come, came in part, or made no sense.
func lostAnswer(e exchange, got answer, code string, err error) *Error {
	return &Error{Kind: e.lost(), Op: e.op, Code: code, Status: got.status, gone: e.writes, cause: bare(err), sends: e.sends}
}

// bare drops net/http's wrapping, whose text holds the whole address and with
// it the recipients that were looked for.
func bare(err error) error {
	var address *url.Error
	if errors.As(err, &address) {
		return address.Err
	}
	return err
}

// decode reads a JSON answer, or as much of it as is asked for.
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
		return fmt.Errorf("a %s at %q does not fit", strings.Fields(kind.Value + " value")[0], kind.Field)
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not JSON (byte %d)", syntax.Offset)
	}
	return err
}
