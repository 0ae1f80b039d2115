package campaignpages

import (
	"net/http"
	"net/url"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// Config is what the pages are made of. Only Now may be missing.
type Config struct {
	Campaigns *campaign.Service
	Resend    *resend.Service
	Store     *store.Store // reads only
	Now       func() time.Time
}

// Pages mounts the pages; it is a web.Mounter and a web.Noticer.
type Pages struct {
	campaigns *campaign.Service
	resend    *resend.Service
	store     *store.Store
	now       func() time.Time
}

// New makes the pages.
func New(c Config) *Pages {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Pages{campaigns: c.Campaigns, resend: c.Resend, store: c.Store, now: c.Now}
}

const home = "/mail/campaigns"

// Routes lists the pages.
func (p *Pages) Routes() []web.Route {
	one := home + "/{id}"
	return []web.Route{
		get(home, auth.MailView, p.list),
		get(home+"/new", auth.MailSend, p.form),
		{Method: http.MethodPost, Pattern: home + "/new", Permission: string(auth.MailSend), Handle: p.create, BodyLimit: listTakes},
		get(one, auth.MailView, p.show),
		stream(one+"/events", p.events),
		stream(one+"/recipients", p.exportRecipients),
		stream(one+"/lines", p.exportLines),
		get(one+"/sample", auth.MailView, p.sample),
		get(one+"/sample/content", auth.MailView, p.sampleContent),
		post(one+"/start", p.start),
		post(one+"/schedule", p.schedule),
		post(one+"/pause", p.pause),
		post(one+"/resume", p.resume),
		post(one+"/cancel", p.cancel),
		post(one+"/retry", p.retry),
	}
}

func get(pattern string, permission auth.Permission, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Permission: string(permission), Handle: h}
}

func stream(pattern string, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Permission: string(auth.MailView), Handle: h, Stream: true}
}

func post(pattern string, h web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Pattern: pattern, Permission: string(auth.MailSend), Handle: h}
}

// Notices words what the pages report.
func (p *Pages) Notices() map[string]func(*http.Request) *ui.Notice {
	return map[string]func(*http.Request) *ui.Notice{
		"campaign-started":   says("The campaign is under way", "Mail that a person waits for goes first."),
		"campaign-scheduled": says("The campaign is scheduled", "It starts by itself. Until then it can be started now or cancelled."),
		"campaign-paused":    says("The campaign is paused", "Nothing more of it leaves but what is on its way."),
		"campaign-resumed":   says("The campaign goes on", "What waited leaves now."),
		"campaign-cancelled": says("The campaign is cancelled", "What has not left is taken back."),
		"campaign-retried":   says("They are sent again", "This page shows how far it is."),
	}
}

func says(title, text string) func(*http.Request) *ui.Notice {
	return func(*http.Request) *ui.Notice { return &ui.Notice{Title: title, Text: text} }
}

// address leaves empty values out.
func address(path string, values [][2]string) string {
	q := url.Values{}
	for _, v := range values {
		if v[1] != "" {
			q.Set(v[0], v[1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func maySend(r *http.Request) bool {
	me, _ := auth.From(r.Context())
	return me.Can(auth.MailSend)
}

func urlOf(id mail.CampaignID) string { return home + "/" + id.String() }

func mailLink() ui.Link { return ui.Link{Href: "/mail", Label: "Mail"} }

func homeLink() ui.Link { return ui.Link{Href: home, Label: "Campaigns"} }

// read is the campaign that an address names.
func (p *Pages) read(r *http.Request) (mail.Campaign, error) {
	id, err := crm.ParseID[mail.Campaign](r.PathValue("id"))
	if err != nil {
		return mail.Campaign{}, web.ErrNotFound
	}
	return p.campaigns.Campaign(r.Context(), id)
}

func stateLevel(s mail.CampaignState) ui.Level {
	switch s {
	case mail.CampaignLoading, mail.CampaignPreparing, mail.CampaignRunning, mail.CampaignStopping:
		return ui.Busy
	case mail.CampaignDone:
		return ui.OK
	case mail.CampaignPaused, mail.CampaignScheduled:
		return ui.Warn
	case mail.CampaignFailed:
		return ui.Bad
	}
	return ""
}
