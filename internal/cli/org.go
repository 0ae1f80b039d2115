package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

// orgPlace is whose records a command is about.
type orgPlace struct {
	place `embed:""`
	Org   string `required:"" help:"Name or id of the organisation."`
}

// desk is the program, acting in an organisation.
type desk struct {
	*app.App
	org crm.Organisation
}

// act does something in the organisation.
func (p orgPlace) act(ctx context.Context, out output, do func(context.Context, desk) error) error {
	return p.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, p.Org)
		if err != nil {
			return err
		}
		return do(auth.With(ctx, auth.System(org.ID, "command line")), desk{a, org})
	})
}

// columns writes rows of text that stand under each other. Flush tells whether
// it worked.
type columns struct{ *tabwriter.Writer }

// columnsOf begins with a row of headings, unless there are none.
func columnsOf(out output, headings ...any) columns {
	c := columns{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
	if len(headings) > 0 {
		c.row(headings...)
	}
	return c
}

func (c columns) row(cells ...any) {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		texts[i] = strings.Join(strings.Fields(fmt.Sprint(cell)), " ")
		if texts[i] == "" {
			texts[i] = "-"
		}
	}
	_, _ = fmt.Fprintln(c, strings.Join(texts, "\t"))
}

// moment is a time in UTC, or empty for none.
func moment(at *time.Time) string {
	if at == nil || at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.DateTime)
}

// count is "1 record" or "2 records".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// tell writes a sentence.
func (o output) tell(format string, args ...any) error {
	_, err := fmt.Fprintf(o, format+"\n", args...)
	return err
}
