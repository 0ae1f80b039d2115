package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

type export struct {
	place `embed:""`
	Org   string   `required:"" help:"Name or id of the organisation."`
	Kinds []string `help:"Only records of these kinds: customer, product, order, invoice, payment, credit_note, allocation, refund." placeholder:"KIND"`
	File  string   `arg:"" default:"-" help:"The file to write, which must not be there yet, or - for standard output."`
}

// Run writes the records, each as the API shows it, and says how many.
func (e *export) Run(ctx context.Context, out output) error {
	return e.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, e.Org)
		if err != nil {
			return err
		}
		records, err := a.Programs()
		if err != nil {
			return err
		}
		ctx := auth.With(ctx, auth.System(org.ID, "command line"))
		var counts map[string]int
		err = writeFile(out, e.File, func(w io.Writer) error {
			counts, err = records.Export(ctx, w, e.Kinds)
			return err
		})
		if err != nil {
			return err
		}
		var said []string
		for _, kind := range records.ExportKinds() {
			if counts[kind] > 0 {
				said = append(said, fmt.Sprintf("%s: %d", kind, counts[kind]))
			}
		}
		if len(said) == 0 {
			said = []string{"nothing to write"}
		}
		_, err = fmt.Fprintln(out.err, strings.Join(said, ", "))
		return err
	})
}

// writeFile gives what to write to: a new file, or standard output for -. A file
// that could not be written whole is removed.
func writeFile(out output, name string, write func(io.Writer) error) error {
	if name == "-" {
		return write(out)
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return crm.Errorf(crm.Invalid, "The file cannot be written: %w. Name one that is not there yet, in a folder that you may write to.", err)
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}
