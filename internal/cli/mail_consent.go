package cli

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

type mailConsents struct {
	mailPlace `embed:""`
	Address   string `xor:"of" help:"Only of this address."`
	Customer  string `xor:"of" placeholder:"ID" help:"Only of the customer with this id, and of the customer's address."`
	Limit     int    `default:"50" help:"How many at most, up to 200."`
}

// Run lists the log of consent.
func (l *mailConsents) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		read := s.Consents
		if l.Customer != "" {
			id, err := crm.ParseID[crm.Customer](l.Customer)
			if err != nil {
				return crm.Errorf(crm.Invalid, "%q is not the id of a customer.", l.Customer)
			}
			read = s.ConsentsOf(id)
		}
		rows, err := read(ctx, mail.ConsentFilter{Address: l.Address, Limit: l.Limit})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			_, err := fmt.Fprintln(out, "Nothing is noted.")
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, c := range rows {
			what := "withdrawn"
			if c.Given {
				what = "given"
			}
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", c.At.UTC().Format(time.DateTime), what, c.Scope, c.Way, c.By, c.Note) // Flush tells whether it worked
		}
		return w.Flush()
	})
}
