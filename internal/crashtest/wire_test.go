package crashtest

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// wire stands between the program and the simulated Xero. A request that has
// arrived takes a moment to be worked on, and is worked on even when whoever
// sent it has died meanwhile; its answer takes another moment.
type wire struct {
	next http.Handler

	mu      sync.Mutex
	random  *rand.Rand
	slowest time.Duration // of each of the two moments
	running int
	lost    int // writes that were made and whose sender died before the answer
	late    int // of those, writes made when the sender was dead already
}

// inFlight is how many calls have arrived and are not answered.
func (w *wire) inFlight() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running
}

// lostAnswers is how many writes were made whose sender died, and how many of
// them were made after its death.
func (w *wire) lostAnswers() (lost, late int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lost, w.late
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/api.xro/") {
		w.next.ServeHTTP(rw, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil { // it did not arrive as a whole
		return
	}
	sender := r.Context()
	before, after := w.enter()
	defer w.leave()
	pass(before)
	r = r.WithContext(context.WithoutCancel(sender))
	r.Body = io.NopCloser(bytes.NewReader(body))
	dead := sender.Err() != nil
	answer := &slowAnswer{ResponseWriter: rw, wait: func(status int) {
		pass(after)
		if r.Method != http.MethodGet && status == http.StatusOK && sender.Err() != nil {
			w.lose(dead)
		}
	}}
	w.next.ServeHTTP(answer, r)
}

func (w *wire) enter() (before, after time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running++
	moment := func() time.Duration { return time.Duration(w.random.Int64N(int64(w.slowest) + 1)) }
	return moment(), moment()
}

func (w *wire) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running--
}

func (w *wire) lose(late bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost++
	if late {
		w.late++
	}
}

func pass(d time.Duration) { <-time.After(d) }

// slowAnswer waits before the answer leaves.
type slowAnswer struct {
	http.ResponseWriter
	wait func(status int)
	once sync.Once
}

func (a *slowAnswer) WriteHeader(status int) {
	a.once.Do(func() { a.wait(status) })
	a.ResponseWriter.WriteHeader(status)
}

func (a *slowAnswer) Write(p []byte) (int, error) {
	a.once.Do(func() { a.wait(http.StatusOK) })
	return a.ResponseWriter.Write(p)
}

// Hijack lends the connection to faults that cut it.
func (a *slowAnswer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	a.once.Do(func() { a.wait(0) })
	return http.NewResponseController(a.ResponseWriter).Hijack()
}
