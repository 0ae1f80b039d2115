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

// Via is how a suppression came.
type Via string

// The ways in which suppressions come.
const (
	ViaMailEvent Via = "mail_event" // told of a mail: it bounced, was complained of, was held back
	ViaRecipient Via = "recipient"  // by the link in a mail
	ViaPerson    Via = "person"     // somebody of the business
	ViaImport    Via = "import"
	ViaList      Via = "list" // the service's own list
)

// Vias are all ways, in the order in which people read them.
func Vias() []Via { return []Via{ViaMailEvent, ViaRecipient, ViaPerson, ViaImport, ViaList} }

// Label is the way in words for people.
func (v Via) Label() string {
	labels := map[Via]string{ViaMailEvent: "A mail", ViaRecipient: "The recipient", ViaPerson: "A person", ViaImport: "An import", ViaList: "Resend's list"}
	return labels[v]
}

// Remote is where a suppression stands on the service's own list.
type Remote string

// The places. What waits to be told survives in the row, as a link's state does.
const (
	NotThere     Remote = "" // it is not of the kind that is exchanged, or was taken off there by us
	RemoteAdding Remote = "adding"
	RemoteThere  Remote = "there"
	RemoteTaken  Remote = "taken_off" // somebody took it off there; ours holds until a person lifts it
	RemoteRemove Remote = "removing"
)

// Label is the place in words for people.
func (r Remote) Label() string {
	labels := map[Remote]string{RemoteAdding: "To be added", RemoteThere: "Listed", RemoteTaken: "Taken off there", RemoteRemove: "To be taken off"}
	return labels[r]
}

// Place is where a suppression stands on the service's own list.
type Place struct {
	Remote   Remote
	RemoteID string    // there; may be "" although it is there
	At       time.Time // when that was told
}

// Suppression stops messages to an address.
type Suppression struct {
	ID          crm.ID[Suppression]
	Org         crm.OrgID
	Address     string
	Scope       Scope
	Reason      Reason
	Via         Via
	Source      string // the id of the message that it follows from; may be ""
	Note        string
	By          string
	At          time.Time
	RemovedBy   string
	RemovedNote string
	RemovedAt   *time.Time
	Remote      Remote
	RemoteID    string     // on the service's list; may be "" although it is there
	RemoteAt    *time.Time // when the place was last told
}

// SuppressionKind is a part of the list of suppressions.
type SuppressionKind string

// The parts of the list. The empty one is all that hold.
const (
	HeldSuppressions SuppressionKind = ""
	NotUnsubscribed  SuppressionKind = "suppressed" // those that hold for other reasons
	Unsubscribed     SuppressionKind = "unsubscribed"
	RemovedOnes      SuppressionKind = "removed"
)

// SuppressionFilter selects suppressions. Empty fields select all that hold.
type SuppressionFilter struct {
	Kind        SuppressionKind
	Reason      Reason
	Scope       Scope
	Via         Via
	Text        string    // part of the address
	By          string    // part of who added it, or removed it
	From, Until time.Time // when it was added, or removed: from a moment, and before another; zero: no bound
	Before      crm.ID[Suppression]
	Limit       int
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
