package xero

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// consentFor is how long a person has to finish at Xero.
const consentFor = 15 * time.Minute

// Begin starts a consent and returns the address at Xero to send the person to.
func (s *Service) Begin(ctx context.Context) (string, error) {
	who, err := auth.Require(ctx, auth.XeroConnect)
	if err != nil {
		return "", err
	}
	if s.API.ClientID == "" {
		return "", crm.Errorf(crm.Precondition, "Xero is not set up. Give RENOZ_XERO_CLIENT_ID and RENOZ_XERO_CLIENT_SECRET, then start Renoz again.")
	}
	state, verifier := randomText(), xeroapi.NewVerifier()
	sealed, err := s.Vault.Seal([]byte(verifier), []byte("xero consent "+hash(state)))
	if err != nil {
		return "", fmt.Errorf("seal the consent: %w", err)
	}
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		return tx.SaveAuthorisation(ctx, connection.Authorisation{
			StateHash: hash(state), Org: who.Org, User: who.User, Service: Name, Sealed: sealed, ExpiresAt: s.Now().Add(consentFor)})
	})
	if err != nil {
		return "", err
	}
	return s.auth.AuthCodeURL(state, verifier), nil
}

// Finish takes the code that Xero sent back with the person. The connection is
// made at once when there is one organisation to choose from.
func (s *Service) Finish(ctx context.Context, state, code string) (connection.Connection, error) {
	who, err := auth.Require(ctx, auth.XeroConnect)
	if err != nil {
		return connection.Connection{}, err
	}
	verifier, err := s.takeConsent(ctx, who, state)
	if err != nil {
		return connection.Connection{}, err
	}
	ctx, t := s.follow(ctx, who.Org, who.Name)
	token, err := s.auth.Exchange(ctx, code, verifier)
	if err != nil {
		return connection.Connection{}, s.consentFailed(ctx, t, err)
	}
	open, err := s.auth.Connections(ctx, token.AccessToken)
	if err != nil {
		return connection.Connection{}, s.consentFailed(ctx, t, err)
	}
	c, err := s.newConnection(ctx, who, token)
	if err != nil {
		return connection.Connection{}, err
	}
	if chosen, ok := onlyChoice(open, c.Tenant); ok {
		c.RemoteID, c.Tenant, c.TenantName, c.State = chosen.ID, chosen.TenantID, chosen.TenantName, connection.Connected
	}
	return c, s.saveConnection(ctx, t, c)
}

func (s *Service) takeConsent(ctx context.Context, who auth.Identity, state string) (string, error) {
	var a connection.Authorisation
	err := s.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		a, err = tx.TakeAuthorisation(ctx, hash(state))
		return err
	})
	if err != nil {
		return "", err
	}
	if a.Org != who.Org || a.User != who.User {
		return "", crm.Errorf(crm.Forbidden, "This consent was begun by somebody else, or in another organisation. Start connecting again.")
	}
	verifier, err := s.Vault.Open(a.Sealed, []byte("xero consent "+a.StateHash))
	if err != nil {
		return "", fmt.Errorf("open the consent: %w", err)
	}
	return string(verifier), nil
}

func (s *Service) consentFailed(ctx context.Context, t *trail, err error) error {
	kept := s.Store.InTx(ctx, func(tx *store.Tx) error { return t.write(ctx, tx) })
	var e *xeroapi.Error
	if errors.As(err, &e) {
		err = &crm.Error{Kind: crm.Unavailable, Message: "Xero did not connect: " + words(e) + " Start connecting again.", Cause: err}
	}
	return errors.Join(err, kept)
}

// newConnection keeps the settings, and the choice of an organisation, of the
// connection that it replaces.
func (s *Service) newConnection(ctx context.Context, who auth.Identity, token xeroapi.Token) (connection.Connection, error) {
	sealed, err := s.seal(who.Org, token)
	if err != nil {
		return connection.Connection{}, err
	}
	c := connection.Connection{
		ID: crm.NewID[crm.Connection](), Org: who.Org, Service: Name, State: connection.Choosing, SealedToken: sealed,
		AccessExpiresAt: token.AccessExpires, RefreshExpiresAt: token.RefreshExpires, ConnectedBy: who.Name, ConnectedAt: s.Now(),
	}
	before, err := s.Store.Connection(ctx, who.Org, Name)
	switch {
	case crm.KindOf(err) == crm.NotFound:
		c.Settings, err = DefaultSettings().Encode()
		return c, err
	case err != nil:
		return connection.Connection{}, err
	}
	c.Settings, c.Tenant, c.TenantName, c.ShortCode = before.Settings, before.Tenant, before.TenantName, before.ShortCode
	return c, nil
}

// onlyChoice is the organisation that needs no question: the one that was
// connected before, or the only one.
func onlyChoice(open []xeroapi.Connection, before string) (xeroapi.Connection, bool) {
	if i := slices.IndexFunc(open, func(c xeroapi.Connection) bool { return before != "" && c.TenantID == before }); i >= 0 {
		return open[i], true
	}
	if len(open) == 1 && before == "" {
		return open[0], true
	}
	return xeroapi.Connection{}, false
}

func (s *Service) saveConnection(ctx context.Context, t *trail, c connection.Connection) error {
	err := s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.HoldOrganisation(ctx, c.Org); err != nil {
			return err
		}
		before, err := tx.Connection(ctx, c.Org, Name)
		switch {
		case err == nil:
			c.Settings = before.Settings // as they are now
		case crm.KindOf(err) != crm.NotFound:
			return err
		}
		if err := tx.SaveConnection(ctx, c); err != nil {
			return err
		}
		return s.connected(ctx, tx, t, c)
	})
	if err != nil || c.State != connection.Connected {
		return err
	}
	return s.learnTenant(ctx, c)
}

// connected writes the history and makes everything that waited due.
func (s *Service) connected(ctx context.Context, tx *store.Tx, t *trail, c connection.Connection) error {
	if err := t.write(ctx, tx); err != nil {
		return err
	}
	err := tx.InsertEntry(ctx, s.done(c, t.actor, synclog.Connect, c.TenantName))
	if err != nil || c.State != connection.Connected {
		return err
	}
	_, read, err := tx.Cursor(ctx, c.Org, Name, cursorContacts(c))
	if err != nil {
		return err
	}
	if read.IsZero() { // copies of another organisation's contacts say nothing here
		if err := tx.ForgetRemoteContacts(ctx, c.Org, Name); err != nil {
			return err
		}
	}
	if _, err := tx.DueNow(ctx, c.Org, Name); err != nil {
		return err
	}
	return errors.Join(tx.Wake(ctx, PushArgs{c.Org}, jobs.Normal), tx.Wake(ctx, PullArgs{c.Org}, jobs.Normal))
}

// learnTenant reads what links into Xero need, and the books. Not knowing them
// is no reason to refuse the connection: the hourly look reads the books again.
func (s *Service) learnTenant(ctx context.Context, c connection.Connection) error {
	ctx, t := s.follow(ctx, c.Org, c.ConnectedBy)
	b, org, failed := s.readBooks(ctx, c)
	if failed != nil {
		s.Log.WarnContext(ctx, "the organisation in Xero could not be read", "error", failed)
	}
	if org.ShortCode != "" {
		c.ShortCode, c.TenantName = org.ShortCode, org.Name
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := t.write(ctx, tx); err != nil {
			return err
		}
		if failed == nil {
			if err := s.keepBooks(ctx, tx, c.Org, b, false); err != nil {
				return err
			}
			if err := fitSettings(ctx, tx, c, b); err != nil {
				return err
			}
		}
		return tx.ChooseTenant(ctx, c)
	})
}

// fitSettings makes the first choices from what the organisation has. What
// somebody chose stays.
func fitSettings(ctx context.Context, tx *store.Tx, c connection.Connection, b Books) error {
	untouched, err := DefaultSettings().Encode()
	if err != nil {
		return err
	}
	if err := tx.HoldOrganisation(ctx, c.Org); err != nil {
		return err
	}
	now, err := tx.Connection(ctx, c.Org, Name)
	if err != nil || now.Settings != untouched {
		return err
	}
	seller, err := tx.Seller(ctx, c.Org)
	if err != nil {
		return err
	}
	fitted, err := DefaultSettings().Fitted(b, seller.TaxRates).Encode()
	if err != nil {
		return err
	}
	return tx.SetConnectionSettings(ctx, c.Org, Name, fitted)
}

// Tenants are the organisations in Xero that the person opened to us.
func (s *Service) Tenants(ctx context.Context) ([]xeroapi.Connection, error) {
	who, err := auth.Require(ctx, auth.XeroConnect)
	if err != nil {
		return nil, err
	}
	token, err := tokens{s, who.Org}.Token(ctx)
	if err != nil {
		return nil, err
	}
	open, err := s.auth.Connections(ctx, token)
	if err != nil {
		return nil, unavailable(err)
	}
	return slices.DeleteFunc(open, func(c xeroapi.Connection) bool { return c.TenantType != "ORGANISATION" }), nil
}

// Choose settles which organisation in Xero is meant. Another one than before
// is refused while records are linked, because their ids would be wrong there.
func (s *Service) Choose(ctx context.Context, tenant string) error {
	who, err := auth.Require(ctx, auth.XeroConnect)
	if err != nil {
		return err
	}
	open, err := s.Tenants(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(open, func(c xeroapi.Connection) bool { return c.TenantID == tenant })
	if i < 0 {
		return crm.Errorf(crm.Invalid, "That organisation is not open to Renoz. Connect again and allow it at Xero.")
	}
	c, err := s.Store.Connection(ctx, who.Org, Name)
	if err != nil {
		return err
	}
	if err := s.refuseMove(ctx, c, tenant); err != nil {
		return err
	}
	c.RemoteID, c.Tenant, c.TenantName, c.State = open[i].ID, tenant, open[i].TenantName, connection.Connected
	t := &trail{org: who.Org, actor: who.Name, now: s.Now}
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.ChooseTenant(ctx, c); err != nil {
			return err
		}
		return s.connected(ctx, tx, t, c)
	})
	if err != nil {
		return err
	}
	return s.learnTenant(ctx, c)
}

func (s *Service) refuseMove(ctx context.Context, c connection.Connection, tenant string) error {
	if c.Tenant == "" || c.Tenant == tenant {
		return nil
	}
	counts, err := s.Store.LinkCounts(ctx, c.Org, Name)
	if err != nil {
		return err
	}
	if n := counts[link.Contact][link.Synced] + counts[link.Invoice][link.Synced]; n > 0 {
		return crm.Errorf(crm.Conflict, "%d records are linked to %s. Choose that organisation again, or disconnect and start with a new Renoz organisation.", n, c.TenantName)
	}
	return nil
}

// Disconnect ends the access at Xero and forgets the tokens. Links stay, so
// that connecting the same organisation again goes on where it stopped.
func (s *Service) Disconnect(ctx context.Context) error {
	who, err := auth.Require(ctx, auth.XeroConnect)
	if err != nil {
		return err
	}
	c, err := s.Store.Connection(ctx, who.Org, Name)
	if err != nil {
		return err
	}
	ctx, t := s.follow(ctx, who.Org, who.Name)
	if err := s.endAccess(ctx, c); err != nil {
		s.Log.WarnContext(ctx, "Xero could not be told of the disconnection", "error", err)
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := t.write(ctx, tx); err != nil {
			return err
		}
		err := tx.InsertEntry(ctx, s.done(c, who.Name, synclog.Disconnect, cmp.Or(c.TenantName, "before an organisation was chosen")))
		if err != nil {
			return err
		}
		return tx.RemoveConnection(ctx, who.Org, Name)
	})
}

func (s *Service) endAccess(ctx context.Context, c connection.Connection) error {
	if c.RemoteID == "" {
		return nil
	}
	token, err := tokens{s, c.Org}.Token(ctx)
	if err != nil {
		return err
	}
	return s.auth.DeleteConnection(ctx, token, c.RemoteID)
}

// unavailable is a failure of Xero in words for who waits.
func unavailable(err error) error {
	var e *xeroapi.Error
	if errors.As(err, &e) {
		return &crm.Error{Kind: crm.Unavailable, Message: words(e), Cause: err}
	}
	return err
}

func randomText() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails, by its contract
	return base64.RawURLEncoding.EncodeToString(b)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
