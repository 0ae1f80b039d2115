package breaker_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/breaker/storetest"
)

type memory struct {
	mu       sync.Mutex
	circuits map[breaker.Key]breaker.Circuit
	fail     error
}

func (m *memory) Load(_ context.Context, key breaker.Key) (breaker.Circuit, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.circuits[key], m.fail
}

func (m *memory) Save(_ context.Context, key breaker.Key, c breaker.Circuit) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.circuits[key].Version != c.Version {
		return false, m.fail
	}
	c.Version++
	m.circuits[key] = c
	return true, m.fail
}

func newMemory() *memory { return &memory{circuits: map[breaker.Key]breaker.Circuit{}} }

func TestMemory(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) breaker.Store { return newMemory() })
}

// rig is one process before a service.
type rig struct {
	t       *testing.T
	breaker *breaker.Breaker
	client  *http.Client
	url     string
	store   *memory
	clock   atomic.Int64
	status  atomic.Int64
	served  atomic.Int64
	arrived chan bool // when made, each request says so and waits for leave
	leave   chan bool
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, store: newMemory()}
	r.clock.Store(time.Date(2026, time.November, 22, 10, 5, 0, 0, time.UTC).UnixNano())
	r.status.Store(http.StatusOK)
	r.breaker = breaker.New(breaker.Config{Store: r.store, Now: r.now, Log: slog.New(slog.DiscardHandler)})
	server := httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(server.Close)
	r.url = server.URL
	key := func(*http.Request) (string, string) { return "xero", "t1" }
	r.client = &http.Client{Transport: r.breaker.Transport(server.Client().Transport, key, breaker.Failed)}
	return r
}

func (r *rig) now() time.Time { return time.Unix(0, r.clock.Load()).UTC() }

func (r *rig) sleep(d time.Duration) { r.clock.Add(int64(d)) }

func (r *rig) serve(w http.ResponseWriter, _ *http.Request) {
	r.served.Add(1)
	status := int(r.status.Load())
	if r.arrived != nil {
		r.arrived <- true
		<-r.leave
	}
	w.WriteHeader(status)
}

func (r *rig) get(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, strings.NewReader("x"))
	if err != nil {
		r.t.Fatal(err)
	}
	answer, err := r.client.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return errors.Join(err, answer.Body.Close())
}

// answers sends n requests that are answered with status.
func (r *rig) answers(n, status int) {
	r.t.Helper()
	r.status.Store(int64(status))
	for range n {
		if err := r.get(context.Background()); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *rig) heldBack(until time.Time) {
	r.t.Helper()
	before := r.served.Load()
	err := r.get(context.Background())
	var open *breaker.Open
	if !errors.As(err, &open) || !open.Until.Equal(until) || !open.NotSent() || r.served.Load() != before {
		r.t.Errorf("want it held back until %s: %v", until, err)
	}
}

func (r *rig) is(want breaker.State) breaker.Circuit {
	r.t.Helper()
	got, err := r.breaker.State(context.Background(), "xero", "t1")
	if err != nil || got.State != want {
		r.t.Errorf("the circuit is %+v, %v; want %s", got, err, want)
	}
	return got
}

func TestOpensAndCloses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.is(breaker.Closed)
	r.answers(4, 503)
	r.answers(1, 400) // it works, and says no
	r.answers(4, 500)
	r.is(breaker.Closed)
	r.answers(1, 503)
	until := r.now().Add(30 * time.Second)
	if c := r.is(breaker.Opened); c.Cause != "HTTP 503" || c.Failures != 5 || !c.Changed.Equal(r.now()) {
		t.Errorf("%+v", c)
	}
	r.heldBack(until)
	r.sleep(30*time.Second - 1)
	r.heldBack(until)
	r.sleep(1)
	r.answers(1, 503) // the probe
	r.is(breaker.Opened)
	until = r.now().Add(30 * time.Second)
	r.heldBack(until)
	r.sleep(30 * time.Second)
	r.answers(1, 200)
	if c := r.is(breaker.Closed); c.Failures != 0 || !c.Until.IsZero() {
		t.Errorf("%+v", c)
	}
	r.answers(4, 503)
	r.is(breaker.Closed)
}

func TestSuccessWritesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.answers(10, 200)
	if c := r.is(breaker.Closed); c.Version != 0 {
		t.Errorf("%+v", c)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.answers(5, 503)
	if err := r.breaker.Reset(context.Background(), "xero", "t1"); err != nil {
		t.Fatal(err)
	}
	r.is(breaker.Closed)
	r.answers(4, 503)
	r.is(breaker.Closed)
}

func TestOneProbe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.answers(5, 503)
	r.sleep(30 * time.Second)
	r.status.Store(200)
	r.arrived, r.leave = make(chan bool, 20), make(chan bool)
	var group sync.WaitGroup
	var held atomic.Int64
	for range 12 {
		group.Go(func() {
			err := r.get(context.Background())
			var open *breaker.Open
			if errors.As(err, &open) {
				if held.Add(1) == 11 {
					close(r.leave)
				}
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if held.Load() != 11 || r.served.Load() != 6 {
		t.Errorf("%d held back, %d served", held.Load(), r.served.Load())
	}
	r.is(breaker.Closed)
}

func TestLostProbe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.answers(5, 503)
	r.sleep(30 * time.Second)
	r.status.Store(503)
	r.arrived, r.leave = make(chan bool, 2), make(chan bool)
	lost := make(chan error)
	go func() { lost <- r.get(context.Background()) }()
	<-r.arrived
	r.is(breaker.HalfOpen)
	r.heldBack(r.now().Add(time.Minute))
	r.sleep(time.Minute)
	r.status.Store(200)
	second := make(chan error)
	go func() { second <- r.get(context.Background()) }()
	<-r.arrived
	close(r.leave)
	if err := errors.Join(<-lost, <-second); err != nil {
		t.Fatal(err)
	}
	r.is(breaker.Closed)
}

func TestCancelledProbeLetsAnotherTry(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.answers(5, 503)
	r.sleep(30 * time.Second)
	r.arrived, r.leave = make(chan bool, 2), make(chan bool)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- r.get(ctx) }()
	<-r.arrived
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	r.is(breaker.Opened)
	close(r.leave)
	r.answers(1, 200)
	r.is(breaker.Closed)
}

func TestFailuresOfManyProcessesAreAllCounted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.status.Store(503)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := r.get(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if c := r.is(breaker.Closed); c.Failures != 4 {
		t.Errorf("%+v", c)
	}
}

func TestStoreFailureSendsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.store.fail = errors.New("the disk is full")
	err := r.get(context.Background())
	var unsent interface{ NotSent() bool }
	if !errors.Is(err, r.store.fail) || !errors.As(err, &unsent) || !unsent.NotSent() || r.served.Load() != 0 {
		t.Error(err)
	}
	if _, err := r.breaker.State(context.Background(), "xero", "t1"); !errors.Is(err, r.store.fail) {
		t.Error(err)
	}
	if err := r.breaker.Reset(context.Background(), "xero", "t1"); !errors.Is(err, r.store.fail) {
		t.Error(err)
	}
}

func TestFailed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		err    error
		want   bool
	}{
		{200, nil, false}, {404, nil, false}, {429, nil, false}, {500, nil, true}, {503, nil, true},
		{0, context.DeadlineExceeded, true}, {0, io.ErrUnexpectedEOF, true},
		{0, context.Canceled, false}, {0, &breaker.Open{}, false},
	} {
		if got := breaker.Failed(&http.Response{StatusCode: c.status}, c.err); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
}
