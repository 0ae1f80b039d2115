package xeropages

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

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

// differenceAt is the difference that an address names.
func differenceAt(r *http.Request) (run uuid.UUID, position int, err error) {
	run, wrong := uuid.Parse(r.PathValue("run"))
	position, err = strconv.Atoi(r.PathValue("position"))
	if wrong != nil || err != nil {
		return run, 0, web.ErrNotFound
	}
	return run, position, nil
}

// differenceView is what the page of one difference shows.
type differenceView struct {
	store.Difference
	URL    string // of our record; empty: it is missing here
	Remote string // of the record in Xero; empty: it is missing there
	MayAct bool
	Reason string
	Wrong  string // with the reason
	// Hindrance is what stands against taking it over; Refused says that it was
	// just tried.
	Hindrance *link.Problem
	Refused   bool
}

func (p *Pages) difference(w http.ResponseWriter, r *http.Request) error {
	return p.showDifference(w, r, http.StatusOK, differenceView{})
}

// showDifference shows the difference that an address names; what the view says
// already stays.
func (p *Pages) showDifference(w http.ResponseWriter, r *http.Request, status int, v differenceView) error {
	me, err := auth.Require(r.Context(), auth.SyncView)
	if err != nil {
		return err
	}
	run, position, err := differenceAt(r)
	if err != nil {
		return err
	}
	d, err := p.store.Difference(r.Context(), me.Org, run, position)
	if err != nil {
		return err
	}
	v.Difference, v.MayAct, v.Reason = d, me.Can(auth.SyncRetry), r.FormValue("reason")
	if v.Hindrance == nil {
		if v.Hindrance, err = p.xero.Hindrance(r.Context(), d); err != nil {
			return err
		}
	}
	if v.URL, err = p.differenceURL(r, d); err != nil {
		return err
	}
	conn, err := p.store.Connection(r.Context(), me.Org, xero.Name)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return err
	}
	if err == nil && d.RemoteID != "" {
		v.Remote = Links{p.xero, p.store}.remoteURL(conn, link.Link{Key: link.Key{Kind: d.Kind}, RemoteID: d.RemoteID})
	}
	page := ui.Page{Title: d.Label, Path: reconciliationAt, Parents: []ui.Link{{Href: "/xero", Label: "Xero"}, {Href: reconciliationAt, Label: "Reconciliation"}}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: differencePage(v)})
}

// differenceURL is our page about what differs. A payment is shown with its
// invoice.
func (p *Pages) differenceURL(r *http.Request, d store.Difference) (string, error) {
	if xero.Takeable(d) { // a record since it was taken over
		l, err := p.store.LinkByRemote(r.Context(), link.Key{Org: d.Org, Service: xero.Name, Kind: d.Kind}, d.RemoteID)
		if crm.KindOf(err) == crm.NotFound {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		d.Record = l.Record
	}
	if d.Record == uuid.Nil {
		return "", nil
	}
	switch d.Kind {
	case link.Contact:
		return "/customers/" + d.Record.String(), nil
	case link.Invoice:
		return "/invoices/" + d.Record.String(), nil
	case link.CreditNote:
		return "/credit-notes/" + d.Record.String(), nil
	}
	payment, err := p.store.Payment(r.Context(), d.Org, crm.PaymentID{UUID: d.Record})
	return "/invoices/" + payment.InvoiceID.String(), err
}

func (v differenceView) at(step string) string {
	return reconciliationAt + "/" + v.Run.String() + "/" + strconv.Itoa(v.Position) + step
}

// resolvable reports whether Renoz can end the difference by itself.
func resolvable(d store.Difference) bool { return d.Record != uuid.Nil || d.Kind == link.Payment }

func (p *Pages) resolveDifference(w http.ResponseWriter, r *http.Request) error {
	run, position, err := differenceAt(r)
	if err != nil {
		return err
	}
	if err := p.xero.ResolveDifference(r.Context(), run, position); err != nil {
		return err
	}
	return web.Redirect(w, r, reconciliationAt, "run", run.String(), "done", "xero-difference-resolved")
}

func (p *Pages) acceptDifference(w http.ResponseWriter, r *http.Request) error {
	run, position, err := differenceAt(r)
	if err != nil {
		return err
	}
	err = p.xero.AcceptDifference(r.Context(), run, position, r.FormValue("reason"))
	if crm.KindOf(err) == crm.Invalid {
		return p.showDifference(w, r, http.StatusUnprocessableEntity, differenceView{Wrong: "Say why, for those who ask later."})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, reconciliationAt, "run", run.String(), "position", strconv.Itoa(position), "done", "xero-difference-accepted")
}

func (p *Pages) unacceptDifference(w http.ResponseWriter, r *http.Request) error {
	run, position, err := differenceAt(r)
	if err != nil {
		return err
	}
	if err := p.xero.UnacceptDifference(r.Context(), run, position); err != nil {
		return err
	}
	return web.Redirect(w, r, reconciliationAt, "run", run.String())
}

// differenceAccepted offers to take it back.
func differenceAccepted(r *http.Request) *ui.Notice {
	n := &ui.Notice{Title: "Accepted", Text: "Later reconciliations leave it out."}
	q := r.URL.Query()
	run, err := uuid.Parse(q.Get("run"))
	position, wrong := strconv.Atoi(q.Get("position"))
	if err == nil && wrong == nil {
		n.Undo = &ui.PostTo{URL: reconciliationAt + "/" + run.String() + "/" + strconv.Itoa(position) + "/unaccept"}
	}
	return n
}

func kindsWords(k link.Kind) string {
	return map[link.Kind]string{link.Contact: "Customers", link.Invoice: "Invoices", link.Payment: "Payments", link.CreditNote: "Credit notes"}[k]
}

func kindWords(k link.Kind) string {
	return map[link.Kind]string{link.Contact: "Customer", link.Invoice: "Invoice", link.Payment: "Payment", link.CreditNote: "Credit note"}[k]
}

// whatWords says what differs.
func whatWords(what string) string {
	switch what {
	case xero.MissingHere:
		return "Only in Xero"
	case xero.MissingThere:
		return "Only in Renoz"
	case "used":
		return "Credit used"
	case "due_on":
		return "Due date"
	case "issued_on":
		return "Date"
	}
	for _, f := range xero.Fields() {
		if string(f) == what {
			return f.Label()
		}
	}
	return ui.StateLabel(what)
}

// brief is a value in a list; the whole of it is on the difference's own page.
func brief(text string) string {
	const most = 24
	text, _, more := strings.Cut(text, "\n")
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	if more {
		return text + " …"
	}
	return orNothing(text)
}

// orNothing stands in the place of an empty value.
func orNothing(text string) string {
	if text == "" {
		return "—"
	}
	return text
}
