package inbox

import (
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// State is where an event stands.
type State string

// The states of an event.
const (
	Received  State = "received"
	Working   State = "working"
	Done      State = "done"
	Failed    State = "failed"
	Unmatched State = "unmatched"
	Ignored   State = "ignored"
)

// Event is one webhook event as it was kept.
type Event struct {
	ID          crm.EventID
	Service     string
	DeliveryKey string     // what makes a repeat recognisable
	Org         *crm.OrgID // nil until it is matched
	Tenant      string     // the account at the service
	Category    string
	Type        string
	Resource    string    // the service's id of the record
	OccurredAt  time.Time // the same in each delivery; zero where the service does not say
	Payload     string    // as it arrived
	Numbers     Span      // of the delivery, with its first event only; not kept with the event
	State       State
	Result      string
	Attempts    int
	Repeats     int // further deliveries of the same event
	DueAt       time.Time
	ReceivedAt  time.Time
	ProcessedAt *time.Time
}

// Filter selects events. Empty fields select all.
type Filter struct {
	Service, Category, Text string
	State                   State
	Before                  crm.EventID
	Limit                   int
}

// Refusal counts requests of one day that were turned away for one reason.
type Refusal struct {
	Service, Reason string
	Day             crm.Day
	Times           int
	LastAt          time.Time
	Sample          string // where one came from and how large it was
}
