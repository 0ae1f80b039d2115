package crmpages

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/web/ui"
)

// LinkInfo tells what other services know of a record.
type LinkInfo interface {
	// RecordLinks is what each service that may have the record says, in the
	// order in which it is shown. A service that was never told is left out.
	RecordLinks(ctx context.Context, kind crm.RecordKind, id uuid.UUID) ([]RemoteLink, error)
}

// RemoteLink is where the exchange of a record with one service stands.
type RemoteLink struct {
	Service    string     // as people know it, such as Xero
	State      link.State // shown with its label and colour, see LinkBadge
	Text       string     // a sentence: what went wrong, or what it is called there; may be empty
	URL        string     // of the record in the service; empty: it is not there
	NextAction string     // words of the one thing to do next; empty: nothing
	NextURL    string     // where that is done, an address of this site
	More       []ui.Link  // what else can be seen of it, at addresses of this site
	Do         []ui.Link  // what can be done about it, by a POST to addresses of this site
	UpdatedAt  time.Time
}

// LinkBadge is the word and the colour of a link's state for people. The empty
// state is that of a record that no service was told of.
func LinkBadge(s link.State) (label string, level ui.Level) {
	switch s {
	case "":
		return "Not sent", ""
	case link.Pending:
		return "Waiting", ui.Busy
	case link.Unknown:
		return "Being checked", ui.Warn
	case link.Dead:
		return "Failed", ui.Bad
	}
	return ui.StateLabel(string(s)), ui.StateLevel(string(s))
}

// maxPolls is how often a card asks again, a second apart.
const maxPolls = 60

// remote is what a page shows of a record in services.
type remote struct {
	links []RemoteLink
	url   string // of the record's page
	polls int    // how often the page has asked already
}

// waiting reports whether something is on its way right now.
func (r remote) waiting() bool {
	for _, l := range r.links {
		if l.State == link.Pending || l.State == link.Sending {
			return r.polls < maxPolls
		}
	}
	return false
}

func (r remote) again() string { return r.url + "?poll=" + strconv.Itoa(r.polls+1) }

// remoteOf asks about a record, when somebody can be asked and the reader may
// know.
func (p *Pages) remoteOf(r *http.Request, kind crm.RecordKind, id uuid.UUID) (remote, error) {
	out := remote{url: r.URL.Path}
	me, _ := auth.From(r.Context())
	if p.links == nil || !me.Can(auth.SyncView) {
		return out, nil
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("poll")); err == nil {
		out.polls = max(n, 0)
	}
	var err error
	out.links, err = p.links.RecordLinks(r.Context(), kind, id)
	return out, err
}
