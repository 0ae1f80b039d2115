package syncpages

import (
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/web/ui"
)

const silenceText = "Xero changed records and did not tell. It disables webhooks after 24 hours in which they could not be delivered. " +
	"Look at the webhooks of the app on Xero's site for developers, and switch them on again. Until then changes are found every hour."

// gapLabel says what did not arrive.
func gapLabel(g inbox.Gap) string {
	switch {
	case g.Cause == inbox.Silence:
		return "All webhooks"
	case g.First == g.Last:
		return "Number " + ui.Thousands(int(g.First))
	}
	return "Numbers " + ui.Thousands(int(g.First)) + " to " + ui.Thousands(int(g.Last))
}

// gapFilled says how what did not arrive was made up for.
func gapFilled(g inbox.Gap) string {
	switch {
	case g.FilledBy == inbox.FilledByDelivery:
		return "Xero delivered them late"
	case g.FilledBy == inbox.FilledByReading:
		return "What changed was read from Xero"
	case !g.ReadingAt.IsZero():
		return "What changed is being read from Xero"
	}
	return "Not yet"
}
