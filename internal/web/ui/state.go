package ui

import "strings"

// states maps the words of the business to a colour. A state that is missing
// here is neutral, and reads as its own words.
var states = map[string]Level{
	// Links and calls
	"synced": OK, "success": OK, "pending": Busy, "sending": Busy, "retrying": Busy, "blocked": Warn,
	"rejected": Bad, "unknown": Warn, "dead": Bad, "failed": Bad, "conflict": Warn,
	// Connections and breakers
	"connected": OK, "healthy": OK, "expiring": Warn, "expired": Bad, "degraded": Warn, "open": Bad, "half-open": Warn, "closed": OK,
	// Orders, invoices, payments
	"confirmed": OK, "approved": OK, "shipped": OK, "delivered": OK, "paid": OK, "applied": OK, "won": OK, "active": OK,
	"picking": Busy, "packed": Busy, "processing": Busy, "authorised": Busy, "sent": Busy, "awaiting-payment": Busy,
	"part-paid": Warn, "on-hold": Warn, "overdue": Bad, "lost": Bad,
	// E-mail
	"queued": Busy, "scheduled": Busy, "opened": OK, "clicked": OK, "delayed": Warn, "suppressed": Warn, "bounced": Bad, "complained": Bad,
	// Runs
	"running": Busy, "completed": OK, "done": OK, "stopped": Warn,
}

// StateLevel is the colour of a state, such as "synced" or "overdue".
func StateLevel(state string) Level { return states[stateKey(state)] }

// StateLabel writes a state for people: "part_paid" is "Part paid".
func StateLabel(state string) string {
	words := strings.ReplaceAll(stateKey(state), "-", " ")
	if words == "half open" {
		return "Half-open"
	}
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

func stateKey(state string) string {
	return strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(state))
}
