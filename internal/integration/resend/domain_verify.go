package resend

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// lookAfter is when a domain that Resend was asked to verify is read again: it
// looks at DNS by itself then. Webhooks tell of it sooner, where they come.
func lookAfter() []time.Duration { return []time.Duration{30 * time.Second, 5 * time.Minute} }

// VerifyDomain has Resend look at a domain's DNS, and looks at it as well. What
// Resend finds comes later. It returns an Error of kind NotFound for a domain that
// is not known here or there, Precondition where the key may not do it, and
// Unavailable where Resend does not answer.
func (s *Service) VerifyDomain(ctx context.Context, id mail.DomainID) error {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return err
	}
	d, err := s.Store.MailDomain(ctx, me.Org, id)
	if err != nil {
		return err
	}
	if d.GoneAt != nil {
		return crm.Errorf(crm.Conflict, "%s was removed at Resend. Add it there again first.", d.Name)
	}
	kept, err := s.Store.MailSettings(ctx, me.Org)
	if err != nil {
		return err
	}
	key, err := s.key(me.Org, kept)
	if err != nil {
		return err
	}
	client := s.client(key)
	by := noticed{mail.ByAsking, me.Actor()}
	told, err := s.verify(ctx, client, d.RemoteID)
	if resendapi.KindOf(err) == resendapi.KindNotFound {
		return s.verifiedNone(ctx, d, by)
	}
	if err != nil {
		return s.domainError(err)
	}
	asked := mail.DomainChange{Domain: id, Was: string(d.Status), Became: mail.DomainAsked, Cause: by.cause, Actor: by.actor}
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.KeepDomainChange(ctx, me.Org, asked); err != nil {
			return err
		}
		for _, wait := range lookAfter() {
			if err := tx.Enqueue(ctx, jobs.Request{Args: ReadDomainsArgs{me.Org}, At: tx.Now().Add(wait)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	looking, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	return s.followDomain(ctx, looking, me.Org, told, by)
}

// verify asks Resend to look, and reads how the domain stands then.
func (s *Service) verify(ctx context.Context, client *resendapi.Client, id string) (resendapi.Domain, error) {
	if err := s.patiently(ctx, func() error { return client.VerifyDomain(ctx, id) }); err != nil {
		return resendapi.Domain{}, err
	}
	return s.readDomain(ctx, client, id)
}

// verifiedNone notes that Resend does not know the domain any more.
func (s *Service) verifiedNone(ctx context.Context, d mail.SendingDomain, by noticed) error {
	err := s.Store.InTx(ctx, func(tx *store.Tx) error { return s.dropDomain(ctx, tx, d, by) })
	if err != nil {
		return err
	}
	return crm.Errorf(crm.Conflict, "%s was removed at Resend. Add it there again first.", d.Name)
}
