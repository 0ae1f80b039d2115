package resendapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
)

// Types of events. Resend adds to them.
// https://resend.com/docs/webhooks/event-types
const (
	EventSent               = "email.sent"
	EventScheduled          = "email.scheduled"
	EventDelivered          = "email.delivered"
	EventDelayed            = "email.delivery_delayed"
	EventComplained         = "email.complained"
	EventBounced            = "email.bounced"
	EventOpened             = "email.opened"
	EventClicked            = "email.clicked"
	EventFailed             = "email.failed"
	EventSuppressed         = "email.suppressed"
	EventReceived           = "email.received"
	EventContactCreated     = "contact.created"
	EventContactUpdated     = "contact.updated"
	EventContactDeleted     = "contact.deleted"
	EventDomainCreated      = "domain.created"
	EventDomainUpdated      = "domain.updated"
	EventDomainDeleted      = "domain.deleted"
	EventSuppressionAdded   = "suppression.added"
	EventSuppressionRemoved = "suppression.removed"
)

// Event is what a webhook tells. Events come at least once, in any order, and
// perhaps before the answer to the send. Exactly one of the pointers is set; of
// a type not known none is, and Raw has it all.
type Event struct {
	Type string // an Event… constant, or one not known yet
	// At is when it happened. The time inside Email is when the e-mail was made.
	At Time

	Email       *EmailEvent       // of an e-mail we sent
	Received    *ReceivedEvent    // of an e-mail sent to us
	Domain      *Domain           // with its records, without tracking
	Contact     *ContactEvent     // of a contact
	Suppression *SuppressionEvent // of the suppression list

	Raw json.RawMessage // the body as it came
}

// SuppressionEvent tells of an address that was put on the suppression list, or
// taken off it.
type SuppressionEvent = Suppression

// Known reports that the type is one that this package reads.
func (e Event) Known() bool {
	return e.Email != nil || e.Received != nil || e.Domain != nil || e.Contact != nil || e.Suppression != nil
}

// Impacted is the recipients that the event is about, bare and each once. An
// e-mail to several may have an event for each of them. It is nil where the
// event is about no recipient of ours.
func (e Event) Impacted() []string {
	switch {
	case e.Email != nil:
		return bareAddresses(e.Email.To)
	case e.Suppression != nil:
		return bareAddresses([]string{e.Suppression.Email})
	}
	return nil
}

func bareAddresses(list []string) []string {
	var found []string
	for _, text := range list {
		address := strings.TrimSpace(text)
		if parsed, err := mail.ParseAddress(address); err == nil {
			address = parsed.Address
		}
		if address != "" && !slices.Contains(found, address) {
			found = append(found, address)
		}
	}
	return found
}

// ErrEvent is wrapped when a body is not an event, or lacks what its type
// promises.
var ErrEvent = errors.New("not an event of Resend")

// ParseEvent reads a body that has been verified. Types that are not known
// pass.
func ParseEvent(body []byte) (Event, error) {
	var wire struct {
		Type string          `json:"type"`
		At   Time            `json:"created_at"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrEvent, jsonProblem(err))
	}
	if wire.Type == "" {
		return Event{}, fmt.Errorf("%w: it has no type", ErrEvent)
	}
	event := Event{Type: wire.Type, At: wire.At, Raw: slices.Clone(body)}
	if err := event.read(wire.Data); err != nil {
		return Event{}, fmt.Errorf("%w: %s: %w", ErrEvent, wire.Type, jsonProblem(err))
	}
	return event, nil
}

// read fills what belongs to the type.
func (e *Event) read(data json.RawMessage) error {
	switch e.Type {
	case EventSent, EventScheduled, EventDelivered, EventDelayed, EventComplained, EventBounced,
		EventOpened, EventClicked, EventFailed, EventSuppressed:
		e.Email = new(EmailEvent)
		return readNamed(data, e.Email, func() string { return e.Email.EmailID })
	case EventReceived:
		e.Received = new(ReceivedEvent)
		return readNamed(data, e.Received, func() string { return e.Received.EmailID })
	case EventContactCreated, EventContactUpdated, EventContactDeleted:
		e.Contact = new(ContactEvent)
		return readNamed(data, e.Contact, func() string { return e.Contact.ID })
	case EventDomainCreated, EventDomainUpdated, EventDomainDeleted:
		e.Domain = new(Domain)
		return readNamed(data, e.Domain, func() string { return e.Domain.ID })
	case EventSuppressionAdded, EventSuppressionRemoved:
		e.Suppression = new(SuppressionEvent)
		return readNamed(data, e.Suppression, func() string { return e.Suppression.Email })
	}
	return nil
}

// readNamed reads the data, which must say what it is about.
func readNamed(data json.RawMessage, into any, name func() string) error {
	if len(data) == 0 {
		return errors.New("it has no data")
	}
	if err := json.Unmarshal(data, into); err != nil {
		return err
	}
	if name() == "" {
		return errors.New("it does not say what it is about")
	}
	return nil
}
