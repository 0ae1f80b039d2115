package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// SaveConnection keeps a new connection in place of the one before it.
func (t *Tx) SaveConnection(ctx context.Context, c connection.Connection) error {
	err := t.q.UpsertConnection(ctx, db.UpsertConnectionParams{
		ID: c.ID, OrgID: c.Org, Service: c.Service, RemoteID: c.RemoteID, TenantID: c.Tenant, TenantName: c.TenantName,
		ShortCode: c.ShortCode, State: string(c.State), Reason: c.Reason, SealedToken: c.SealedToken,
		AccessExpiresAt: instant.At(c.AccessExpiresAt), RefreshExpiresAt: instant.At(c.RefreshExpiresAt),
		Settings: c.Settings, ConnectedBy: c.ConnectedBy, ConnectedAt: instant.At(t.Now()),
	})
	if err != nil {
		return fmt.Errorf("keep the connection to %s: %w", c.Service, err)
	}
	return nil
}

// Connection is an organisation's access to a service. A missing one is an
// Error of kind NotFound.
func (r Reader) Connection(ctx context.Context, org crm.OrgID, service string) (connection.Connection, error) {
	row, err := r.q.Connection(ctx, org, service)
	if err != nil {
		return connection.Connection{}, notFound(err, "connection")
	}
	return connectionOf(row), nil
}

// Connections are all organisations' connections to a service.
func (r Reader) Connections(ctx context.Context, service string) ([]connection.Connection, error) {
	rows, err := r.q.ConnectionsOf(ctx, service)
	return connections(rows, err)
}

// ConnectionsTo are the connections to one account at a service.
func (r Reader) ConnectionsTo(ctx context.Context, service, tenant string) ([]connection.Connection, error) {
	rows, err := r.q.ConnectionsByTenant(ctx, service, tenant)
	return connections(rows, err)
}

// SetConnectionState moves a connection to another state. A pause ends at
// until; zero leaves the end open.
func (t *Tx) SetConnectionState(ctx context.Context, c connection.Connection, state connection.State, reason string, until time.Time) error {
	params := db.SetConnectionStateParams{State: string(state), Reason: reason, Now: instant.At(t.Now()), OrgID: c.Org, Service: c.Service}
	if !until.IsZero() {
		params.PausedUntil = instant.Ptr(until)
	}
	if state != connection.Connected {
		params.LastErrorAt = instant.Ptr(t.Now())
	}
	if _, err := t.q.SetConnectionState(ctx, params); err != nil {
		return fmt.Errorf("change the state of the connection to %s: %w", c.Service, err)
	}
	return nil
}

// ChooseTenant settles which account at the service is meant.
func (t *Tx) ChooseTenant(ctx context.Context, c connection.Connection) error {
	_, err := t.q.SetConnectionTenant(ctx, db.SetConnectionTenantParams{
		RemoteID: c.RemoteID, TenantID: c.Tenant, TenantName: c.TenantName, ShortCode: c.ShortCode,
		State: string(connection.Connected), Now: instant.At(t.Now()), OrgID: c.Org, Service: c.Service,
	})
	if err != nil {
		return fmt.Errorf("choose an account at %s: %w", c.Service, err)
	}
	return nil
}

// SetConnectionSettings replaces the integration's settings.
func (t *Tx) SetConnectionSettings(ctx context.Context, org crm.OrgID, service, settings string) error {
	_, err := t.q.SetConnectionSettings(ctx, db.SetConnectionSettingsParams{Settings: settings, Now: instant.At(t.Now()), OrgID: org, Service: service})
	if err != nil {
		return fmt.Errorf("keep the settings of %s: %w", service, err)
	}
	return nil
}

// SetSynced records that both sides were compared now.
func (t *Tx) SetSynced(ctx context.Context, org crm.OrgID, service string) error {
	if err := t.q.SetConnectionSynced(ctx, instant.Ptr(t.Now()), org, service); err != nil {
		return fmt.Errorf("record the last sync: %w", err)
	}
	return nil
}

// RemoveConnection forgets a connection and its tokens.
func (t *Tx) RemoveConnection(ctx context.Context, org crm.OrgID, service string) error {
	if _, err := t.q.DeleteConnection(ctx, org, service); err != nil {
		return fmt.Errorf("remove the connection to %s: %w", service, err)
	}
	if err := t.q.ForgetRemoteLists(ctx, org, service); err != nil {
		return fmt.Errorf("forget the lists of %s: %w", service, err)
	}
	return nil
}

// LeaseRefresh lets process refresh the tokens of c until a moment, unless
// another process does or has done so since c was read.
func (s *Store) LeaseRefresh(ctx context.Context, c connection.Connection, process uuid.UUID, until time.Time) (bool, error) {
	leased := false
	err := s.InTx(ctx, func(t *Tx) error {
		n, err := t.q.LeaseRefresh(ctx, db.LeaseRefreshParams{
			RefreshBy: &process, RefreshUntil: instant.Ptr(until), OrgID: c.Org, Service: c.Service, TokenVersion: c.TokenVersion, Now: instant.Ptr(t.Now()),
		})
		leased = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("lease the refresh of tokens: %w", err)
	}
	return leased, nil
}

// KeepToken keeps refreshed tokens and ends the lease.
func (s *Store) KeepToken(ctx context.Context, c connection.Connection, process uuid.UUID) error {
	return s.InTx(ctx, func(t *Tx) error {
		n, err := t.q.KeepToken(ctx, db.KeepTokenParams{
			SealedToken: c.SealedToken, AccessExpiresAt: instant.At(c.AccessExpiresAt), RefreshExpiresAt: instant.At(c.RefreshExpiresAt),
			Now: instant.At(t.Now()), OrgID: c.Org, Service: c.Service, TokenVersion: c.TokenVersion, RefreshBy: &process,
		})
		return changed(n, err, "connection")
	})
}

// ReleaseRefresh ends a lease without new tokens.
func (s *Store) ReleaseRefresh(ctx context.Context, c connection.Connection, process uuid.UUID) error {
	return s.InTx(ctx, func(t *Tx) error { return t.q.ReleaseRefresh(ctx, c.Org, c.Service, &process) })
}

// SaveAuthorisation keeps a consent that has begun, and forgets old ones.
func (t *Tx) SaveAuthorisation(ctx context.Context, a connection.Authorisation) error {
	if err := t.q.DeleteOldAuthorisations(ctx, instant.At(t.Now())); err != nil {
		return fmt.Errorf("forget old consents: %w", err)
	}
	err := t.q.InsertAuthorisation(ctx, db.InsertAuthorisationParams{
		StateHash: a.StateHash, OrgID: a.Org, UserID: a.User, Service: a.Service, Sealed: a.Sealed, ExpiresAt: instant.At(a.ExpiresAt),
	})
	if err != nil {
		return fmt.Errorf("keep the consent: %w", err)
	}
	return nil
}

// TakeAuthorisation ends a consent. It can be taken once.
func (t *Tx) TakeAuthorisation(ctx context.Context, stateHash string) (connection.Authorisation, error) {
	row, err := t.q.TakeAuthorisation(ctx, stateHash)
	if err == nil && row.ExpiresAt.Before(t.Now()) {
		err = pgx.ErrNoRows
	}
	if err != nil {
		return connection.Authorisation{}, notFound(err, "consent under way; start connecting again")
	}
	return connection.Authorisation{StateHash: row.StateHash, Org: row.OrgID, User: row.UserID, Service: row.Service, Sealed: row.Sealed, ExpiresAt: row.ExpiresAt.Time}, nil
}

// Cursor is since when a kind of record has to be read, and when that was last
// done; zero times: never.
func (r Reader) Cursor(ctx context.Context, org crm.OrgID, service, kind string) (since, ran time.Time, err error) {
	row, err := r.q.Cursor(ctx, org, service, kind)
	switch {
	case err == pgx.ErrNoRows:
		return time.Time{}, time.Time{}, nil
	case err != nil:
		return time.Time{}, time.Time{}, fmt.Errorf("read a cursor: %w", err)
	}
	return row.Since.Time, row.RanAt.Time, nil
}

// SetCursor records since when a kind of record has to be read next.
func (t *Tx) SetCursor(ctx context.Context, org crm.OrgID, service, kind string, since time.Time) error {
	err := t.q.SetCursor(ctx, db.SetCursorParams{OrgID: org, Service: service, Kind: kind, Since: instant.At(since), RanAt: instant.At(t.Now())})
	if err != nil {
		return fmt.Errorf("keep a cursor: %w", err)
	}
	return nil
}

func connections(rows []db.Connection, err error) ([]connection.Connection, error) {
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	out := make([]connection.Connection, len(rows))
	for i, row := range rows {
		out[i] = connectionOf(row)
	}
	return out, nil
}

func connectionOf(row db.Connection) connection.Connection {
	return connection.Connection{
		ID: row.ID, Org: row.OrgID, Service: row.Service, RemoteID: row.RemoteID, Tenant: row.TenantID, TenantName: row.TenantName,
		ShortCode: row.ShortCode, State: connection.State(row.State), Reason: row.Reason, SealedToken: row.SealedToken,
		TokenVersion: row.TokenVersion, AccessExpiresAt: row.AccessExpiresAt.Time, RefreshExpiresAt: row.RefreshExpiresAt.Time,
		Settings: row.Settings, ConnectedBy: row.ConnectedBy, ConnectedAt: row.ConnectedAt.Time,
		PausedUntil: row.PausedUntil.Std(), LastSyncAt: row.LastSyncAt.Std(),
	}
}
