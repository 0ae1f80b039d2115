package resendpages

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// suppressionsID is the element that holds the list.
const suppressionsID = "suppressions"

// suppressionsView is what the list of suppressions shows.
type suppressionsView struct {
	reader
	mail.SuppressionFilter
	Rows []mail.Suppression
	Next string
}

func (p *Pages) suppressions(w http.ResponseWriter, r *http.Request) error {
	v := suppressionsView{reader: readerOf(r), SuppressionFilter: suppressionFilter(r)}
	f := v.SuppressionFilter
	f.Limit = pageSize + 1
	var err error
	if v.Rows, err = p.resend.Suppressions(r.Context(), f); err != nil {
		return err
	}
	if len(v.Rows) > pageSize {
		v.Rows = v.Rows[:pageSize]
		v.Next = v.at("/mail/suppressions", v.Rows[pageSize-1].ID.String())
	}
	if web.Target(r) == suppressionsID {
		return web.ShowFragment(w, r, suppressionList(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Suppressions", Path: "/mail/suppressions"}, suppressionsPage(v))
}

func suppressionFilter(r *http.Request) mail.SuppressionFilter {
	f := mail.SuppressionFilter{Text: strings.TrimSpace(r.FormValue("q"))}
	if reason := mail.Reason(r.FormValue("reason")); slices.Contains(mail.Reasons(), reason) {
		f.Reason = reason
	}
	if id, err := crm.ParseID[mail.Suppression](r.FormValue("before")); err == nil {
		f.Before = id
	}
	return f
}

func (v suppressionsView) at(path, before string) string {
	return address(path, [][2]string{{"q", v.Text}, {"reason", string(v.Reason)}, {"before", before}})
}

func (v suppressionsView) newest() string {
	if v.Before.IsZero() {
		return ""
	}
	return v.at("/mail/suppressions", "")
}

func (v suppressionsView) filtered() bool {
	return v.Text != "" || v.Reason != "" || !v.Before.IsZero()
}

func reasonOptions() []ui.Option {
	var options []ui.Option
	for _, reason := range mail.Reasons() {
		options = append(options, ui.Option{Value: string(reason), Label: reason.Label()})
	}
	return options
}

func scopeLabel(s mail.Scope) string {
	switch s {
	case mail.Everything:
		return "All mail"
	case mail.AllMarketing:
		return "All marketing"
	}
	if label := mail.Category(s).Label(); label != "" {
		return label
	}
	return ui.StateLabel(string(s))
}

// sourceURL is the mail that a suppression follows from, or "".
func sourceURL(s mail.Suppression) string {
	id, err := crm.ParseID[mail.Message](s.Source)
	if err != nil {
		return ""
	}
	return messageURL(id)
}

// reasonLevel marks what would go wrong again.
func reasonLevel(r mail.Reason) ui.Level {
	switch r {
	case mail.ForBounce, mail.ForComplaint:
		return ui.Bad
	case mail.ForBounces, mail.ByService:
		return ui.Warn
	}
	return ""
}

// suppressForm adds an address by hand.
type suppressForm struct {
	Address, Note string
	Wrong         map[string]string
	Problem       string // about the form as a whole
}

func (p *Pages) newSuppression(w http.ResponseWriter, r *http.Request) error {
	return showSuppress(w, r, http.StatusOK, suppressForm{Address: r.FormValue("address")})
}

func showSuppress(w http.ResponseWriter, r *http.Request, status int, f suppressForm) error {
	page := ui.Page{Title: "Add an address", Path: "/mail/suppressions", Parents: []ui.Link{suppressionsLink()}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: suppressPage(f)})
}

func (p *Pages) suppress(w http.ResponseWriter, r *http.Request) error {
	f := suppressForm{Address: r.PostFormValue("address"), Note: r.PostFormValue("note")}
	err := p.resend.Suppress(r.Context(), f.Address, f.Note)
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
	return web.Redirect(w, r, "/mail/suppressions", "done", "mail-suppressed")
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
	page := ui.Page{Title: "Remove " + f.Address, Path: "/mail/suppressions", Parents: []ui.Link{suppressionsLink()}}
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
	return web.Redirect(w, r, "/mail/suppressions", "done", "mail-unsuppressed")
}

func removalURL(s mail.Suppression) string {
	return "/mail/suppressions/" + s.ID.String() + "/remove"
}

// removalWarning says what follows from taking an address off the list.
func removalWarning(s mail.Suppression) string {
	switch s.Reason {
	case mail.ForBounce:
		return "It bounced for good: mail to it will bounce again, and that harms how other mail arrives. Remove it only when you know that the address works now."
	case mail.ForBounces:
		return "Mail to it came back several times. If it does so again, the address returns to the list."
	case mail.ForComplaint:
		return "The recipient marked mail as spam. Write again only when they asked for it."
	case mail.ForUnsubscribe:
		return "The recipient does not want such mail. Write again only when they agreed to it."
	case mail.ByService:
		return "It is on Resend's own list too. Take it off there as well, or Resend holds the mail back."
	}
	return "Mail may go to it again."
}
