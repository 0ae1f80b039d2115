package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// ListExchange is how the exchange of an organisation's suppressions stands; the
// zero value before it was tried.
func (r Reader) ListExchange(ctx context.Context, org crm.OrgID) (mail.Exchange, error) {
	row, err := r.q.ListExchange(ctx, org)
	if found, err := maybe(err, "read how suppressions are exchanged"); err != nil || !found {
		return mail.Exchange{}, err
	}
	return mail.Exchange{State: mail.ExchangeState(row.State), Problem: row.Problem, Attempts: int(row.Attempts), Account: row.Account,
		LookedAt: row.LookedAt.Std(), WholeAt: row.WholeAt.Std(), BegunAt: row.BegunAt.Std(), Reached: row.Reached}, nil
}

// KeepListAccount notes which account of the service an organisation uses. Another
// one than before begins anew.
func (t *Tx) KeepListAccount(ctx context.Context, org crm.OrgID, account string) error {
	return doing(t.q.KeepListAccount(ctx, org, account, instant.At(t.Now())), "keep the account of suppressions")
}

// OthersWithListAccount reports whether another organisation uses the account.
func (r Reader) OthersWithListAccount(ctx context.Context, org crm.OrgID, account string) (bool, error) {
	n, err := r.q.CountOthersWithAccount(ctx, account, org)
	return n > 0, doing(err, "look who uses an account")
}

// OthersWithoutMailKey reports whether another organisation sends with the
// program's key.
func (r Reader) OthersWithoutMailKey(ctx context.Context, org crm.OrgID) (bool, error) {
	n, err := r.q.CountOthersWithoutMailKey(ctx, org)
	return n > 0, doing(err, "look who has a key")
}

// HoldListExchange keeps other processes from exchanging for a while. It reports
// false while another one does.
func (t *Tx) HoldListExchange(ctx context.Context, org crm.OrgID, process uuid.UUID, until time.Time) (bool, error) {
	n, err := t.q.HoldListExchange(ctx, db.HoldListExchangeParams{HeldBy: &process, HeldUntil: instant.Ptr(until), Now: instant.At(t.Now()), OrgID: org})
	return n == 1, doing(err, "hold the exchange of suppressions")
}

// SaveListExchange keeps how it stands, and lets others exchange.
func (t *Tx) SaveListExchange(ctx context.Context, org crm.OrgID, e mail.Exchange) error {
	return doing(t.q.SaveListExchange(ctx, db.SaveListExchangeParams{State: string(e.State), Problem: e.Problem, Attempts: int64(e.Attempts),
		LookedAt: instant.Maybe(e.LookedAt), WholeAt: instant.Maybe(e.WholeAt), BegunAt: instant.Maybe(e.BegunAt), Reached: e.Reached, Now: instant.At(t.Now()), OrgID: org}), "keep how suppressions are exchanged")
}

// SuppressionsToTell are those that wait to be added to the service's list, or
// taken off it, behind an id.
func (r Reader) SuppressionsToTell(ctx context.Context, org crm.OrgID, where mail.Remote, after crm.ID[mail.Suppression], most int) ([]mail.Suppression, error) {
	rows, err := r.q.SuppressionsToTell(ctx, db.SuppressionsToTellParams{OrgID: org, RemoteState: string(where), After: after.UUID, MaxRows: batch(most)})
	return each(rows, suppressionOf), doing(err, "list suppressions to tell")
}

// CountSuppressionsToTell is how many wait to be told.
func (r Reader) CountSuppressionsToTell(ctx context.Context, org crm.OrgID) (int, error) {
	n, err := r.q.CountSuppressionsToTell(ctx, org)
	return int(n), doing(err, "count suppressions to tell")
}

// SuppressionsThere are those that the service lists as far as is known, behind an
// id. Only their ids, addresses and places are read.
func (r Reader) SuppressionsThere(ctx context.Context, org crm.OrgID, after crm.ID[mail.Suppression], most int) ([]mail.Suppression, error) {
	rows, err := r.q.SuppressionsThere(ctx, org, after.UUID, batch(most))
	return each(rows, func(row db.SuppressionsThereRow) mail.Suppression {
		return mail.Suppression{ID: crm.ID[mail.Suppression]{UUID: row.ID}, Org: org, Address: row.Address, RemoteID: row.RemoteID, RemoteAt: row.RemoteAt.Std(), Remote: mail.RemoteThere}
	}), doing(err, "list suppressions that are there")
}

// PlaceSuppression notes where a suppression stands on the service's list, unless
// that changed since it was read. It reports whether it did.
func (t *Tx) PlaceSuppression(ctx context.Context, was mail.Suppression, now mail.Place) (bool, error) {
	n, err := t.q.PlaceSuppression(ctx, db.PlaceSuppressionParams{
		RemoteState: string(now.Remote), RemoteID: now.RemoteID, RemoteAt: instant.Ptr(now.At), OrgID: was.Org, ID: was.ID.UUID, Was: string(was.Remote)})
	return n == 1, doing(err, "note where a suppression stands")
}

// KnownRemoteSuppression reports whether a suppression of the service's list is
// known by its id.
func (r Reader) KnownRemoteSuppression(ctx context.Context, org crm.OrgID, remoteID string) (bool, error) {
	n, err := r.q.CountSuppressionsWithRemote(ctx, org, remoteID)
	return n > 0, doing(err, "look for a suppression")
}
