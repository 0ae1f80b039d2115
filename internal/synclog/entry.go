package synclog

import (
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
)

// Keep is how long the history goes back.
const Keep = 90 * 24 * time.Hour

// Direction is which side an operation went to.
type Direction string

// The directions.
const (
	Out Direction = "out" // from Renoz to the service
	In  Direction = "in"  // from the service to Renoz
)

// Action is what was done.
type Action string

// The actions.
const (
	Create     Action = "create"
	Update     Action = "update"
	Delete     Action = "delete"
	Read       Action = "read"
	Connect    Action = "connect"
	Disconnect Action = "disconnect"
)

// Status is how it ended.
type Status string

// The statuses.
const (
	Success Status = "success"
	Failed  Status = "failed"
	Waiting Status = "pending"
)

// Call is one exchange with a service.
type Call struct {
	ID            crm.CallID
	Org           crm.OrgID
	Service       string
	Method, Path  string
	HTTPStatus    int // 0: no answer
	Duration      time.Duration
	CorrelationID string // the service's support id
	Request       string // masked, cut at MaxBody
	Response      string // masked, cut at MaxBody
	Error         string
	At            time.Time
}

// Entry is one operation on one record.
type Entry struct {
	ID         uuid.UUID
	Org        crm.OrgID
	Service    string
	Direction  Direction
	EntityType string // contact, invoice, payment, connection, …
	EntityID   string // ours
	Label      string // what people call the record
	Action     Action
	Status     Status
	Error      string
	Attempt    int
	Actor      string // who or what caused it: a person's name, schedule, webhook
	CallID     *crm.CallID
	Duration   time.Duration
	HTTPStatus int
	At         time.Time
}

// Filter selects entries. Empty fields select all.
type Filter struct {
	Service, EntityType, Text string
	Status                    Status
	Direction                 Direction
	Actor                     string    // who: a person's name, or what made it by itself
	From, Until               time.Time // from a moment, and before another; zero: no bound
	Before                    uuid.UUID // entries before this one; zero: the newest
	Limit                     int
}
