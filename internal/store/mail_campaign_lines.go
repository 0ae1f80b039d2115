package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
)

// CampaignLine is a line of a list, with the customer that it names or what is
// wrong with it.
type CampaignLine struct {
	Line     int
	Text     string
	Customer crm.CustomerID // zero: nobody
	Problem  string
}

// AddCampaignLines adds lines to the list of a campaign that is being read.
func (t *Tx) AddCampaignLines(ctx context.Context, c mail.Campaign, lines []CampaignLine) error {
	bad := 0
	for _, l := range lines {
		if l.Problem != "" {
			bad++
		}
		err := t.q.InsertCampaignLine(ctx, db.InsertCampaignLineParams{CampaignID: c.ID.UUID, Line: int64(l.Line), OrgID: c.Org, CustomerID: l.Customer, Text: l.Text, Problem: l.Problem})
		if err != nil {
			return fmt.Errorf("keep a line of a list: %w", err)
		}
	}
	return doing(t.q.CountCampaignLines(ctx, db.CountCampaignLinesParams{Lines: int64(len(lines)), BadLines: int64(bad), Now: at(t), OrgID: c.Org, ID: c.ID.UUID}), "count the lines of a list")
}

// BadLines are up to max lines of a campaign's list that name no customer,
// behind a line.
func (r Reader) BadLines(ctx context.Context, c mail.Campaign, after, max int) ([]mail.BadLine, error) {
	rows, err := r.q.BadCampaignLines(ctx, db.BadCampaignLinesParams{CampaignID: c.ID.UUID, OrgID: c.Org, After: int64(after), MaxRows: batch(max)})
	if err != nil {
		return nil, fmt.Errorf("read the bad lines of a list: %w", err)
	}
	return each(rows, func(x db.BadCampaignLinesRow) mail.BadLine { return mail.BadLine{Line: int(x.Line), Text: x.Text, Problem: x.Problem} }), nil
}

// CustomerCalled is the customer whose number or e-mail address a text is;
// found is false for nobody's.
func (r Reader) CustomerCalled(ctx context.Context, org crm.OrgID, text string) (id crm.CustomerID, archived, found bool, err error) {
	if address, err := crm.ParseEmail(text); err == nil {
		rows, err := r.q.CustomersByEmail(ctx, org, address)
		if err != nil || len(rows) == 0 {
			return id, false, false, doing(err, "look for a customer by address")
		}
		return rows[0].ID, rows[0].ArchivedAt != nil, true, nil
	}
	for _, number := range []string{text, strings.ToUpper(text)} {
		rows, err := r.q.CustomersByNumber(ctx, org, number)
		if err != nil {
			return id, false, false, fmt.Errorf("look for a customer by number: %w", err)
		}
		if len(rows) > 0 {
			return rows[0].ID, rows[0].ArchivedAt != nil, true, nil
		}
	}
	return crm.CustomerID{UUID: uuid.Nil}, false, false, nil
}
