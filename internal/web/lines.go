package web

import (
	"net/http"
	"strconv"
)

// maxLines bounds what one form can hold.
const maxLines = 500

// Lines reads the lines of a ui.LineEditor from a parsed form: one map of
// values by column for each line. Edited reports that the reader pressed "Add
// line" or "Remove": the change is made, and the form wants to be shown again
// instead of saved.
func Lines(r *http.Request, columns ...string) (lines []map[string]string, edited bool) {
	n := 0
	for _, c := range columns {
		n = max(n, len(r.Form[c]))
	}
	for i := range min(n, maxLines) {
		line := map[string]string{}
		for _, c := range columns {
			if i < len(r.Form[c]) {
				line[c] = r.Form[c][i]
			}
		}
		lines = append(lines, line)
	}
	if r.Form.Has("add-line") && len(lines) < maxLines {
		return append(lines, map[string]string{}), true
	}
	if at, err := strconv.Atoi(r.Form.Get("remove-line")); err == nil && at >= 0 && at < len(lines) {
		return append(lines[:at], lines[at+1:]...), true
	}
	return lines, r.Form.Has("add-line") || r.Form.Has("remove-line")
}
