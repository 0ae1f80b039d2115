package sqlitedb

import (
	"strconv"
	"strings"
)

// unnumbered writes $1, $2, $3 … as question marks where they stand in this
// order, once each. To SQLite $1 is a name: it looks names up one by one, so
// that a statement with a thousand of them takes it a million comparisons.
// Other statements stay as they are.
func unnumbered(query string) string {
	var out strings.Builder
	rest, count := query, 0
	for {
		i := strings.IndexAny(rest, "$'\"`[-/?@:")
		if i < 0 {
			break
		}
		n := skip(rest[i:])
		if n == 0 {
			return query
		}
		if rest[i] != '$' {
			out.WriteString(rest[:i+n])
			rest = rest[i+n:]
			continue
		}
		count++
		if rest[i+1:i+n] != strconv.Itoa(count) {
			return query
		}
		out.WriteString(rest[:i])
		out.WriteByte('?')
		rest = rest[i+n:]
	}
	if count == 0 {
		return query
	}
	out.WriteString(rest)
	return out.String()
}

// skip is the length of the literal, comment or parameter that text begins
// with; zero: it is one that is not known here.
func skip(text string) int {
	switch text[0] {
	case '$':
		n := 1
		for n < len(text) && text[n] >= '0' && text[n] <= '9' {
			n++
		}
		return n
	case '\'', '"', '`':
		return past(text, text[:1])
	case '[':
		return past(text, "]")
	case '-':
		if strings.HasPrefix(text, "--") {
			return past(text, "\n")
		}
		return 1
	case '/':
		if strings.HasPrefix(text, "/*") {
			return past(text, "*/")
		}
		return 1
	default: // other parameters
		return 0
	}
}

// past is the length of text up to the end mark, and with it.
func past(text, end string) int {
	i := strings.Index(text[1:], end)
	if i < 0 {
		return 0
	}
	return 1 + i + len(end)
}
