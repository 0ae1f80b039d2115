package accountpages

import (
	"net/http"
	"net/url"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
)

// perPage is how many notifications a page shows.
const perPage = 50

// notifications is a page of what the organisation was told.
type notifications struct {
	All    []notify.Kept
	Unread int
	First  bool   // nothing newer is left out
	Older  string // address of the next page, or ""
}

func (p *Pages) notificationsPage(w http.ResponseWriter, r *http.Request) error {
	list, err := p.notifications(r)
	if err != nil {
		return err
	}
	if web.Target(r) == "notices" {
		return web.ShowFragment(w, r, noticeList(list), ui.BellPartial(ui.Bell{Href: "/notifications", Unread: list.Unread}))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Notifications", Path: "/notifications"}, notificationsView(list))
}

func (p *Pages) notifications(r *http.Request) (notifications, error) {
	var before crm.NotificationID
	if text := r.FormValue("before"); text != "" {
		id, err := crm.ParseID[crm.Notification](text)
		if err != nil {
			return notifications{}, web.ErrNotFound
		}
		before = id
	}
	all, err := p.notify.List(r.Context(), before, perPage+1)
	if err != nil {
		return notifications{}, err
	}
	unread, err := p.notify.Unread(r.Context())
	if err != nil {
		return notifications{}, err
	}
	list := notifications{All: all, Unread: unread, First: before.IsZero()}
	if len(all) > perPage {
		list.All = all[:perPage]
		list.Older = "/notifications?before=" + url.QueryEscape(all[perPage-1].ID.String())
	}
	return list, nil
}

func (p *Pages) markRead(w http.ResponseWriter, r *http.Request) error {
	upTo, err := crm.ParseID[crm.Notification](r.PostFormValue("up_to"))
	if err != nil {
		return err
	}
	if err := p.notify.MarkRead(r.Context(), upTo); err != nil {
		return err
	}
	return web.Redirect(w, r, "/notifications", "done", "notices-read")
}

func (l notifications) newer() string {
	if l.First {
		return ""
	}
	return "/notifications"
}

func (l notifications) text() string {
	if l.Unread == 0 {
		return "All read"
	}
	return ui.Thousands(l.Unread) + " unread"
}

// entries are the notifications as a history shows them.
func (l notifications) entries() []ui.Event {
	events := make([]ui.Event, len(l.All))
	for i, n := range l.All {
		events[i] = ui.Event{At: n.At, Title: n.Title, Text: n.Text, Href: n.Href, Icon: icon.Bell, Body: noticeMarks(n)}
		switch n.Level {
		case notify.Warning:
			events[i].Level, events[i].Icon = ui.Warn, icon.TriangleAlert
		case notify.Urgent:
			events[i].Level, events[i].Icon = ui.Bad, icon.CircleAlert
		}
	}
	return events
}
