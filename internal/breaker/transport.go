package breaker

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
)

// Transport sends requests on through next while the circuit is closed. Key
// names the tenant that a request goes to, and failed tells whether an answer
// or error means that the service itself fails; Failed is the usual one. A
// request that is held back is not sent, and its error is Open; it and every
// other error from here have a method NotSent that returns true.
func (b *Breaker) Transport(next http.RoundTripper, key func(*http.Request) (service, tenant string), failed func(*http.Response, error) bool) http.RoundTripper {
	return &transport{b, next, key, failed}
}

type transport struct {
	breaker *Breaker
	next    http.RoundTripper
	key     func(*http.Request) (service, tenant string)
	failed  func(*http.Response, error) bool
}

// RoundTrip sends a request or holds it back.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	service, tenant := t.key(r)
	pass, err := t.breaker.ask(ctx, Key{service, tenant})
	if err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	answer, err := t.next.RoundTrip(r)
	t.breaker.tell(ctx, pass, t.outcome(answer, err), cause(answer, err))
	return answer, err
}

func (t *transport) outcome(answer *http.Response, err error) outcome {
	switch {
	case t.failed(answer, err):
		return failed
	case err != nil:
		return unknown
	}
	return succeeded
}

// Failed reports whether an answer or error means that the service fails: an
// answer of 500 or above, no answer in time, no connection. An answer of 4xx
// means that it works. A request that was cancelled or not sent by us says
// nothing.
func Failed(answer *http.Response, err error) bool {
	if err == nil {
		return answer.StatusCode >= http.StatusInternalServerError
	}
	var unsent interface{ NotSent() bool }
	if errors.As(err, &unsent) && unsent.NotSent() {
		return false
	}
	return !errors.Is(err, context.Canceled)
}

// cause is what to show of a failure. Errors themselves may hold addresses
// with personal data, so only their sort is told.
func cause(answer *http.Response, err error) string {
	var timeout net.Error
	switch {
	case err == nil:
		return "HTTP " + strconv.Itoa(answer.StatusCode)
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	}
	return "no connection"
}
