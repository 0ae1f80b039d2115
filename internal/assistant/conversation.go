package assistant

import (
	"encoding/json"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// ConversationID names a conversation.
type ConversationID = crm.ID[Conversation]

// State is what a conversation waits for.
type State string

// The states.
const (
	Idle    State = "idle"    // for its person
	Running State = "running" // for the model or a tool
	Waiting State = "waiting" // for somebody to decide on a proposal
)

// Conversation is what one person and the assistant say to each other.
type Conversation struct {
	ID         ConversationID
	Org        crm.OrgID
	User       crm.UserID
	Title      string
	TitledBy   string // "", "model" or "person"
	Persona    string
	Model      string
	Parent     *ConversationID // of which it is a branch
	BranchedAt int             // messages that it shares with its parent
	Pinned     bool
	ArchivedAt *time.Time
	DeletedAt  *time.Time
	State      State
	Head       int // number of the last message; 0: none
	StopAsked  bool
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Author is who said a message.
type Author string

// The authors, as the service names them.
const (
	FromUser      Author = "user"
	FromAssistant Author = "assistant"
)

// Message is one entry of a conversation. Content is never changed.
type Message struct {
	Number     int // from 1
	From       Author
	Content    json.RawMessage // a list of blocks, as they are sent to and come from the service
	Model      string
	StopReason string
	Complete   bool   // false: it was cut, stopped or refused, and is left out of what is sent
	Problem    string // for people, where it is not complete
	Said       string // its text, to look for and to show in lists
	At         time.Time
}

// Call is one use of a tool.
type Call struct {
	ID      string // as the service names it
	Message int    // that asked for it
	Tool    string
	Input   json.RawMessage
	State   CallState
	Result  string // JSON or words, as the model reads it
	Failed  bool
	Started time.Time
	Ended   *time.Time
}

// CallState is where a use of a tool stands.
type CallState string

// The states of a use of a tool.
const (
	Called   CallState = "called"
	Proposed CallState = "proposed" // it waits for a yes
	Answered CallState = "answered"
)

// Usage is what one request to the service used, for the ledger.
type Usage struct {
	ID           crm.ID[Usage]
	Org          crm.OrgID
	User         crm.UserID
	Role         string
	Persona      string
	Model        string
	Conversation *ConversationID
	Feature      string // chat, title, report, suggestion
	Tokens
	Cost      Nano
	Estimated bool // the service did not tell
	Unknown   bool // the model has no price; the dearest one's was taken
	RequestID string
	At        time.Time
}

// Hold is money and tokens set aside for a request that is under way.
type Hold struct {
	ID    crm.ID[Hold]
	Usage // as far as it is known before: whose, which model, the estimated input
	Demand
}
