package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

type importCommand struct {
	Customers importCustomers `cmd:"" help:"Import customers from a CSV file, whose first line names the columns."`
}

type importCustomers struct {
	place   `embed:""`
	File    string `arg:"" help:"The file, or - for standard input."`
	Org     string `required:"" help:"Name or id of the organisation."`
	Update  bool   `help:"Change customers that are there; otherwise they are skipped."`
	Preview bool   `help:"Say what would happen, and write nothing."`
	Refused string `help:"Write the refused lines with their reasons to this file, which can be mended and imported." placeholder:"FILE"`
}

// Run imports a file and says what became of each line that was not written.
// It fails when lines were refused, though the others are kept.
func (i *importCustomers) Run(ctx context.Context, out output) error {
	file, err := i.open()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	return i.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, i.Org)
		if err != nil {
			return err
		}
		take := a.Book.ImportCustomers
		if i.Preview {
			take = a.Book.PreviewCustomers
		}
		report, err := take(auth.With(ctx, auth.System(org.ID, "command line")), file, i.Update)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, l := range report.Lines {
			if l.Reason != "" {
				_, _ = fmt.Fprintf(w, "line %d\t%s\t%s\t%s\n", l.Line, l.Outcome, l.Field, l.Reason) // Flush tells whether it worked
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s%d created, %d updated, %d skipped, %d refused.\n", i.opening(), report.Created, report.Updated, report.Skipped, report.Refused); err != nil {
			return err
		}
		if report.Refused == 0 {
			return nil
		}
		if err := i.keep(report.WriteRefused); err != nil {
			return err
		}
		return crm.Errorf(crm.Invalid, "Lines that were refused: %d. Mend them and import the file again; what is there already is skipped.", report.Refused)
	})
}

func (i *importCustomers) opening() string {
	if i.Preview {
		return "Preview, nothing was written: "
	}
	return ""
}

func (i *importCustomers) open() (io.ReadCloser, error) {
	if i.File == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	file, err := os.Open(i.File)
	if err != nil {
		return nil, crm.Errorf(crm.Invalid, "The file cannot be read: %w. Check its name.", err)
	}
	return file, nil
}

// keep writes the refused lines where they were asked for.
func (i *importCustomers) keep(write func(io.Writer) error) error {
	if i.Refused == "" {
		return nil
	}
	file, err := os.OpenFile(i.Refused, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return crm.Errorf(crm.Invalid, "The refused lines cannot be written: %w.", err)
	}
	if err := write(file); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
