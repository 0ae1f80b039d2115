package notify

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/renoz/renoz/internal/crm"
)

// Quiet is how long a cause that was told stays silent.
const Quiet = time.Hour

// Level says how urgent a notice is.
type Level string

// The levels.
const (
	Info    Level = "info"    // good to know
	Warning Level = "warning" // look at it soon
	Urgent  Level = "urgent"  // something does not work until somebody acts
)

// Valid reports whether the level is one of those above.
func (l Level) Valid() bool { return l == Info || l == Warning || l == Urgent }

// Notice is something that the people of an organisation should know.
type Notice struct {
	Org   crm.OrgID
	Cause string // the same for all that one would tell as one, such as "xero.disconnected"
	Level Level
	Title string // a few words
	Text  string // what happened and what to do, in a sentence or two
	Href  string // the page that leads on, such as /sync/errors; may be empty
}

// Kept is a notice as the app shows it.
type Kept struct {
	Notice
	ID     crm.NotificationID
	At     time.Time
	ReadAt *time.Time
}

const (
	maxCause = 200
	maxTitle = 200
	maxText  = 2000
)

// Validate returns an Error of kind Invalid with the fields org, cause, level,
// title, text and href.
func (n Notice) Validate() error {
	wrong := map[string]string{}
	need := func(field string, ok bool, message string) {
		if !ok {
			wrong[field] = message
		}
	}
	need("org", !n.Org.IsZero(), "Name the organisation.")
	need("cause", n.Cause != "" && len(n.Cause) <= maxCause, "Name the cause in at most 200 characters.")
	need("level", n.Level.Valid(), "Use info, warning or urgent.")
	need("title", strings.TrimSpace(n.Title) != "" && utf8.RuneCountInString(n.Title) <= maxTitle, "Enter a title of at most 200 characters.")
	need("text", utf8.RuneCountInString(n.Text) <= maxText, "Use at most 2000 characters.")
	need("href", n.Href == "" || local(n.Href), "Lead to a page of this site, such as /sync/errors.")
	return crm.FieldErrors(wrong)
}

// local holds for paths of this site. Browsers take // and /\ for another host.
func local(href string) bool {
	return strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//") && !strings.ContainsAny(href, "\\\n\r\t")
}
