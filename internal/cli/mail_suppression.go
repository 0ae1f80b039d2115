package cli

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

type mailSuppressions struct {
	List   suppressionList   `cmd:"" default:"withargs" help:"List addresses that are not written to, the newest first."`
	Add    suppressionAdd    `cmd:"" help:"Stop mail to an address: all of it, all marketing, or one category."`
	Remove mailUnsuppress    `cmd:"" help:"Let mail go to an address again."`
	Import suppressionImport `cmd:"" help:"Import addresses from a CSV file, whose first line names the columns."`
	Export suppressionExport `cmd:"" help:"Write the list as CSV, which can be imported again."`
	Sync   suppressionSync   `cmd:"" help:"Exchange the list with Resend's own."`
}

// suppressionFilter is which part of the list a command is about.
type suppressionFilter struct {
	Kind   string `enum:"all,suppressed,unsubscribed,removed" default:"all" help:"all, suppressed, unsubscribed or removed."`
	Reason string `help:"Only for this reason, such as bounce."`
	Scope  string `help:"Only of this scope, such as newsletter."`
	Text   string `help:"Only addresses with this in them."`
}

func (f suppressionFilter) filter() (mail.SuppressionFilter, error) {
	out := mail.SuppressionFilter{Reason: mail.Reason(f.Reason), Text: f.Text, Kind: mail.SuppressionKind(f.Kind)}
	if f.Kind == "all" {
		out.Kind = mail.HeldSuppressions
	}
	if f.Scope == "" {
		return out, nil
	}
	var err error
	out.Scope, err = mail.ParseScope(f.Scope)
	return out, err
}

type suppressionList struct {
	mailPlace         `embed:""`
	suppressionFilter `embed:""`
	Limit             int `default:"50" help:"How many at most, up to 200."`
}

// Run lists suppressions.
func (l *suppressionList) Run(ctx context.Context, out output) error {
	f, err := l.filter()
	if err != nil {
		return err
	}
	f.Limit = l.Limit
	return l.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		rows, err := s.Suppressions(ctx, f)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			_, err := fmt.Fprintln(out, "There is no such address.")
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, r := range rows {
			at, by, why := r.At, r.By, r.Note
			if r.RemovedAt != nil {
				at, by, why = *r.RemovedAt, r.RemovedBy, r.RemovedNote
			}
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, at.UTC().Format(time.DateTime), r.Address, r.Scope, r.Reason, by, why) // Flush tells whether it worked
		}
		return w.Flush()
	})
}

type suppressionAdd struct {
	mailPlace `embed:""`
	Address   string `arg:"" help:"Address that is not to be written to."`
	Scope     string `default:"all" help:"What is stopped: all, all_marketing, newsletter, follow_up or another category."`
	Note      string `help:"Why, for those who ask later."`
}

// Run stops mail to an address, and says the id that undoes it.
func (a *suppressionAdd) Run(ctx context.Context, out output) error {
	return a.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		if err := s.SuppressIn(ctx, a.Address, mail.Scope(a.Scope), a.Note); err != nil {
			return err
		}
		address, err := crm.ParseEmail(a.Address)
		if err != nil {
			return err
		}
		scope, err := mail.ParseScope(a.Scope)
		if err != nil {
			return err
		}
		held, err := s.SuppressionIn(ctx, address, scope)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "Stopped for %s: %s. `renoz mail suppressions remove %s --reason …` undoes it.\n", held.Address, held.Scope.Label(), held.ID)
		return err
	})
}

type suppressionImport struct {
	mailPlace `embed:""`
	File      string `arg:"" help:"The file, or - for standard input."`
	Preview   bool   `help:"Say what would happen, and write nothing."`
	Refused   string `help:"Write the lines that cannot be taken to this file, which can be mended and imported." placeholder:"FILE"`
}

// Run imports a file and says what became of each line that was not taken. It fails
// when there is one, though the others are kept.
func (i *suppressionImport) Run(ctx context.Context, out output) error {
	file, err := i.read()
	if err != nil {
		return err
	}
	return i.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		report, err := i.take(ctx, out, s, file)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, l := range report.Bad {
			_, _ = fmt.Fprintf(w, "line %d\t%s\t%s\n", l.Line, l.Field, l.Problem) // Flush tells whether it worked
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if i.Preview {
			_, err = fmt.Fprintf(out, "Preview, nothing was written: %d can be taken, %d need attention.\n", len(report.Good), len(report.Bad))
		} else {
			_, err = fmt.Fprintf(out, "%d added, %d on the list already, %d need attention.\n", report.Added, report.Known, report.Refused)
		}
		if err != nil || len(report.Bad) == 0 {
			return err
		}
		if err := (&importCustomers{Refused: i.Refused}).keep(report.WriteBad); err != nil {
			return err
		}
		return crm.Errorf(crm.Invalid, "Lines that need attention: %d. Mend them and import the file again; what is on the list already is passed over.", len(report.Bad))
	})
}

func (i *suppressionImport) take(ctx context.Context, out output, s *resend.Service, file []byte) (resend.ImportReport, error) {
	if i.Preview {
		read, err := s.CheckSuppressions(ctx, file)
		return resend.ImportReport{SuppressionSheet: read}, err
	}
	const often = 5000 // addresses between two words of progress
	told := 0
	return s.ImportSuppressions(ctx, i.File, file, func(p mail.SuppressionImport) {
		if p.Taken-told >= often {
			told = p.Taken
			_, _ = fmt.Fprintf(out, "%d of %d addresses\n", p.Taken, p.Lines)
		}
	})
}

func (i *suppressionImport) read() ([]byte, error) {
	from := io.Reader(os.Stdin)
	if i.File != "-" {
		file, err := os.Open(i.File)
		if err != nil {
			return nil, crm.Errorf(crm.Invalid, "The file cannot be read: %w. Check its name.", err)
		}
		defer func() { _ = file.Close() }() // it was only read
		from = file
	}
	text, err := io.ReadAll(io.LimitReader(from, resend.MaxSuppressionBytes+1))
	if err != nil {
		return nil, crm.Errorf(crm.Invalid, "The file cannot be read: %w.", err)
	}
	return text, nil
}

type suppressionExport struct {
	mailPlace         `embed:""`
	suppressionFilter `embed:""`
}

// Run writes the list as CSV.
func (e *suppressionExport) Run(ctx context.Context, out output) error {
	f, err := e.filter()
	if err != nil {
		return err
	}
	f.Limit = 200
	return e.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		w := csv.NewWriter(out)
		if err := w.Write(resend.SuppressionColumns(f.Kind)); err != nil {
			return err
		}
		for {
			rows, err := s.Suppressions(ctx, f)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := w.Write(resend.SuppressionRow(r)); err != nil {
					return err
				}
			}
			if len(rows) == 0 {
				break
			}
			f.Before = rows[len(rows)-1].ID
		}
		w.Flush()
		return w.Error()
	})
}

type suppressionSync struct {
	mailPlace `embed:""`
}

// Run exchanges the list with Resend's own.
func (y *suppressionSync) Run(ctx context.Context, out output) error {
	return y.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		l, err := s.ExchangeNow(ctx)
		if err != nil {
			return err
		}
		if l.State != mail.ExchangeOn {
			return crm.Errorf(crm.Precondition, "The lists are not exchanged. %s", l.Problem)
		}
		_, err = fmt.Fprintf(out, "Both lists are exchanged; %d addresses wait to be told.\n", l.Waiting)
		return err
	})
}
