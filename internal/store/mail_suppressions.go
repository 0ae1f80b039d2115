package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// Suppress stops mail to an address, and takes back what waits for it. It
// reports false when that was so already; then a graver reason takes the place
// of the one that was known. One that stops everything waits to be told to the
// service, unless it came from there.
func (t *Tx) Suppress(ctx context.Context, s mail.Suppression) (bool, error) {
	if s.Reason == mail.ForUnsubscribe && s.Via != mail.ViaImport {
		if err := t.countUnsubscribe(ctx, s); err != nil {
			return false, err
		}
	}
	if s.Scope == mail.Everything && s.Remote == mail.NotThere {
		s.Remote = mail.RemoteAdding
	}
	n, err := t.q.InsertSuppression(ctx, db.InsertSuppressionParams{
		ID: s.ID.UUID, OrgID: s.Org, Address: s.Address, Scope: string(s.Scope), Reason: string(s.Reason), Via: string(s.Via), Source: s.Source, Note: s.Note,
		CreatedBy: s.By, Now: instant.At(t.Now()), RemoteState: string(s.Remote), RemoteID: s.RemoteID, RemoteAt: instant.Maybe(s.RemoteAt),
	})
	if err != nil {
		return false, fmt.Errorf("suppress an address: %w", err)
	}
	if n == 0 {
		return false, t.worsen(ctx, s)
	}
	return true, t.takeBack(ctx, s)
}

// countUnsubscribe notes with the marketing mail that went last to an address that
// its recipient wants no more.
func (t *Tx) countUnsubscribe(ctx context.Context, s mail.Suppression) error {
	id, err := t.LastMarketingTo(ctx, s.Org, s.Address)
	if err != nil || id.IsZero() {
		return err
	}
	m, found, err := t.HoldMail(ctx, id)
	if err != nil || !found || m.Times.Unsubscribed != nil {
		return err
	}
	before, now := m, t.Now()
	m.Times.Unsubscribed = &now
	return t.ChangeMail(ctx, before, m)
}

// worsen keeps the graver reason of two, whichever was known first.
func (t *Tx) worsen(ctx context.Context, s mail.Suppression) error {
	held, err := t.SuppressionsOf(ctx, s.Org, s.Address)
	if err != nil {
		return err
	}
	for _, h := range held {
		if h.Scope != s.Scope || !s.Reason.Graver(h.Reason) {
			continue
		}
		_, err := t.q.ChangeReason(ctx, db.ChangeReasonParams{Reason: string(s.Reason), Via: string(s.Via), Source: s.Source, Note: s.Note, OrgID: s.Org, ID: h.ID.UUID})
		if err != nil {
			return fmt.Errorf("change why an address is suppressed: %w", err)
		}
	}
	return nil
}

// takeBack settles mails that wait for an address.
func (t *Tx) takeBack(ctx context.Context, s mail.Suppression) error {
	waiting, err := t.q.WaitingMailsTo(ctx, s.Org, s.Address)
	if err != nil {
		return fmt.Errorf("list mails to an address: %w", err)
	}
	for _, w := range waiting {
		if !s.Scope.Covers(mail.Category(w.Category)) {
			continue
		}
		_, err := t.q.SuppressMail(ctx, db.SuppressMailParams{Now: instant.Ptr(t.Now()), ErrorCode: string(s.Reason), ErrorText: s.Words(), OrgID: s.Org, ID: w.ID})
		if err != nil {
			return fmt.Errorf("take a mail back: %w", err)
		}
	}
	return nil
}

// LastRemoval is when somebody last let mail of a scope go to an address again;
// nil: never.
func (r Reader) LastRemoval(ctx context.Context, org crm.OrgID, address string, scope mail.Scope) (*time.Time, error) {
	rows, err := r.q.LastRemoval(ctx, org, address, string(scope))
	if err != nil || len(rows) == 0 {
		return nil, doing(err, "find when an address was released")
	}
	return rows[0].Std(), nil
}

// SuppressionsOf are those of an address that hold.
func (r Reader) SuppressionsOf(ctx context.Context, org crm.OrgID, address string) ([]mail.Suppression, error) {
	rows, err := r.q.SuppressionsOf(ctx, org, address)
	if err != nil {
		return nil, fmt.Errorf("find suppressions: %w", err)
	}
	return each(rows, suppressionOf), nil
}

// RemovedSuppressionsOf are those of an address that hold no more, the last removed
// first.
func (r Reader) RemovedSuppressionsOf(ctx context.Context, org crm.OrgID, address string) ([]mail.Suppression, error) {
	rows, err := r.q.RemovedSuppressionsOf(ctx, org, address, limit(0))
	return each(rows, suppressionOf), doing(err, "find suppressions that were removed")
}

// Suppression is one, also of those that hold no more. A missing one is an Error
// of kind NotFound.
func (r Reader) Suppression(ctx context.Context, org crm.OrgID, id crm.ID[mail.Suppression]) (mail.Suppression, error) {
	row, err := r.q.Suppression(ctx, org, id.UUID)
	if err != nil {
		return mail.Suppression{}, notFound(err, "suppression")
	}
	return suppressionOf(row), nil
}

// Suppressions lists those of a filter, the newest first.
func (r Reader) Suppressions(ctx context.Context, org crm.OrgID, f mail.SuppressionFilter) ([]mail.Suppression, error) {
	before := f.Before.UUID
	if before == uuid.Nil {
		before = uuid.Max
	}
	if f.Until.IsZero() {
		f.Until = endOfTime
	}
	if f.Kind == mail.RemovedOnes {
		rows, err := r.q.RemovedSuppressions(ctx, db.RemovedSuppressionsParams{
			OrgID: org, Before: before, Reason: string(f.Reason), Scope: string(f.Scope), Via: string(f.Via), Pattern: contains(f.Text), ByPattern: contains(f.By),
			FromTime: instant.Ptr(f.From), UntilTime: instant.Ptr(f.Until), MaxRows: limit(f.Limit),
		})
		return each(rows, suppressionOf), doing(err, "list suppressions that were removed")
	}
	rows, err := r.q.Suppressions(ctx, db.SuppressionsParams{
		OrgID: org, Before: before, Kind: string(f.Kind), Reason: string(f.Reason), Scope: string(f.Scope), Via: string(f.Via), Pattern: contains(f.Text), ByPattern: contains(f.By),
		FromTime: instant.At(f.From), UntilTime: instant.At(f.Until), MaxRows: limit(f.Limit),
	})
	return each(rows, suppressionOf), doing(err, "list suppressions")
}

// Unsuppress lets mail go to an address again, and has the service told where it
// lists the address. It returns an Error of kind NotFound when the suppression
// does not hold.
func (t *Tx) Unsuppress(ctx context.Context, s mail.Suppression) error {
	n, err := t.q.RemoveSuppression(ctx, db.RemoveSuppressionParams{Now: instant.Ptr(t.Now()), RemovedBy: s.RemovedBy, RemovedNote: s.RemovedNote, OrgID: s.Org, ID: s.ID.UUID})
	return missing(n, err, "suppression")
}

func suppressionOf(row db.MailSuppression) mail.Suppression {
	return mail.Suppression{
		ID: crm.ID[mail.Suppression]{UUID: row.ID}, Org: row.OrgID, Address: row.Address, Scope: mail.StoredScope(row.Scope), Reason: mail.Reason(row.Reason), Via: mail.Via(row.Via),
		Source: row.Source, Note: row.Note, By: row.CreatedBy, At: row.CreatedAt.Time, RemovedBy: row.RemovedBy, RemovedNote: row.RemovedNote, RemovedAt: row.RemovedAt.Std(),
		Remote: mail.Remote(row.RemoteState), RemoteID: row.RemoteID, RemoteAt: row.RemoteAt.Std(),
	}
}
