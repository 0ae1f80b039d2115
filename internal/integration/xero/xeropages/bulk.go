package xeropages

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// The elements that are swapped alone.
const (
	bulkRunsID = "bulk-runs"
	bulkWishID = "bulk-wish"
)

const bulkAt = "/xero/bulk"

// bulkRows is how many runs a list shows.
const bulkRows = 20

// bulkRoutes are the addresses of sending and reading in bulk.
func (p *Pages) bulkRoutes() []web.Route {
	events := get(bulkAt+"/{run}/events", auth.SyncView, p.bulkEvents)
	events.Stream = true
	return []web.Route{
		get(bulkAt, auth.SyncView, p.bulk),
		post(bulkAt+"/preview", auth.SyncRetry, p.previewBulk),
		get(bulkAt+"/{run}", auth.SyncView, p.bulkRun),
		events,
		post(bulkAt+"/{run}/start", auth.SyncRetry, p.startBulk),
		post(bulkAt+"/{run}/pause", auth.SyncRetry, p.pauseBulk),
		post(bulkAt+"/{run}/resume", auth.SyncRetry, p.resumeBulk),
		post(bulkAt+"/{run}/cancel", auth.SyncRetry, p.cancelBulk),
		post(bulkAt+"/{run}/retry", auth.SyncRetry, p.retryBulk),
	}
}

// bulkWish is the form that says what is to be sent or read.
type bulkWish struct {
	Direction, Kind, State, From, To, Which string
	TakeOver                                bool
	Wrong                                   map[string]string
	Problem                                 string
}

// whichMissing and whichDiffer are what of the chosen records goes.
const (
	whichMissing = "missing"
	whichDiffer  = "differ"
)

// readWish reads the form, from an address or a request that was posted.
func readWish(r *http.Request) bulkWish {
	return bulkWish{
		Direction: cmp.Or(r.FormValue("direction"), string(store.BulkPush)), Kind: cmp.Or(r.FormValue("kind"), "invoice"), State: r.FormValue("records"),
		From: strings.TrimSpace(r.FormValue("from")), To: strings.TrimSpace(r.FormValue("to")), Which: cmp.Or(r.FormValue("which"), whichMissing),
		TakeOver: r.FormValue("written") == takenOver,
	}.fit()
}

// fit drops what the chosen kind does not have.
func (w bulkWish) fit() bulkWish {
	kind := w.kind()
	if w.Direction == string(store.BulkPull) {
		w.State, w.From, w.To = "", "", ""
	}
	w.TakeOver = w.mayTakeOver() && w.TakeOver
	if !kind.Dated {
		w.From, w.To = "", ""
	}
	known := false
	for _, s := range kind.States {
		known = known || s.Value == w.State
	}
	if !known {
		w.State = ""
	}
	return w
}

// mayTakeOver reports whether documents that are only in Xero can come along.
func (w bulkWish) mayTakeOver() bool {
	return w.Direction == string(store.BulkPull) && w.kind().TakesOver()
}

// written is what becomes of documents that are only in Xero.
func (w bulkWish) written() string {
	if w.TakeOver {
		return takenOver
	}
	return onlyListed
}

func (w bulkWish) kind() xero.BulkKind {
	k, _ := xero.BulkKindNamed(w.Kind)
	return k
}

// wish is the form as the rules know it; what cannot be read is noted in it.
func (w *bulkWish) wish() xero.BulkWish {
	out := xero.BulkWish{Direction: store.BulkDirection(w.Direction), Kind: w.Kind, Filter: store.BulkFilter{State: w.State, TakeOver: w.TakeOver}}
	out.Filter.Missing = w.Direction == string(store.BulkPush) && w.Which == whichMissing
	w.Wrong = map[string]string{}
	for name, day := range map[string]*crm.Day{"from": &out.Filter.From, "to": &out.Filter.To} {
		text := map[string]string{"from": w.From, "to": w.To}[name]
		if text == "" {
			continue
		}
		var err error
		if *day, err = crm.ParseDay(text); err != nil {
			w.Wrong[name] = err.Error()
		}
	}
	return out
}

// bulkView is what the page of runs shows.
type bulkView struct {
	Wish             bulkWish
	Connected        bool
	MayRun           bool
	Text, State, Way string // of the list's filter
	After, Next      string
	Rows             []bulkRow
}

// bulkRow is a run in the list.
type bulkRow struct {
	store.BulkRun
	Counts map[store.BulkItemState]int
}

func (p *Pages) bulk(w http.ResponseWriter, r *http.Request) error {
	return p.showBulk(w, r, http.StatusOK, readWish(r))
}

func (p *Pages) showBulk(w http.ResponseWriter, r *http.Request, status int, wish bulkWish) error {
	v := bulkView{Wish: wish}
	if web.Target(r) == bulkWishID {
		return web.ShowFragmentStatus(w, r, status, bulkForm(v))
	}
	if err := p.fillBulk(r, &v); err != nil {
		return err
	}
	if web.Target(r) == bulkRunsID {
		return web.ShowFragment(w, r, bulkList(v))
	}
	page := ui.Page{Title: "Bulk runs", Path: "/xero", Parents: []ui.Link{{Href: "/xero", Label: "Xero"}}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: bulkPage(v)})
}

func (p *Pages) fillBulk(r *http.Request, v *bulkView) error {
	ctx := r.Context()
	me, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return err
	}
	v.MayRun, v.Text, v.State, v.Way, v.After = me.Can(auth.SyncRetry), r.FormValue("q"), r.FormValue("state"), r.FormValue("way"), r.FormValue("after")
	_, err = p.store.Connection(ctx, me.Org, xero.Name)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return err
	}
	v.Connected = err == nil
	page, err := p.store.BulkRuns(ctx, me.Org, store.BulkRunFilter{
		Service: xero.Name, State: v.State, Direction: store.BulkDirection(v.Way), Search: v.Text, After: v.After, Limit: bulkRows})
	if err != nil {
		return err
	}
	for _, run := range page.Rows {
		counts, err := p.store.BulkTally(ctx, run)
		if err != nil {
			return err
		}
		v.Rows = append(v.Rows, bulkRow{run, counts})
	}
	if page.Next != "" {
		v.Next = v.address(page.Next)
	}
	return nil
}

// address is the list with the same filter, from a cursor on.
func (v bulkView) address(after string) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": v.Text, "state": v.State, "way": v.Way, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return bulkAt
	}
	return bulkAt + "?" + q.Encode()
}

func (v bulkView) first() string {
	if v.After == "" {
		return ""
	}
	return v.address("")
}

func (p *Pages) previewBulk(w http.ResponseWriter, r *http.Request) error {
	form := readWish(r)
	wish := form.wish()
	if len(form.Wrong) > 0 {
		return p.showBulk(w, r, http.StatusUnprocessableEntity, form)
	}
	run, err := p.xero.PreviewBulk(r.Context(), wish)
	var e *crm.Error
	if errors.As(err, &e) && (e.Kind == crm.Invalid || e.Kind == crm.Conflict) {
		form.Wrong = e.Fields
		status := http.StatusUnprocessableEntity
		if len(e.Fields) == 0 {
			form.Problem, status = e.Message, http.StatusConflict
		}
		return p.showBulk(w, r, status, form)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, bulkAt+"/"+run.ID.String())
}

func (p *Pages) startBulk(w http.ResponseWriter, r *http.Request) error {
	return p.stepBulk(w, r, "bulk-started", func(id uuid.UUID) error { return p.xero.StartBulk(r.Context(), id) })
}

func (p *Pages) pauseBulk(w http.ResponseWriter, r *http.Request) error {
	return p.stepBulk(w, r, "bulk-paused", func(id uuid.UUID) error { return p.xero.PauseBulk(r.Context(), id) })
}

func (p *Pages) resumeBulk(w http.ResponseWriter, r *http.Request) error {
	return p.stepBulk(w, r, "bulk-resumed", func(id uuid.UUID) error { return p.xero.ResumeBulk(r.Context(), id) })
}

func (p *Pages) cancelBulk(w http.ResponseWriter, r *http.Request) error {
	return p.stepBulk(w, r, "bulk-cancelled", func(id uuid.UUID) error { return p.xero.CancelBulk(r.Context(), id) })
}

func (p *Pages) retryBulk(w http.ResponseWriter, r *http.Request) error {
	return p.stepBulk(w, r, "bulk-retried", func(id uuid.UUID) error {
		key, err := retriedKey(r)
		if err != nil {
			return err
		}
		_, err = p.xero.RetryBulk(r.Context(), id, key)
		return err
	})
}

func (p *Pages) stepBulk(w http.ResponseWriter, r *http.Request, done string, step func(uuid.UUID) error) error {
	id, err := uuid.Parse(r.PathValue("run"))
	if err != nil {
		return crm.Errorf(crm.NotFound, "There is no such run, or no longer.")
	}
	if err := step(id); err != nil {
		return err
	}
	return web.Redirect(w, r, cmp.Or(r.FormValue("back"), bulkAt+"/"+id.String()), "done", done)
}

// took is how long a run took, or takes until now.
func took(r store.BulkRun, now time.Time) string {
	if r.BegunAt == nil {
		return "—"
	}
	if r.EndedAt != nil {
		now = *r.EndedAt
	}
	return span(now.Sub(*r.BegunAt))
}
