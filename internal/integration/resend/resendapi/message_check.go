package resendapi

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// check finds what Resend documents as wrong. It is no full validation: what
// Resend alone can know (domains, suppression, templates) it refuses itself.
func (m Message) check(index int) []Problem {
	var found []Problem
	wrong := func(field, format string, values ...any) {
		found = append(found, Problem{Index: index, Field: field, Message: fmt.Sprintf(format, values...)})
	}
	if len(m.To) == 0 || len(m.To) > MaxRecipients {
		wrong("to", "an e-mail goes to 1 to %d addresses, this one to %d", MaxRecipients, len(m.To))
	}
	for _, list := range []struct {
		field     string
		addresses Addresses
	}{{"to", m.To}, {"cc", m.Cc}, {"bcc", m.Bcc}, {"reply_to", m.ReplyTo}} {
		if slices.ContainsFunc(list.addresses, blank) {
			wrong(list.field, "an address is empty")
		}
	}
	if m.Template == nil && m.From == "" {
		wrong("from", "the sender is missing")
	}
	if m.Template == nil && m.Subject == "" {
		wrong("subject", "the subject is missing")
	}
	if m.Template != nil && (m.HTML != "" || m.Text != nil) {
		wrong("template", "a template takes the place of html and text")
	}
	if badHeader(m.Headers) {
		wrong("headers", "a header is without name, or holds a line break")
	}
	for _, tag := range m.Tags {
		if !plainTag(tag.Name) || !plainTag(tag.Value) {
			wrong("tags", "the tag %q has a name or value other than 1 to %d ASCII letters, digits, _ and -", tag.Name, maxTag)
		}
	}
	return append(found, m.checkAttachments(index)...)
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// badHeader keeps out what would begin a header of its own.
func badHeader(headers map[string]string) bool {
	for name, value := range headers {
		if blank(name) || strings.ContainsAny(name+value, "\r\n\x00") {
			return true
		}
	}
	return false
}

func plainTag(text string) bool {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	}
	return text != "" && len(text) <= maxTag && !strings.ContainsFunc(text, odd)
}

func (m Message) checkAttachments(index int) []Problem {
	var found []Problem
	size := 0
	for _, file := range m.Attachments {
		size += base64.StdEncoding.EncodedLen(len(file.Content))
		if (len(file.Content) == 0) == (file.Path == "") {
			message := fmt.Sprintf("the attachment %q needs either content or a path", file.Filename)
			found = append(found, Problem{Index: index, Field: "attachments", Message: message})
		}
	}
	if size > MaxAttachments {
		message := fmt.Sprintf("the attachments take %d MB of the %d that may be sent", size>>20, MaxAttachments>>20)
		found = append(found, Problem{Index: index, Field: "attachments", Message: message})
	}
	return found
}
