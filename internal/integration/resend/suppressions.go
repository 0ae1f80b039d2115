package resend

import (
	"context"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Suppressions lists addresses that must not be written to.
func (s *Service) Suppressions(ctx context.Context, f mail.SuppressionFilter) ([]mail.Suppression, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return nil, err
	}
	return s.Store.Suppressions(ctx, me.Org, f)
}

// Suppression is one, also of those that hold no more. A missing one is an Error
// of kind NotFound.
func (s *Service) Suppression(ctx context.Context, id crm.ID[mail.Suppression]) (mail.Suppression, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return mail.Suppression{}, err
	}
	return s.Store.Suppression(ctx, me.Org, id)
}

// SuppressionOf is the one that stops all mail to an address. A missing one is an
// Error of kind NotFound.
func (s *Service) SuppressionOf(ctx context.Context, address string) (mail.Suppression, error) {
	return s.SuppressionIn(ctx, address, mail.Everything)
}

// SuppressionIn is the one of a scope. A missing one is an Error of kind NotFound.
func (s *Service) SuppressionIn(ctx context.Context, address string, scope mail.Scope) (mail.Suppression, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return mail.Suppression{}, err
	}
	held, err := s.Store.SuppressionsOf(ctx, me.Org, address)
	if err != nil {
		return mail.Suppression{}, err
	}
	for _, h := range held {
		if h.Scope == scope {
			return h, nil
		}
	}
	return mail.Suppression{}, crm.Errorf(crm.NotFound, "The address is not suppressed.")
}

// AddressHistory is what is known of an address that is or was suppressed.
type AddressHistory struct {
	mail.Suppression
	Held     []mail.Suppression // all that hold
	Removed  []mail.Suppression // the last removed first
	Consents []mail.Consent     // the newest first
}

// AddressHistory reads a suppression with all else that is known of its address. A
// missing one is an Error of kind NotFound.
func (s *Service) AddressHistory(ctx context.Context, id crm.ID[mail.Suppression]) (AddressHistory, error) {
	one, err := s.Suppression(ctx, id)
	if err != nil {
		return AddressHistory{}, err
	}
	h := AddressHistory{Suppression: one}
	if h.Held, err = s.Store.SuppressionsOf(ctx, one.Org, one.Address); err != nil {
		return h, err
	}
	if h.Removed, err = s.Store.RemovedSuppressionsOf(ctx, one.Org, one.Address); err != nil {
		return h, err
	}
	h.Consents, err = s.Store.Consents(ctx, one.Org, mail.ConsentFilter{Address: one.Address})
	return h, err
}

// Suppress stops all mail to an address, at a person's wish; see SuppressIn.
func (s *Service) Suppress(ctx context.Context, address, note string) error {
	return s.SuppressIn(ctx, address, mail.Everything, note)
}

// SuppressIn stops mail of a scope to an address, at a person's wish. It returns an
// Error of kind Invalid with the fields address and scope, and one of kind Conflict
// when it is stopped already.
func (s *Service) SuppressIn(ctx context.Context, address string, scope mail.Scope, note string) error {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return err
	}
	wrong := map[string]string{}
	if address, err = crm.ParseEmail(address); err != nil {
		wrong["address"] = "Enter an e-mail address such as name@example.com."
	}
	if scope, err = mail.ParseScope(string(scope)); err != nil {
		wrong["scope"] = said(err)
	}
	if err := crm.FieldErrors(wrong); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		sup := mail.Suppression{
			ID: crm.NewID[mail.Suppression](), Org: me.Org, Address: address, Scope: scope, Reason: mail.ByHand, Via: mail.ViaPerson, Note: oneLine(note), By: me.Actor(),
		}
		fresh, err := tx.Suppress(ctx, sup)
		if err == nil && !fresh {
			return crm.Errorf(crm.Conflict, "The address is on the list already.")
		}
		if err != nil {
			return err
		}
		return s.changedByPerson(ctx, tx, sup, false)
	})
}

// Unsuppress lets mail go to an address again. A reason is needed: an address
// that bounced for good will bounce again.
func (s *Service) Unsuppress(ctx context.Context, id crm.ID[mail.Suppression], reason string) error {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return crm.FieldErrors(map[string]string{"reason": "Say why mail may go to the address again."})
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		sup, err := tx.Suppression(ctx, me.Org, id)
		if err != nil {
			return err
		}
		sup.RemovedBy, sup.RemovedNote = me.Actor(), oneLine(reason)
		if err := tx.Unsuppress(ctx, sup); err != nil {
			return err
		}
		return s.changedByPerson(ctx, tx, sup, true)
	})
}

// changedByPerson notes what somebody of the business decided about marketing, and
// has the service's list follow what stops everything.
func (s *Service) changedByPerson(ctx context.Context, tx *store.Tx, sup mail.Suppression, lifted bool) error {
	if sup.Scope == mail.Everything {
		if err := tx.Wake(ctx, ExchangeArgs{sup.Org}, jobs.Normal); err != nil {
			return err
		}
	}
	if !sup.Scope.Marketing() && sup.Reason != mail.ForUnsubscribe {
		return nil
	}
	c := mail.Consent{
		ID: crm.NewID[mail.Consent](), Org: sup.Org, AddressHash: mail.AddressHash(sup.Org, sup.Address), Scope: sup.Scope, Given: lifted, Way: mail.ByPerson, Note: sup.Note, By: sup.By,
	}
	if lifted {
		c.Note, c.By = sup.RemovedNote, sup.RemovedBy
	}
	return tx.KeepConsent(ctx, c)
}

// Consents lists the log of consent, the newest first.
func (s *Service) Consents(ctx context.Context, f mail.ConsentFilter) ([]mail.Consent, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return nil, err
	}
	if f.Address != "" {
		if f.Address, err = crm.ParseEmail(f.Address); err != nil {
			return nil, crm.FieldErrors(map[string]string{"address": "Enter an e-mail address such as name@example.com."})
		}
	}
	return s.Store.Consents(ctx, me.Org, f)
}

// CustomerConsents are a customer's entries, and those of the customer's address. A
// missing customer is an Error of kind NotFound.
func (s *Service) CustomerConsents(ctx context.Context, id crm.CustomerID, f mail.ConsentFilter) ([]mail.Consent, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return nil, err
	}
	c, err := s.Store.Customer(ctx, me.Org, id)
	if err != nil {
		return nil, err
	}
	f.Customer, f.Address = &id, c.Email
	return s.Store.Consents(ctx, me.Org, f)
}

// ConsentsOf reads those of one customer, as Consents reads all.
func (s *Service) ConsentsOf(id crm.CustomerID) func(context.Context, mail.ConsentFilter) ([]mail.Consent, error) {
	return func(ctx context.Context, f mail.ConsentFilter) ([]mail.Consent, error) {
		return s.CustomerConsents(ctx, id, f)
	}
}
