package cli

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

// mailPeriod is some days.
type mailPeriod struct {
	Days int    `default:"30" help:"The last so many days, today included."`
	From string `help:"First day instead, as DD/MM/YYYY or YYYY-MM-DD."`
	To   string `help:"Last day; today when it is left out."`
}

func (p mailPeriod) read(ctx context.Context, s *resend.Service) (resend.Period, error) {
	today, err := s.Today(ctx)
	if err != nil {
		return resend.Period{}, err
	}
	period := resend.LastDays(today, p.Days)
	if p.To != "" {
		if period.Last, err = crm.ParseDay(p.To); err != nil {
			return resend.Period{}, err
		}
		period.First = period.Last.AddDays(1 - p.Days)
	}
	if p.From != "" {
		period.First, err = crm.ParseDay(p.From)
	}
	return period, err
}

type mailReport struct {
	mailPlace  `embed:""`
	mailPeriod `embed:""`
	By         string `default:"template" enum:"template,category,campaign,domain" help:"What rows are by: template, category, campaign or domain."`
	Recount    bool   `help:"Add all figures up again from the mails first."`
}

// Run shows what became of mail.
func (r *mailReport) Run(ctx context.Context, out output) error {
	return r.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		if r.Recount {
			if err := s.CountAgain(ctx); err != nil {
				return err
			}
		}
		p, err := r.read(ctx, s)
		if err != nil {
			return err
		}
		rep, err := s.Report(ctx, resend.ReportQuery{Period: p, By: mail.Facet(r.By)})
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(out, "Mail that left from %s to %s.\n", p.First.Format(), p.Last.Format())
		rows := append([]resend.ReportRow{{Label: "All mail", Figures: rep.Total}, {Label: "Period before", Figures: rep.Previous}}, rep.Rows...)
		return tellRows(out, rows)
	})
}

type mailBounces struct {
	mailPlace  `embed:""`
	mailPeriod `embed:""`
	Resume     bool `help:"Let marketing mail go on that paused because too much came back."`
}

// Run shows what came back.
func (b *mailBounces) Run(ctx context.Context, out output) error {
	return b.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		if b.Resume {
			if err := s.ResumeMarketing(ctx); err != nil {
				return err
			}
		}
		p, err := b.read(ctx, s)
		if err != nil {
			return err
		}
		rep, err := s.Bounces(ctx, p)
		if err != nil {
			return err
		}
		if rep.Marketing.Holds() {
			_, _ = fmt.Fprintf(out, "Marketing mail is paused. %s `renoz mail bounces --resume` lets it go on.\n", rep.Marketing.Why)
		}
		_, _ = fmt.Fprintf(out, "Mail that left from %s to %s: %d sent, %d bounced, %d called spam.\n", p.First.Format(), p.Last.Format(), rep.Total.Sent, rep.Total.Bounced, rep.Total.Complained)
		for _, part := range [][]resend.ReportRow{rep.Kinds, rep.Domains, rep.Templates} {
			if len(part) == 0 {
				continue
			}
			if err := tellRows(out, part); err != nil {
				return err
			}
		}
		return nil
	})
}

func tellRows(out output, rows []resend.ReportRow) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "NAME\tSENT\tDELIVERED\tOPENED\tCLICKED BY PEOPLE\tBOUNCED\tCOMPLAINED\tUNSUBSCRIBED")
	for _, r := range rows {
		_, _ = fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", r.Label, r.Sent, r.Delivered, r.Opened, r.ClickedByPerson, r.Bounced, r.Complained, r.Unsubscribed)
	}
	return table.Flush()
}
