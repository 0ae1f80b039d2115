package cli

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
)

type mailTemplates struct {
	mailPlace `embed:""`
	Text      string `arg:"" optional:"" help:"Part of name, key or purpose."`
	Archived  bool   `help:"Those that were archived."`
}

// Run lists templates.
func (l *mailTemplates) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		all, err := s.Templates(ctx, resend.TemplateFilter{Text: l.Text, Archived: l.Archived})
		if err != nil {
			return err
		}
		if len(all) == 0 {
			_, err := fmt.Fprintln(out, "There is no such template.")
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, t := range all {
			sent := "library"
			switch {
			case t.Own && t.Published > 0:
				sent = fmt.Sprintf("version %d", t.Published)
			case t.Own && !t.Library:
				sent = "draft"
			}
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.Key, sent, t.Category, t.Draft.Name); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

type mailTemplateCheck struct {
	mailPlace `embed:""`
	Key       string `arg:"" help:"Key of the template."`
	Publish   bool   `help:"Publish the draft where nothing stands against it."`
	Note      string `help:"What has changed, for the versions."`
}

// Run says what stands against a draft, and publishes it when that is asked for.
func (c *mailTemplateCheck) Run(ctx context.Context, out output) error {
	return c.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		t, err := s.TemplateOf(ctx, c.Key)
		if err != nil {
			return err
		}
		p, err := s.PreviewTemplate(ctx, t.Letter(), resend.PreviewOf{})
		if err != nil {
			return err
		}
		for _, problem := range p.Problems {
			if _, err := fmt.Fprintln(out, problem.String()); err != nil {
				return err
			}
		}
		for _, f := range p.Findings {
			if _, err := fmt.Fprintf(out, "%s: %s: %s\n", f.Severity, f.Rule, f.Message); err != nil {
				return err
			}
		}
		if len(p.Problems) > 0 {
			return crm.Errorf(crm.Invalid, "The draft cannot be sent. Mend it on its page.")
		}
		if !c.Publish {
			_, err := fmt.Fprintf(out, "It can be sent, with the subject %q.\n", p.Subject)
			return err
		}
		published, err := s.PublishTemplate(ctx, c.Key, t.Revision, c.Note)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "Version %d is sent from now on.\n", published.Published)
		return err
	})
}
