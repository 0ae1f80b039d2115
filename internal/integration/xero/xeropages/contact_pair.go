package xeropages

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// pairID is the element that holds both sides and their actions.
const pairID = "pair"

// pairView is a contact and a customer side by side; one may be missing.
type pairView struct {
	Contact     *store.RemoteContact
	Customer    *crm.Customer
	Link        *link.Link
	Differences []xero.Difference
	Conflicts   []store.Conflict // open ones first
	Others      []choice         // that may be chosen in place of the one shown
	Search      string
	RemoteURL   string
	Path        string
	MayDecide   bool
}

// choice is another customer or contact that may be the one.
type choice struct{ Title, Text, Href string }

func (p *Pages) contact(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.Require(r.Context(), auth.SyncView)
	if err != nil {
		return err
	}
	c, err := p.store.RemoteContact(r.Context(), me.Org, xero.Name, r.PathValue("contact"))
	if err != nil {
		return err
	}
	v := pairView{Contact: &c, Search: r.FormValue("q"), Path: "/xero/contacts/" + c.ID, MayDecide: me.Can(auth.SyncRetry) && me.Can(auth.CustomersEdit)}
	l, err := p.store.LinkByRemote(r.Context(), link.Key{Org: me.Org, Service: xero.Name, Kind: link.Contact}, c.ID)
	customer := c.Match.Customer
	switch {
	case err == nil:
		return web.Redirect(w, r, "/xero/customers/"+l.Record.String())
	case crm.KindOf(err) != crm.NotFound:
		return err
	}
	if chosen, err := crm.ParseID[crm.Customer](r.FormValue("customer")); err == nil {
		customer = chosen
	}
	if !customer.IsZero() {
		x, err := p.store.Customer(r.Context(), me.Org, customer)
		if err != nil {
			return err
		}
		v.Customer = &x
	}
	if v.Others, err = p.otherCustomers(r, me.Org, c, v.Search); err != nil {
		return err
	}
	return p.showPair(w, r, v)
}

// otherCustomers are the runners-up, or what a search finds.
func (p *Pages) otherCustomers(r *http.Request, org crm.OrgID, c store.RemoteContact, search string) ([]choice, error) {
	at := "/xero/contacts/" + c.ID + "?customer="
	var out []choice
	if search == "" {
		for _, x := range xero.Runners(c.Match) {
			out = append(out, choice{x.Name + " · " + x.Number, "Score " + strconv.Itoa(x.Score), at + x.Customer.String()})
		}
		return out, nil
	}
	page, err := p.store.Customers(r.Context(), org, store.CustomerFilter{Search: search, State: "active", Limit: 10})
	for _, x := range page.Rows {
		out = append(out, choice{x.Name + " · " + x.Number, x.Email, at + x.ID.String()})
	}
	return out, err
}

func (p *Pages) customer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	me, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return err
	}
	id, err := crm.ParseID[crm.Customer](r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	sides, err := p.xero.Sides(ctx, id)
	if err != nil {
		return err
	}
	v := pairView{
		Contact: sides.Contact, Customer: &sides.Customer, Link: sides.Link, Conflicts: sides.Conflicts, Search: r.FormValue("q"),
		Path: "/xero/customers/" + id.String(), MayDecide: me.Can(auth.SyncRetry) && me.Can(auth.CustomersEdit),
	}
	if v.Others, err = p.otherContacts(r, me.Org, sides, v.Search); err != nil {
		return err
	}
	return p.showPair(w, r, v)
}

// otherContacts are the others that the customer may be, or what a search finds.
func (p *Pages) otherContacts(r *http.Request, org crm.OrgID, sides xero.Sides, search string) ([]choice, error) {
	var out []choice
	with := "?customer=" + sides.Customer.ID.String()
	if search == "" || sides.Linked() {
		for _, x := range sides.Others {
			out = append(out, choice{x.Name, "Score " + strconv.Itoa(x.Match.Score), "/xero/contacts/" + x.ID + with})
		}
		return out, nil
	}
	page, err := p.store.OnlyRemote(r.Context(), org, store.MatchFilter{Service: xero.Name, Search: search, MinScore: 101, Limit: 10})
	for _, x := range page.Rows {
		out = append(out, choice{x.RemoteName, x.RemoteEmail, "/xero/contacts/" + x.RemoteID + with})
	}
	return out, err
}

func (p *Pages) showPair(w http.ResponseWriter, r *http.Request, v pairView) error {
	if v.Contact != nil && v.Customer != nil {
		v.Differences = xero.Differences(*v.Customer, xero.ContactOf(*v.Contact))
	}
	if v.Contact != nil {
		me, err := auth.SignedIn(r.Context())
		if err != nil {
			return err
		}
		conn, err := p.store.Connection(r.Context(), me.Org, xero.Name)
		if err == nil && conn.State != connection.Choosing {
			v.RemoteURL = p.xero.ContactURL(conn, v.Contact.ID)
		} else if err != nil && crm.KindOf(err) != crm.NotFound {
			return err
		}
	}
	page := ui.Page{Title: v.title(), Path: "/xero/contacts", Parents: []ui.Link{{Href: "/xero/contacts", Label: "Contacts"}}}
	return web.ShowPage(w, r, page, pairPage(v))
}

func (v pairView) title() string {
	if v.Customer != nil && (v.Link != nil || v.Contact == nil) {
		return v.Customer.Name
	}
	return v.Contact.Name
}

func (v pairView) linked() bool { return v.Link != nil && v.Link.RemoteID != "" }

func (v pairView) open() []store.Conflict {
	var out []store.Conflict
	for _, c := range v.Conflicts {
		if c.State == store.ConflictOpen {
			c.Name = v.Customer.Name
			out = append(out, c)
		}
	}
	return out
}

func (v pairView) past() []ui.Event {
	var out []ui.Event
	for _, c := range v.Conflicts {
		if c.State == store.ConflictOpen {
			continue
		}
		f := xero.Field(c.Field)
		title := map[store.ConflictState]string{store.ConflictOurs: "Ours was kept", store.ConflictTheirs: "Xero's was kept", store.ConflictGone: "Both sides agreed"}[c.State]
		out = append(out, ui.Event{At: c.UpdatedAt, Title: f.Label() + ": " + title, Who: c.DecidedBy, Level: ui.OK, Text: "Ours: " + orEmpty(f.Words(c.Ours)) + ". Xero's: " + orEmpty(f.Words(c.Theirs)) + "."})
	}
	return out
}

func orEmpty(text string) string {
	if text == "" {
		return "empty"
	}
	return text
}

// backOr is where the step was taken from.
func backOr(r *http.Request, path string) string {
	if back := r.PostFormValue("back"); back != "" {
		return back
	}
	return path
}

func (p *Pages) linkOne(w http.ResponseWriter, r *http.Request) error {
	customer, _ := crm.ParseID[crm.Customer](r.PostFormValue("customer")) // none is refused below
	if err := p.xero.LinkContact(r.Context(), r.PathValue("contact"), customer); err != nil {
		return err
	}
	return web.Redirect(w, r, backOr(r, "/xero/customers/"+customer.String()), "done", "contact-linked")
}

func (p *Pages) linkTicked(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return crm.Errorf(crm.Malformed, "The form could not be read.")
	}
	if err := p.xero.LinkSuggested(r.Context(), r.PostForm["contact"]); err != nil {
		return err
	}
	return web.Redirect(w, r, backOr(r, "/xero/contacts"), "done", "contact-linked")
}

func (p *Pages) acceptAbove(w http.ResponseWriter, r *http.Request) error {
	score, err := strconv.Atoi(r.PostFormValue("score"))
	if err != nil {
		return crm.Errorf(crm.Invalid, "Enter a score from 50 to 100.")
	}
	if _, err := p.xero.AcceptAbove(r.Context(), score); err != nil {
		return err
	}
	return web.Redirect(w, r, "/xero/contacts", "done", "contact-run")
}

func (p *Pages) importMany(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return crm.Errorf(crm.Malformed, "The form could not be read.")
	}
	var err error
	if r.PostFormValue("all") == "1" {
		_, err = p.xero.ImportAll(r.Context())
	} else {
		_, err = p.xero.ImportContacts(r.Context(), r.PostForm["contact"])
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/xero/contacts?tab=xero", "done", "contact-run")
}

func (p *Pages) stopRun(w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("run"))
	if err != nil {
		return web.ErrNotFound
	}
	if err := p.xero.StopRun(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, "/xero/contacts", "done", "contact-stopped")
}

func (p *Pages) skip(w http.ResponseWriter, r *http.Request) error {
	undo := r.PostFormValue("undo") == "1"
	if err := p.xero.SkipContact(r.Context(), r.PathValue("contact"), undo); err != nil {
		return err
	}
	if undo {
		return web.Redirect(w, r, backOr(r, "/xero/contacts"), "done", "contact-unskipped")
	}
	return web.Redirect(w, r, backOr(r, "/xero/contacts"), "done", "contact-skipped", "of", r.PathValue("contact"))
}

func (p *Pages) importOne(w http.ResponseWriter, r *http.Request) error {
	id, err := p.xero.ImportContact(r.Context(), r.PathValue("contact"))
	if err != nil {
		return err
	}
	return web.Redirect(w, r, backOr(r, "/customers/"+id.String()), "done", "contact-imported")
}

func (p *Pages) unlink(w http.ResponseWriter, r *http.Request) error {
	return p.ofCustomer(w, r, p.xero.UnlinkContact, "contact-unlinked")
}

func (p *Pages) createAnyway(w http.ResponseWriter, r *http.Request) error {
	return p.ofCustomer(w, r, p.xero.CreateAnyway, "contact-created")
}

func (p *Pages) decideConflict(w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("conflict"))
	if err != nil {
		return web.ErrNotFound
	}
	if err := p.xero.DecideConflict(r.Context(), id, store.ConflictState(r.PostFormValue("keep"))); err != nil {
		return err
	}
	return web.Redirect(w, r, backOr(r, "/xero/contacts?tab=conflicts"), "done", "conflict-decided")
}
