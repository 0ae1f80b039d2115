package xeropages

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// The elements of a run's page that are swapped alone.
const (
	bulkRunID   = "bulk-run"
	bulkItemsID = "bulk-items"
)

// bulkLook is how often a stream looks how far a run is.
const bulkLook = time.Second

// bulkItemRows is how many records of a run a list shows.
const bulkItemRows = 25

// bulkRunView is what the page of a run shows.
type bulkRunView struct {
	Me                        auth.Identity
	Run                       store.BulkRun
	Progress                  xero.BulkProgress
	Reasons                   []store.BulkReason
	Items                     []store.BulkItem
	Text, Plan, Outcome, Kind string // of the list's filter
	After, Next               string
	Held                      string // why nothing goes now, though the run does
}

func (p *Pages) bulkRun(w http.ResponseWriter, r *http.Request) error {
	v, err := p.readBulkRun(r)
	if err != nil {
		return err
	}
	if err := p.fillItems(r, &v); err != nil {
		return err
	}
	if web.Target(r) == bulkItemsID {
		return web.ShowFragment(w, r, bulkItems(v))
	}
	page := ui.Page{Title: bulkTitle(v.Run), Path: "/xero", Parents: []ui.Link{{Href: "/xero", Label: "Xero"}, {Href: bulkAt, Label: "Bulk runs"}}, Running: v.moves()}
	return web.ShowPage(w, r, page, bulkRunPage(v))
}

func (p *Pages) readBulkRun(r *http.Request) (v bulkRunView, err error) {
	ctx := r.Context()
	if v.Me, err = auth.Require(ctx, auth.SyncView); err != nil {
		return v, err
	}
	id, err := uuid.Parse(r.PathValue("run"))
	if err != nil {
		return v, crm.Errorf(crm.NotFound, "There is no such run, or no longer.")
	}
	if v.Run, err = p.store.BulkRun(ctx, v.Me.Org, id); err != nil {
		return v, err
	}
	return v, p.fillRun(ctx, &v)
}

func (p *Pages) fillRun(ctx context.Context, v *bulkRunView) (err error) {
	if v.Progress, err = p.xero.BulkProgress(ctx, v.Run); err != nil {
		return err
	}
	if v.Run.State == store.BulkReady {
		v.Reasons, err = p.store.BulkReasons(ctx, v.Run)
		return err
	}
	if v.Run.State != store.BulkRunning {
		return nil
	}
	c, err := p.store.Connection(ctx, v.Run.Org, xero.Name)
	switch {
	case crm.KindOf(err) == crm.NotFound:
		v.Held = "Xero is not connected. The run goes on by itself once it is."
	case err != nil:
		return err
	case !c.Usable(p.now()):
		v.Held = cmp.Or(c.Reason, "Xero has to be connected again.") + " The run goes on by itself then."
	}
	return nil
}

func (p *Pages) fillItems(r *http.Request, v *bulkRunView) error {
	v.Text, v.After, v.Kind = r.FormValue("q"), r.FormValue("after"), r.FormValue("kind")
	if v.planned() || v.pulls() {
		v.Plan = r.FormValue("plan")
	} else {
		v.Outcome = r.FormValue("outcome")
	}
	page, err := p.store.BulkItems(r.Context(), v.Run, store.BulkItemFilter{
		Plan: store.BulkPlan(v.Plan), Outcome: store.BulkItemState(v.Outcome), Kind: link.Kind(v.Kind), Search: v.Text, After: v.After, Limit: bulkItemRows})
	if err != nil {
		return err
	}
	v.Items = page.Rows
	if page.Next != "" {
		v.Next = v.address(page.Next)
	}
	return nil
}

// address is the page with the same filter, from a cursor on.
func (v bulkRunView) address(after string) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": v.Text, "plan": v.Plan, "outcome": v.Outcome, "kind": v.Kind, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return v.url("")
	}
	return v.url("") + "?" + q.Encode()
}

func (v bulkRunView) first() string {
	if v.After == "" {
		return ""
	}
	return v.address("")
}

func (v bulkRunView) url(step string) string { return bulkAt + "/" + v.Run.ID.String() + step }

// moves reports whether figures change by themselves.
func (v bulkRunView) moves() bool {
	return v.Run.State == store.BulkPreparing || v.Run.State == store.BulkRunning || v.Run.State == store.BulkStopping
}

// planned reports whether the run has not begun: what it will do is shown.
func (v bulkRunView) planned() bool { return v.Run.BegunAt == nil }

func (v bulkRunView) mayStep() bool { return v.Me.Can(auth.SyncRetry) }

// pulls reports whether records come from Xero.
func (v bulkRunView) pulls() bool { return v.Run.Direction == store.BulkPull }

// toSend is how many records there is something to do about.
func (v bulkRunView) toSend() int { return v.Progress.ToDo() }

// bulkEvents shows how far a run is while it moves. Each message has the whole
// state; when the run comes to another one, the page's parts follow and the
// stream ends.
func (p *Pages) bulkEvents(w http.ResponseWriter, r *http.Request) error {
	v, err := p.readBulkRun(r)
	if err != nil {
		return err
	}
	org, err := p.store.Organisation(r.Context(), v.Me.Org)
	if err != nil {
		return err
	}
	ctx := ui.WithClock(r.Context(), org.Location(), p.now())
	s := web.NewStream(w)
	state := v.Run.State
	for v.moves() && v.Run.State == state {
		if err := s.Update(ctx, bulkFigures(v)); err != nil || !s.Pause(ctx, bulkLook) {
			return nil //nolint:nilerr // the reader has left
		}
		if v.Run, err = p.store.BulkRun(ctx, v.Me.Org, v.Run.ID); err != nil {
			return err
		}
		if err := p.fillRun(ctx, &v); err != nil {
			return err
		}
	}
	if err := p.fillItems(r, &v); err != nil {
		return err
	}
	if err := s.Send(ctx, bulkTurned(v)); err != nil {
		return nil //nolint:nilerr // the reader has left
	}
	_ = s.Event("done") // the reader may have left
	return nil
}

// retriedKey is the record that a request wants to be retried; none: all.
func retriedKey(r *http.Request) (k link.Key, err error) {
	k.Kind = link.Kind(r.FormValue("kind"))
	if k.Kind == "" {
		return k, nil
	}
	if k.Record, err = uuid.Parse(r.FormValue("record")); err != nil {
		return k, crm.Errorf(crm.NotFound, "There is no such record in this run.")
	}
	return k, nil
}

// bulkTitle names a run.
func bulkTitle(r store.BulkRun) string {
	kind, _ := xero.BulkKindNamed(r.Kind)
	if r.Direction == store.BulkPull {
		return kind.Label + " from Xero"
	}
	return kind.Label + " to Xero"
}

// bulkScope says what of the kind a run is about.
func bulkScope(r store.BulkRun) string {
	if r.Direction == store.BulkPull {
		if r.Filter.TakeOver {
			return "All that Xero has, with documents that are only there"
		}
		return "All that Xero has"
	}
	var parts []string
	kind, _ := xero.BulkKindNamed(r.Kind)
	for _, s := range kind.States {
		if s.Value == r.Filter.State {
			parts = append(parts, s.Label)
		}
	}
	switch from, to := r.Filter.From, r.Filter.To; {
	case !from.IsZero() && !to.IsZero():
		parts = append(parts, from.Format()+" to "+to.Format())
	case !from.IsZero():
		parts = append(parts, "from "+from.Format()+" on")
	case !to.IsZero():
		parts = append(parts, "up to "+to.Format())
	}
	if r.Filter.Missing {
		parts = append(parts, "not in Xero yet")
	} else {
		parts = append(parts, "all that differ")
	}
	text := strings.Join(parts, ", ")
	return strings.ToUpper(text[:1]) + text[1:]
}

// bulkStateLabel is where a run stands, in words.
func bulkStateLabel(s store.BulkState) string {
	return map[store.BulkState]string{
		store.BulkPreparing: "Preparing", store.BulkReady: "Ready to start", store.BulkRunning: "Under way", store.BulkPaused: "Paused",
		store.BulkStopping: "Stopping", store.BulkDone: "Done", store.BulkCancelled: "Cancelled", store.BulkFailed: "Failed",
	}[s]
}

func bulkStateLevel(s store.BulkState) ui.Level {
	switch s {
	case store.BulkPreparing, store.BulkRunning, store.BulkStopping:
		return ui.Busy
	case store.BulkDone:
		return ui.OK
	case store.BulkPaused:
		return ui.Warn
	case store.BulkFailed:
		return ui.Bad
	}
	return ""
}

// span is a length of time in words, such as "2 min 5 s".
func span(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s"
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + " min " + strconv.Itoa(int(d.Seconds())%60) + " s"
	default:
		return strconv.Itoa(int(d.Hours())) + " h " + strconv.Itoa(int(d.Minutes())%60) + " min"
	}
}
