package xeropages

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// ofCustomer does a step for the customer in the address and returns to both
// sides of it.
func (p *Pages) ofCustomer(w http.ResponseWriter, r *http.Request, step func(context.Context, crm.CustomerID) error, done string) error {
	id, err := crm.ParseID[crm.Customer](r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	if err := step(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, "/xero/customers/"+id.String(), "done", done)
}

// contactForm is what the settings of contacts show.
type contactForm struct {
	xero.ContactSettings
	AskFromText string
	Wrong       map[string]string
}

func (p *Pages) contactSettings(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.Require(r.Context(), auth.XeroSettings)
	if err != nil {
		return err
	}
	c, err := p.store.Connection(r.Context(), me.Org, xero.Name)
	if crm.KindOf(err) == crm.NotFound { // its page says what to do
		return web.Redirect(w, r, "/xero")
	}
	if err != nil {
		return err
	}
	kept, err := xero.SettingsOf(c)
	if err != nil {
		return err
	}
	return showContactSettings(w, r, http.StatusOK, contactForm{ContactSettings: kept.Contacts, AskFromText: strconv.Itoa(kept.Contacts.AskFrom)})
}

func showContactSettings(w http.ResponseWriter, r *http.Request, status int, f contactForm) error {
	page := ui.Page{Title: "Settings of contacts", Path: "/xero/contacts", Parents: []ui.Link{{Href: "/xero/contacts", Label: "Contacts"}}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: contactSettingsPage(f)})
}

func (p *Pages) saveContactSettings(w http.ResponseWriter, r *http.Request) error {
	f := contactForm{AskFromText: r.PostFormValue("ask_from"), ContactSettings: xero.ContactSettings{Owners: map[xero.Field]xero.Owner{}, Archive: r.PostFormValue("archive") == "on"}}
	f.AskFrom, _ = strconv.Atoi(f.AskFromText) // what is no number is refused below
	for _, field := range xero.Fields() {
		f.Owners[field] = xero.Owner(r.PostFormValue("owner_" + string(field)))
	}
	f.Owners[xero.FieldNumber] = xero.OwnerRenoz
	err := p.xero.SaveContactSettings(r.Context(), f.ContactSettings)
	var e *crm.Error
	switch {
	case errors.As(err, &e) && e.Kind == crm.Invalid:
		f.Wrong = e.Fields
		return showContactSettings(w, r, http.StatusUnprocessableEntity, f)
	case err != nil:
		return err
	}
	return web.Redirect(w, r, "/xero/contacts", "done", "contact-settings")
}

func ownerOptions() []ui.Option {
	return []ui.Option{{Value: string(xero.OwnerAsk), Label: "Ask"}, {Value: string(xero.OwnerRenoz), Label: "Renoz"}, {Value: string(xero.OwnerXero), Label: "Xero"}}
}
