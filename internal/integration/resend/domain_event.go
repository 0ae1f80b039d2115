package resend

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// toldDomain is a webhook with what it tells of a domain.
type toldDomain struct {
	webhook *inbox.Event
	event   resendapi.Event
}

// lookAtDomains settles webhooks about domains, those of one domain by their time.
func (s *Service) lookAtDomains(ctx context.Context, tx *store.Tx, list []toldDomain) error {
	slices.SortStableFunc(list, func(a, b toldDomain) int {
		return cmp.Or(cmp.Compare(a.event.Domain.ID, b.event.Domain.ID), a.event.At.Compare(b.event.At.Time))
	})
	for _, t := range list {
		if err := s.lookAtDomain(ctx, tx, t.webhook, t.event); err != nil {
			return err
		}
	}
	return nil
}

// lookAtDomain lets a domain follow what a webhook tells, in all organisations
// that know it, and has it read: events come late and out of order, and leave out
// tracking. One that nobody knows is its organisation's whose mail comes from it.
func (s *Service) lookAtDomain(ctx context.Context, tx *store.Tx, w *inbox.Event, told resendapi.Event) error {
	owners, err := tx.MailDomainOwners(ctx, told.Domain.ID)
	if err != nil {
		return err
	}
	if len(owners) == 0 {
		if owners, err = s.sendersFrom(ctx, tx, told.Domain.Name); err != nil {
			return err
		}
	}
	w.State, w.Result = inbox.Unmatched, "It is about a domain that nobody here sends from. The domains are read again by themselves."
	if len(owners) == 0 {
		return tx.Wake(ctx, ReadAllDomainsArgs{}, jobs.Bulk)
	}
	w.State, w.Result = inbox.Done, "It is older than what is known of "+told.Domain.Name+"."
	for _, org := range owners {
		w.Org = &org
		fresh, err := s.followEvent(ctx, tx, org, told)
		if err != nil {
			return err
		}
		if fresh {
			w.Result = "The domain " + told.Domain.Name + " is " + mail.DomainStatus(told.Domain.Status).Label() + " now."
		}
		if err := tx.Wake(ctx, ReadDomainsArgs{org}, jobs.Normal); err != nil {
			return err
		}
	}
	if len(owners) > 1 {
		w.Org = nil // it is no single organisation's
	}
	return nil
}

// sendersFrom are the organisations whose mail comes from a domain.
func (s *Service) sendersFrom(ctx context.Context, tx *store.Tx, name string) ([]crm.OrgID, error) {
	orgs, err := tx.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	var senders []crm.OrgID
	for _, o := range orgs {
		v, err := s.viewIn(ctx, tx.Reader, o.ID)
		if err != nil {
			return nil, err
		}
		if v.From != "" && crm.EmailDomain(v.From) == name {
			senders = append(senders, o.ID)
		}
	}
	return senders, nil
}

// apart is how far Resend's clock and ours may be apart.
const apart = time.Minute

// followEvent lets the domain of one organisation follow an event. It reports
// false for one that is older than what is known.
func (s *Service) followEvent(ctx context.Context, tx *store.Tx, org crm.OrgID, told resendapi.Event) (bool, error) {
	is := domainOf(org, *told.Domain)
	d, err := tx.HoldMailDomain(ctx, is)
	if err != nil {
		return false, err
	}
	at := told.At.Time
	if at.IsZero() {
		at = tx.Now()
	}
	if d.EventAt != nil && !at.After(*d.EventAt) || d.ReadAt != nil && at.Before(d.ReadAt.Add(-apart)) {
		return false, nil
	}
	var changes []mail.DomainChange
	if told.Type == resendapi.EventDomainDeleted {
		d, changes = d.Gone(tx.Now())
	} else {
		if told.Domain.Capabilities == (resendapi.Capabilities{}) {
			is.Sending, is.Receiving = d.Sending, d.Receiving // not told
		}
		d, changes = d.Follow(is, tx.Now())
	}
	d.EventAt = &at
	return true, s.keepDomain(ctx, tx, d, changes, noticed{mail.ByWebhook, ""})
}
