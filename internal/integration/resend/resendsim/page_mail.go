package resendsim

import (
	"fmt"
	"mime"
	"net/http"
	"strings"
)

type mailPage struct {
	pageFrame
	Email           Email
	To, Cc, Bcc     string
	ReplyTo, Domain string
	Links           []string
	Recipients      []string
	Left            bool // so people can have it
	Tracked         bool
}

// mailForms are what recipients and their servers can do.
func (s *Server) mailForms() map[string]pageForm {
	act := func(kind string, bounce Bounce) func(*http.Request) error {
		return func(r *http.Request) error {
			return s.Happen(r.PathValue("id"), Happened{Type: kind, Recipient: r.PostFormValue("recipient"), Bounce: bounce})
		}
	}
	return map[string]pageForm{
		"open":      {"Opened.", func(r *http.Request) error { return s.onEmail(r.PathValue("id"), s.open) }},
		"click":     {"Clicked.", func(r *http.Request) error { return s.Click(r.PathValue("id"), r.PostFormValue("link")) }},
		"scan":      {"A scanner clicked every link within a second.", func(r *http.Request) error { _, err := s.Scan(r.PathValue("id")); return err }},
		"bounce":    {"Bounced for good; the address is suppressed now.", act("bounced", Bounce{"Permanent", "NoEmail"})},
		"transient": {"Bounced for now.", act("bounced", Bounce{"Transient", "MailboxFull"})},
		"complain":  {"Reported as spam; the address is suppressed now.", act("complained", Bounce{})},
		"delay":     {"Delayed.", act("delivery_delayed", Bounce{})},
	}
}

func (s *Server) noMail(w http.ResponseWriter) {
	s.message(w, http.StatusNotFound, "No such e-mail", "It was never sent from here, or is older than 30 days.")
}

func (s *Server) showMail(w http.ResponseWriter, r *http.Request, status int, problem string) {
	e, ok := s.Email(r.PathValue("id"))
	if !ok {
		s.noMail(w)
		return
	}
	data := mailPage{pageFrame: pageFrame{Title: e.Subject, Tab: "inbox", Problem: problem, Notice: notice(r, s.mailForms())}, Email: e,
		To: strings.Join(e.To, ", "), Cc: strings.Join(e.Cc, ", "), Bcc: strings.Join(e.Bcc, ", "), ReplyTo: strings.Join(e.ReplyTo, ", "),
		Links: links(e.HTML), Recipients: e.recipients, Left: e.LastEvent != "scheduled" && e.LastEvent != "canceled"}
	s.mu.Lock()
	_, err := s.tracked(&e)
	s.mu.Unlock()
	data.Tracked = err == nil
	s.render(w, status, "mail", data)
}

// mailHTML is a message's HTML alone, for the frame on its page.
func (s *Server) mailHTML(w http.ResponseWriter, r *http.Request) {
	e, ok := s.Email(r.PathValue("id"))
	if !ok {
		s.noMail(w)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(e.HTML)) // the policy of the page allows no scripts; the reader may have gone
}

func (s *Server) mailFile(w http.ResponseWriter, r *http.Request) {
	e, _ := s.Email(r.PathValue("id"))
	for _, a := range e.Attachments {
		if a.ID != r.PathValue("attachment") {
			continue
		}
		if a.URL != "" && a.Content == nil {
			s.message(w, http.StatusNotFound, "Not fetched", fmt.Sprintf("The file was sent by its address, %s, which the simulator does not fetch.", a.URL))
			return
		}
		w.Header().Set("Content-Type", a.ContentType)
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Filename}))
		_, _ = w.Write(a.Content) // the reader has gone; nothing to do
		return
	}
	s.message(w, http.StatusNotFound, "No such file", "The e-mail has no such attachment.")
}
