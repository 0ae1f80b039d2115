package campaignpages

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// The elements of a campaign's page that are swapped alone.
const (
	campaignID   = "campaign"
	recipientsID = "recipients"
)

const (
	look           = time.Second // how often a stream looks how far a campaign is
	recipientRows  = 25
	badLinesShown  = 20
	datetimeFormat = "2006-01-02T15:04"
)

// showView is what the page of a campaign shows.
type showView struct {
	campaign.Progress
	MaySend    bool
	Reasons    []mail.SkipReason
	BadLines   []mail.BadLine
	Retriable  int
	Held       string // why nothing leaves now, though the campaign goes
	Template   string // its name
	Filter     mail.RecipientFilter
	Recipients []mail.Recipient
	Next       string
	At, AtBad  string // of the form that schedules
	Zone       string
	org        *time.Location
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	if err := p.fillRecipients(r, &v); err != nil {
		return err
	}
	if web.Target(r) == recipientsID {
		return web.ShowFragment(w, r, recipientList(v))
	}
	return p.page(w, r, http.StatusOK, v)
}

func (p *Pages) page(w http.ResponseWriter, r *http.Request, status int, v showView) error {
	page := ui.Page{Title: v.Name, Path: home, Parents: []ui.Link{mailLink(), homeLink()}, Running: v.State.Moves()}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: showPage(v)})
}

func (p *Pages) view(r *http.Request) (showView, error) {
	c, err := p.read(r)
	if err != nil {
		return showView{}, err
	}
	v := showView{MaySend: maySend(r), Template: c.Template}
	org, err := p.store.Organisation(r.Context(), c.Org)
	if err != nil {
		return v, err
	}
	v.org, v.Zone = org.Location(), org.TimeZone
	choices, err := p.campaigns.Choices(r.Context())
	if err != nil {
		return v, err
	}
	for _, choice := range choices {
		if choice.Key == c.Template {
			v.Template = choice.Name
		}
	}
	return v, p.fill(r.Context(), &v, c.ID)
}

// fill counts how far a campaign is.
func (p *Pages) fill(ctx context.Context, v *showView, id mail.CampaignID) (err error) {
	if v.Progress, err = p.campaigns.Progress(ctx, id); err != nil {
		return err
	}
	c := v.Campaign
	if v.State != mail.CampaignPreparing && v.State != mail.CampaignLoading && v.Skipped > 0 {
		if v.Reasons, err = p.campaigns.Reasons(ctx, c); err != nil {
			return err
		}
	}
	if v.Retriable = 0; v.BegunAt != nil {
		if v.Retriable, err = p.campaigns.Retriable(ctx, c, v.Reasons); err != nil {
			return err
		}
	}
	if c.BadLines > 0 && v.BadLines == nil {
		if v.BadLines, err = p.campaigns.BadLines(ctx, c, 0, badLinesShown); err != nil {
			return err
		}
	}
	v.Held, err = p.held(ctx, v)
	return err
}

// held says why nothing of a campaign that runs leaves now.
func (p *Pages) held(ctx context.Context, v *showView) (string, error) {
	if v.State != mail.CampaignRunning {
		return "", nil
	}
	settings, err := p.resend.View(ctx)
	if err != nil {
		return "", err
	}
	if settings.Paused.Holds(p.now()) {
		return settings.Paused.Why, nil
	}
	if v.Allowance.Held != "" {
		return "Marketing mail is paused, because too much came back: " + v.Allowance.Held + " Look at the bounces.", nil
	}
	if on := v.Allowance.GoesOn(); !on.IsZero() {
		return "The limit of marketing mail is reached. It goes on by itself at " + on.In(v.org).Format("15:04 on Monday 2 January") + ".", nil
	}
	return "", nil
}

func (p *Pages) fillRecipients(r *http.Request, v *showView) error {
	v.Filter = mail.RecipientFilter{Text: strings.TrimSpace(r.FormValue("q")), After: r.FormValue("after"), Limit: recipientRows}
	if o := mail.Outcome(r.FormValue("outcome")); slices.Contains(mail.Outcomes(), o) {
		v.Filter.Outcome = o
	}
	page, err := p.campaigns.Recipients(r.Context(), v.Campaign, v.Filter)
	if err != nil {
		return err
	}
	v.Recipients = page.Rows
	if page.Next != "" {
		v.Next = v.at(page.Next)
	}
	return nil
}

// at is the page with the same filter, from a cursor on.
func (v showView) at(after string) string {
	return address(v.url(""), [][2]string{{"q", v.Filter.Text}, {"outcome", string(v.Filter.Outcome)}, {"after", after}})
}

func (v showView) first() string {
	if v.Filter.After == "" {
		return ""
	}
	return v.at("")
}

func (v showView) filtered() bool { return v.Filter.Text != "" || v.Filter.Outcome != "" }

func (v showView) url(step string) string { return urlOf(v.ID) + step }

// planned reports whether the campaign has not begun: what it will do is shown.
func (v showView) planned() bool { return v.BegunAt == nil }

// events shows how far a campaign is while it moves. Each message has the whole
// state; when it comes to another one, the page's parts follow and the stream
// ends.
func (p *Pages) events(w http.ResponseWriter, r *http.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	ctx := ui.WithClock(r.Context(), v.org, p.now())
	s := web.NewStream(w)
	state := v.State
	for v.State.Moves() && v.State == state {
		if err := s.Update(ctx, figures(v)); err != nil || !s.Pause(ctx, look) {
			return nil //nolint:nilerr // the reader has left
		}
		if err := p.fill(ctx, &v, v.ID); err != nil {
			return err
		}
	}
	if err := p.fillRecipients(r, &v); err != nil {
		return err
	}
	if err := s.Send(ctx, turned(v)); err != nil {
		return nil //nolint:nilerr // the reader has left
	}
	_ = s.Event("done") // the reader may have left
	return nil
}

// sampleView is what a recipient of a campaign would get.
type sampleView struct {
	Campaign mail.Campaign
	campaign.Sample
}

func (p *Pages) readSample(r *http.Request) (v sampleView, err error) {
	if _, err = auth.Require(r.Context(), auth.MailView); err != nil {
		return v, err
	}
	if v.Campaign, err = p.read(r); err != nil {
		return v, err
	}
	position, err := strconv.Atoi(cmp.Or(r.FormValue("recipient"), "-1"))
	if err != nil {
		return v, web.ErrNotFound
	}
	v.Sample, err = p.campaigns.Sample(r.Context(), v.Campaign, position)
	return v, err
}

func (p *Pages) sample(w http.ResponseWriter, r *http.Request) error {
	v, err := p.readSample(r)
	if err != nil {
		return err
	}
	page := ui.Page{Title: "Sample", Path: home, Parents: []ui.Link{mailLink(), homeLink(), {Href: urlOf(v.Campaign.ID), Label: v.Campaign.Name}}}
	return web.ShowPage(w, r, page, samplePage(v))
}

func (v sampleView) url(part string) string {
	return urlOf(v.Campaign.ID) + "/sample" + part + "?recipient=" + strconv.Itoa(v.Recipient.Position)
}

// framePolicy lets a mail be drawn and nothing else: no scripts, no forms,
// nothing from elsewhere, in an origin of its own.
const framePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"

// sampleContent is what a mail would say, for the frame on its page.
func (p *Pages) sampleContent(w http.ResponseWriter, r *http.Request) error {
	v, err := p.readSample(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", framePolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-DNS-Prefetch-Control", "off")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(v.HTML)) // #nosec G705 -- the policy above lets it run and load nothing
	return nil
}
