package resend

import (
	"context"
	"slices"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// lookAtList deals with webhooks about Resend's list of suppressions.
func (s *Service) lookAtList(ctx context.Context, tx *store.Tx, webhooks []inbox.Event) error {
	for i := range webhooks {
		e := &webhooks[i]
		if e.Category != suppressionEvent {
			continue
		}
		event, err := resendapi.ParseEvent([]byte(e.Payload))
		if err != nil || event.Suppression == nil {
			s.read(e) // which settles it
			continue
		}
		if err := s.lookAtListed(ctx, tx, e, event); err != nil {
			return err
		}
	}
	return nil
}

// lookAtListed applies one. Resend does not say whose account it is about: the mail
// that led to it does, or there is one organisation only; otherwise each reads its
// own list.
// https://resend.com/docs/webhooks/event-types
func (s *Service) lookAtListed(ctx context.Context, tx *store.Tx, e *inbox.Event, event resendapi.Event) error {
	now := s.Now()
	e.ProcessedAt, e.State = &now, inbox.Done
	if event.At.IsZero() {
		event.At.Time = e.ReceivedAt
	}
	org, found, err := s.listedFor(ctx, tx, event.Suppression.SourceID)
	if err != nil {
		return err
	}
	if !found {
		e.Result = "It does not say whose list it is about, so each organisation reads its own."
		return s.wakeExchanges(ctx, tx)
	}
	e.Org = &org
	if event.Type == resendapi.EventSuppressionRemoved {
		e.Result, err = s.takenOff(ctx, tx, org, event)
		return err
	}
	e.Result, err = s.listed(ctx, tx, org, event)
	return err
}

// listedFor is whose list an event is about, as far as that can be told.
func (s *Service) listedFor(ctx context.Context, tx *store.Tx, remote string) (crm.OrgID, bool, error) {
	orgs, err := s.sending(ctx, tx)
	if err != nil {
		return crm.OrgID{}, false, err
	}
	for _, org := range orgs {
		if id, err := ourMail(ctx, tx, org, remote); err != nil || id != "" {
			return org, err == nil, err
		}
	}
	if len(orgs) != 1 {
		return crm.OrgID{}, false, nil
	}
	return orgs[0], true, nil
}

// sending are the organisations that have a key of Resend.
func (s *Service) sending(ctx context.Context, tx *store.Tx) ([]crm.OrgID, error) {
	all, err := tx.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	var orgs []crm.OrgID
	for _, o := range all {
		kept, err := tx.MailSettings(ctx, o.ID)
		if err != nil {
			return nil, err
		}
		if kept.Settings != "" && (kept.SealedKey != "" || s.Key != "") {
			orgs = append(orgs, o.ID)
		}
	}
	return orgs, nil
}

func (s *Service) wakeExchanges(ctx context.Context, tx *store.Tx) error {
	orgs, err := s.sending(ctx, tx)
	for _, org := range orgs {
		if err := tx.Wake(ctx, ExchangeArgs{org}, jobs.Urgent); err != nil {
			return err
		}
	}
	return err
}

// listed stops mail to an address that came on Resend's list.
func (s *Service) listed(ctx context.Context, tx *store.Tx, org crm.OrgID, event resendapi.Event) (string, error) {
	row := *event.Suppression
	if row.CreatedAt.IsZero() {
		row.CreatedAt = event.At
	}
	came, err := s.meet(ctx, tx, org, listing{row, event.At.Time})
	switch came {
	case cameNew:
		return "The address is not written to any more.", err
	case cameLifted:
		return "Somebody has let mail go to the address again since, so it is taken off Resend's list.", err
	case cameBad:
		return "Its address cannot be read.", err
	}
	return "The address was on the list already.", err
}

// takenOff notes that an address went off Resend's list. Ours holds until a person
// lifts it.
func (s *Service) takenOff(ctx context.Context, tx *store.Tx, org crm.OrgID, event resendapi.Event) (string, error) {
	const nothing = "The address was not on the list here."
	address, err := crm.ParseEmail(event.Suppression.Email)
	if err != nil {
		return "Its address cannot be read.", nil
	}
	held, err := tx.SuppressionsOf(ctx, org, address)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(held, func(h mail.Suppression) bool { return h.Scope == mail.Everything })
	if i < 0 {
		return nothing, nil
	}
	h := held[i]
	late := h.RemoteAt != nil && h.RemoteAt.After(event.At.Time)
	if h.Remote == mail.RemoteAdding || h.Remote == mail.RemoteTaken || late {
		return "It is known already, or something newer is.", nil
	}
	if _, err := tx.PlaceSuppression(ctx, h, mail.Place{Remote: mail.RemoteTaken, RemoteID: h.RemoteID, At: event.At.Time}); err != nil {
		return "", err
	}
	return "Resend does not list the address any more. Nothing is sent to it until somebody takes it off the list here too.", nil
}
