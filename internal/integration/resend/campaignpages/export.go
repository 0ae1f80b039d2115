package campaignpages

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web/csvfile"
)

// exportBatch is how many rows are read at once.
const exportBatch = 200

// exportRecipients sends what became of each recipient as a file, batch by batch.
func (p *Pages) exportRecipients(w http.ResponseWriter, r *http.Request) error {
	c, err := p.read(r)
	if err != nil {
		return err
	}
	f := mail.RecipientFilter{Limit: exportBatch}
	page, err := p.campaigns.Recipients(r.Context(), c, f)
	if err != nil {
		return err
	}
	out, err := csvfile.Begin(w, "campaign-"+c.ID.String(), []string{"address", "name", "outcome", "reason", "customer", "mail"})
	if err != nil {
		return fmt.Errorf("write recipients: %w", err)
	}
	for {
		for _, row := range page.Rows {
			id := ""
			if row.Mail != nil {
				id = row.Mail.String()
			}
			if err := out.Write([]string{crm.InertCell(row.Address), crm.InertCell(row.Name), string(row.Outcome), crm.InertCell(row.Problem.Text), row.Customer.String(), id}); err != nil {
				return fmt.Errorf("write recipients: %w", err)
			}
		}
		if f.After = page.Next; page.Next == "" {
			break
		}
		if page, err = p.campaigns.Recipients(r.Context(), c, f); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// exportLines sends all lines of a list that name no customer.
func (p *Pages) exportLines(w http.ResponseWriter, r *http.Request) error {
	c, err := p.read(r)
	if err != nil {
		return err
	}
	out, err := csvfile.Begin(w, "campaign-lines-"+c.ID.String(), []string{"line", "text", "problem"})
	if err != nil {
		return fmt.Errorf("write bad lines: %w", err)
	}
	for last := 0; ; {
		rows, err := p.campaigns.BadLines(r.Context(), c, last, exportBatch)
		if err != nil {
			return err
		}
		for _, row := range rows {
			last = row.Line
			if err := out.Write([]string{strconv.Itoa(row.Line), crm.InertCell(row.Text), row.Problem}); err != nil {
				return fmt.Errorf("write bad lines: %w", err)
			}
		}
		if len(rows) < exportBatch {
			break
		}
	}
	out.Flush()
	return out.Error()
}
