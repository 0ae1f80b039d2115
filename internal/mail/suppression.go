package mail

import (
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// Reason is why an address must not be written to.
type Reason string

// The reasons.
const (
	ForBounce      Reason = "bounce"
	ForBounces     Reason = "transient_bounces" // several that each might have passed
	ForComplaint   Reason = "complaint"
	ForUnsubscribe Reason = "unsubscribe"
	ByHand         Reason = "manual"
	ByService      Reason = "service" // the service's own list had it
)

// Reasons are all reasons, in the order in which people read them.
func Reasons() []Reason {
	return []Reason{ForBounce, ForBounces, ForComplaint, ForUnsubscribe, ByHand, ByService}
}

// Label is the reason in words for people.
func (r Reason) Label() string {
	labels := map[Reason]string{
		ForBounce: "Bounced for good", ForBounces: "Bounced repeatedly", ForComplaint: "Complained", ForUnsubscribe: "Unsubscribed",
		ByHand: "By hand", ByService: "On Resend's list",
	}
	return labels[r]
}

// Graver reports whether the reason says more against writing to an address than
// another one does.
func (r Reason) Graver(than Reason) bool {
	weights := map[Reason]int{ForComplaint: 4, ForBounce: 3, ByService: 2, ForBounces: 1}
	return weights[r] > weights[than]
}

// Scope is what must not be sent: everything, or a category of marketing mail.
type Scope string

// Scopes that are not a category.
const (
	Everything   Scope = "all"
	AllMarketing Scope = "marketing"
)

// Covers reports whether the scope stops messages of a category.
func (s Scope) Covers(c Category) bool {
	switch s {
	case Everything:
		return true
	case AllMarketing:
		return c.Stream() == Marketing
	default:
		return Category(s) == c
	}
}

// Suppression stops messages to an address.
type Suppression struct {
	ID          crm.ID[Suppression]
	Org         crm.OrgID
	Address     string
	Scope       Scope
	Reason      Reason
	Source      string // what it follows from, such as the id of a message; may be ""
	Note        string
	By          string
	At          time.Time
	RemovedBy   string
	RemovedNote string
	RemovedAt   *time.Time
}

// SuppressionFilter selects suppressions. Empty fields select all that hold.
type SuppressionFilter struct {
	Reason Reason
	Text   string // part of the address
	Before crm.ID[Suppression]
	Limit  int
}

// Words say why a mail was not sent.
func (s Suppression) Words() string {
	switch s.Reason {
	case ForBounce:
		return "The address does not exist or takes no mail: an earlier one came back for good."
	case ForBounces:
		return "Several mails to the address came back within a few days."
	case ForComplaint:
		return "The recipient marked an earlier mail as spam."
	case ForUnsubscribe:
		return "The recipient does not want such mail."
	case ByService:
		return "The address is on Resend's list of those not to write to."
	default:
		return "Somebody put the address on the list of those not to write to."
	}
}

// Pause is why an organisation's mail does not leave now. The zero Pause: it does.
type Pause struct {
	Code, Why string
	Until     *time.Time // nil: until a person acts
}

// Holds reports whether nothing may leave at a moment.
func (p Pause) Holds(now time.Time) bool {
	return p.Why != "" && (p.Until == nil || now.Before(*p.Until))
}
