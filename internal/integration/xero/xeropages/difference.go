package xeropages

import (
	"net/http"
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
