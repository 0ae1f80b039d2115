package chatpages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/claude"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// Pages mounts the pages; it is a web.Mounter and a web.Noticer.
type Pages struct{ claude *claude.Service }

// New makes the pages.
func New(s *claude.Service) *Pages { return &Pages{s} }

const (
	home     = "/assistant"
	pageSize = 50
)

// Routes lists the pages.
func (p *Pages) Routes() []web.Route {
	one := home + "/{id}"
	routes := []web.Route{
		get(home, p.list), post(home, p.begin), get(one, p.show), post(one, p.ask),
		stream(one+"/events", p.events), stream(one+"/export", p.export), post(one+"/branch", p.branch), post(one+"/rename", p.rename),
	}
	for _, s := range steps() {
		routes = append(routes, post(one+"/"+s.name, p.step(s)))
	}
	return routes
}

func get(pattern string, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Permission: string(auth.AssistantUse), Handle: h}
}

func post(pattern string, h web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Pattern: pattern, Permission: string(auth.AssistantUse), Handle: h}
}

func stream(pattern string, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Permission: string(auth.AssistantUse), Handle: h, Stream: true}
}

// step is something that is done with a conversation at one click.
type step struct {
	name   string
	do     func(*claude.Service, context.Context, assistant.ConversationID) error
	notice string
	leaves bool // it is not in the list any more
}

func steps() []step {
	return []step{
		{"stop", (*claude.Service).Stop, "", false},
		{"again", (*claude.Service).Again, "", false},
		{"pin", pinned(true), "chat-pinned", false},
		{"unpin", pinned(false), "chat-unpinned", false},
		{"archive", archived(true), "chat-archived", true},
		{"unarchive", archived(false), "chat-unarchived", false},
		{"delete", (*claude.Service).Delete, "chat-deleted", true},
		{"restore", (*claude.Service).Restore, "chat-restored", false},
	}
}

func pinned(yes bool) func(*claude.Service, context.Context, assistant.ConversationID) error {
	return func(s *claude.Service, ctx context.Context, id assistant.ConversationID) error {
		return s.Pin(ctx, id, yes)
	}
}

func archived(yes bool) func(*claude.Service, context.Context, assistant.ConversationID) error {
	return func(s *claude.Service, ctx context.Context, id assistant.ConversationID) error {
		return s.Archive(ctx, id, yes)
	}
}

func (p *Pages) step(s step) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := pathID(r)
		if err != nil {
			return err
		}
		if err := s.do(p.claude, r.Context(), id); err != nil {
			return err
		}
		to := urlOf(id)
		if s.leaves {
			to = home + "?was=" + id.String()
		}
		if s.notice == "" {
			return web.Redirect(w, r, to)
		}
		return web.Redirect(w, r, to, "done", s.notice)
	}
}

// Notices words what the pages report.
func (p *Pages) Notices() map[string]func(*http.Request) *ui.Notice {
	return map[string]func(*http.Request) *ui.Notice{
		"chat-pinned":     says("Pinned", "It stays at the top of the list."),
		"chat-unpinned":   says("Not pinned any more", "It stands in the list by its last use."),
		"chat-archived":   says("Archived", "It is found among the archived conversations."),
		"chat-unarchived": says("In the list again", "It is where it was."),
		"chat-deleted":    says("Deleted", "It can be restored from the list."),
		"chat-restored":   says("Restored", "Everything that was said is there."),
		"chat-renamed":    says("Renamed", "It keeps this title."),
		"chat-branched":   says("This is a branch", "What was said before is shared; ask something else from here."),
	}
}

func says(title, text string) func(*http.Request) *ui.Notice {
	return func(*http.Request) *ui.Notice { return &ui.Notice{Title: title, Text: text} }
}

func urlOf(id assistant.ConversationID) string { return home + "/" + id.String() }

func homeLink() ui.Link { return ui.Link{Href: home, Label: "Assistant"} }

func pathID(r *http.Request) (assistant.ConversationID, error) {
	id, err := crm.ParseID[assistant.Conversation](r.PathValue("id"))
	if err != nil {
		return id, web.ErrNotFound
	}
	return id, nil
}

// address leaves empty values out.
func address(path string, values [][2]string) string {
	q := url.Values{}
	for _, v := range values {
		if v[1] != "" {
			q.Set(v[0], v[1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// listID is the element that holds the list.
const listID = "conversations"

// listView is what the list of conversations shows.
type listView struct {
	store.ConversationFilter
	store.Page[assistant.Conversation]
	Deleted  assistant.ConversationID // a moment ago
	Question string                   // that could not be asked
	Problem  string
	Wrong    string
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	v := listView{}
	if id, err := crm.ParseID[assistant.Conversation](r.FormValue("was")); err == nil && r.FormValue("done") == "chat-deleted" {
		v.Deleted = id
	}
	return p.showList(w, r, http.StatusOK, v)
}

func (p *Pages) showList(w http.ResponseWriter, r *http.Request, status int, v listView) (err error) {
	v.ConversationFilter = store.ConversationFilter{Text: strings.TrimSpace(r.FormValue("q")), Archived: r.FormValue("archived") != "", After: r.FormValue("after"), Limit: pageSize}
	if v.Page, err = p.claude.Conversations(r.Context(), v.ConversationFilter); err != nil {
		return err
	}
	if web.Target(r) == listID {
		return web.ShowFragment(w, r, conversationList(v))
	}
	return web.ShowPageStatus(w, r, status, web.Content{Page: ui.Page{Title: "Assistant", Path: home}, Body: listPage(v)})
}

func (v listView) at(after string) string {
	archived := ""
	if v.Archived {
		archived = "1"
	}
	return address(home, [][2]string{{"q", v.Text}, {"archived", archived}, {"after", after}})
}

func (v listView) first() string {
	if v.After == "" {
		return ""
	}
	return v.at("")
}

func (v listView) older() string {
	if v.Next == "" {
		return ""
	}
	return v.at(v.Next)
}

// begin makes a conversation with its first question.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	v := listView{Question: r.PostFormValue("question")}
	c, err := p.claude.Start(r.Context(), v.Question)
	if err == nil {
		return web.Redirect(w, r, urlOf(c.ID))
	}
	status, known := refused(err, &v.Problem, &v.Wrong)
	if !known {
		return err
	}
	return p.showList(w, r, status, v)
}

// refused puts into words why something could not be asked, beside what was typed.
func refused(err error, problem, wrong *string) (status int, known bool) {
	var e *crm.Error
	if !errors.As(err, &e) {
		return 0, false
	}
	switch e.Kind {
	case crm.Invalid:
		*wrong = e.Message
		if text := e.Fields["question"]; text != "" {
			*wrong = text
		}
		return http.StatusUnprocessableEntity, true
	case crm.Precondition, crm.Conflict:
		*problem = e.Message
		return http.StatusConflict, true
	default:
		return 0, false
	}
}
