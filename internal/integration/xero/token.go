package xero

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/store"
)

// Access tokens last 30 minutes; one that ends soon is refreshed before it is
// used. A refresh has refreshLease to finish before another process may try.
const (
	refreshEarly = 3 * time.Minute
	refreshLease = 40 * time.Second
	refreshPoll  = 50 * time.Millisecond
)

// tokens lends the access tokens of one organisation.
type tokens struct {
	s   *Service
	org crm.OrgID
}

// secrets is what is sealed.
type secrets struct {
	Access  string `json:"access"`
	Refresh string `json:"refresh"`
}

func (s *Service) seal(org crm.OrgID, t xeroapi.Token) (string, error) {
	plain, err := json.Marshal(secrets{t.AccessToken, t.RefreshToken})
	if err != nil {
		return "", fmt.Errorf("write the tokens: %w", err)
	}
	return s.Vault.Seal(plain, sealContext(org))
}

func (s *Service) unseal(c connection.Connection) (secrets, error) {
	plain, err := s.Vault.Open(c.SealedToken, sealContext(c.Org))
	if err != nil {
		return secrets{}, fmt.Errorf("open the tokens: %w", err)
	}
	var out secrets
	if json.Unmarshal(plain, &out) != nil { // the error might quote them
		return secrets{}, errors.New("the sealed tokens cannot be read")
	}
	return out, nil
}

func sealContext(org crm.OrgID) []byte { return []byte(Name + " tokens of " + org.String()) }

// Token returns a token that is good for a few minutes more.
func (t tokens) Token(ctx context.Context) (string, error) {
	c, err := t.s.Store.Connection(ctx, t.org, Name)
	if err != nil {
		return "", err
	}
	if t.s.Now().Add(refreshEarly).Before(c.AccessExpiresAt) {
		held, err := t.s.unseal(c)
		return held.Access, err
	}
	return t.refresh(ctx, c)
}

// Refreshed returns another token than the refused one.
func (t tokens) Refreshed(ctx context.Context, refused string) (string, error) {
	c, err := t.s.Store.Connection(ctx, t.org, Name)
	if err != nil {
		return "", err
	}
	held, err := t.s.unseal(c)
	if err != nil {
		return "", err
	}
	if held.Access != refused { // somebody was faster
		return held.Access, nil
	}
	return t.refresh(ctx, c)
}

// refresh trades the refresh token, or waits for the process that does. A
// refresh token works once; when the answer is lost, the same one works again
// for 30 minutes, so the stored one stays until its successor is stored.
// https://developer.xero.com/documentation/guides/oauth2/token-types/
func (t tokens) refresh(ctx context.Context, c connection.Connection) (string, error) {
	tick := time.NewTicker(refreshPoll)
	defer tick.Stop()
	for seen := c.TokenVersion; ; {
		leased, err := t.s.Store.LeaseRefresh(ctx, c, t.s.Process.ID, t.s.Now().Add(refreshLease))
		if err != nil {
			return "", err
		}
		if leased {
			return t.trade(ctx, c)
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-tick.C:
		}
		if c, err = t.s.Store.Connection(ctx, t.org, Name); err != nil {
			return "", err
		}
		if c.TokenVersion != seen {
			held, err := t.s.unseal(c)
			return held.Access, err
		}
	}
}

func (t tokens) trade(ctx context.Context, c connection.Connection) (string, error) {
	held, err := t.s.unseal(c)
	if err != nil {
		return "", err
	}
	fresh, err := t.s.auth.Refresh(ctx, held.Refresh)
	if err != nil {
		return "", errors.Join(err, t.refused(context.WithoutCancel(ctx), c, err))
	}
	if c.SealedToken, err = t.s.seal(t.org, fresh); err != nil {
		return "", err
	}
	c.AccessExpiresAt, c.RefreshExpiresAt = fresh.AccessExpires, fresh.RefreshExpires
	// The old pair is spent: the new one is stored even if the caller has gone.
	if err := t.s.Store.KeepToken(context.WithoutCancel(ctx), c, t.s.Process.ID); err != nil {
		return "", err
	}
	return fresh.AccessToken, nil
}

func (t tokens) refused(ctx context.Context, c connection.Connection, cause error) error {
	if err := t.s.Store.ReleaseRefresh(ctx, c, t.s.Process.ID); err != nil || xeroapi.KindOf(cause) != xeroapi.KindReconnect {
		return err
	}
	return t.s.needReconnect(ctx, c)
}

// needReconnect records that a person has to give access again, and says so.
func (s *Service) needReconnect(ctx context.Context, c connection.Connection) error {
	const reason = "Xero no longer accepts our access. Connect again; nothing is lost meanwhile."
	err := s.Store.InTx(ctx, func(tx *store.Tx) error {
		return tx.SetConnectionState(ctx, c, connection.NeedsReconnect, reason, time.Time{})
	})
	if err != nil {
		return err
	}
	return s.Notify(ctx, Notice{Org: c.Org, Cause: "xero_reconnect", Title: "Xero needs to be connected again", Text: reason, Href: "/xero"})
}
