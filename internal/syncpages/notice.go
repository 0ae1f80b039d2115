package syncpages

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/web/ui"
)

// Notices words what the pages report.
func (p *Pages) Notices() map[string]func(*http.Request) *ui.Notice {
	return map[string]func(*http.Request) *ui.Notice{
		"error-retried":     says("It is tried again now", "It disappears from the list, and comes back if it fails again."),
		"errors-retried":    counted("Nothing to retry", "record is", "records are", " tried again now."),
		"error-dismissed":   dismissed,
		"errors-dismissed":  dismissedTogether,
		"errors-restored":   counted("Nothing to restore", "record is", "records are", " back on the list."),
		"error-restored":    says("Back on the list", "Retry it, or mend what keeps it from arriving."),
		"replayed":          says("The webhook is looked at again", "Its result appears here in a moment."),
		"webhooks-replayed": counted("Nothing to replay", "webhook is", "webhooks are", " looked at again."),
		"failed-replayed":   counted("No webhook has failed", "webhook is", "webhooks are", " looked at again."),
	}
}

func says(title, text string) func(*http.Request) *ui.Notice {
	return func(*http.Request) *ui.Notice { return &ui.Notice{Title: title, Text: text} }
}

// counted reports how many; the number in the address is read as one.
func counted(none, one, many, rest string) func(*http.Request) *ui.Notice {
	return func(r *http.Request) *ui.Notice {
		n, err := strconv.Atoi(r.FormValue("n"))
		if err != nil || n < 1 {
			return &ui.Notice{Title: none, Text: "Somebody else was faster, or it mended itself."}
		}
		return &ui.Notice{Title: "Done", Text: ui.Plural(n, one, many) + rest}
	}
}

func dismissed(r *http.Request) *ui.Notice {
	n := &ui.Notice{Title: "Dismissed", Text: "It is among the dismissed ones, and is not sent."}
	kind, record, _ := strings.Cut(r.FormValue("of"), "/")
	if id, err := uuid.Parse(record); err == nil && known(link.Kind(kind)) {
		n.Undo = &ui.PostTo{URL: errorAddress(link.Kind(kind), id) + "/restore", Target: "#" + errorsID, Back: "/sync/errors"}
	}
	return n
}

// dismissedTogether offers to undo exactly what was dismissed.
func dismissedTogether(r *http.Request) *ui.Notice {
	n := counted("Nothing to dismiss", "record is", "records are", " dismissed, and not sent.")(r)
	if id, err := uuid.Parse(r.FormValue("of")); err == nil && n.Title == "Done" {
		undo := undoDismissal(id, "/sync/errors")
		n.Undo = &undo
	}
	return n
}

func undoDismissal(id uuid.UUID, back string) ui.PostTo {
	return ui.PostTo{URL: "/sync/errors/dismissals/" + id.String() + "/restore", Target: "#" + errorsID, Back: back}
}

func known(kind link.Kind) bool { return slices.Contains(link.Kinds(), kind) }

func errorAddress(kind link.Kind, record uuid.UUID) string {
	return "/sync/errors/" + string(kind) + "/" + record.String()
}
