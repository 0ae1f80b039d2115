package syncpages

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/synclog"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// historyID is the element that holds the list.
const historyID = "history"

// historyView is what the page of the history shows.
type historyView struct {
	synclog.Filter
	Rows     []synclog.Entry
	Next     string
	From, To string // days as they were typed
	Wrong    string // about the days
	Actors   []string
}

func (p *Pages) history(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.Require(r.Context(), auth.SyncView)
	if err != nil {
		return err
	}
	v, err := p.historyView(r, me.Org)
	if err != nil {
		return err
	}
	v.Limit = pageSize + 1
	if v.Rows, err = p.store.Entries(r.Context(), me.Org, v.Filter); err != nil {
		return err
	}
	if len(v.Rows) > pageSize {
		v.Rows = v.Rows[:pageSize]
		v.Next = v.address(v.Rows[pageSize-1].ID.String())
	}
	if web.Target(r) == historyID {
		return web.ShowFragment(w, r, historyList(v))
	}
	members, err := p.store.Members(r.Context(), me.Org)
	if err != nil {
		return err
	}
	v.Actors = automatic()
	for _, m := range members {
		v.Actors = append(v.Actors, m.User.Name)
	}
	return web.ShowPage(w, r, ui.Page{Title: "History", Path: "/sync/history"}, historyPage(v))
}

// automatic are those who make operations without a person.
func automatic() []string { return []string{"sync", "schedule", "webhook"} }

// historyView reads what the address asks for. Days are the organisation's, the
// last of them included; one that cannot be read is said, and does not count.
func (p *Pages) historyView(r *http.Request, org crm.OrgID) (historyView, error) {
	v := historyView{Filter: historyFilter(r), From: strings.TrimSpace(r.FormValue("from")), To: strings.TrimSpace(r.FormValue("to"))}
	o, err := p.store.Organisation(r.Context(), org)
	if err != nil {
		return v, err
	}
	from, wrongFrom := dayOf(v.From)
	to, wrongTo := dayOf(v.To)
	if wrongFrom != nil || wrongTo != nil {
		v.Wrong = "Write days as DD/MM/YYYY."
	}
	if !from.IsZero() {
		v.Filter.From = from.Time(o.Location())
	}
	if !to.IsZero() {
		v.Filter.Until = to.AddDays(1).Time(o.Location())
	}
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		v.Wrong = "The last day is before the first."
	}
	return v, nil
}

func dayOf(text string) (crm.Day, error) {
	if text == "" {
		return crm.Day{}, nil
	}
	return crm.ParseDay(text)
}

// historyFilter is what the address asks for. A place in the list that cannot
// be read is the newest.
func historyFilter(r *http.Request) synclog.Filter {
	f := synclog.Filter{
		Service: r.FormValue("service"), Text: r.FormValue("q"), EntityType: r.FormValue("entity"), Status: synclog.Status(r.FormValue("status")),
		Direction: synclog.Direction(r.FormValue("direction")), Actor: r.FormValue("who"),
	}
	if before, err := uuid.Parse(r.FormValue("before")); err == nil {
		f.Before = before
	}
	return f
}

func (v historyView) address(before string) string {
	return v.addressAt("/sync/history", before)
}

func (v historyView) addressAt(path, before string) string {
	return listAddress(path, [][2]string{
		{"service", v.Service}, {"q", v.Text}, {"entity", v.EntityType}, {"status", string(v.Status)}, {"direction", string(v.Direction)},
		{"who", v.Actor}, {"from", v.From}, {"to", v.To}, {"before", before}})
}

func (v historyView) newest() string {
	if v.Before == uuid.Nil {
		return ""
	}
	return v.address("")
}

func (v historyView) filtered() bool {
	return v.Text != "" || v.EntityType != "" || v.Status != "" || v.Direction != "" || v.Actor != "" || v.From+v.To != "" || v.Before != uuid.Nil
}

// entryView is one operation with the call that made it.
type entryView struct {
	synclog.Entry
	Call   *synclog.Call // nil: none was made, or it is no longer kept
	Record string        // our page about the record, or ""
}

func (p *Pages) entry(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.Require(r.Context(), auth.SyncView)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	v := entryView{}
	if v.Entry, err = p.store.Entry(r.Context(), me.Org, id); err != nil {
		return err
	}
	if v.CallID != nil {
		call, err := p.store.Call(r.Context(), me.Org, *v.CallID)
		if err != nil && crm.KindOf(err) != crm.NotFound { // it may be older than what is kept
			return err
		}
		if err == nil {
			v.Call = &call
		}
	}
	if record, err := uuid.Parse(v.EntityID); err == nil {
		if v.Record, err = p.recordURL(r.Context(), me.Org, link.Kind(v.EntityType), record); err != nil {
			return err
		}
	}
	page := ui.Page{Title: v.title(), Path: "/sync/history", Parents: []ui.Link{{Href: "/sync/history", Label: "History"}}}
	return web.ShowPage(w, r, page, entryPage(v))
}

func (v entryView) title() string { return actionLabel(v.Action) + " " + entryLabel(v.Entry) }

// entryLabel names what an operation was about. A read is about a kind of
// record: what it asked for stands with its call.
func entryLabel(e synclog.Entry) string {
	if e.Label != "" && e.Action != synclog.Read {
		return e.Label
	}
	if e.Action == synclog.Read {
		return strings.ToLower(kindsLabel(e.EntityType))
	}
	return kindLabel(e.EntityType)
}

func actionLabel(a synclog.Action) string { return ui.StateLabel(string(a)) }

// mailEntity is what the operations of mail are about.
const mailEntity = "mail"

// directionLabel says which way an operation went, and with whom.
func directionLabel(e synclog.Entry) string {
	if e.Direction == synclog.In {
		return "From " + serviceLabel(e.Service)
	}
	return "To " + serviceLabel(e.Service)
}

// supportTerm names what the service finds a call by.
func supportTerm(c synclog.Call) string {
	if c.Service == mailService {
		return "Idempotency key"
	}
	return "Xero's support id"
}

func statusLabel(s synclog.Status) string {
	if s == synclog.Waiting {
		return "Waiting"
	}
	return ui.StateLabel(string(s))
}

// took is a duration for people.
func took(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < time.Second:
		return strconv.Itoa(int(d.Milliseconds())) + " ms"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
}

func httpStatus(code int) string {
	if code == 0 {
		return "No answer"
	}
	return strconv.Itoa(code) + " " + http.StatusText(code)
}
