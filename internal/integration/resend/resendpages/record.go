package resendpages

import (
	"context"
	"errors"
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// recordRoutes lists what mails a record from its own page, now or later.
func (p *Pages) recordRoutes() []web.Route {
	invoices := mailed[crm.Invoice]{own: own(p.store.Invoice), send: p.resend.SendInvoice, mail: "/mail/invoices/", page: "/invoices/", kind: "invoice", notice: "invoice-mailed"}
	credits := mailed[crm.CreditNote]{own: own(p.store.CreditNote), send: p.resend.SendCreditNote, mail: "/mail/credit-notes/", page: "/credit-notes/", kind: "credit note", notice: "credit-mailed"}
	return append(invoices.routes(), credits.routes()...)
}

// mailed is a kind of record that can be mailed.
type mailed[K any] struct {
	own          func(ctx context.Context, id crm.ID[K]) error // an Error of kind NotFound for records of others
	send         func(ctx context.Context, id crm.ID[K], at string) error
	mail, page   string // beginnings of addresses, before the id
	kind, notice string
}

// own reads a record of the organisation that acts.
func own[K any](read func(context.Context, crm.OrgID, crm.ID[K]) (K, error)) func(context.Context, crm.ID[K]) error {
	return func(ctx context.Context, id crm.ID[K]) error {
		me, err := auth.Require(ctx, auth.MailSend)
		if err == nil {
			_, err = read(ctx, me.Org, id)
		}
		return err
	}
}

func (m mailed[K]) routes() []web.Route {
	return []web.Route{
		get(m.mail+"{id}/send", auth.MailSend, m.form),
		post(m.mail+"{id}/send", auth.MailSend, m.ask),
	}
}

// sendForm is what the page shows that mails a record later.
type sendForm struct {
	URL, Back, Kind string
	At, Wrong       string
}

func (m mailed[K]) form(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[K](r)
	if err != nil {
		return err
	}
	if err := m.own(r.Context(), id); err != nil {
		return err
	}
	return m.show(w, r, http.StatusOK, id, sendForm{})
}

func (m mailed[K]) show(w http.ResponseWriter, r *http.Request, status int, id crm.ID[K], f sendForm) error {
	f.URL, f.Back, f.Kind = m.mail+id.String()+"/send", m.page+id.String(), m.kind
	return web.ShowPageStatus(w, r, status, web.Content{Page: ui.Page{Title: "Mail it later", Path: m.page, Parents: []ui.Link{{Href: f.Back, Label: "The " + m.kind}}}, Body: sendLater(f)})
}

func (m mailed[K]) ask(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[K](r)
	if err != nil {
		return err
	}
	at := r.PostFormValue("at")
	if err := m.own(r.Context(), id); err != nil {
		return err
	}
	if r.PostForm.Has("at") && at == "" {
		return m.show(w, r, http.StatusUnprocessableEntity, id, sendForm{Wrong: "Enter a day and a time."})
	}
	err = m.send(r.Context(), id, at)
	var e *crm.Error
	switch {
	case errors.As(err, &e) && e.Fields["at"] != "":
		return m.show(w, r, http.StatusUnprocessableEntity, id, sendForm{At: at, Wrong: e.Fields["at"]})
	case err != nil:
		return err
	case at != "":
		return web.Redirect(w, r, m.page+id.String(), "done", "record-mailed-later")
	}
	return web.Redirect(w, r, m.page+id.String(), "done", m.notice)
}
