package ratelimit

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// Transport sends requests on through next as budgets allow. Key names the
// tenant that a request counts toward, and read what its answer tells; both
// must not change what they get. A request that is denied is not sent, and its
// error is Denied; it and every other error from here have a method NotSent
// that returns true.
func (l *Limiter) Transport(next http.RoundTripper, key func(*http.Request) (service, tenant string), read func(*http.Response) Observed) http.RoundTripper {
	return &transport{l, next, key, read}
}

type transport struct {
	limiter *Limiter
	next    http.RoundTripper
	key     func(*http.Request) (service, tenant string)
	read    func(*http.Response) Observed
}

// RoundTrip sends a request or denies it.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	service, tenant := t.key(r)
	ticket, err := t.limiter.take(ctx, service, tenant)
	if err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	release := sync.OnceFunc(func() { t.limiter.release(ctx, ticket) })
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		release()
		if unsent := (interface{ NotSent() bool })(nil); errors.As(err, &unsent) && unsent.NotSent() {
			ticket.putBack()
		}
		return nil, err
	}
	t.limiter.learn(ctx, ticket, t.read(answer))
	if answer.Body == nil || answer.Body == http.NoBody {
		release()
		return answer, nil
	}
	answer.Body = &body{answer.Body, release}
	return answer, nil
}

// body releases the slot of a request when its answer was read or closed.
type body struct {
	io.ReadCloser
	release func()
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.release()
	}
	return n, err
}

func (b *body) Close() error {
	defer b.release()
	return b.ReadCloser.Close()
}
