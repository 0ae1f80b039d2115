package resendpages

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// suppressForm adds an address by hand.
type suppressForm struct {
	Address, Note, Scope string
	Wrong                map[string]string
}

func (p *Pages) newSuppression(w http.ResponseWriter, r *http.Request) error {
	return showSuppress(w, r, http.StatusOK, suppressForm{Address: r.FormValue("address")})
}

func showSuppress(w http.ResponseWriter, r *http.Request, status int, f suppressForm) error {
	page := ui.Page{Title: "Add an address", Path: suppressionsURL, Parents: []ui.Link{suppressionsLink()}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: suppressPage(f)})
}

// scopeChoices are what can be stopped, with what that means.
func scopeChoices() []ui.Option {
	hints := map[mail.Scope]string{
		mail.Everything: "Invoices and answers too", mail.AllMarketing: "Invoices and answers still arrive",
	}
	var options []ui.Option
	for _, s := range mail.Scopes() {
		label := s.Label()
		if c, single := s.Category(); single && c.Stream() == mail.Marketing {
			label += " alone"
		}
		if h := hints[s]; h != "" {
			label += ": " + h
		}
		options = append(options, ui.Option{Value: string(s), Label: label})
	}
	return options
}

func (f suppressForm) scope() string { return cmp.Or(f.Scope, string(mail.Everything)) }

func (p *Pages) suppress(w http.ResponseWriter, r *http.Request) error {
	f := suppressForm{Address: r.PostFormValue("address"), Note: r.PostFormValue("note"), Scope: r.PostFormValue("scope")}
	err := p.resend.SuppressIn(r.Context(), f.Address, mail.Scope(f.Scope), f.Note)
	var e *crm.Error
	switch {
	case errors.As(err, &e) && e.Kind == crm.Invalid && e.Fields != nil:
		f.Wrong = e.Fields
		return showSuppress(w, r, http.StatusUnprocessableEntity, f)
	case errors.As(err, &e) && e.Kind == crm.Conflict:
		f.Wrong = map[string]string{"address": e.Message}
		return showSuppress(w, r, http.StatusConflict, f)
	case err != nil:
		return err
	}
	return web.Redirect(w, r, suppressionsURL, "done", "mail-suppressed")
}

// removalForm takes an address off the list.
type removalForm struct {
	mail.Suppression
	Note, Wrong string
}

func (p *Pages) removal(w http.ResponseWriter, r *http.Request) error {
	s, err := p.suppression(r.Context(), r)
	if err != nil {
		return err
	}
	return showRemoval(w, r, http.StatusOK, removalForm{Suppression: s})
}

// suppression is the one in the address, as long as it holds.
func (p *Pages) suppression(ctx context.Context, r *http.Request) (mail.Suppression, error) {
	id, err := pathID[mail.Suppression](r)
	if err != nil {
		return mail.Suppression{}, err
	}
	s, err := p.resend.Suppression(ctx, id)
	if err == nil && s.RemovedAt != nil {
		return s, web.ErrNotFound
	}
	return s, err
}

func showRemoval(w http.ResponseWriter, r *http.Request, status int, f removalForm) error {
	page := ui.Page{Title: "Remove " + f.Address, Path: suppressionsURL, Parents: []ui.Link{suppressionsLink()}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: removalPage(f)})
}

func (p *Pages) unsuppress(w http.ResponseWriter, r *http.Request) error {
	s, err := p.suppression(r.Context(), r)
	if err != nil {
		return err
	}
	f := removalForm{Suppression: s, Note: r.PostFormValue("reason")}
	err = p.resend.Unsuppress(r.Context(), s.ID, f.Note)
	var e *crm.Error
	switch {
	case errors.As(err, &e) && e.Fields["reason"] != "":
		f.Wrong = e.Fields["reason"]
		return showRemoval(w, r, http.StatusUnprocessableEntity, f)
	case err != nil:
		return err
	}
	return web.Redirect(w, r, suppressionsURL, "done", "mail-unsuppressed")
}

// removalWarning says what follows from taking an address off the list.
func removalWarning(s mail.Suppression) string {
	text := "Mail may go to it again."
	switch s.Reason {
	case mail.ForBounce:
		text = "It bounced for good: mail to it will bounce again, and that harms how other mail arrives. Remove it only when you know that the address works now."
	case mail.ForBounces:
		text = "Mail to it came back several times. If it does so again, the address returns to the list."
	case mail.ForComplaint:
		text = "The recipient marked mail as spam. Write again only when they asked for it."
	case mail.ForUnsubscribe:
		text = "The recipient does not want such mail. Write again only when they agreed to it: the reason is kept as their consent."
	}
	switch s.Remote {
	case mail.RemoteAdding, mail.RemoteThere:
		text += " It is taken off Resend's own list as well, where that can be done from here."
	}
	return text
}
