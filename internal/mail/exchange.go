package mail

import (
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// ExchangeState is whether suppressions are exchanged with the service's own list.
type ExchangeState string

// The states.
const (
	ExchangeNew        ExchangeState = ""            // not tried yet
	ExchangeOn         ExchangeState = "on"          // it works
	ExchangeFailing    ExchangeState = "failing"     // it did, and is tried again
	ExchangeNotOffered ExchangeState = "not_offered" // the account has no such list for programs
	ExchangeRefused    ExchangeState = "refused"     // the key may not read it
	ExchangeShared     ExchangeState = "shared"      // several organisations use the account
)

// Rests reports whether the exchange is not tried again by itself.
func (s ExchangeState) Rests() bool { return s == ExchangeNotOffered || s == ExchangeRefused }

// Exchange is how the exchange of an organisation stands.
type Exchange struct {
	State    ExchangeState
	Problem  string // in words for people
	Attempts int    // that failed one after the other
	Account  string // of the service
	LookedAt *time.Time
	WholeAt  *time.Time // when all of the list was read last
	BegunAt  *time.Time // when reading all of it began; nil: that is not under way
	Reached  string     // the service's id of the entry that it came to
}

// SuppressionImport is a file of addresses on its way in.
type SuppressionImport struct {
	ID      crm.ID[SuppressionImport]
	Org     crm.OrgID
	Name    string // of the file
	State   ImportState
	Lines   int // that can be taken
	Refused int // that a person must mend
	Taken   int // of Lines, so far
	Added   int
	Known   int // that were on the list already
	By      string
	At      time.Time
	EndedAt *time.Time
}

// ImportState is where an import stands.
type ImportState string

// The states of an import.
const (
	ImportReady   ImportState = "ready" // nothing is written yet
	ImportRunning ImportState = "running"
	ImportDone    ImportState = "done"
)
