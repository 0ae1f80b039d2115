package claudesim

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"
)

// Times of a batch: https://platform.claude.com/docs/en/build-with-claude/batch-processing
const (
	batchLife    = 24 * time.Hour      // then what is not done expires
	resultLife   = 29 * 24 * time.Hour // then the results are gone
	mostRequests = 100_000
)

// batch is a list of requests that are worked off by the clock, in their order.
type batch struct {
	id, account string
	made        time.Time
	takes       time.Duration
	canceled    time.Time
	ended       time.Time
	requests    []batchRequest
	done        int // requests that were worked off when it ended
	results     []byte
	header      map[string][]string
	key         Key
	finishing   sync.Mutex // its requests are worked off once
}

type batchRequest struct {
	id     string
	params json.RawMessage
}

type batches struct {
	order []*batch // oldest first
	byID  map[string]*batch
}

func newBatches() batches { return batches{byID: map[string]*batch{}} }

// age ends batches whose time has come; s.mu is held.
func (b *batches) age(now time.Time) {
	for _, one := range b.order {
		one.age(now)
	}
}

func (b *batch) age(now time.Time) {
	if !b.ended.IsZero() {
		return
	}
	end := b.made.Add(min(b.takes, batchLife))
	if !b.canceled.IsZero() && b.canceled.Before(end) {
		end = b.canceled.Add(time.Second) // what is at work is finished first
	}
	if now.Before(end) {
		return
	}
	b.ended = end
	share := float64(end.Sub(b.made)) / float64(b.takes)
	if !b.canceled.IsZero() {
		share = float64(b.canceled.Sub(b.made)) / float64(b.takes)
	}
	b.done = min(len(b.requests), int(share*float64(len(b.requests))))
}

func (b *batch) status() string {
	switch {
	case !b.ended.IsZero():
		return "ended"
	case !b.canceled.IsZero():
		return "canceling"
	}
	return "in_progress"
}

type batchCounts struct {
	Processing int `json:"processing"`
	Succeeded  int `json:"succeeded"`
	Errored    int `json:"errored"`
	Canceled   int `json:"canceled"`
	Expired    int `json:"expired"`
}

type batchResult struct {
	ID     string         `json:"custom_id"`
	Result map[string]any `json:"result"`
}

// finishBatch works the batch's requests off, once it has ended, and writes its results down in an order that is not
// theirs.
func (s *Server) finishBatch(c *call, b *batch) {
	b.finishing.Lock()
	defer b.finishing.Unlock()
	s.mu.Lock()
	ready := b.ended.IsZero() || b.results != nil
	s.mu.Unlock()
	if ready {
		return
	}
	lines := map[[sha256.Size]byte][]byte{}
	for i, request := range b.requests {
		out := batchResult{ID: request.id}
		switch {
		case i < b.done:
			out.Result = s.answerInBatch(c, b, request)
		case !b.canceled.IsZero():
			out.Result = map[string]any{"type": "canceled"}
		default:
			out.Result = map[string]any{"type": "expired"}
		}
		lines[sha256.Sum256([]byte(b.id+request.id))] = encode(out)
	}
	order := slices.SortedFunc(maps.Keys(lines), func(x, y [sha256.Size]byte) int { return cmp.Compare(string(x[:]), string(y[:])) })
	results := []byte{}
	for _, at := range order {
		results = append(append(results, lines[at]...), '\n')
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b.results = results
}

func (s *Server) answerInBatch(c *call, b *batch, request batchRequest) map[string]any {
	inner := &call{server: s, r: c.r.Clone(c.r.Context()), key: b.key, now: c.now, id: s.nextID("req_"), record: &Call{}}
	maps.Copy(inner.r.Header, b.header)
	r, bad := s.readRequest(inner, request.params, false)
	if bad == nil && r.Stream {
		bad = at("stream", "streaming is not supported in batches")
	}
	if bad != nil {
		return map[string]any{"type": "errored", "error": bad.body(inner.id)}
	}
	r.Batch = true
	s.mu.Lock()
	in, hit := s.cache.look(r, c.now)
	s.cache.use(r, hit, c.now)
	s.mu.Unlock()
	return map[string]any{"type": "succeeded", "message": s.answerTo(inner, r, in).message(r)}
}
