package syncpages

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// Elements that are swapped.
const (
	webhooksID = "webhooks"
	webhookID  = "webhook"
)

// gapsShown is how many gaps the page lists.
const gapsShown = 10

// webhooksView is what the page of webhooks shows.
type webhooksView struct {
	inbox.Filter
	Rows      []inbox.Event
	Next      string
	Refusals  []inbox.Refusal
	Endpoint  inbox.Endpoint
	Gaps      []inbox.Gap
	MayReplay bool
}

func (p *Pages) webhooks(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	me, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return err
	}
	v := webhooksView{MayReplay: me.Can(auth.SyncRetry), Filter: inbox.Filter{
		Service: chosenService(r), Category: r.FormValue("category"), Text: r.FormValue("q"), State: inbox.State(r.FormValue("state")), Limit: pageSize + 1,
	}}
	if before, err := crm.ParseID[crm.Event](r.FormValue("before")); err == nil {
		v.Before = before
	}
	if v.Rows, err = p.store.Events(ctx, me.Org, v.Filter); err != nil {
		return err
	}
	if len(v.Rows) > pageSize {
		v.Rows = v.Rows[:pageSize]
		v.Next = v.address(v.Rows[pageSize-1].ID.String())
	}
	if web.Target(r) == webhooksID {
		return web.ShowFragment(w, r, webhooksList(v))
	}
	if v.Refusals, err = p.store.Refusals(ctx, v.Service); err != nil {
		return err
	}
	if v.Endpoint, err = p.store.Endpoint(ctx, v.Service); err != nil {
		return err
	}
	if v.Gaps, err = p.store.Gaps(ctx, v.Service, gapsShown); err != nil {
		return err
	}
	return web.ShowPage(w, r, ui.Page{Title: "Webhooks", Path: "/sync/webhooks"}, webhooksPage(v))
}

func (v webhooksView) address(before string) string {
	return listAddress("/sync/webhooks", [][2]string{{"service", v.serviceInAddress()}, {"q", v.Text}, {"category", v.Category}, {"state", string(v.State)}, {"before", before}})
}

// chosenService is the one whose webhooks are shown.
func chosenService(r *http.Request) string {
	if r.FormValue("service") == mailService {
		return mailService
	}
	return service
}

func (v webhooksView) serviceInAddress() string {
	if v.Service == service {
		return ""
	}
	return v.Service
}

func (v webhooksView) newest() string {
	if v.Before.IsZero() {
		return ""
	}
	return v.address("")
}

func (v webhooksView) filtered() bool {
	return v.Text != "" || v.Category != "" || v.State != "" || !v.Before.IsZero()
}

// webhookView is one webhook.
type webhookView struct {
	inbox.Event
	MayReplay bool
}

// settled reports whether it can be looked at again.
func settled(e inbox.Event) bool {
	return e.State == inbox.Done || e.State == inbox.Failed || e.State == inbox.Unmatched || e.State == inbox.Ignored
}

func (p *Pages) webhook(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.Require(r.Context(), auth.SyncView)
	if err != nil {
		return err
	}
	id, err := crm.ParseID[crm.Event](r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	v := webhookView{MayReplay: me.Can(auth.SyncRetry)}
	if v.Event, err = p.store.Event(r.Context(), me.Org, id); err != nil {
		return err
	}
	if web.Target(r) == webhookID {
		return web.ShowFragment(w, r, webhookDetail(v))
	}
	page := ui.Page{Title: eventLabel(v.Event), Path: "/sync/webhooks", Parents: []ui.Link{{Href: "/sync/webhooks", Label: "Webhooks"}}}
	return web.ShowPage(w, r, page, webhookPage(v))
}

func (p *Pages) replay(w http.ResponseWriter, r *http.Request) error {
	id, err := crm.ParseID[crm.Event](r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	if err := p.xero.Replay(r.Context(), id); err != nil {
		return err
	}
	back := "/sync/webhooks/" + id.String()
	if list := r.PostFormValue("back"); list != "" {
		back = list
	}
	return web.Redirect(w, r, back, "done", "replayed")
}

// ticks reports whether several webhooks can be chosen.
func (v webhooksView) ticks() bool {
	return v.MayReplay && slices.ContainsFunc(v.Rows, settled)
}

// replayTicked replays the webhooks whose boxes are ticked.
func (p *Pages) replayTicked(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return crm.Errorf(crm.Malformed, "The form did not arrive whole. Send it again.")
	}
	var ids []crm.EventID
	for _, of := range r.PostForm["of"] {
		id, err := crm.ParseID[crm.Event](of)
		if err != nil {
			return crm.Errorf(crm.Invalid, "One of the ticked webhooks is not known; load the page again.")
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return crm.Errorf(crm.Invalid, "Tick the webhooks first.")
	}
	n, err := p.xero.ReplayAll(r.Context(), ids)
	if err != nil {
		return err
	}
	back := "/sync/webhooks"
	if list := r.PostFormValue("back"); list != "" {
		back = list
	}
	return web.Redirect(w, r, back, "done", "webhooks-replayed", "n", strconv.Itoa(n))
}

func (p *Pages) replayFailed(w http.ResponseWriter, r *http.Request) error {
	of := chosenService(r)
	n, err := p.xero.ReplayFailed(r.Context(), of)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, (webhooksView{Filter: inbox.Filter{Service: of}}).address(""), "done", "failed-replayed", "n", strconv.Itoa(n))
}

// eventLabel is an event in words, such as Invoice update.
func eventLabel(e inbox.Event) string {
	if e.Service == mailService {
		return e.Type
	}
	return categoryLabel(e.Category) + " " + strings.ToLower(ui.StateLabel(e.Type))
}

func categoryLabel(category string) string {
	if category == "CREDITNOTE" {
		return "Credit note"
	}
	return ui.StateLabel(category)
}

func eventState(s inbox.State) (ui.Level, string) {
	switch s {
	case inbox.Received:
		return ui.Busy, "Waiting"
	case inbox.Working:
		return ui.Busy, "Being looked at"
	case inbox.Done:
		return ui.OK, "Done"
	case inbox.Failed:
		return ui.Bad, "Failed"
	case inbox.Unmatched:
		return ui.Warn, "Unmatched"
	case inbox.Ignored:
		return "", "Ignored"
	}
	return "", ui.StateLabel(string(s))
}
