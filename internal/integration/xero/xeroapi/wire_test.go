package xeroapi

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"
)

// notSentError is how a rate limiter or breaker in the transport refuses.
type notSentError struct{ wait time.Duration }

func (notSentError) Error() string { return "the budget is used up" }
func (notSentError) NotSent() bool { return true }

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func writeThrough(ctx context.Context, base string, client *http.Client) error {
	c := New(Config{}.WithBase(base), client, &lender{}, "tenant-1")
	_, err := c.CreateInvoices(ctx, "key", []Invoice{{InvoiceNumber: "1"}})
	return err
}

func TestRequestsThatNeverLeft(t *testing.T) {
	t.Parallel()
	limited := &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
		return nil, notSentError{wait: time.Second}
	})}
	err := writeThrough(t.Context(), "http://127.0.0.1:1", limited)
	checkNotSent(t, err)
	var refusal notSentError
	if !errors.As(err, &refusal) || refusal.wait != time.Second {
		t.Errorf("the limiter's own error is lost: %v", err)
	}

	checkNotSent(t, writeThrough(t.Context(), "http://"+closedPort(t), &http.Client{}))

	over, cancel := context.WithCancel(t.Context())
	cancel()
	err = writeThrough(over, "http://127.0.0.1:1", &http.Client{})
	checkNotSent(t, err)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the cause is lost: %v", err)
	}
}

// A write that waits for its turn on a connection has sent nothing.
func TestWaitingForAConnectionIsNotSent(t *testing.T) {
	t.Parallel()
	dialling := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	stuck := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		close(dialling)
		<-ctx.Done()
		return nil, ctx.Err()
	}}}
	go func() {
		<-dialling
		cancel()
	}()
	checkNotSent(t, writeThrough(ctx, "http://127.0.0.1:1", stuck))
}

func checkNotSent(t *testing.T, err error) {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) || failure.Kind != KindUnavailable || !failure.NotSent() || failure.Code != CodeNotSent {
		t.Errorf("the error is %#v", err)
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func TestOutcomesThatAreNotKnown(t *testing.T) {
	t.Parallel()
	silent := &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("connection reset by peer")
	})}
	err := writeThrough(t.Context(), "http://127.0.0.1:1", silent)
	if KindOf(err) != KindUnknownOutcome {
		t.Errorf("a transport that says nothing gives %v", err)
	}

	heard := make(chan struct{})
	slow := newHanging(t, heard)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-heard
		cancel()
	}()
	err = writeThrough(ctx, slow, &http.Client{})
	if KindOf(err) != KindUnknownOutcome || !errors.Is(err, context.Canceled) {
		t.Errorf("a cut write gives %v", err)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	slow := newHanging(t, make(chan struct{}))
	c := New(Config{Timeout: 20 * time.Millisecond}.WithBase(slow), nil, &lender{}, "tenant-1")
	_, err := c.Organisation(t.Context())
	if KindOf(err) != KindUnavailable || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a slow read gives %v", err)
	}
}

// newHanging serves requests it never answers, and tells of the first.
func newHanging(t *testing.T, heard chan struct{}) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		t.Cleanup(func() { connection.Close() })
		if n, _ := connection.Read(make([]byte, 4096)); n > 0 {
			close(heard)
		}
	}()
	return "http://" + listener.Addr().String()
}

func TestObserver(t *testing.T) {
	t.Parallel()
	var calls []Call
	server := newScript(t,
		step{status: 401, body: expired},
		step{status: 200, body: created, header: map[string]string{
			"X-MinLimit-Remaining": "59", "X-DayLimit-Remaining": "4999", "Xero-Correlation-Id": "corr-9",
		}})
	client := server.client(Config{
		Observer: func(_ context.Context, call Call) { calls = append(calls, call) },
		Now:      func() time.Time { return testNow },
	})
	if _, err := client.CreateInvoices(t.Context(), "key-1", []Invoice{{InvoiceNumber: "1"}, {InvoiceNumber: "2"}}); err != nil {
		t.Fatal(err)
	}
	if len(calls) != 2 || KindOf(calls[0].Err) != KindExpired || calls[0].Status != 401 || calls[0].Limits != (Limits{-1, -1, -1}) {
		t.Fatalf("the observer saw %+v", calls)
	}
	last := calls[1]
	if last.Err != nil || last.Op != "create invoices" || last.Method != "PUT" || last.Path != "/api.xro/2.0/Invoices" ||
		last.Query.Get("unitdp") != "4" || last.TenantID != "tenant-1" || last.IdempotencyKey != "key-1" ||
		last.CorrelationID != "corr-9" || last.Limits != (Limits{59, 4999, -1}) ||
		string(last.ResponseBody) != created || len(last.RequestBody) == 0 {
		t.Errorf("the observer saw %+v", last)
	}
}
