package connection

import (
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// State is how much of the service can be used.
type State string

// The states of a connection.
const (
	Choosing       State = "choosing" // access was given, the account is not chosen yet
	Connected      State = "connected"
	Paused         State = "paused"
	NeedsReconnect State = "needs_reconnect"
)

// Label is the state in words for people.
func (s State) Label() string {
	switch s {
	case Choosing:
		return "Choose an organisation"
	case Connected:
		return "Connected"
	case Paused:
		return "Paused"
	case NeedsReconnect:
		return "Reconnect needed"
	default:
		return "Not connected"
	}
}

// Connection is one organisation's access to one service.
type Connection struct {
	ID               crm.ConnectionID
	Org              crm.OrgID
	Service          string
	RemoteID         string // the service's id of the connection itself
	Tenant           string // the account at the service
	TenantName       string
	ShortCode        string // what deep links into the service need
	State            State
	Reason           string // why it is in this state, in words for people
	SealedToken      string
	TokenVersion     int64
	AccessExpiresAt  time.Time
	RefreshExpiresAt time.Time
	Settings         string // JSON, the integration's
	ConnectedBy      string
	ConnectedAt      time.Time
	PausedUntil      *time.Time
	LastSyncAt       *time.Time
}

// Usable reports whether calls may be made now.
func (c Connection) Usable(now time.Time) bool {
	return c.State == Connected || c.State == Paused && (c.PausedUntil == nil || !now.Before(*c.PausedUntil))
}

// Authorisation is a consent that a person has begun at the service.
type Authorisation struct {
	StateHash string // SHA-256 of the state parameter, in hex
	Org       crm.OrgID
	User      crm.UserID
	Service   string
	Sealed    string // the code verifier
	ExpiresAt time.Time
}
