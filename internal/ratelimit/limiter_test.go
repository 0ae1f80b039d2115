package ratelimit_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/ratelimit"
)

var (
	minuteKey = ratelimit.Key{Service: "xero", Tenant: "t1", Window: "minute"}
	dayKey    = ratelimit.Key{Service: "xero", Tenant: "t1", Window: "day"}
	slotKey   = ratelimit.Key{Service: "xero", Tenant: "t1", Window: ratelimit.Concurrent}
)

func budgets(string, string) []ratelimit.Budget {
	return []ratelimit.Budget{
		{Key: slotKey, Length: time.Minute, Limit: 5, Reserve: 1},
		{Key: minuteKey, Length: time.Minute, Limit: 60, Reserve: 10},
		{Key: dayKey, Length: 24 * time.Hour, Limit: 1000, Reserve: 50},
	}
}

// rig is one process before a service.
type rig struct {
	t       *testing.T
	store   *memory
	limiter *ratelimit.Limiter
	client  *http.Client
	clock   *atomic.Int64
	server  *httptest.Server
}

func newRig(t *testing.T, store *memory, serve http.HandlerFunc) *rig {
	t.Helper()
	clock := &atomic.Int64{}
	clock.Store(time.Date(2026, time.November, 22, 10, 5, 15, 0, time.UTC).UnixNano())
	limiter := ratelimit.New(ratelimit.Config{
		Store: store, Budgets: budgets,
		Now: func() time.Time { return time.Unix(0, clock.Load()).UTC() },
		Log: slog.New(slog.DiscardHandler),
	})
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	key := func(*http.Request) (string, string) { return "xero", "t1" }
	return &rig{t, store, limiter, &http.Client{Transport: limiter.Transport(server.Client().Transport, key, observe)}, clock, server}
}

func observe(r *http.Response) ratelimit.Observed {
	seen := ratelimit.Observed{Remaining: map[string]int{}}
	for header, window := range map[string]string{"X-MinLimit-Remaining": "minute", "X-DayLimit-Remaining": "day"} {
		if n, err := strconv.Atoi(r.Header.Get(header)); err == nil {
			seen.Remaining[window] = n
		}
	}
	if r.StatusCode == http.StatusTooManyRequests {
		seen.Limited = r.Header.Get("X-Rate-Limit-Problem")
		seconds, _ := strconv.Atoi(r.Header.Get("Retry-After"))
		seen.RetryAfter = time.Duration(seconds) * time.Second
	}
	return seen
}

func (r *rig) get(p ratelimit.Priority) error {
	request, err := http.NewRequestWithContext(ratelimit.WithPriority(context.Background(), p), http.MethodPost, r.server.URL, strings.NewReader("x"))
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

// until sends requests until one is denied, and returns how many went.
func (r *rig) until(p ratelimit.Priority) (int, *ratelimit.Denied) {
	r.t.Helper()
	for sent := range 200 {
		err := r.get(p)
		if err == nil {
			continue
		}
		var denied *ratelimit.Denied
		var unsent interface{ NotSent() bool }
		if !errors.As(err, &denied) || !errors.As(err, &unsent) || !unsent.NotSent() {
			r.t.Fatalf("request %d: %v", sent, err)
		}
		return sent, denied
	}
	r.t.Fatal("nothing was denied")
	return 0, nil
}

func (r *rig) sleep(d time.Duration) { r.clock.Add(int64(d)) }

func ok(http.ResponseWriter, *http.Request) {}

func TestPrioritiesLeaveReserves(t *testing.T) {
	t.Parallel()
	r := newRig(t, newMemory(), ok)
	for _, c := range []struct {
		priority ratelimit.Priority
		want     int
	}{{ratelimit.Bulk, 40}, {ratelimit.Normal, 10}, {ratelimit.Person, 10}} {
		sent, denied := r.until(c.priority)
		if sent != c.want || denied.Key != minuteKey || denied.RetryAfter != 45*time.Second {
			t.Errorf("priority %d: %d sent, %+v", c.priority, sent, denied)
		}
	}
	r.sleep(45 * time.Second)
	if err := r.get(ratelimit.Normal); err != nil {
		t.Errorf("after the window turned: %v", err)
	}
	if r.store.leases > 40 {
		t.Errorf("60 requests asked the store %d times", r.store.leases)
	}
	if r.store.writes != 0 {
		t.Errorf("%d corrections of nothing", r.store.writes)
	}
}

func TestDenialsDoNotAskAgainAndAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, newMemory(), ok)
	r.until(ratelimit.Normal)
	before := r.store.leases
	for range 100 {
		r.until(ratelimit.Normal)
	}
	if r.store.leases != before {
		t.Errorf("asked %d times more", r.store.leases-before)
	}
}

func TestProcessesTogetherStayUnderTheLimit(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	store := newMemory()
	serve := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-MinLimit-Remaining", strconv.FormatInt(60-served.Add(1), 10))
	}
	var group sync.WaitGroup
	for range 3 {
		r := newRig(t, store, serve)
		for range 4 {
			group.Go(func() {
				for range 40 {
					_ = r.get(ratelimit.Person) // sent or denied
				}
			})
		}
	}
	group.Wait()
	if served.Load() > 60 || served.Load() < 50 {
		t.Errorf("%d requests of 60 arrived", served.Load())
	}
}

func TestAnswersCorrectTheBudget(t *testing.T) {
	t.Parallel()
	left := 14 // somebody else used the rest
	r := newRig(t, newMemory(), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-MinLimit-Remaining", strconv.Itoa(left))
		left--
	})
	if sent, _ := r.until(ratelimit.Person); sent != 15 {
		t.Errorf("%d sent, want 15", sent)
	}
	if r.store.used(minuteKey) != 60 {
		t.Errorf("used = %d", r.store.used(minuteKey))
	}
}

func TestAnswersRaiseTheLimit(t *testing.T) {
	t.Parallel()
	r := newRig(t, newMemory(), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-DayLimit-Remaining", "4999")
	})
	for range 3 {
		if err := r.get(ratelimit.Normal); err != nil {
			t.Fatal(err)
		}
	}
	if limit := r.store.rows[dayKey].Limit; limit != 5000 || r.store.writes != 1 {
		t.Errorf("limit = %d after %d writes", limit, r.store.writes)
	}
}

func TestRefusalBlocksEverybody(t *testing.T) {
	t.Parallel()
	refuse := true
	serve := func(w http.ResponseWriter, _ *http.Request) {
		if refuse {
			w.Header().Set("X-Rate-Limit-Problem", "minute")
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}
	store := newMemory()
	r, other := newRig(t, store, serve), newRig(t, store, serve)
	if err := r.get(ratelimit.Normal); err != nil {
		t.Fatal(err)
	}
	for _, process := range []*rig{r, other} {
		if sent, denied := process.until(ratelimit.Person); sent != 0 || denied.RetryAfter != 30*time.Second {
			t.Errorf("%d sent, %+v", sent, denied)
		}
	}
	refuse = false
	r.sleep(30 * time.Second)
	if err := r.get(ratelimit.Normal); err != nil {
		t.Errorf("after Retry-After: %v", err)
	}
}

func TestRequestsAtOnce(t *testing.T) {
	t.Parallel()
	arrived, leave := make(chan bool, 8), make(chan bool)
	r := newRig(t, newMemory(), func(http.ResponseWriter, *http.Request) {
		arrived <- true
		<-leave
	})
	var group sync.WaitGroup
	send := func(p ratelimit.Priority) {
		group.Go(func() {
			if err := r.get(p); err != nil {
				t.Error(err)
			}
		})
		<-arrived
	}
	for range 4 {
		send(ratelimit.Normal)
	}
	if sent, denied := r.until(ratelimit.Normal); sent != 0 || denied.Key != slotKey || denied.RetryAfter != time.Second {
		t.Errorf("%d sent, %+v", sent, denied)
	}
	before := r.store.used(minuteKey)
	send(ratelimit.Person)
	for range 10 {
		if sent, denied := r.until(ratelimit.Person); sent != 0 || denied.Window != ratelimit.Concurrent {
			t.Errorf("%d sent, %+v", sent, denied)
		}
	}
	if used := r.store.used(minuteKey); used > before+1 {
		t.Errorf("denied requests used %d of the minute", used-before)
	}
	close(leave)
	group.Wait()
	if err := r.get(ratelimit.Normal); err != nil {
		t.Errorf("after the others: %v", err)
	}
	if left := len(r.store.slots[slotKey]); left != 0 {
		t.Errorf("%d slots are still held", left)
	}
}

func TestRefusalOfRequestsAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, newMemory(), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Rate-Limit-Problem", "concurrent")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	if err := r.get(ratelimit.Normal); err != nil {
		t.Fatal(err)
	}
	if sent, denied := r.until(ratelimit.Normal); sent != 0 || denied.Key != slotKey || denied.RetryAfter != time.Second {
		t.Errorf("%d sent, %+v", sent, denied)
	}
}

func TestClosingGivesBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, newMemory(), ok)
	if err := r.get(ratelimit.Normal); err != nil {
		t.Fatal(err)
	}
	if before := r.store.used(minuteKey); before != 5 {
		t.Errorf("leased %d", before)
	}
	if err := r.limiter.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if minute, day := r.store.used(minuteKey), r.store.used(dayKey); minute != 1 || day != 1 {
		t.Errorf("used %d of the minute and %d of the day", minute, day)
	}
	if err := r.get(ratelimit.Normal); err != nil || r.store.used(minuteKey) != 2 {
		t.Errorf("after closing: %v, used %d", err, r.store.used(minuteKey))
	}
}

func TestStoreFailureSendsNothing(t *testing.T) {
	t.Parallel()
	store := newMemory()
	store.fail = errors.New("the disk is full")
	r := newRig(t, store, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	err := r.get(ratelimit.Person)
	var unsent interface{ NotSent() bool }
	if !errors.Is(err, store.fail) || !errors.As(err, &unsent) || !unsent.NotSent() {
		t.Error(err)
	}
	if err := r.limiter.Close(context.Background()); err != nil {
		t.Error("nothing was leased, so nothing is given back:", err)
	}
}

func TestUnsentRequestsCostNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, newMemory(), ok)
	key := func(*http.Request) (string, string) { return "xero", "t1" }
	r.client.Transport = r.limiter.Transport(refusing{}, key, observe)
	for range 20 {
		if err := r.get(ratelimit.Normal); err == nil {
			t.Fatal("it went")
		}
	}
	if used := r.store.used(minuteKey); used != 5 {
		t.Errorf("used %d", used)
	}
	if left := len(r.store.slots[slotKey]); left != 0 {
		t.Errorf("%d slots are still held", left)
	}
}

// refusing is a transport that sends nothing.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) { return nil, &ratelimit.Denied{} }
