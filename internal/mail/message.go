package mail

import (
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
)

// State is where a message stands.
type State string

// The states of a message.
const (
	Queued     State = "queued"
	Sending    State = "sending"
	Sent       State = "sent"
	Delayed    State = "delayed"
	Delivered  State = "delivered"
	Opened     State = "opened"
	Clicked    State = "clicked"
	Cancelled  State = "cancelled"
	Suppressed State = "suppressed"
	Failed     State = "failed"
	Bounced    State = "bounced"
	Complained State = "complained"
)

// States are all states, in the order in which people read them.
func States() []State {
	return []State{Queued, Sending, Sent, Delayed, Delivered, Opened, Clicked, Bounced, Complained, Suppressed, Failed, Cancelled}
}

// Label is the state in words for people.
func (s State) Label() string {
	labels := map[State]string{
		Queued: "Queued", Sending: "Sending", Sent: "Sent", Delayed: "Delayed", Delivered: "Delivered", Opened: "Opened", Clicked: "Clicked",
		Cancelled: "Cancelled", Suppressed: "Not sent: suppressed", Failed: "Failed", Bounced: "Bounced", Complained: "Complained",
	}
	return labels[s]
}

// Open reports whether the message has yet to leave.
func (s State) Open() bool { return s == Queued || s == Sending }

// Stream is what a message is for. Transactional ones go first, and only
// marketing ones need consent.
type Stream string

// The streams.
const (
	Transactional Stream = "transactional"
	Marketing     Stream = "marketing"
)

// Category is what a message is about.
type Category string

// The categories.
const (
	Invoice    Category = "invoice"
	Receipt    Category = "receipt"
	CreditNote Category = "credit_note"
	Reminder   Category = "reminder"
	Quote      Category = "quote"
	Order      Category = "order"
	Report     Category = "report"
	Notice     Category = "notice" // to people of the business itself
	FollowUp   Category = "follow_up"
	Newsletter Category = "marketing"
	Custom     Category = "custom"
)

// Categories are all categories, in the order in which people read them.
func Categories() []Category {
	return []Category{Invoice, Receipt, CreditNote, Reminder, Quote, Order, Report, Notice, FollowUp, Newsletter, Custom}
}

// Label is the category in words for people.
func (c Category) Label() string {
	labels := map[Category]string{
		Invoice: "Invoice", Receipt: "Receipt", CreditNote: "Credit note", Reminder: "Reminder", Quote: "Quote", Order: "Order",
		Report: "Report", Notice: "Notice", FollowUp: "Follow-up", Newsletter: "Marketing", Custom: "Other",
	}
	return labels[c]
}

// Stream is the stream that messages of the category belong to.
func (c Category) Stream() Stream {
	if c == Newsletter || c == FollowUp {
		return Marketing
	}
	return Transactional
}

// ID names a message; it goes with it as a tag and comes back with each event.
type ID = crm.ID[Message]

// About is the record that a message is about. The zero About stands for none.
type About struct {
	Kind crm.RecordKind
	ID   uuid.UUID
}

// Message is one e-mail to one recipient.
type Message struct {
	ID            ID
	Org           crm.OrgID
	Category      Category
	Stream        Stream
	Template      string // by which it was written; "" for none
	About         About
	Customer      *crm.CustomerID
	Campaign      *CampaignID
	Recipient     string // as crm.ParseEmail writes it
	RecipientName string
	Subject       string
	Payload       string // the frozen request, JSON
	Alone         bool   // it cannot share a request with others: it has attachments
	State         State
	Parcel        *uuid.UUID // the request that it went in, or goes in
	Position      int        // within the parcel
	RemoteID      string
	Attempts      int
	DueAt         time.Time
	Problem       Problem
	By            string // who had it sent
	CreatedAt     time.Time
	Times         Times
}

// Problem says why a message did not get through, in words for people. Code is
// the service's name of it, or ours.
type Problem struct{ Code, Text string }

// Times are when something was first told of a message.
type Times struct {
	Sent, Delayed, Delivered, Opened, Clicked          *time.Time
	OpenedByPerson, ClickedByPerson                    *time.Time // as far as that can be told
	Bounced, Complained, Failed, Suppressed, Cancelled *time.Time
	Unsubscribed                                       *time.Time // its recipient ended such mail by it
}

// Filter selects messages. Empty fields select all.
type Filter struct {
	State    State
	Category Category
	Text     string // begins the recipient, or is part of the subject
	About    About
	Customer *crm.CustomerID
	Before   ID
	Limit    int
}
