package store

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// KeepConsent adds an entry to the log of consent.
func (t *Tx) KeepConsent(ctx context.Context, c mail.Consent) error {
	return doing(t.q.InsertConsent(ctx, db.InsertConsentParams{
		ID: c.ID.UUID, OrgID: c.Org, AddressHash: c.AddressHash, CustomerID: c.Customer, Scope: string(c.Scope), Given: c.Given, Way: string(c.Way),
		Note: c.Note, CreatedBy: c.By, Now: instant.At(t.Now()),
	}), "keep consent")
}

// Consents lists entries of the log, the newest first. A customer's are those of
// the customer and of the address of the filter.
func (r Reader) Consents(ctx context.Context, org crm.OrgID, f mail.ConsentFilter) ([]mail.Consent, error) {
	before := f.Before.UUID
	if before == uuid.Nil {
		before = uuid.Max
	}
	var rows []db.MailConsent
	var err error
	hash := mail.AddressHash(org, f.Address)
	switch {
	case f.Customer != nil:
		rows, err = r.q.ConsentsOfCustomer(ctx, db.ConsentsOfCustomerParams{OrgID: org, Before: before, CustomerID: f.Customer, AddressHash: hash, MaxRows: limit(f.Limit)})
	case f.Address != "":
		rows, err = r.q.ConsentsOfAddress(ctx, db.ConsentsOfAddressParams{OrgID: org, Before: before, AddressHash: hash, MaxRows: limit(f.Limit)})
	default:
		rows, err = r.q.Consents(ctx, org, before, limit(f.Limit))
	}
	return each(rows, consentOf), doing(err, "list consent")
}

func consentOf(row db.MailConsent) mail.Consent {
	return mail.Consent{
		ID: crm.ID[mail.Consent]{UUID: row.ID}, Org: row.OrgID, AddressHash: row.AddressHash, Customer: row.CustomerID, Scope: mail.Scope(row.Scope), Given: row.Given,
		Way: mail.ConsentWay(row.Way), Note: row.Note, By: row.CreatedBy, At: row.CreatedAt.Time,
	}
}

// CustomersWithEmail are active customers with an address, at most 20.
func (r Reader) CustomersWithEmail(ctx context.Context, org crm.OrgID, address string) ([]crm.CustomerID, error) {
	ids, err := r.q.CustomersWithEmail(ctx, org, address)
	return ids, doing(err, "find customers by address")
}

// AddConfirmation keeps a wish that waits for its confirmation.
func (t *Tx) AddConfirmation(ctx context.Context, c mail.Confirmation) error {
	words := make([]string, len(c.Wanted))
	for i, w := range c.Wanted {
		words[i] = string(w)
	}
	return doing(t.q.InsertConfirmation(ctx, db.InsertConfirmationParams{
		ID: c.ID.UUID, OrgID: c.Org, TokenHash: c.TokenHash, Address: c.Address, Wanted: strings.Join(words, " "), MailID: c.Mail.UUID,
		Now: instant.At(t.Now()), ExpiresAt: instant.At(c.ExpiresAt),
	}), "keep a wish for mail")
}

// Confirmation finds a wish by the hash of its token. A missing one is an Error of
// kind NotFound.
func (r Reader) Confirmation(ctx context.Context, tokenHash string) (mail.Confirmation, error) {
	row, err := r.q.Confirmation(ctx, tokenHash)
	if err != nil {
		return mail.Confirmation{}, notFound(err, "link")
	}
	c := mail.Confirmation{ID: crm.ID[mail.Confirmation]{UUID: row.ID}, Org: row.OrgID, TokenHash: row.TokenHash, Address: row.Address, Mail: mail.ID{UUID: row.MailID},
		At: row.CreatedAt.Time, ExpiresAt: row.ExpiresAt.Time, UsedAt: row.UsedAt.Std()}
	for _, word := range strings.Fields(row.Wanted) {
		c.Wanted = append(c.Wanted, mail.Category(word))
	}
	return c, nil
}

// UseConfirmation spends a confirmation. It reports false for one that was used, or
// is too old.
func (t *Tx) UseConfirmation(ctx context.Context, c mail.Confirmation) (bool, error) {
	n, err := t.q.UseConfirmation(ctx, instant.Ptr(t.Now()), c.ID.UUID, instant.At(t.Now()))
	return n == 1, doing(err, "use a confirmation")
}

// CountConfirmations is how many wishes of an address were kept since a moment.
func (r Reader) CountConfirmations(ctx context.Context, org crm.OrgID, address string, since time.Time) (int, error) {
	n, err := r.q.CountConfirmations(ctx, org, address, instant.At(since))
	return int(n), doing(err, "count confirmations")
}

// DropConfirmations forgets those that ended before a moment.
func (s *Store) DropConfirmations(ctx context.Context, before time.Time) error {
	return doing(s.q.DropConfirmations(ctx, instant.At(before)), "forget confirmations")
}
