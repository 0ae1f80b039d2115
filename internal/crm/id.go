package crm

import (
	"fmt"

	"github.com/google/uuid"
)

// ID names one record of kind K. Ids of different kinds do not mix, and new
// ones sort by the time they were made (UUID version 7).
type ID[K any] struct{ uuid.UUID }

// The kinds of record that have ids.
type (
	OrgID          = ID[Organisation]
	UserID         = ID[User]
	TokenID        = ID[APIToken]
	CustomerID     = ID[Customer]
	ContactID      = ID[Contact]
	AddressID      = ID[Address]
	ProductID      = ID[Product]
	OrderID        = ID[Order]
	LineID         = ID[Line]
	InvoiceID      = ID[Invoice]
	PaymentID      = ID[Payment]
	CreditNoteID   = ID[CreditNote]
	AllocationID   = ID[Allocation]
	RefundID       = ID[Refund]
	ConnectionID   = ID[Connection]
	EventID        = ID[Event]
	CallID         = ID[Call]
	NotificationID = ID[Notification]
)

// Kinds of record whose fields belong to other packages; here they only tell
// their ids apart.
type (
	// Connection is an organisation's access to a service.
	Connection struct{}
	// Event is a webhook that was kept.
	Event struct{}
	// Call is one exchange with a service.
	Call struct{}
	// Notification is something that a person should know.
	Notification struct{}
	// APIToken lets a program act in an organisation.
	APIToken struct{}
)

// NewID makes an id that sorts after those made before it.
func NewID[K any]() ID[K] {
	id, err := uuid.NewV7()
	if err != nil { // the system has no random numbers: nothing can go on
		panic(fmt.Errorf("make an id: %w", err))
	}
	return ID[K]{id}
}

// ParseID reads the usual text form of an id. It returns an Error of kind
// Invalid for anything else.
func ParseID[K any](text string) (ID[K], error) {
	id, err := uuid.Parse(text)
	if err != nil || len(text) != len(uuid.Nil.String()) {
		return ID[K]{}, Errorf(Invalid, "%q is not an id; ids look like 0198c0de-0000-7000-8000-000000000000.", clip(text, 40))
	}
	return ID[K]{id}, nil
}

// IsZero reports whether the id names nothing.
func (id ID[K]) IsZero() bool { return id.UUID == uuid.Nil }

func clip(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n]) + "…"
	}
	return text
}
