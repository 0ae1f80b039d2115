package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
)

// A text is looked for in the newest MailsSearched messages, and among those to
// the first few addresses that begin with it, however old they are.
const (
	MailsSearched      = 5000
	recipientsSearched = 20
)

// Mails lists messages, the newest first, without what they say.
func (r Reader) Mails(ctx context.Context, org crm.OrgID, f mail.Filter) ([]mail.Message, error) {
	before, most := f.Before.UUID, limit(f.Limit)
	if before == uuid.Nil {
		before = uuid.Max
	}
	var rows []db.Mail
	var err error
	switch {
	case f.About.ID != uuid.Nil:
		rows, err = r.q.MailsAbout(ctx, db.MailsAboutParams{OrgID: org, AboutID: &f.About.ID, Before: before, MaxRows: most})
	case f.Customer != nil:
		rows, err = r.q.MailsOfCustomer(ctx, db.MailsOfCustomerParams{OrgID: org, CustomerID: f.Customer, Before: before, MaxRows: most})
	case strings.TrimSpace(f.Text) != "":
		rows, err = r.searchMails(ctx, org, f, before)
	case f.Category != "" && f.State != "":
		rows, err = r.q.MailsInCategoryAndState(ctx, db.MailsInCategoryAndStateParams{OrgID: org, Category: string(f.Category), State: string(f.State), Before: before, MaxRows: most})
	case f.Category != "":
		rows, err = r.q.MailsInCategory(ctx, db.MailsInCategoryParams{OrgID: org, Category: string(f.Category), Before: before, MaxRows: most})
	case f.State != "":
		rows, err = r.q.MailsInState(ctx, db.MailsInStateParams{OrgID: org, State: string(f.State), Before: before, MaxRows: most})
	default:
		rows, err = r.q.Mails(ctx, org, before, most)
	}
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	return each(rows, mailOf), nil
}

// searchMails looks for a text. An address that is written out is found among
// all messages.
func (r Reader) searchMails(ctx context.Context, org crm.OrgID, f mail.Filter, before uuid.UUID) ([]db.Mail, error) {
	text := strings.ToLower(strings.TrimSpace(f.Text))
	to := func(recipient string) ([]db.Mail, error) {
		return r.q.MailsTo(ctx, db.MailsToParams{OrgID: org, Recipient: recipient, Before: before, State: string(f.State), Category: string(f.Category), MaxRows: limit(f.Limit)})
	}
	if address, err := crm.ParseEmail(text); err == nil {
		return to(address)
	}
	floor, err := r.q.MailBack(ctx, org, before, MailsSearched-1)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, err
	}
	found, err := r.q.SearchMails(ctx, db.SearchMailsParams{OrgID: org, Before: before, Floor: floor, Prefix: strings.TrimPrefix(contains(text), "%"), Pattern: contains(text),
		State: string(f.State), Category: string(f.Category), MaxRows: limit(f.Limit)})
	if err != nil {
		return nil, err
	}
	for range recipientsSearched {
		next, err := r.q.NextRecipient(ctx, org, text, beyond(f.Text))
		if err != nil || len(next) == 0 {
			return newestMails(found, f.Limit), err
		}
		some, err := to(next[0])
		if err != nil {
			return nil, err
		}
		found, text = append(found, some...), next[0]+" "
	}
	return newestMails(found, f.Limit), nil
}

// beyond is behind all addresses that begin with a text.
func beyond(text string) string { return strings.ToLower(strings.TrimSpace(text)) + "\U0010FFFF" }

func newestMails(rows []db.Mail, most int) []db.Mail {
	slices.SortFunc(rows, func(a, b db.Mail) int { return slices.Compare(b.ID[:], a.ID[:]) })
	rows = slices.CompactFunc(rows, func(a, b db.Mail) bool { return a.ID == b.ID })
	return rows[:min(len(rows), int(limit(most)))]
}
