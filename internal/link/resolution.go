package link

import (
	"time"

	"github.com/google/uuid"
)

// KeepResolutions is how long it is told how a failed link became right.
const KeepResolutions = 30 * 24 * time.Hour

// Mend is what was done about a link after it failed.
type Mend string

// The ways in which a failed link becomes right.
const (
	ByItself       Mend = ""
	AfterRetry     Mend = "retry"     // somebody had it tried again
	AfterChange    Mend = "change"    // the record was changed
	AfterUnblocked Mend = "unblocked" // what it waited for was mended
	AfterMatch     Mend = "matched"   // its contact was chosen
)

// Resolution is a link that had failed and became right.
type Resolution struct {
	Key
	ID         uuid.UUID // in order of time
	Label      string
	Failed     Problem // code and text
	FailedAt   time.Time
	Mend       Mend
	By         string // who retried; empty where nobody did
	ResolvedAt time.Time
}

// resolution is how the link became right now, or nil when it had not failed.
func (l *Link) resolution(now time.Time) *Resolution {
	if l.FailedAt == nil {
		return nil
	}
	return &Resolution{Key: l.Key, Label: l.Label, Failed: l.FailedFor, FailedAt: *l.FailedAt, Mend: l.Mend, By: l.MendedBy, ResolvedAt: now}
}

// Dismissal is what was taken off the list of errors in one step.
type Dismissal struct {
	ID         uuid.UUID // in order of time
	Count      int       // of links that are still dismissed
	By, Reason string
	Label      string // of one of them
	At         time.Time
}
