package resendsim

import (
	"strings"
	"time"
)

// Email is one message. All but LastEvent, Events and ScheduledAt stays as it was accepted.
type Email struct {
	ID          string
	MessageID   string
	CreatedAt   time.Time
	From        string
	To, Cc, Bcc []string
	ReplyTo     []string
	Subject     string
	HTML, Text  string
	Headers     []Header
	Tags        []Tag
	Attachments []Attachment
	TopicID     string
	TemplateID  string
	ScheduledAt time.Time // zero: it left at once
	LastEvent   string    // queued, scheduled, canceled, or the last of Events without "email."
	Events      []Happened

	recipients []string // to, cc and bcc, in lower case, each once
	domainID   string
	sentTo     int // recipients it left for, so without the suppressed
	size       int64
}

// Header is one that the sender added.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Tag comes back in every webhook of its message.
type Tag struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Attachment is a file of a message. One that was sent by URL has no content: the simulator fetches nothing.
type Attachment struct {
	ID, Filename, ContentType, ContentID, URL string
	Content                                   []byte
}

// The service keeps mail for 30 days; the simulator no more than Options.KeepMail of them, and so large.
const (
	mailLife = 30 * 24 * time.Hour
	mostSize = 512 << 20 // bytes of bodies and attachments
)

// mails keeps messages in the order of their acceptance.
type mails struct {
	byID  map[string]*Email
	order []*Email
	size  int64
	most  int
}

func newMails(most int) mails { return mails{byID: map[string]*Email{}, most: most} }

func (m *mails) add(e *Email, now time.Time) {
	m.byID[e.ID] = e
	m.order = append(m.order, e)
	m.size += e.size
	m.forget(now)
}

// forget drops what is too old, too much or too large, the oldest first; the newest always stays.
func (m *mails) forget(now time.Time) {
	gone := 0
	for gone < len(m.order)-1 && (len(m.order)-gone > m.most || m.size > mostSize || now.Sub(m.order[gone].CreatedAt) > mailLife) {
		m.size -= m.order[gone].size
		delete(m.byID, m.order[gone].ID)
		m.order[gone] = nil
		gone++
	}
	m.order = m.order[gone:]
}

// measure counts what a message takes of memory.
func (e *Email) measure() {
	e.size = int64(len(e.HTML) + len(e.Text) + len(e.Subject))
	for _, a := range e.Attachments {
		e.size += int64(len(a.Content))
	}
}

// collectRecipients lists every address the message goes to once.
func (e *Email) collectRecipients() {
	seen := map[string]bool{}
	for _, list := range [][]string{e.To, e.Cc, e.Bcc} {
		for _, text := range list {
			bare, _ := address(text)
			if !seen[bare] {
				seen[bare] = true
				e.recipients = append(e.recipients, bare)
			}
		}
	}
}

// copied is what the outside gets: later events do not change it.
func (e *Email) copied() Email {
	out := *e
	out.Events = append([]Happened{}, e.Events...)
	return out
}

// Tag is the value of a tag, or "".
func (e *Email) Tag(name string) string {
	for _, tag := range e.Tags {
		if tag.Name == name {
			return tag.Value
		}
	}
	return ""
}

// Emails lists the kept messages, oldest first.
func (s *Server) Emails() []Email {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Email, len(s.mails.order))
	for i, e := range s.mails.order {
		out[i] = e.copied()
	}
	return out
}

// Email is the message with an id; ok is false when there is none.
func (s *Server) Email(id string) (out Email, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.mails.byID[id]
	if e == nil {
		return Email{}, false
	}
	return e.copied(), true
}

// EmailsTo lists the messages to one address, oldest first.
func (s *Server) EmailsTo(recipient string) (out []Email) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.mails.order {
		if e.goesTo(strings.ToLower(recipient)) {
			out = append(out, e.copied())
		}
	}
	return out
}

func (e *Email) goesTo(bare string) bool {
	for _, recipient := range e.recipients {
		if recipient == bare {
			return true
		}
	}
	return false
}
