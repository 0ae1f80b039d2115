package syncpages

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// keyOf names the link in the address. The organisation and the service are
// the integration's to fill in.
func keyOf(r *http.Request) (link.Key, error) {
	kind := link.Kind(r.PathValue("kind"))
	id, err := uuid.Parse(r.PathValue("record"))
	if err != nil || !known(kind) {
		return link.Key{}, web.ErrNotFound
	}
	return link.Key{Service: service, Kind: kind, Record: id}, nil
}

func (p *Pages) retry(w http.ResponseWriter, r *http.Request) error {
	k, err := keyOf(r)
	if err != nil {
		return err
	}
	if err := p.xero.Retry(r.Context(), k); err != nil {
		return err
	}
	return web.Redirect(w, r, backToErrors(r), "done", "error-retried")
}

// retrySeveral retries the ticked ones, those of the cause that causeFields
// name, or with all=1 alone everything.
func (p *Pages) retrySeveral(w http.ResponseWriter, r *http.Request) error {
	if r.PostForm.Has("ticked") {
		return p.retryTicked(w, r)
	}
	var n int
	var err error
	switch {
	case r.PostForm.Has("cause"):
		n, err = p.xero.RetryCause(r.Context(), causeOf(r))
	case r.PostFormValue("all") == "1":
		n, err = p.xero.RetryFailed(r.Context(), "")
	default:
		err = crm.Errorf(crm.Invalid, "Choose a cause, or retry all.")
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, backToErrors(r), "done", "errors-retried", "n", strconv.Itoa(n))
}

// ticked are the links whose boxes are ticked. It returns an Error of kind
// Invalid when there is none.
func ticked(r *http.Request) ([]link.Key, error) {
	var keys []link.Key
	for _, of := range r.PostForm["of"] {
		kind, record, _ := strings.Cut(of, "/")
		id, err := uuid.Parse(record)
		if err != nil || !known(link.Kind(kind)) {
			return nil, crm.Errorf(crm.Invalid, "One of the ticked records is not known; load the page again.")
		}
		keys = append(keys, link.Key{Service: service, Kind: link.Kind(kind), Record: id})
	}
	if len(keys) == 0 {
		return nil, crm.Errorf(crm.Invalid, "Tick the records first.")
	}
	return keys, nil
}

func (p *Pages) retryTicked(w http.ResponseWriter, r *http.Request) error {
	keys, err := ticked(r)
	if err != nil {
		return err
	}
	n, err := p.xero.RetryAll(r.Context(), keys)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, backToErrors(r), "done", "errors-retried", "n", strconv.Itoa(n))
}

// dismissSeveral dismisses the ticked ones, or with all=1 those of one cause.
func (p *Pages) dismissSeveral(w http.ResponseWriter, r *http.Request) error {
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	if r.PostFormValue("all") == "1" {
		d, err := p.xero.DismissCause(r.Context(), causeOf(r), reason)
		return dismissedSeveral(w, r, d, err)
	}
	keys, err := ticked(r)
	if err != nil {
		return err
	}
	d, err := p.xero.DismissAll(r.Context(), keys, reason)
	return dismissedSeveral(w, r, d, err)
}

func dismissedSeveral(w http.ResponseWriter, r *http.Request, d link.Dismissal, err error) error {
	if err != nil {
		return err
	}
	return web.Redirect(w, r, backToErrors(r), "done", "errors-dismissed", "n", strconv.Itoa(d.Count), "of", d.ID.String())
}

// causeOf is the cause that causeFields name.
func causeOf(r *http.Request) store.Cause {
	return store.Cause{Code: r.PostFormValue("cause"), Kind: r.PostFormValue("trouble"), Action: link.Action(r.PostFormValue("next")), Record: link.Kind(r.PostFormValue("kind"))}
}

func causeFields(c store.Cause) [][2]string {
	return [][2]string{{"all", "1"}, {"cause", c.Code}, {"trouble", c.Kind}, {"next", string(c.Action)}, {"kind", string(c.Record)}}
}

func (p *Pages) restoreDismissal(w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	n, err := p.xero.RestoreAll(r.Context(), id)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, backToErrors(r), "done", "errors-restored", "n", strconv.Itoa(n))
}

// dismissal is the form that asks for a reason.
type dismissal struct {
	link.Link
	Reason, Wrong string
}

func (p *Pages) dismissPage(w http.ResponseWriter, r *http.Request) error {
	return p.showDismissal(w, r, http.StatusOK, dismissal{})
}

func (p *Pages) showDismissal(w http.ResponseWriter, r *http.Request, status int, d dismissal) error {
	me, err := auth.Require(r.Context(), auth.SyncRetry)
	if err != nil {
		return err
	}
	k, err := keyOf(r)
	if err != nil {
		return err
	}
	k.Org = me.Org
	if d.Link, err = p.store.Link(r.Context(), k); err != nil {
		return err
	}
	page := ui.Page{Title: "Dismiss " + d.Label, Path: "/sync/errors", Parents: []ui.Link{{Href: "/sync/errors", Label: "Errors"}}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: dismissalPage(d)})
}

func (p *Pages) dismiss(w http.ResponseWriter, r *http.Request) error {
	k, err := keyOf(r)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	err = p.xero.Dismiss(r.Context(), k, reason)
	var e *crm.Error
	if errors.As(err, &e) && e.Fields["reason"] != "" && web.Target(r) == "" {
		return p.showDismissal(w, r, http.StatusUnprocessableEntity, dismissal{Reason: reason, Wrong: e.Fields["reason"]})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, backToErrors(r), "done", "error-dismissed", "of", string(k.Kind)+"/"+k.Record.String())
}

func (p *Pages) restore(w http.ResponseWriter, r *http.Request) error {
	k, err := keyOf(r)
	if err != nil {
		return err
	}
	if err := p.xero.Restore(r.Context(), k); err != nil {
		return err
	}
	return web.Redirect(w, r, backToErrors(r), "done", "error-restored")
}

// backToErrors is the list that the step was taken from, with its filter.
func backToErrors(r *http.Request) string {
	if back := r.PostFormValue("back"); back != "" {
		return back
	}
	return "/sync/errors"
}
