package claudesim

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const rowsOnPage = 50

// pager is what pages of a list have.
type pager struct {
	Search             string
	Total, Page, Pages int
}

// PageURL leads to the page some pages away, with the same search.
func (p pager) PageURL(away int) string {
	return "?" + url.Values{"q": {p.Search}, "page": {strconv.Itoa(p.Page + away)}}.Encode()
}

// window is the rows of a page.
func (p *pager) window(total int) (from, to int) {
	p.Total, p.Pages = total, max(1, (total+rowsOnPage-1)/rowsOnPage)
	p.Page = min(p.Page, p.Pages)
	return (p.Page - 1) * rowsOnPage, min(total, p.Page*rowsOnPage)
}

type conversationRow struct {
	ID, Opening, Model, Stop string
	Exchanges                int
	At                       time.Time
}

type conversationsPage struct {
	pageFrame
	pager
	Rows []conversationRow
}

func (s *Server) showConversations(w http.ResponseWriter, r *http.Request, status int, problem string) {
	data := conversationsPage{pageFrame: pageFrame{Title: "Conversations", Tab: "conversations", Problem: problem},
		pager: pager{Search: strings.TrimSpace(r.URL.Query().Get("q")), Page: pageNumber(r)}}
	wanted := strings.ToLower(data.Search)
	var found []Conversation
	for _, talk := range s.Conversations() {
		if len(talk.Exchanges) > 0 && talk.holds(wanted) {
			found = append(found, talk)
		}
	}
	from, to := data.window(len(found))
	for _, talk := range found[from:to] {
		last := talk.Exchanges[len(talk.Exchanges)-1]
		data.Rows = append(data.Rows, conversationRow{talk.ID, firstWords(talk.Opening, 18), last.Model, last.Stop, len(talk.Exchanges), talk.At})
	}
	s.render(w, status, "conversations", data)
}

// holds reports whether a conversation has some text, in lower case, in it.
func (c Conversation) holds(text string) bool {
	if text == "" || strings.Contains(strings.ToLower(c.Opening+"\n"+c.User+"\n"+c.ID), text) {
		return true
	}
	for _, e := range c.Exchanges {
		for _, line := range append(append([]Line{}, e.Asked...), e.Answered...) {
			if strings.Contains(strings.ToLower(line.Name+"\n"+line.Text), text) {
				return true
			}
		}
	}
	return false
}

type conversationPage struct {
	pageFrame
	Opening string
	Talk    Conversation
}

func (s *Server) showConversation(w http.ResponseWriter, r *http.Request, status int, problem string) {
	for _, talk := range s.Conversations() {
		if talk.ID == r.PathValue("id") {
			opening := firstWords(talk.Opening, 18)
			s.render(w, status, "conversation", conversationPage{pageFrame{Title: opening, Tab: "conversations", Problem: problem}, opening, talk})
			return
		}
	}
	s.message(w, http.StatusNotFound, "Nothing here", "The simulator does not know this conversation, or no longer.")
}

type requestsPage struct {
	pageFrame
	pager
	Calls []Call
}

func (s *Server) showRequests(w http.ResponseWriter, r *http.Request, status int, problem string) {
	data := requestsPage{pageFrame: pageFrame{Title: "Requests", Tab: "requests", Problem: problem}, pager: pager{Page: pageNumber(r)}}
	calls := s.Calls()
	from, to := data.window(len(calls))
	for i := from; i < to; i++ {
		data.Calls = append(data.Calls, calls[len(calls)-1-i])
	}
	s.render(w, status, "requests", data)
}
