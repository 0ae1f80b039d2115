package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/inbox"
)

// paper signs with a word and has one event a line.
type paper struct{}

func (paper) Verify(h http.Header, _ []byte, _ time.Time) bool { return h.Get("Signature") == "right" }

func (paper) Parse(_ http.Header, body []byte) ([]inbox.Event, error) {
	if strings.HasPrefix(string(body), "?") {
		return nil, errors.New("unreadable")
	}
	var events []inbox.Event
	for line := range strings.Lines(string(body)) {
		events = append(events, inbox.Event{DeliveryKey: strings.TrimSpace(line)})
	}
	return events, nil
}

// shelf keeps events and counts transactions; it can be slow or broken.
type shelf struct {
	mu       sync.Mutex
	kept     []inbox.Event
	batches  int
	refusals map[string]int
	broken   bool
	left     int           // batches that a process left behind
	filed    chan struct{} // closed when the last of them is filed
	gate     chan struct{}
}

func (s *shelf) FileBatches(context.Context) (more bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 {
		return false, nil
	}
	s.left--
	if s.left == 0 {
		close(s.filed)
	}
	return true, nil
}

func (s *shelf) KeepBatch(_ context.Context, events []inbox.Event) error {
	if s.gate != nil {
		<-s.gate
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return errors.New("disk full")
	}
	s.batches++
	s.kept = append(s.kept, events...)
	return nil
}

func (s *shelf) CountRefusal(_ context.Context, r inbox.Refusal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals[r.Reason] += r.Times
	return nil
}

// open runs an inbox until the test ends; end stops it earlier.
func open(t *testing.T, s *shelf) (h http.Handler, end func()) {
	t.Helper()
	s.refusals = map[string]int{}
	in := inbox.New(inbox.Config{Store: s, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- in.Run(ctx) }()
	end = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	return in.Handler("paper", paper{}), end
}

func deliver(h http.Handler, signature, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Signature", signature)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	h, end := open(t, s)
	for _, c := range []struct {
		signature, body string
		status          int
	}{
		{"right", "a\nb", 200},
		{"right", "", 200}, // a test call
		{"wrong", "c", 401},
		{"", "c", 401},
		{"right", "?", 400},
		{"right", "a\x00\xffb", 200}, // what no text column takes
		{"right", strings.Repeat("x", inbox.MaxBody+1), 413},
		{"wrong", strings.Repeat("x", inbox.MaxBody+1), 413},
	} {
		w := deliver(h, c.signature, c.body)
		if w.Code != c.status || w.Body.Len() != 0 || len(w.Header().Values("Set-Cookie")) != 0 {
			t.Errorf("%q %.10q: %d %q, want %d", c.signature, c.body, w.Code, w.Body, c.status)
		}
	}
	end()
	if len(s.kept) != 3 || s.kept[2].DeliveryKey != "a\uFFFDb" || s.kept[0].Service != "paper" || s.kept[0].State != inbox.Received || s.kept[0].ID.IsZero() {
		t.Errorf("kept %+v", s.kept)
	}
	if s.refusals["wrong signature"] != 2 || s.refusals["too large"] != 2 || s.refusals["unreadable"] != 1 {
		t.Errorf("refused %v", s.refusals)
	}
}

// TestWaitingRequestsShareATransaction holds the first transaction until all
// others wait: they need one more.
func TestWaitingRequestsShareATransaction(t *testing.T) {
	t.Parallel()
	const requests = 50
	s := &shelf{gate: make(chan struct{})}
	h, _ := open(t, s)
	var group sync.WaitGroup
	begun := make(chan struct{}, requests)
	for i := range requests {
		group.Go(func() {
			begun <- struct{}{}
			if w := deliver(h, "right", fmt.Sprint("event ", i)); w.Code != 200 {
				t.Errorf("%d", w.Code)
			}
		})
	}
	for range requests {
		<-begun
	}
	close(s.gate)
	group.Wait()
	if len(s.kept) != requests || s.batches > requests/2 {
		t.Errorf("%d events in %d transactions", len(s.kept), s.batches)
	}
}

func TestWhatCannotBeKeptIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	s := &shelf{broken: true}
	h, _ := open(t, s)
	w := deliver(h, "right", "a")
	if w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}

func TestStoppingKeepsWhatWaits(t *testing.T) {
	t.Parallel()
	s := &shelf{gate: make(chan struct{})}
	h, end := open(t, s)
	answers := make(chan int, 3)
	for i := range 3 {
		go func() { answers <- deliver(h, "right", fmt.Sprint(i)).Code }()
	}
	go close(s.gate)
	for range 3 {
		if code := <-answers; code != 200 {
			t.Errorf("answered %d", code)
		}
	}
	end()
	if len(s.kept) != 3 {
		t.Errorf("kept %d", len(s.kept))
	}
}

func TestStartingFilesWhatWasLeft(t *testing.T) {
	t.Parallel()
	s := &shelf{left: 3, filed: make(chan struct{})}
	open(t, s)
	select {
	case <-s.filed:
	case <-t.Context().Done():
		t.Error("batches of an earlier run were not filed")
	}
}
