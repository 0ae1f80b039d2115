package claude

import (
	"context"
	"sync"

	"github.com/renoz/renoz/internal/assistant"
)

// Event is something that a page shows while a turn goes on.
type Event struct {
	ID   int    // within the turn, from 1
	Kind string // text, thinking, call, result, message, end
	Data any    // shown as JSON
}

// The kinds of events.
const (
	EventText     = "text"     // more of what is said
	EventThinking = "thinking" // more of what is thought
	EventCall     = "call"     // a tool begins
	EventResult   = "result"   // it has ended
	EventMessage  = "message"  // a message is whole and kept
	EventEnd      = "end"      // the turn is over
)

// feed is the events of one turn.
type feed struct {
	mu     sync.Mutex
	events []Event
	more   chan struct{} // closed, and made anew, with each event
	over   bool
	cancel context.CancelFunc
}

func (f *feed) add(kind string, data any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, Event{len(f.events) + 1, kind, data})
	f.over = f.over || kind == EventEnd
	close(f.more)
	f.more = make(chan struct{})
}

// after are the events behind an id, whether no more come, and what is closed
// when there are more.
func (f *feed) after(id int) ([]Event, bool, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.events[min(max(id, 0), len(f.events)):len(f.events):len(f.events)], f.over, f.more
}

// hub has the feeds of the turns that go on in this process, and of those that
// ended last.
type hub struct {
	mu    sync.Mutex
	feeds map[assistant.ConversationID]*feed
	ended []assistant.ConversationID
}

// keptFeeds is how many turns that ended can still be followed to their end.
const keptFeeds = 64

func (h *hub) begin(id assistant.ConversationID, cancel context.CancelFunc) *feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.feeds == nil {
		h.feeds = map[assistant.ConversationID]*feed{}
	}
	f := &feed{more: make(chan struct{}), cancel: cancel}
	h.feeds[id] = f
	return f
}

func (h *hub) end(id assistant.ConversationID, f *feed) {
	f.add(EventEnd, nil)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = append(h.ended, id)
	for len(h.ended) > keptFeeds {
		oldest := h.ended[0]
		h.ended = h.ended[1:]
		if f := h.feeds[oldest]; f != nil && f.finished() {
			delete(h.feeds, oldest)
		}
	}
}

func (f *feed) finished() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.over
}

// stop ends a turn of this process at once.
func (h *hub) stop(id assistant.ConversationID) {
	if f := h.of(id); f != nil {
		f.cancel()
	}
}

func (h *hub) of(id assistant.ConversationID) *feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.feeds[id]
}
