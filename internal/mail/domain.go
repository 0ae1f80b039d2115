package mail

import (
	"slices"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// DomainID is our id of a domain in an organisation.
type DomainID = crm.ID[SendingDomain]

// DomainStatus is where a domain or a record stands at the mail service.
type DomainStatus string

// The states that the service tells. Records have no partial ones, and
// TemporaryFailure alone.
// https://resend.com/docs/dashboard/domains/introduction
const (
	DomainNotStarted        DomainStatus = "not_started"
	DomainPending           DomainStatus = "pending"
	DomainVerified          DomainStatus = "verified"
	DomainFailed            DomainStatus = "failed"
	DomainTemporaryFailure  DomainStatus = "temporary_failure"
	DomainPartiallyVerified DomainStatus = "partially_verified"
	DomainPartiallyFailed   DomainStatus = "partially_failed"
)

// Label is the state in words for people. One that is not known reads as it is.
func (s DomainStatus) Label() string {
	labels := map[DomainStatus]string{
		DomainNotStarted: "Not verified yet", DomainPending: "Being verified", DomainVerified: "Verified", DomainFailed: "Failed",
		DomainTemporaryFailure: "Could not be checked", DomainPartiallyVerified: "Partly verified", DomainPartiallyFailed: "Partly failed",
	}
	if label, known := labels[s]; known {
		return label
	}
	return string(s)
}

// SendingDomain is a domain that mail is sent from, as the service told of it last and
// as its DNS was found.
type SendingDomain struct {
	ID            DomainID
	Org           crm.OrgID
	RemoteID      string // the service's
	Name          string // in small letters, without a dot at its end
	Region        string // of the service, from which it sends
	Status        DomainStatus
	Sending       bool // what it is used for
	Receiving     bool
	OpenTracking  bool
	ClickTracking bool
	Records       []DNSRecord

	ReadAt     *time.Time // from the service; nil: only events told of it
	EventAt    *time.Time // of the latest event, by the service's clock
	LookedAt   *time.Time // in DNS
	VerifiedAt *time.Time // since when it was ever verified
	BrokenAt   *time.Time // since when what worked does not
	BrokenWhy  string
	GoneAt     *time.Time // the service has it no more
}

// Standing is whether mail can leave from a domain, in one word.
type Standing string

// The standings.
const (
	StandsVerified  Standing = "verified"  // the service has verified it and nothing that was looked up speaks against it
	StandsAttention Standing = "attention" // verified, and a record was not found as it has to be
	StandsBroken    Standing = "broken"    // it worked and does not any more
	StandsChecking  Standing = "checking"  // the service looks at it
	StandsFailed    Standing = "failed"    // the service did not find what it has to hold
	StandsNew       Standing = "new"       // nobody asked the service to verify it
	StandsGone      Standing = "gone"      // the service has it no more
)

// Label is the standing in words for people.
func (s Standing) Label() string {
	return map[Standing]string{
		StandsVerified: "Verified", StandsAttention: "Verified, look at the records", StandsBroken: "Stopped working", StandsChecking: "Being verified",
		StandsFailed: "Not verified", StandsNew: "Not verified yet", StandsGone: "Removed at Resend",
	}[s]
}

// Standing is where the domain stands.
func (d SendingDomain) Standing() Standing {
	switch {
	case d.GoneAt != nil:
		return StandsGone
	case d.BrokenAt != nil:
		return StandsBroken
	case d.Sends() && slices.ContainsFunc(d.Records, func(r DNSRecord) bool { return r.Kind.Required() && r.Verdict.Bad() }):
		return StandsAttention
	case d.Sends():
		return StandsVerified
	case d.refused():
		return StandsFailed
	case d.Status == DomainNotStarted || d.Status == "":
		return StandsNew
	}
	return StandsChecking
}

// Sends reports whether the service has verified what sending takes, or what
// receiving takes where the domain does nothing else. A domain whose tracking
// fails can send all the same.
func (d SendingDomain) Sends() bool {
	if d.GoneAt != nil {
		return false
	}
	found := false
	for _, r := range d.Records {
		if !d.needs(r.Kind) {
			continue
		}
		if found = true; r.Status != DomainVerified {
			return false
		}
	}
	return found || d.Status == DomainVerified
}

// needs reports whether the domain cannot do its work without a kind of record.
func (d SendingDomain) needs(k RecordKind) bool {
	if d.Sending {
		return k == RecordSPF || k == RecordReturnPath || k == RecordDKIM
	}
	return k == RecordReceiving
}

// refused reports whether the service looked and did not find what it needs.
func (d SendingDomain) refused() bool {
	if d.Status == DomainFailed {
		return true
	}
	return slices.ContainsFunc(d.Records, func(r DNSRecord) bool { return d.needs(r.Kind) && r.Status == DomainFailed })
}

// Moves reports whether the service is looking at it at the moment.
func (d SendingDomain) Moves() bool { return d.GoneAt == nil && d.Status == DomainPending }

// DomainFilter selects domains of an organisation.
type DomainFilter struct {
	Text  string // part of the name
	After string // cursor
	Limit int    // zero: the usual size of a page
}

// DomainCause is how a change of a domain was noticed.
type DomainCause string

// The causes.
const (
	ByWebhook DomainCause = "webhook"
	ByReading DomainCause = "read"    // the service was asked
	ByLooking DomainCause = "look_up" // its DNS was
	ByAsking  DomainCause = "person"  // somebody had it verified
)

// Label is the cause in words for people.
func (c DomainCause) Label() string {
	return map[DomainCause]string{ByWebhook: "Webhook", ByReading: "Read from Resend", ByLooking: "Look-up in DNS", ByAsking: "By hand"}[c]
}

// DomainChange is an entry in the history of a domain.
type DomainChange struct {
	ID      crm.ID[DomainChange]
	Domain  DomainID
	Subject RecordKind // empty: the domain itself
	Was     string     // a status of the domain, or a verdict of the record; empty: none yet
	Became  string
	Cause   DomainCause
	Actor   string // a person; empty: the program itself
	Note    string // more than the states say
	At      time.Time
}

// States of domains that only its history tells.
const (
	DomainAsked   = "asked"   // somebody had it verified
	DomainStopped = "stopped" // people were told that it does not work any more
	DomainWorks   = "works"   // and that it does again
	DomainGone    = "gone"    // the service has it no more
)
