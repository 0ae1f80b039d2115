package xeropages

import (
	"errors"
	"net/http"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// connect sends the person to Xero. It is a GET because the content policy's
// form-action also holds for where a form's answer redirects to, see
// https://www.w3.org/TR/CSP3/#directive-form-action. All it leaves behind is a
// consent that nobody else can finish; other sites cannot begin one either.
func (p *Pages) connect(w http.ResponseWriter, r *http.Request) error {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		return crm.Errorf(crm.Forbidden, "Connecting Xero was begun by another site. Open the Xero page here and press Connect.")
	}
	to, err := p.xero.Begin(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusFound)
	return nil
}

// unfinished is why a consent led to no connection.
type unfinished struct{ Title, Text string }

// callback is where Xero sends the person back to, with a code or a refusal.
// https://developer.xero.com/documentation/guides/oauth2/auth-flow/
func (p *Pages) callback(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if code := q.Get("error"); code != "" {
		return p.showUnfinished(w, r, refusedThere(code))
	}
	if q.Get("code") == "" || q.Get("state") == "" {
		return p.showUnfinished(w, r, unfinished{"This step is incomplete", "Xero sent you back without what is needed to connect. Start again from here."})
	}
	c, err := p.xero.Finish(r.Context(), q.Get("state"), q.Get("code"))
	var e *crm.Error
	switch {
	case errors.As(err, &e) && e.Kind != crm.Unauthenticated:
		return p.showUnfinished(w, r, unfinished{"Xero is not connected", e.Message})
	case err != nil:
		return err
	case c.State == connection.Choosing:
		return web.Redirect(w, r, "/xero/tenants")
	}
	return web.Redirect(w, r, "/xero", "done", "xero-connected")
}

// refusedThere words an OAuth 2 error code; Xero's own text is not shown,
// because anybody can write an address.
func refusedThere(code string) unfinished {
	if code == "access_denied" {
		return unfinished{"You did not give access", "At Xero, access was refused or the page was cancelled. Nothing has changed here."}
	}
	return unfinished{"Xero refused", "Xero did not accept the request to connect. Check that the client id, the redirect address and the scopes of the app at developer.xero.com are those of this server."}
}

func (p *Pages) showUnfinished(w http.ResponseWriter, r *http.Request, u unfinished) error {
	return web.ShowPageStatus(w, r, http.StatusOK, web.Content{Page: xeroPage("Connect Xero"), Body: unfinishedPage(u)})
}

func xeroPage(title string) ui.Page {
	return ui.Page{Title: title, Path: "/xero", Parents: []ui.Link{{Href: "/xero", Label: "Xero"}}}
}

// chooser is the form that settles which organisation is meant.
type chooser struct {
	Open   []xeroapi.Connection
	Chosen string
	Wrong  string
}

func (p *Pages) tenants(w http.ResponseWriter, r *http.Request) error {
	return p.showTenants(w, r, http.StatusOK, chooser{})
}

func (p *Pages) showTenants(w http.ResponseWriter, r *http.Request, status int, c chooser) error {
	open, err := p.xero.Tenants(r.Context())
	if crm.KindOf(err) == crm.NotFound { // nothing to choose for
		return web.Redirect(w, r, "/xero")
	}
	if err != nil {
		return err
	}
	c.Open = open
	if c.Chosen == "" && len(open) > 0 {
		c.Chosen = open[0].TenantID
	}
	return web.ShowPageStatus(w, r, status, web.Content{Page: xeroPage("Choose the organisation"), Body: tenantsPage(c)})
}

func (p *Pages) choose(w http.ResponseWriter, r *http.Request) error {
	tenant := r.PostFormValue("tenant")
	err := p.xero.Choose(r.Context(), tenant)
	var e *crm.Error
	if errors.As(err, &e) && (e.Kind == crm.Invalid || e.Kind == crm.Conflict) {
		return p.showTenants(w, r, http.StatusUnprocessableEntity, chooser{Chosen: tenant, Wrong: e.Message})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/xero", "done", "xero-connected")
}

func (p *Pages) disconnect(w http.ResponseWriter, r *http.Request) error {
	if err := p.xero.Disconnect(r.Context()); err != nil {
		return err
	}
	return web.Redirect(w, r, "/xero", "done", "xero-disconnected")
}
