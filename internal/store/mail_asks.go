package store

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// SilentMail is a message that left, and of which nothing was told since.
type SilentMail struct {
	ID        mail.ID
	RemoteID  string
	Recipient string
	Left      time.Time
}

// Silence selects messages of which nothing was told: made since Since, and left
// before Until, of which the mail service was not asked after Again.
type Silence struct {
	Since, Until, Again time.Time
	After               mail.ID // of the page before
	Limit               int
}

// SilentMails are messages of an organisation of which nothing was told, the
// earliest first.
func (r Reader) SilentMails(ctx context.Context, org crm.OrgID, f Silence) ([]SilentMail, error) {
	rows, err := r.q.SilentMails(ctx, db.SilentMailsParams{OrgID: org, State: string(mail.Sent), Since: firstIDAt(f.Since), After: f.After.UUID,
		Until: instant.Ptr(f.Until), Again: instant.Ptr(f.Again), MaxRows: limit(f.Limit)})
	if err != nil {
		return nil, fmt.Errorf("list mails of which nothing was told: %w", err)
	}
	all := make([]SilentMail, len(rows))
	for i, row := range rows {
		all[i] = SilentMail{mail.ID{UUID: row.ID}, row.RemoteID, row.Recipient, row.LeftAt.Time}
	}
	return all, nil
}

// OrganisationsWithSilentMail are those that have such messages.
func (r Reader) OrganisationsWithSilentMail(ctx context.Context, f Silence) ([]crm.OrgID, error) {
	orgs, err := r.q.OrganisationsWithSilentMail(ctx, db.OrganisationsWithSilentMailParams{State: string(mail.Sent), Since: firstIDAt(f.Since), Until: instant.Ptr(f.Until), Again: instant.Ptr(f.Again)})
	return orgs, doing(err, "list organisations with mails of which nothing was told")
}

// AskedMail keeps that the mail service was asked of a message now.
func (t *Tx) AskedMail(ctx context.Context, org crm.OrgID, id mail.ID) error {
	return doing(t.q.AskedMail(ctx, instant.Ptr(t.Now()), org, id.UUID), "keep that a mail was asked of")
}
