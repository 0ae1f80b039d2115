package resendsim

import (
	"container/heap"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Endpoint is an address that webhooks go to.
type Endpoint struct {
	ID        string
	URL       string
	Events    []string
	Enabled   bool
	Secret    string
	CreatedAt time.Time

	oldSecret   string    // signs as well until oldUntil
	oldUntil    time.Time // a day after the rotation
	lastSuccess time.Time
	log         []*delivery // oldest first
	sweepAt     int         // length of log at which finished ones are forgotten next
	byEvent     map[string]*delivery
}

// hookEvent is one thing that is told, to however many endpoints.
type hookEvent struct {
	id, kind string
	at       time.Time
	payload  []byte
}

// Statuses of a delivery, as the API calls them.
const (
	deliveryPending    = "pending"    // not tried yet
	deliveryAttempting = "attempting" // refused, and to be tried again
	deliverySuccess    = "success"
	deliveryFailed     = "failed" // refused to the last, or the endpoint was disabled
)

// delivery is one event on its way to one endpoint.
type delivery struct {
	event    *hookEvent
	to       *Endpoint
	due      time.Time
	turn     int
	tries    int // of the present ladder
	status   string
	queued   bool
	attempts []attempt
}

// attempt is one try and its answer.
type attempt struct {
	id       string
	status   int // 0: no answer
	response string
	at       time.Time
}

// mostLogged bounds the finished deliveries an endpoint remembers.
const mostLogged = 50_000

type webhooks struct {
	endpoints []*Endpoint // oldest first
	waiting   deliveryQueue
	turns     int
}

func newWebhooks() webhooks { return webhooks{} }

func newEndpoint(url string, events []string, now time.Time) *Endpoint {
	return &Endpoint{ID: uuid.NewString(), URL: url, Events: events, Enabled: true, CreatedAt: now, byEvent: map[string]*delivery{}}
}

// add keeps an endpoint; without a secret it gets one.
func (h *webhooks) add(e *Endpoint, secret string) {
	if e.Secret = secret; secret == "" {
		e.Secret = newSecret()
	}
	h.endpoints = append(h.endpoints, e)
}

func (h *webhooks) find(id string) *Endpoint {
	for _, e := range h.endpoints {
		if e.ID == id {
			return e
		}
	}
	return nil
}

// wanted reports whether an enabled endpoint asked for a type.
func (h *webhooks) wanted(kind string) bool {
	return slices.ContainsFunc(h.endpoints, func(e *Endpoint) bool { return e.wants(kind) })
}

func (e *Endpoint) wants(kind string) bool { return e.Enabled && slices.Contains(e.Events, kind) }

// enqueue puts an event on its way to every endpoint that wants it, and meets the faults of webhooks that concern
// when it comes. s.mu is held.
func (s *Server) enqueue(event *hookEvent) {
	for _, to := range s.hooks.endpoints {
		if !to.wants(event.kind) || s.hookFault(FaultHookLost, event.kind) != nil {
			continue
		}
		d := &delivery{event: event, to: to, due: event.at, status: deliveryPending}
		if now := s.now(); d.due.After(now) {
			d.due = now // the clicks of a burst are told together
		}
		d.due = d.due.Add(s.opts.WebhookRetry[0])
		if late := s.hookFault(FaultHookDelay, event.kind); late != nil {
			d.due = s.now().Add(late.Delay)
		}
		to.remember(d)
		s.push(d)
	}
}

func (s *Server) push(d *delivery) {
	if d.queued {
		return
	}
	s.hooks.turns++
	d.turn, d.queued = s.hooks.turns, true
	heap.Push(&s.hooks.waiting, d)
	s.nudge()
}

// remember logs a delivery and forgets the oldest finished ones, many at a time.
func (e *Endpoint) remember(d *delivery) {
	e.log = append(e.log, d)
	e.byEvent[d.event.id] = d
	if len(e.log) < max(e.sweepAt, mostLogged*5/4) {
		return
	}
	over, kept := len(e.log)-mostLogged, make([]*delivery, 0, mostLogged)
	for _, old := range e.log {
		if over > 0 && !old.queued && old.status != deliveryPending {
			over--
			delete(e.byEvent, old.event.id)
			continue
		}
		kept = append(kept, old)
	}
	e.log, e.sweepAt = kept, len(kept)+mostLogged/4
}

// Webhooks lists the endpoints, oldest first.
func (s *Server) Webhooks() []Endpoint {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Endpoint, len(s.hooks.endpoints))
	for i, e := range s.hooks.endpoints {
		out[i] = Endpoint{ID: e.ID, URL: e.URL, Events: slices.Clone(e.Events), Enabled: e.Enabled, Secret: e.Secret, CreatedAt: e.CreatedAt}
	}
	return out
}

// SetWebhook adds an endpoint for all events, or enables the one with that address again. It returns its signing
// secret.
func (s *Server) SetWebhook(url string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.hooks.endpoints {
		if e.URL == url {
			e.Enabled = true
			return e.Secret
		}
	}
	e, secret := newEndpoint(url, eventTypes(), s.now()), ""
	if len(s.hooks.endpoints) == 0 {
		secret = s.opts.WebhookSecret
	}
	s.hooks.add(e, secret)
	return e.Secret
}

// WebhookSecret is what the first endpoint's webhooks are signed with, or will be once SetWebhook adds it.
func (s *Server) WebhookSecret() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.hooks.endpoints) == 0 {
		return s.opts.WebhookSecret
	}
	return s.hooks.endpoints[0].Secret
}

// deliveryQueue is a heap by due time; of two with one time the earlier queued goes first.
type deliveryQueue struct{ list []*delivery }

func (q *deliveryQueue) Len() int { return len(q.list) }
func (q *deliveryQueue) Less(i, j int) bool {
	a, b := q.list[i], q.list[j]
	if !a.due.Equal(b.due) {
		return a.due.Before(b.due)
	}
	return a.turn < b.turn
}
func (q *deliveryQueue) Swap(i, j int) { q.list[i], q.list[j] = q.list[j], q.list[i] }
func (q *deliveryQueue) Push(item any) { q.list = append(q.list, item.(*delivery)) }
func (q *deliveryQueue) Pop() any {
	last := q.list[len(q.list)-1]
	q.list[len(q.list)-1] = nil
	q.list = q.list[:len(q.list)-1]
	return last
}
