package xeropages

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// differencesID is the element that holds the differences.
const differencesID = "differences"

const reconciliationAt = "/xero/reconciliation"

func (p *Pages) reconciliationRoutes() []web.Route {
	return []web.Route{
		get("/xero/reconciliation", auth.SyncView, p.reconciliation),
		post("/xero/reconciliation", auth.SyncRetry, p.beginReconciliation),
		post("/xero/reconciliation/{run}/stop", auth.SyncRetry, p.stopReconciliation),
		get("/xero/reconciliation/{run}/{position}", auth.SyncView, p.difference),
		post("/xero/reconciliation/{run}/{position}/resolve", auth.SyncRetry, p.resolveDifference),
		post("/xero/reconciliation/{run}/take-over", auth.SyncRetry, p.takeOver),
		post("/xero/reconciliation/{run}/{position}/take-over", auth.SyncRetry, p.takeOverOne),
		post("/xero/reconciliation/{run}/{position}/accept", auth.SyncRetry, p.acceptDifference),
		post("/xero/reconciliation/{run}/{position}/unaccept", auth.SyncRetry, p.unacceptDifference),
	}
}

// reconciliationView is what the page of a comparison shows.
type reconciliationView struct {
	Run         *store.Reconciliation // nil: there was none yet
	Earlier     []store.Reconciliation
	Rows        []store.Difference
	Hindrances  map[int]*link.Problem // against taking rows over, by their positions
	Counts      []store.DifferenceCount
	Months      []store.Month
	Currency    crm.Currency
	Text        string
	Kind, What  string
	After, Next string
	Connected   bool
	MayAct      bool
}

func (p *Pages) reconciliation(w http.ResponseWriter, r *http.Request) error {
	v, err := p.reconciliationView(r)
	if err != nil {
		return err
	}
	if web.Target(r) == differencesID {
		return web.ShowFragment(w, r, differenceList(v))
	}
	page := ui.Page{Title: "Reconciliation", Path: reconciliationAt, Parents: []ui.Link{{Href: "/xero", Label: "Xero"}}}
	return web.ShowPage(w, r, page, reconciliationPage(v))
}

func (p *Pages) reconciliationView(r *http.Request) (reconciliationView, error) {
	ctx := r.Context()
	me, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return reconciliationView{}, err
	}
	v := reconciliationView{Text: r.FormValue("q"), Kind: r.FormValue("kind"), What: r.FormValue("what"), After: r.FormValue("after"), MayAct: me.Can(auth.SyncRetry)}
	_, err = p.store.Connection(ctx, me.Org, xero.Name)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return v, err
	}
	v.Connected = err == nil
	org, err := p.store.Organisation(ctx, me.Org)
	if err != nil {
		return v, err
	}
	v.Currency = org.Currency
	all, err := p.store.Reconciliations(ctx, me.Org, xero.Name, "", 8)
	if err != nil || len(all.Rows) == 0 {
		return v, err
	}
	v.Run, v.Earlier = &all.Rows[0], all.Rows[1:]
	if asked := r.FormValue("run"); asked != "" {
		id, err := uuid.Parse(asked)
		if err != nil {
			return v, web.ErrNotFound
		}
		run, err := p.store.Reconciliation(ctx, me.Org, id)
		if err != nil {
			return v, err
		}
		v.Run, v.Earlier = &run, all.Rows
	}
	return v, p.fillReconciliation(r, me.Org, &v)
}

func (p *Pages) fillReconciliation(r *http.Request, org crm.OrgID, v *reconciliationView) (err error) {
	ctx := r.Context()
	if v.Counts, err = p.store.CountDifferences(ctx, org, v.Run.ID); err != nil {
		return err
	}
	if v.Months, err = p.store.Months(ctx, org, v.Run.ID); err != nil {
		return err
	}
	after, _ := strconv.Atoi(v.After)
	page, err := p.store.Differences(ctx, org, v.Run.ID, store.DifferenceFilter{Kind: link.Kind(v.Kind), What: v.What, Search: v.Text, After: after})
	if err != nil {
		return err
	}
	v.Rows, v.Hindrances = page.Rows, map[int]*link.Problem{}
	for _, d := range v.Rows {
		if v.Hindrances[d.Position], err = p.xero.Hindrance(ctx, d); err != nil {
			return err
		}
	}
	if page.Next != "" {
		v.Next = v.address(page.Next)
	}
	return err
}

// address is the list with the same filter, from a position on.
func (v reconciliationView) address(after string) string {
	q := url.Values{"run": {v.Run.ID.String()}}
	for name, value := range map[string]string{"q": v.Text, "kind": v.Kind, "what": v.What, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return reconciliationAt + "?" + q.Encode()
}

func (v reconciliationView) first() string {
	if v.After == "" {
		return ""
	}
	return v.address("")
}

func (v reconciliationView) filtered() bool { return v.Text != "" || v.Kind != "" || v.What != "" }

// left is how many differences nobody has done anything about.
func (v reconciliationView) left() (all, left int) {
	for _, c := range v.Counts {
		all += c.N
		left += c.N - c.Acted
	}
	return all, left
}

func (v reconciliationView) kinds() []ui.Option {
	seen := map[link.Kind]bool{}
	var options []ui.Option
	for _, c := range v.Counts {
		if !seen[c.Kind] {
			seen[c.Kind] = true
			options = append(options, ui.Option{Value: string(c.Kind), Label: kindsWords(c.Kind)})
		}
	}
	return options
}

func (v reconciliationView) whats() []ui.Option {
	seen := map[string]bool{}
	var options []ui.Option
	for _, c := range v.Counts {
		if !seen[c.What] {
			seen[c.What] = true
			options = append(options, ui.Option{Value: c.What, Label: whatWords(c.What)})
		}
	}
	return options
}

// ends is who began it and how it ended.
func (v reconciliationView) ends() string {
	by := "asked for by " + v.Run.Actor
	if v.Run.Actor == "schedule" {
		by = "by schedule"
	}
	return ui.Thousands(v.Run.Compared) + " records compared, " + by
}

func (p *Pages) beginReconciliation(w http.ResponseWriter, r *http.Request) error {
	if _, err := p.xero.BeginReconciliation(r.Context()); err != nil {
		return err
	}
	return web.Redirect(w, r, reconciliationAt, "done", "xero-reconciling")
}

func (p *Pages) stopReconciliation(w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("run"))
	if err != nil {
		return web.ErrNotFound
	}
	if err := p.xero.StopReconciliation(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, reconciliationAt)
}
