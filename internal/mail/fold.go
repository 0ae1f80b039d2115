package mail

import (
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
)

// What is an event of a message.
type What string

// The events of a message, as people read them.
const (
	WasSent       What = "sent"
	WasScheduled  What = "scheduled"
	WasDelayed    What = "delayed"
	WasDelivered  What = "delivered"
	WasOpened     What = "opened"
	WasClicked    What = "clicked"
	WasBounced    What = "bounced"
	WasComplained What = "complained"
	WasFailed     What = "failed"
	WasSuppressed What = "suppressed"
	WasCancelled  What = "cancelled"
)

// Agent is what opened a message or followed a link, as far as that can be told.
type Agent string

// The agents.
const (
	Person  Agent = "person"
	Machine Agent = "machine"
	Unknown Agent = "unknown"
)

// Event is what the service told of a message.
type Event struct {
	ID        uuid.UUID // of the webhook that told it; the same in each delivery
	Org       crm.OrgID
	Message   *ID // nil until the message is known
	RemoteID  string
	What      What
	At        time.Time
	Recipient string
	Agent     Agent  // of opens and clicks
	Link      string // of clicks
	Permanent bool   // of bounces
	Code      string // of bounces and failures, such as Permanent/General
	Text      string // why, in the service's words
}

// rank orders states: what outranks is never lowered.
func rank(s State) int {
	ranks := map[State]int{
		Queued: 0, Sending: 1, Sent: 2, Delayed: 3, Delivered: 4, Opened: 5, Clicked: 6,
		Cancelled: 10, Suppressed: 11, Failed: 12, Bounced: 13, Complained: 20,
	}
	return ranks[s]
}

// state is what a message becomes by an event, and the time that it fills.
func (m *Message) state(e Event) (State, **time.Time) {
	switch e.What {
	case WasSent:
		return Sent, &m.Times.Sent
	case WasDelayed:
		return Delayed, &m.Times.Delayed
	case WasDelivered:
		return Delivered, &m.Times.Delivered
	case WasOpened:
		return Opened, &m.Times.Opened
	case WasClicked:
		return Clicked, &m.Times.Clicked
	case WasBounced:
		return Bounced, &m.Times.Bounced
	case WasComplained:
		return Complained, &m.Times.Complained
	case WasFailed:
		return Failed, &m.Times.Failed
	case WasSuppressed:
		return Suppressed, &m.Times.Suppressed
	case WasCancelled:
		return Cancelled, &m.Times.Cancelled
	default:
		return Queued, nil
	}
}

// Meet takes note that the service knows the message by an id. One that was
// given up or taken back here has gone after all then, and what the service
// tells decides.
func (m *Message) Meet(remote string) {
	if m.RemoteID != "" {
		return
	}
	m.RemoteID = remote
	gone := m.State == Failed || m.State == Cancelled || m.State == Suppressed
	if gone && m.Times.Failed == nil {
		m.State, m.Problem, m.Times.Cancelled, m.Times.Suppressed = Sending, Problem{}, nil, nil
	}
}

// Fold takes an event into account and reports whether it changed the message.
// The outcome is the same in whatever order and however often events come: the
// state is the one that outranks the others, and its problem that of the
// earliest event of this kind.
func (m *Message) Fold(e Event) bool {
	to, at := m.state(e)
	if at == nil {
		return false
	}
	earliest := first(at, e.At)
	changed := earliest
	if e.Agent == Person {
		switch e.What {
		case WasOpened:
			changed = first(&m.Times.OpenedByPerson, e.At) || changed
		case WasClicked:
			changed = first(&m.Times.ClickedByPerson, e.At) || changed
		}
	}
	problem := Problem{Code: e.Code, Text: e.Text}
	switch {
	case rank(to) > m.rank():
		m.State, m.Problem, changed = to, problem, true
	case m.State == to && (earliest || e.At.Equal(**at) && problem.before(m.Problem)):
		m.Problem, changed = problem, true
	}
	return changed
}

// before gives events of one moment an order.
func (p Problem) before(other Problem) bool {
	return p.Code < other.Code || p.Code == other.Code && p.Text < other.Text
}

// rank is that of the message's state. That we gave a message up outranks
// nothing: if the service knows it, it went after all.
func (m *Message) rank() int {
	if m.State == Failed && m.Times.Failed == nil {
		return rank(Sending)
	}
	return rank(m.State)
}

// first keeps the earlier of two moments.
func first(kept **time.Time, at time.Time) bool {
	if *kept != nil && !at.Before(**kept) {
		return false
	}
	*kept = &at
	return true
}
