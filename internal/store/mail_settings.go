package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// MailSettings is how an organisation sends.
type MailSettings struct {
	Settings  string // JSON, the integration's; empty: none yet
	SealedKey string
	Paused    mail.Pause
	Marketing mail.MarketingPause
	Zone      string // by whose clock figures were counted; "": not yet
	UpdatedBy string
	UpdatedAt time.Time
}

// MailSettings returns the zero value for an organisation without any.
func (r Reader) MailSettings(ctx context.Context, org crm.OrgID) (MailSettings, error) {
	row, err := r.q.MailSettings(ctx, org)
	if found, err := maybe(err, "read how mail is sent"); err != nil || !found {
		return MailSettings{}, err
	}
	return mailSettingsOf(row)
}

func mailSettingsOf(row db.MailSetting) (MailSettings, error) {
	s := MailSettings{Settings: row.Settings, SealedKey: row.SealedKey, UpdatedBy: row.UpdatedBy, UpdatedAt: row.UpdatedAt.Time, Zone: row.FiguresZone,
		Paused: mail.Pause{Code: row.PausedCode, Why: row.PausedWhy, Until: row.PausedUntil.Std()}, Marketing: mail.MarketingPause{Why: row.MarketingPausedWhy, At: row.MarketingPausedAt.Std()}}
	if row.Reputation == "" {
		return s, nil
	}
	return s, doing(json.Unmarshal([]byte(row.Reputation), &s.Marketing.Reputation), "read what is known of mail that came back")
}

// HoldMailSettings is MailSettings that nobody else changes until the end of the
// transaction.
func (t *Tx) HoldMailSettings(ctx context.Context, org crm.OrgID) (MailSettings, error) {
	rows, err := t.q.HoldMailSettings(ctx, org)
	if err != nil || len(rows) == 0 {
		return MailSettings{}, doing(err, "hold how mail is sent")
	}
	return mailSettingsOf(rows[0])
}

// KeepMarketing keeps whether marketing mail pauses, and what is known of mail
// that came back.
func (t *Tx) KeepMarketing(ctx context.Context, org crm.OrgID, p mail.MarketingPause) error {
	known, err := json.Marshal(p.Reputation)
	if err != nil {
		return fmt.Errorf("write what is known of mail that came back: %w", err)
	}
	_, err = t.q.KeepReputation(ctx, db.KeepReputationParams{Why: p.Why, At: instant.Maybe(p.At), Reputation: string(known), OrgID: org})
	return doing(err, "keep whether marketing mail pauses")
}

// SaveMailSettings keeps how an organisation sends; a pause stays.
func (t *Tx) SaveMailSettings(ctx context.Context, org crm.OrgID, s MailSettings) error {
	return doing(t.q.UpsertMailSettings(ctx, db.UpsertMailSettingsParams{
		OrgID: org, Settings: s.Settings, SealedKey: s.SealedKey, UpdatedBy: s.UpdatedBy, Now: instant.At(t.Now()),
	}), "keep how mail is sent")
}

// PauseMail stops sending for an organisation; the zero Pause goes on. It returns
// an Error of kind Conflict where mail is not set up, so that nothing could leave.
func (t *Tx) PauseMail(ctx context.Context, org crm.OrgID, p mail.Pause) error {
	n, err := t.q.PauseMail(ctx, db.PauseMailParams{PausedWhy: p.Why, PausedCode: p.Code, PausedUntil: instant.Maybe(p.Until), Now: instant.At(t.Now()), OrgID: org})
	if err == nil && n == 0 && p.Why != "" {
		return crm.Errorf(crm.Conflict, "Mail is not set up, so there is nothing to pause.")
	}
	return doing(err, "pause mail")
}
