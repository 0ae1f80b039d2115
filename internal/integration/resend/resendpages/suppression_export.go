package resendpages

import (
	"fmt"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web/csvfile"
)

// exportBatch is how many rows are read at once.
const exportBatch = 200

// exportSuppressions sends the filtered list as a file, batch by batch. What holds
// can be imported again as it is.
func (p *Pages) exportSuppressions(w http.ResponseWriter, r *http.Request) error {
	v, err := p.suppressionsView(r)
	if err != nil {
		return err
	}
	f := v.SuppressionFilter
	f.Limit = exportBatch
	rows, err := p.resend.Suppressions(r.Context(), f)
	if err != nil {
		return err
	}
	out, err := csvfile.Begin(w, "suppressions-"+p.now().UTC().Format(time.DateOnly), resend.SuppressionColumns(v.Kind))
	if err != nil {
		return err
	}
	for len(rows) > 0 {
		for _, s := range rows {
			if err := out.Write(resend.SuppressionRow(s)); err != nil {
				return fmt.Errorf("write suppressions: %w", err)
			}
		}
		f.Before = rows[len(rows)-1].ID
		if rows, err = p.resend.Suppressions(r.Context(), f); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// exportConsents sends the log of consent, or a customer's part of it, as a file.
func (p *Pages) exportConsents(w http.ResponseWriter, r *http.Request) error {
	read := p.resend.Consents
	if text := r.FormValue("customer"); text != "" {
		id, err := crm.ParseID[crm.Customer](text)
		if err != nil {
			return crm.Errorf(crm.NotFound, "There is no such customer.")
		}
		read = p.resend.ConsentsOf(id)
	}
	f := mail.ConsentFilter{Limit: exportBatch}
	rows, err := read(r.Context(), f)
	if err != nil {
		return err
	}
	out, err := csvfile.Begin(w, "consent-"+p.now().UTC().Format(time.DateOnly), []string{"at", "given", "scope", "how", "by", "note", "customer", "address_hash"})
	if err != nil {
		return err
	}
	for len(rows) > 0 {
		for _, c := range rows {
			if err := out.Write(consentRow(c)); err != nil {
				return fmt.Errorf("write consent: %w", err)
			}
		}
		f.Before = rows[len(rows)-1].ID
		if rows, err = read(r.Context(), f); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func consentRow(c mail.Consent) []string {
	given, customer := "withdrawn", ""
	if c.Given {
		given = "given"
	}
	if c.Customer != nil {
		customer = c.Customer.String()
	}
	return []string{c.At.UTC().Format(time.RFC3339), given, string(c.Scope), string(c.Way), crm.InertCell(c.By), crm.InertCell(c.Note), customer, c.AddressHash}
}
