package resendsim

import (
	"html"
	"strings"
)

// plainText makes the text part of a message that was sent as HTML only: tags go, blocks begin lines.
func plainText(source string) string {
	var out strings.Builder
	skip := ""
	for len(source) > 0 {
		before, rest, found := strings.Cut(source, "<")
		if skip == "" {
			out.WriteString(before)
		}
		if !found {
			break
		}
		tag, after, closed := strings.Cut(rest, ">")
		if !closed {
			break
		}
		source = after
		name := strings.ToLower(strings.TrimRight(strings.SplitN(strings.TrimSpace(tag), " ", 2)[0], "/"))
		switch {
		case skip != "" && name == "/"+skip:
			skip = ""
		case skip == "" && (name == "style" || name == "script" || name == "head"):
			skip = name
		case skip == "" && breaksLine(name):
			out.WriteByte('\n')
		}
	}
	lines := strings.Split(html.UnescapeString(out.String()), "\n")
	kept := lines[:0]
	for _, line := range lines {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

func breaksLine(name string) bool {
	switch strings.TrimPrefix(name, "/") {
	case "p", "br", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote":
		return true
	}
	return false
}

// links lists the web addresses that the HTML leads to, in order, each once.
func links(source string) (out []string) {
	seen := map[string]bool{}
	for _, part := range strings.Split(source, "href=")[1:] {
		if part == "" {
			continue
		}
		quote := part[:1]
		if quote != `"` && quote != "'" {
			continue
		}
		target, _, closed := strings.Cut(part[1:], quote)
		target = html.UnescapeString(strings.TrimSpace(target))
		if closed && !seen[target] && (strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://")) {
			seen[target] = true
			out = append(out, target)
		}
	}
	return out
}
