package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

type mailDomains struct {
	List   mailDomainList   `cmd:"" default:"withargs" help:"List the domains that mail is sent from."`
	Show   mailDomainShow   `cmd:"" help:"Show a domain with its DNS records, what was found of them and what to do."`
	Verify mailDomainVerify `cmd:"" help:"Have Resend verify a domain, and look its records up."`
}

type mailDomainList struct {
	mailPlace `embed:""`
	Text      string `help:"Only those with this in their name."`
	Limit     int    `default:"50" help:"How many at most, up to 200."`
	Read      bool   `help:"Read them from Resend first."`
}

// Run lists domains.
func (l *mailDomainList) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		if l.Read {
			if err := s.RefreshDomains(ctx); err != nil {
				return err
			}
		}
		found, err := s.Domains(ctx, mail.DomainFilter{Text: l.Text, Limit: l.Limit})
		if err != nil {
			return err
		}
		if found.Read.Problem != "" {
			_, _ = fmt.Fprintln(out, found.Read.Problem)
		}
		if len(found.Rows) == 0 {
			_, err := fmt.Fprintln(out, "There is no such domain. `renoz mail domains list --read` reads them from Resend.")
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "DOMAIN\tSTATE\tREGION\tLOOKED UP\tID")
		for _, d := range found.Rows {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", d.Name, d.Standing().Label(), d.Region, momentOr(d.LookedAt, "never"), d.ID)
		}
		return w.Flush()
	})
}

// mailDomainStep is a step of one domain.
type mailDomainStep struct {
	mailPlace `embed:""`
	Domain    string `arg:"" help:"Name of the domain, or its id."`
}

type (
	mailDomainShow struct {
		mailDomainStep `embed:""`
	}
	mailDomainVerify struct {
		mailDomainStep `embed:""`
	}
)

// Run shows a domain.
func (s *mailDomainShow) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, func(*resend.Service, context.Context, mail.DomainID) error { return nil })
}

// Run has a domain verified.
func (s *mailDomainVerify) Run(ctx context.Context, out output) error {
	return s.take(ctx, out, (*resend.Service).VerifyDomain)
}

// take does a step and shows the domain after it.
func (s mailDomainStep) take(ctx context.Context, out output, step func(*resend.Service, context.Context, mail.DomainID) error) error {
	return s.act(ctx, out, func(ctx context.Context, r *resend.Service) error {
		id, err := r.DomainID(ctx, s.Domain)
		if err != nil {
			return err
		}
		if err := step(r, ctx, id); err != nil {
			return err
		}
		d, err := r.Domain(ctx, id)
		if err != nil {
			return err
		}
		return tellDomain(out, d)
	})
}

func tellDomain(out output, d resend.DomainDetail) error {
	_, _ = fmt.Fprintf(out, "%s: %s\n", d.Name, d.Standing().Label())
	if d.BrokenWhy != "" {
		_, _ = fmt.Fprintln(out, d.BrokenWhy)
	}
	for _, r := range d.Records {
		state := r.State()
		if r.Unanswered {
			state += " (the last look-up got no answer)"
		}
		_, _ = fmt.Fprintf(out, "\n%s: %s\n", r.Kind.Label(), state)
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		value := r.Value
		if r.Priority != nil {
			value = fmt.Sprintf("%d %s", *r.Priority, r.Value)
		}
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\n", r.Type, r.Host, value)
		for _, found := range r.Found {
			_, _ = fmt.Fprintf(w, "  found\t\t%s\n", found)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if todo := r.Todo(d.Zone); todo != "" {
			_, _ = fmt.Fprintf(out, "  %s\n", strings.TrimSpace(todo+" "+r.Paste()))
		}
	}
	return nil
}

func momentOr(at *time.Time, none string) string {
	if at == nil {
		return none
	}
	return at.UTC().Format(time.DateTime)
}
