package resendsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// readEmail reads one message and checks everything that does not need the team's records.
// https://resend.com/docs/api-reference/emails/send-email
func (s *Server) readEmail(f fields, now time.Time) (*Email, *problem) {
	e := &Email{}
	if bad := s.readTemplate(f, e); bad != nil {
		return nil, bad
	}
	for _, read := range []func(fields, *Email) *problem{readSender, readRecipients, readContent, readHeaders, readTags, readAttachments} {
		if bad := read(f, e); bad != nil {
			return nil, bad
		}
	}
	scheduled, bad := f.text("scheduled_at")
	if bad == nil && scheduled != "" {
		e.ScheduledAt, bad = readSchedule(scheduled, now)
	}
	if bad != nil {
		return nil, bad
	}
	if e.TopicID, bad = f.text("topic_id"); bad != nil {
		return nil, bad
	}
	e.collectRecipients()
	e.measure()
	return e, nil
}

func readSender(f fields, e *Email) *problem {
	if bad := f.texts(into{"from", &e.From}); bad != nil {
		return bad
	}
	if e.From == "" {
		return missing("from")
	}
	if _, ok := address(e.From); !ok {
		return invalid("Invalid `from` field. The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.")
	}
	return nil
}

func readRecipients(f fields, e *Email) *problem {
	lists := []*[]string{&e.To, &e.Cc, &e.Bcc, &e.ReplyTo}
	for i, name := range []string{"to", "cc", "bcc", "reply_to"} {
		list, bad := readAddresses(f, name)
		if bad != nil {
			return bad
		}
		*lists[i] = list
	}
	if len(e.To) == 0 {
		return missing("to")
	}
	return nil
}

// readContent reads subject, html and text. Text that is left out is made from the HTML; an empty one is not.
func readContent(f fields, e *Email) *problem {
	if bad := f.texts(into{"subject", &e.Subject}, into{"html", &e.HTML}, into{"text", &e.Text}); bad != nil {
		return bad
	}
	if e.Subject == "" {
		return missing("subject")
	}
	if e.HTML == "" && e.Text == "" {
		return &problem{http.StatusUnprocessableEntity, "validation_error", "Missing `html` or `text` field."}
	}
	if e.TemplateID == "" && !f.has("text") {
		e.Text = plainText(e.HTML)
	}
	return nil
}

// readHeaders reads the sender's own headers, in the order of their names, because a JSON object has none.
func readHeaders(f fields, e *Email) *problem {
	if !f.has("headers") {
		return nil
	}
	var sent map[string]string
	if err := json.Unmarshal(f["headers"], &sent); err != nil {
		return invalid("The `headers` field must be an `object` of strings.")
	}
	for name, value := range sent {
		if name == "" || strings.ContainsAny(name, " :\r\n") || strings.ContainsAny(value, "\r\n") {
			return invalid(fmt.Sprintf("The `headers` field has an invalid header %q.", name))
		}
		e.Headers = append(e.Headers, Header{name, value})
	}
	slices.SortFunc(e.Headers, func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

func readTags(f fields, e *Email) *problem {
	list, bad := f.objects("tags")
	if bad != nil {
		return bad
	}
	for _, one := range list {
		var tag Tag
		if bad := one.texts(into{"name", &tag.Name}, into{"value", &tag.Value}); bad != nil {
			return bad
		}
		if !tagText(tag.Name) || !tagText(tag.Value) {
			return invalid("Tags should only contain ASCII letters, numbers, underscores, or dashes, and at most 256 characters.")
		}
		e.Tags = append(e.Tags, tag)
	}
	return nil
}

// tagText reports whether a name or value of a tag has only letters, digits, underscores and dashes.
func tagText(text string) bool {
	if text == "" || len(text) > 256 {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	})
}

// mostAhead is how far ahead mail may be scheduled.
const mostAhead = 30 * 24 * time.Hour

// readSchedule reads an ISO 8601 time or the simplest words, such as "in 5 min".
func readSchedule(text string, now time.Time) (time.Time, *problem) {
	at, ok := readTime(text)
	if !ok {
		var count int
		var unit string
		if n, err := fmt.Sscanf(strings.ToLower(text), "in %d %s", &count, &unit); err != nil || n != 2 || count < 0 {
			return time.Time{}, invalid("The `scheduled_at` field must be an ISO 8601 date or natural language.")
		}
		length, known := map[string]time.Duration{"second": time.Second, "sec": time.Second, "min": time.Minute,
			"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[strings.TrimSuffix(unit, "s")]
		if !known || count > 1_000_000 {
			return time.Time{}, invalid("The `scheduled_at` field must be an ISO 8601 date or natural language.")
		}
		at = now.Add(time.Duration(count) * length)
	}
	if at.Sub(now) > mostAhead {
		return time.Time{}, invalid("The `scheduled_at` field must be within 30 days from now.")
	}
	return at.UTC(), nil
}

// readTime reads the forms of ISO 8601 that clients send; without a zone it is UTC.
func readTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05.999999999-07", "2006-01-02T15:04", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
