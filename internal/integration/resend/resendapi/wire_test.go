package resendapi

import (
	"context"
	"errors"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

// notSentError is how a rate limiter or breaker in the transport refuses.
type notSentError struct{ wait time.Duration }

func (notSentError) Error() string { return "the budget is used up" }
func (notSentError) NotSent() bool { return true }

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func sendThrough(ctx context.Context, base string, client *http.Client) error {
	_, err := New(Config{APIURL: base}, client, testKey).Send(ctx, "key", someMessage())
	return err
}

func TestRequestsThatNeverLeft(t *testing.T) {
	t.Parallel()
	limited := &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
		return nil, notSentError{wait: time.Second}
	})}
	err := sendThrough(t.Context(), "http://127.0.0.1:1", limited)
	checkNotSent(t, err)
	var refusal notSentError
	if !errors.As(err, &refusal) || refusal.wait != time.Second {
		t.Errorf("the limiter's own error is lost: %v", err)
	}
	checkNotSent(t, sendThrough(t.Context(), "http://"+closedPort(t), nil))

	over, cancel := context.WithCancel(t.Context())
	cancel()
	err = sendThrough(over, "http://127.0.0.1:1", nil)
	checkNotSent(t, err)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the cause is lost: %v", err)
	}
	failing := &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{Resolver: &net.Resolver{
		PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no network") },
	}}).DialContext}}
	checkNotSent(t, sendThrough(t.Context(), "http://api.resend.test", failing))
}

// A send that waits for its turn on a connection has sent nothing.
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
	checkNotSent(t, sendThrough(ctx, "http://127.0.0.1:1", stuck))
}

func checkNotSent(t *testing.T, err error) {
	t.Helper()
	failure := asError(err)
	if failure == nil || failure.Kind != KindRetry || !failure.NotSent() || failure.MayHaveGone() || failure.Code != CodeNotSent {
		t.Errorf("the error is %v", err)
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
	err := sendThrough(t.Context(), "http://127.0.0.1:1", silent)
	if KindOf(err) != KindUnknown || !MayHaveGone(err) {
		t.Errorf("a transport that says nothing gives %v", err)
	}

	heard := make(chan struct{})
	slow := newHanging(t, heard)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-heard
		cancel()
	}()
	err = sendThrough(ctx, slow, nil)
	if KindOf(err) != KindUnknown || !MayHaveGone(err) || !errors.Is(err, context.Canceled) {
		t.Errorf("a cut send gives %v", err)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	for _, call := range []func(*Client) (Kind, error){
		func(c *Client) (Kind, error) { _, err := c.Emails(t.Context(), Query{}); return KindRetry, err },
		func(c *Client) (Kind, error) {
			_, err := c.Send(t.Context(), "key", someMessage())
			return KindUnknown, err
		},
	} {
		slow := newHanging(t, make(chan struct{}))
		want, err := call(New(Config{Timeout: 20 * time.Millisecond, APIURL: slow}, nil, testKey))
		if KindOf(err) != want || !errors.Is(err, context.DeadlineExceeded) || asError(err).NotSent() {
			t.Errorf("a slow answer gives %v", err)
		}
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
		step{status: 429, body: named(429, NameRateLimit).body, header: map[string]string{
			"ratelimit-limit": "5", "ratelimit-remaining": "0", "ratelimit-reset": "1", "Retry-After": "1",
		}},
		step{status: 200, body: `{"id":"e1"}`, header: map[string]string{
			"ratelimit-limit": "5;w=1", "ratelimit-remaining": "4", "x-resend-daily-quota": "17", "x-resend-monthly-quota": "230",
		}},
		step{status: 201, body: `{"object":"webhook","id":"w1","signing_secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}`})
	client := server.client(Config{
		Observer: func(_ context.Context, call Call) { calls = append(calls, call) },
		Now:      func() time.Time { return testNow },
	})
	frozen, err := Encode(someMessage())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = client.SendEncoded(t.Context(), "key-1", frozen)
	_, _ = client.SendEncoded(t.Context(), "key-1", frozen)
	_, _ = client.CreateEndpoint(t.Context(), "https://renoz.test/hook", []string{EventSent})
	if len(calls) != 3 || KindOf(calls[0].Err) != KindRetry || calls[0].Limits != (Limits{5, 0, time.Second, -1, -1}) {
		t.Fatalf("the observer saw %+v", calls)
	}
	second := calls[1]
	second.RequestBody, second.ResponseBody = nil, nil
	want := Call{
		Op: "send the e-mail", Method: "POST", Path: "/emails", IdempotencyKey: "key-1", Status: 200,
		Limits: Limits{5, 4, -1, 17, 230},
	}
	if !reflect.DeepEqual(second, want) || string(calls[1].RequestBody) != string(frozen) || string(calls[1].ResponseBody) != `{"id":"e1"}` {
		t.Errorf("the observer saw %+v", calls[1])
	}
	if calls[2].Status != 201 || calls[2].RequestBody != nil || calls[2].ResponseBody != nil {
		t.Errorf("the observer saw a signing secret: %+v", calls[2])
	}
	for _, request := range server.heard(t, 3) {
		if request.header.Get("User-Agent") != "renoz" || request.header.Get("Authorization") != "Bearer "+testKey.Reveal() ||
			request.header.Get("Accept") != "application/json" {
			t.Errorf("the headers are %v", request.header)
		}
	}
}

// A redirect is not followed: neither key nor e-mail may go elsewhere.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := newScript(t)
	server := newScript(t, step{status: 307, header: map[string]string{"Location": elsewhere.URL}})
	err := sendThrough(t.Context(), server.URL, server.Client())
	if KindOf(err) != KindPause || CodeOf(err) != CodeRedirected {
		t.Errorf("the error is %v", err)
	}
	elsewhere.heard(t, 0)
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	endless := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: readCloser{zeros{}}}, nil
	})}
	_, err := New(Config{}, endless, testKey).Emails(t.Context(), Query{})
	if KindOf(err) != KindRetry || !strings.Contains(err.Error(), "answer over") {
		t.Errorf("an endless answer gives %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestLimitsOfOddHeaders(t *testing.T) {
	t.Parallel()
	odd := http.Header{"Ratelimit-Limit": {"five"}, "Ratelimit-Remaining": {"-3"}, "Ratelimit-Reset": {"99999999999"}, "X-Resend-Daily-Quota": {""}}
	if got := readLimits(odd); got != (Limits{-1, -1, longestWait, -1, -1}) {
		t.Errorf("read as %+v", got)
	}
}

// Over a connection that was kept, net/http repeats a request by itself when
// the other end had closed it. The repeat is the same, so it sends nothing
// twice.
func TestRepeatsOfTheTransportAreTheSame(t *testing.T) {
	t.Parallel()
	server := newScript(t, jsonOK(`{"id":"e1"}`), step{drop: true}, jsonOK(`{"id":"e2"}`))
	client := New(Config{APIURL: server.URL}, server.Client(), testKey)
	for _, want := range []string{"e1", "e2"} {
		if id, err := client.Send(t.Context(), "key-"+want, someMessage()); err != nil || id != want {
			t.Fatalf("%s, %v", id, err)
		}
	}
	heard := server.heard(t, 3)
	if heard[1].body != heard[2].body || heard[1].header.Get("Idempotency-Key") != "key-e2" || heard[2].header.Get("Idempotency-Key") != "key-e2" {
		t.Errorf("the repeat differs: %+v", heard[1:])
	}
}
