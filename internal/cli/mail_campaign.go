package cli

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/mail"
)

type mailCampaign struct {
	List    campaignList    `cmd:"" default:"withargs" help:"List campaigns, the newest first."`
	Show    campaignShow    `cmd:"" help:"Show a campaign: what it would do, and how far it is."`
	Preview campaignPreview `cmd:"" help:"Make a campaign and say who would get it. Nothing is sent."`
	Start   campaignStart   `cmd:"" help:"Send a campaign whose preview is ready, now or at a time."`
	Pause   campaignPause   `cmd:"" help:"Hold a campaign back."`
	Resume  campaignResume  `cmd:"" help:"Let a paused campaign go on."`
	Cancel  campaignCancel  `cmd:"" help:"End a campaign; what has not left is taken back."`
	Retry   campaignRetry   `cmd:"" help:"Send again what failed before it left."`
}

// acting does something with campaigns in the organisation.
func (m mailPlace) acting(ctx context.Context, out output, do func(context.Context, *campaign.Service) error) error {
	return m.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, m.Org)
		if err != nil {
			return err
		}
		return do(auth.With(ctx, auth.System(org.ID, "command line")), a.Campaigns)
	})
}

type campaignList struct {
	mailPlace `embed:""`
	State     string `help:"Only in this state, such as running."`
	Limit     int    `default:"20" help:"How many at most, up to 200."`
}

// Run lists campaigns.
func (l *campaignList) Run(ctx context.Context, out output) error {
	return l.acting(ctx, out, func(ctx context.Context, s *campaign.Service) error {
		page, err := s.Campaigns(ctx, mail.CampaignFilter{State: mail.CampaignState(l.State), Limit: l.Limit})
		if err != nil {
			return err
		}
		if len(page.Rows) == 0 {
			_, err := fmt.Fprintln(out, "There is no such campaign. Begin with `renoz mail campaign preview`.")
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, c := range page.Rows {
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", c.ID, c.CreatedAt.UTC().Format(time.DateTime), c.State, c.Template, c.Name); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

type campaignPreview struct {
	mailPlace `embed:""`
	Name      string `required:"" help:"Name by which it is found again."`
	Template  string `required:"" help:"Key of the template, such as newsletter."`
	Search    string `help:"Only customers that this finds." xor:"whom"`
	List      string `help:"File of customer numbers or e-mail addresses, one a line; - reads what is piped in." xor:"whom"`
}

// Run makes a campaign, prepares it and says what it would do.
func (p *campaignPreview) Run(ctx context.Context, out output) error {
	wish := campaign.Wish{Name: p.Name, Template: p.Template, Audience: mail.Audience{Kind: mail.Everybody, Search: p.Search}}
	switch {
	case p.Search != "":
		wish.Audience.Kind = mail.Searched
	case p.List == "-":
		wish.Audience.Kind, wish.List = mail.Listed, os.Stdin
	case p.List != "":
		file, err := os.Open(p.List)
		if err != nil {
			return crm.Errorf(crm.Invalid, "The list cannot be read: %w.", err)
		}
		defer func() { _ = file.Close() }()
		wish.Audience.Kind, wish.List = mail.Listed, file
	}
	return p.acting(ctx, out, func(ctx context.Context, s *campaign.Service) error {
		c, err := s.Create(ctx, wish)
		if err != nil {
			return err
		}
		if err := s.Prepare(ctx, c.ID); err != nil {
			return err
		}
		return tellCampaign(ctx, out, s, c.ID)
	})
}

// campaignStep is a step of one campaign.
type campaignStep struct {
	mailPlace `embed:""`
	ID        string `arg:"" help:"Id of the campaign, as renoz mail campaign list shows it."`
}

type (
	campaignShow struct {
		campaignStep `embed:""`
	}
	campaignStart struct {
		campaignStep `embed:""`
		At           string `help:"Day and time on the organisation's clock, such as 2026-12-01T09:00; now when left out."`
	}
	campaignPause struct {
		campaignStep `embed:""`
	}
	campaignResume struct {
		campaignStep `embed:""`
	}
	campaignCancel struct {
		campaignStep `embed:""`
	}
	campaignRetry struct {
		campaignStep `embed:""`
	}
)

// Run shows a campaign.
func (s *campaignShow) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, func(*campaign.Service, context.Context, mail.CampaignID) error { return nil })
}

// Run starts a campaign; the process that works on jobs goes on.
func (s *campaignStart) Run(ctx context.Context, out output) error {
	if s.At == "" {
		return s.take(ctx, out, (*campaign.Service).Start)
	}
	return s.take(ctx, out, func(c *campaign.Service, ctx context.Context, id mail.CampaignID) error {
		return c.Schedule(ctx, id, s.At)
	})
}

// Run holds a campaign back.
func (s *campaignPause) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, (*campaign.Service).Pause)
}

// Run lets a campaign go on.
func (s *campaignResume) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, (*campaign.Service).Resume)
}

// Run ends a campaign.
func (s *campaignCancel) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, (*campaign.Service).Cancel)
}

// Run sends what failed again.
func (s *campaignRetry) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, func(c *campaign.Service, ctx context.Context, id mail.CampaignID) error {
		_, err := c.Retry(ctx, id)
		return err
	})
}

// take does a step and shows the campaign after it.
func (s campaignStep) take(ctx context.Context, out output, step func(*campaign.Service, context.Context, mail.CampaignID) error) error {
	id, err := crm.ParseID[mail.Campaign](s.ID)
	if err != nil {
		return crm.Errorf(crm.Invalid, "%q is not the id of a campaign. `renoz mail campaign list` shows them.", s.ID)
	}
	return s.acting(ctx, out, func(ctx context.Context, c *campaign.Service) error {
		if err := step(c, ctx, id); err != nil {
			return err
		}
		return tellCampaign(ctx, out, c, id)
	})
}

// badLinesTold is how many bad lines of a list are written.
const badLinesTold = 20

func tellCampaign(ctx context.Context, out output, s *campaign.Service, id mail.CampaignID) error {
	p, err := s.Progress(ctx, id)
	if err != nil {
		return err
	}
	reasons, err := s.Reasons(ctx, p.Campaign)
	if err != nil {
		return err
	}
	bad, err := s.BadLines(ctx, p.Campaign, 0, badLinesTold)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name string, value any) { _, _ = fmt.Fprintf(w, "%s\t%v\n", name, value) } // Flush tells whether it worked
	line("campaign", p.ID)
	line("name", p.Name)
	line("state", p.State)
	if p.Problem != "" {
		line("problem", p.Problem)
	}
	if p.StartAt != nil && p.BegunAt == nil {
		line("starts", p.StartAt.UTC().Format(time.RFC3339))
	}
	if p.BegunAt == nil {
		line("would get it", p.Waiting)
	} else {
		line("sent", p.Sent)
		line("waiting", p.Waiting)
		line("failed", p.Failed)
		line("cancelled", p.Cancelled)
	}
	line("skipped", p.Skipped)
	for _, r := range reasons {
		line(fmt.Sprintf("  %d", r.Count), r.Text)
	}
	if p.BadLines > 0 {
		line("bad lines", fmt.Sprintf("%d of %d", p.BadLines, p.Lines))
	}
	for _, l := range bad {
		line(fmt.Sprintf("  line %d", l.Line), l.Problem)
	}
	return w.Flush()
}
