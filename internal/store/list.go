package store

import (
	"strings"
	"time"
)

// How many rows a list returns when nothing is asked for, and at most.
const (
	defaultRows = 50
	maxRows     = 200
)

// endOfTime is after everything, for the first page of a list.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

func limit(n int) int32 {
	if n <= 0 {
		n = defaultRows
	}
	return int32(min(n, maxRows)) // #nosec G115 -- at most 200
}

// contains is the pattern for text that holds what people typed, in lower
// case. Pattern characters in it count as themselves; queries say escape '\'.
func contains(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}
