package resendsim

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const rowsOnPage = 50

type inboxRow struct {
	ID, From, To, Subject, State string
	At                           time.Time
	Files                        int
}

type inboxPage struct {
	pageFrame
	Search, State      string
	States             []string
	Rows               []inboxRow
	Total, Page, Pages int
}

// PageURL leads to the page some pages away, with the same search.
func (p inboxPage) PageURL(away int) string {
	return "?" + url.Values{"q": {p.Search}, "state": {p.State}, "page": {strconv.Itoa(p.Page + away)}}.Encode()
}

func emailStates() []string {
	return []string{"queued", "scheduled", "canceled", "sent", "delivered", "delivery_delayed", "opened", "clicked", "bounced", "complained", "suppressed", "failed"}
}

func (s *Server) showInbox(w http.ResponseWriter, r *http.Request, status int, problem string) {
	data := inboxPage{pageFrame: pageFrame{Title: "Inbox", Tab: "inbox", Problem: problem}, Search: strings.TrimSpace(r.URL.Query().Get("q")),
		State: r.URL.Query().Get("state"), States: emailStates(), Page: pageNumber(r)}
	wanted := strings.ToLower(data.Search)
	s.mu.Lock()
	s.tick()
	var found []*Email
	for i := len(s.mails.order) - 1; i >= 0; i-- {
		if e := s.mails.order[i]; (data.State == "" || e.LastEvent == data.State) && e.holds(wanted) {
			found = append(found, e)
		}
	}
	data.Total, data.Pages = len(found), max(1, (len(found)+rowsOnPage-1)/rowsOnPage)
	data.Page = min(data.Page, data.Pages)
	for _, e := range found[(data.Page-1)*rowsOnPage : min(len(found), data.Page*rowsOnPage)] {
		data.Rows = append(data.Rows, inboxRow{e.ID, e.From, strings.Join(e.To, ", "), e.Subject, e.LastEvent, e.CreatedAt, len(e.Attachments)})
	}
	s.mu.Unlock()
	s.render(w, status, "inbox", data)
}

// holds reports whether a message has some text, in lower case, in its addresses, subject, tags or id.
func (e *Email) holds(text string) bool {
	if text == "" || strings.Contains(strings.ToLower(e.From+"\n"+e.Subject+"\n"+e.ID), text) {
		return true
	}
	for _, recipient := range e.recipients {
		if strings.Contains(recipient, text) {
			return true
		}
	}
	for _, tag := range e.Tags {
		if strings.Contains(strings.ToLower(tag.Value), text) {
			return true
		}
	}
	return false
}
