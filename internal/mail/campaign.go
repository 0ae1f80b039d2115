package mail

import (
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// CampaignID names a campaign: mails that were sent together to many customers.
type CampaignID = crm.ID[Campaign]

// CampaignState is where a campaign stands.
type CampaignState string

// The states of a campaign.
//
//	loading ─► preparing ─► ready ─► scheduled ─► running ◄─► paused
//	                │          └─────────────────────►│          │
//	                └─► failed                        ├─► done   │
//	                                                  └─► stopping ─► cancelled
const (
	CampaignLoading   CampaignState = "loading"   // its list is being read
	CampaignPreparing CampaignState = "preparing" // whom it goes to is found out
	CampaignReady     CampaignState = "ready"     // a person looks at what it will do
	CampaignScheduled CampaignState = "scheduled" // it starts by itself
	CampaignRunning   CampaignState = "running"
	CampaignPaused    CampaignState = "paused"
	CampaignStopping  CampaignState = "stopping" // cancelled; what is leaving ends
	CampaignDone      CampaignState = "done"
	CampaignCancelled CampaignState = "cancelled"
	CampaignFailed    CampaignState = "failed" // it could not be prepared
)

// CampaignStates are all states, in the order in which people read them.
func CampaignStates() []CampaignState {
	return []CampaignState{CampaignPreparing, CampaignReady, CampaignScheduled, CampaignRunning, CampaignPaused, CampaignStopping, CampaignDone, CampaignCancelled, CampaignFailed, CampaignLoading}
}

// Label is the state in words for people.
func (s CampaignState) Label() string {
	labels := map[CampaignState]string{
		CampaignLoading: "Reading its list", CampaignPreparing: "Preparing", CampaignReady: "Ready to start", CampaignScheduled: "Scheduled", CampaignRunning: "Under way",
		CampaignPaused: "Paused", CampaignStopping: "Stopping", CampaignDone: "Done", CampaignCancelled: "Cancelled", CampaignFailed: "Failed",
	}
	return labels[s]
}

// Ended reports whether nothing happens any more unless a person asks for it.
func (s CampaignState) Ended() bool {
	return s == CampaignDone || s == CampaignCancelled || s == CampaignFailed
}

// Moves reports whether a campaign changes by itself.
func (s CampaignState) Moves() bool {
	return s == CampaignLoading || s == CampaignPreparing || s == CampaignRunning || s == CampaignStopping
}

// AudienceKind is how the customers of a campaign are chosen.
type AudienceKind string

// The kinds of audience.
const (
	Everybody AudienceKind = "everybody" // of marketing: all who agreed to it
	Searched  AudienceKind = "search"    // as in the list of customers
	Listed    AudienceKind = "list"      // numbers or addresses, one a line
)

// Audience says whom a campaign is for.
type Audience struct {
	Kind   AudienceKind
	Search string
}

// Label is the audience in words for people.
func (a Audience) Label(c Category) string {
	switch {
	case a.Kind == Searched:
		return "Customers that match “" + a.Search + "”"
	case a.Kind == Listed:
		return "A list of customers"
	case c.Stream() == Marketing:
		return "Customers who agreed to marketing"
	default:
		return "All customers"
	}
}

// Campaign is one template sent to many customers.
type Campaign struct {
	ID        CampaignID
	Org       crm.OrgID
	Name      string
	Template  string // its key
	Category  Category
	Audience  Audience
	State     CampaignState
	StartAt   *time.Time // when it starts by itself
	Place     string     // where planning goes on
	Planned   int        // recipients so far
	Lines     int        // of its list
	BadLines  int
	Settled   int    // recipients with an outcome when it last went on
	Problem   string // why it failed, or was paused by itself
	Actor     string
	CreatedAt time.Time
	BegunAt   *time.Time
	ResumedAt *time.Time
	EndedAt   *time.Time
	UpdatedAt time.Time
}

// CampaignFilter selects campaigns. Empty fields select all.
type CampaignFilter struct {
	State CampaignState
	Text  string // in the name, and in who made it
	After string // cursor
	Limit int
}

// RecipientState is how far a campaign is with a recipient.
type RecipientState string

// The states of a recipient. What becomes of one that is queued is told by its mail.
const (
	RecipientWaiting   RecipientState = "waiting"
	RecipientQueued    RecipientState = "queued"
	RecipientSkipped   RecipientState = "skipped"
	RecipientCancelled RecipientState = "cancelled"
)

// Why recipients are skipped, beside the reasons of suppressions.
const (
	NoConsent      = "no_consent"
	NoAddress      = "no_address"
	SameAddress    = "duplicate"
	CannotBeMade   = "unwritten" // the template lacks something for the customer
	CustomerIsGone = "archived"
)

// HeldForCampaign is the code of a mail that waits because its campaign is paused.
const HeldForCampaign = "campaign_paused"

// Uncertain is the code of a mail that may have left, or not.
const Uncertain = "uncertain"

// Recipient is a customer in a campaign.
type Recipient struct {
	Campaign CampaignID
	Org      crm.OrgID
	Position int // in the order in which the campaign goes
	Customer crm.CustomerID
	Address  string // as crm.ParseEmail writes it; empty: there is none
	Name     string
	State    RecipientState
	Problem  Problem // why it is skipped
	Mail     *ID
	Outcome  Outcome // how it stands now, in lists
}

// Outcome is how a recipient stands: the state of its mail, or waiting, skipped
// or cancelled.
type Outcome string

// Outcomes are all outcomes, in the order in which people read them.
func Outcomes() []Outcome {
	all := []Outcome{Outcome(RecipientWaiting)}
	for _, s := range States() {
		all = append(all, Outcome(s))
	}
	return append(all, Outcome(RecipientSkipped))
}

// Label is the outcome in words for people.
func (o Outcome) Label() string {
	switch o {
	case Outcome(RecipientWaiting):
		return "Waiting"
	case Outcome(RecipientSkipped):
		return "Skipped"
	}
	return State(o).Label()
}

// RecipientFilter selects recipients of a campaign. Empty fields select all.
type RecipientFilter struct {
	Outcome Outcome
	Text    string // in the address and the name
	After   string // cursor
	Limit   int
}

// BadLine is a line of a list that names no customer.
type BadLine struct {
	Line    int
	Text    string
	Problem string // what is wrong and what to do
}

// CampaignTally is how the recipients of a campaign stand.
type CampaignTally struct {
	Recipients map[RecipientState]int
	Mails      map[State]int
}

// SkipReason is why some recipients get nothing.
type SkipReason struct {
	Code, Text string
	Count      int
}

// OfMail reports whether the outcome is one that only mails have.
func (f RecipientFilter) OfMail() bool {
	return f.Outcome != "" && State(f.Outcome) != Cancelled && State(f.Outcome).Label() != ""
}
