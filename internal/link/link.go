package link

import (
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
)

// Kind is what a record is at the service.
type Kind string

// The kinds of link, in the order in which they are sent.
const (
	Contact Kind = "contact"
	Invoice Kind = "invoice"
	Payment Kind = "payment"
	// CreditNote, Allocation and Refund are a credit note and what is used of it.
	CreditNote Kind = "credit_note"
	Allocation Kind = "allocation"
	Refund     Kind = "refund"
	// InvoiceMail is the mailing of an invoice by the service; its record is the
	// invoice.
	InvoiceMail Kind = "invoice_mail"
)

// Kinds are all kinds of link, in the order in which people read them.
func Kinds() []Kind {
	return []Kind{Contact, Invoice, Payment, CreditNote, Allocation, Refund, InvoiceMail}
}

// State is where the exchange of a record stands.
type State string

// The states of a link.
const (
	Synced    State = "synced"
	Pending   State = "pending"
	Sending   State = "sending"
	Unknown   State = "unknown"
	Blocked   State = "blocked"
	Rejected  State = "rejected"
	Dead      State = "dead"
	Dismissed State = "dismissed"
)

// The priorities of links. Lower is sent first.
const (
	Urgent = 1
	Normal = 2
	Bulk   = 4
)

// Key names one link.
type Key struct {
	Org     crm.OrgID
	Service string
	Kind    Kind
	Record  uuid.UUID
}

// Action is the one thing for a person to do next.
type Action string

// The next actions.
const (
	Wait         Action = "wait"    // it is tried again by itself
	Connect      Action = "connect" // connect the service
	Reconnect    Action = "reconnect"
	Map          Action = "map" // choose accounts and tax rates
	OpenSettings Action = "open_settings"
	Retry        Action = "retry"
	Review       Action = "review" // mend the record
	LookRemote   Action = "look_remote"
)

// Problem says why a record is not in line, in words for people.
type Problem struct {
	Code   string // stable, such as contact_name_taken
	Kind   string // what sort of trouble: invalid, limited, unavailable, …
	Text   string
	Action Action
}

// Link is what one record is to one service.
type Link struct {
	Key
	Label         string // what people call the record, such as INV-00042
	RemoteID      string
	RemoteNumber  string
	RemoteVersion string // when the service last changed it, in the service's words
	Snapshot      string // JSON of the mapped fields that were last agreed
	State         State
	Priority      int
	Wanted        int64 // version of our record that should be there
	Agreed        int64 // version of our record that is there
	Attempts      int
	DueAt         time.Time
	WriteKey      string // of a write that may be repeated under it; empty: the next one needs a new one
	Problem       Problem
	FailedAt      *time.Time
	FailedFor     Problem     // what failed at FailedAt, code and text; Problem may tell of a later try
	Mend          Mend        // what was done about it since
	MendedBy      string      // who retried; empty where nobody did
	Resolved      *Resolution // by Succeed, of a link that had failed
	SeenAt        *time.Time
	DismissedBy   string
	DismissReason string
	UpdatedAt     time.Time
}

// Remote is a record as the service has it.
type Remote struct {
	ID, Number, Version, Snapshot string
}

// Succeed records that version agreed of our record is there.
func (l *Link) Succeed(r Remote, agreed int64, now time.Time) {
	l.RemoteID, l.RemoteNumber, l.RemoteVersion, l.Snapshot = r.ID, r.Number, r.Version, r.Snapshot
	l.State, l.Agreed, l.Attempts, l.DueAt, l.WriteKey = Synced, agreed, 0, now, ""
	l.Resolved = l.resolution(now)
	l.Problem, l.FailedAt, l.SeenAt = Problem{}, nil, nil
	l.FailedFor, l.Mend, l.MendedBy = Problem{}, ByItself, ""
}

// Found records that a look-up after an unknown outcome met the record, which
// may differ from ours and is then sent as a change.
func (l *Link) Found(r Remote, now time.Time) {
	l.RemoteID, l.RemoteNumber, l.RemoteVersion, l.Snapshot = r.ID, r.Number, r.Version, r.Snapshot
	l.State, l.DueAt, l.WriteKey = Pending, now, ""
}

// NotFound records that a look-up after an unknown outcome met nothing, so
// that sending again makes no duplicate. The first time it is sent at once,
// then by the schedule of failures.
func (l *Link) NotFound(now time.Time, s jobs.Schedule) {
	delay, again := s.Delay(max(l.Attempts-1, 0))
	if again && l.Attempts < jobs.MaxAttempts {
		l.State, l.DueAt = Pending, now.Add(delay)
		return
	}
	l.Problem.Action = Retry
	l.fail(Dead, now)
}

// Postpone puts the link back without counting an attempt: nothing was sent,
// or the service asked to wait.
func (l *Link) Postpone(until time.Time, p Problem) {
	l.State, l.DueAt, l.Problem, l.WriteKey = Pending, until, p, ""
}

// Doubt counts an attempt of which nobody knows whether it arrived.
func (l *Link) Doubt(lookUpAt time.Time, p Problem) {
	l.Attempts++
	l.State, l.DueAt, l.Problem = Unknown, lookUpAt, p
}

// Fail counts an attempt and schedules the next one, or gives up after the last.
func (l *Link) Fail(p Problem, now time.Time, s jobs.Schedule) {
	l.Attempts++
	l.Problem, l.WriteKey = p, ""
	delay, again := s.Delay(l.Attempts)
	if again {
		l.State, l.DueAt = Pending, now.Add(delay)
		return
	}
	l.Problem.Action = Retry
	l.fail(Dead, now)
}

// Reject records that a person must mend the record first.
func (l *Link) Reject(p Problem, now time.Time) {
	l.Attempts++
	l.Problem, l.WriteKey = p, ""
	l.fail(Rejected, now)
}

// Block records that something else must be mended before this can be sent.
func (l *Link) Block(p Problem, now time.Time) {
	l.Problem, l.WriteKey = p, ""
	l.fail(Blocked, now)
}

func (l *Link) fail(state State, now time.Time) {
	l.State, l.FailedAt, l.SeenAt, l.DueAt = state, &now, nil, now
	l.FailedFor, l.Mend, l.MendedBy = l.Problem, ByItself, ""
}

// Waiting reports whether the link is on its way.
func (l Link) Waiting() bool { return l.State == Pending || l.State == Sending || l.State == Unknown }

// Failed reports whether a person has to act.
func (l Link) Failed() bool { return l.State == Blocked || l.State == Rejected || l.State == Dead }
