package campaignpages

import (
	"context"
	"errors"
	"net/http"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
)

func (p *Pages) start(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "campaign-started", p.campaigns.Start)
}

func (p *Pages) pause(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "campaign-paused", p.campaigns.Pause)
}

func (p *Pages) resume(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "campaign-resumed", p.campaigns.Resume)
}

func (p *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "campaign-cancelled", p.campaigns.Cancel)
}

func (p *Pages) retry(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "campaign-retried", func(ctx context.Context, id mail.CampaignID) error {
		_, err := p.campaigns.Retry(ctx, id)
		return err
	})
}

func (p *Pages) step(w http.ResponseWriter, r *http.Request, done string, step func(context.Context, mail.CampaignID) error) error {
	id, err := crm.ParseID[mail.Campaign](r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	if err := step(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, urlOf(id), "done", done)
}

// schedule shows the page again with what is wrong with a time.
func (p *Pages) schedule(w http.ResponseWriter, r *http.Request) error {
	id, err := crm.ParseID[mail.Campaign](r.PathValue("id"))
	if err != nil {
		return web.ErrNotFound
	}
	at := r.PostFormValue("at")
	err = p.campaigns.Schedule(r.Context(), id, at)
	var e *crm.Error
	switch {
	case errors.As(err, &e) && e.Fields["at"] != "":
		v, err := p.view(r)
		if err != nil {
			return err
		}
		if err := p.fillRecipients(r, &v); err != nil {
			return err
		}
		v.At, v.AtBad = at, e.Fields["at"]
		return p.page(w, r, http.StatusUnprocessableEntity, v)
	case err != nil:
		return err
	}
	return web.Redirect(w, r, urlOf(id), "done", "campaign-scheduled")
}
