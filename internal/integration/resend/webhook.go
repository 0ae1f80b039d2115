package resend

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/store"
)

// Webhooks reads Resend's webhooks.
type Webhooks struct{ verifier *resendapi.Verifier }

// NewWebhooks takes the signing secrets in use; without one no signature is
// right. It returns an Error of kind Invalid for a secret that is none.
func NewWebhooks(secrets []resendapi.Secret) (Webhooks, error) {
	if len(secrets) == 0 {
		return Webhooks{}, nil
	}
	v, err := resendapi.NewVerifier(secrets...)
	if err != nil {
		return Webhooks{}, crm.Errorf(crm.Invalid, "RENOZ_RESEND_WEBHOOK_SECRETS is not right: %w. Each begins with whsec_; several are separated by commas.", err)
	}
	return Webhooks{v}, nil
}

// Verify checks the signature over the raw body, and its time.
func (w Webhooks) Verify(header http.Header, body []byte, now time.Time) bool {
	if w.verifier == nil {
		return false
	}
	_, err := w.verifier.Verify(header, body, now)
	return err == nil
}

// Parse reads the event of a verified body. Its key is the same in each delivery
// and replay.
func (w Webhooks) Parse(header http.Header, body []byte) ([]inbox.Event, error) {
	e, err := resendapi.ParseEvent(body)
	if err != nil {
		return nil, err
	}
	return []inbox.Event{{
		DeliveryKey: header.Get(resendapi.HeaderID), Category: category(e), Type: e.Type, Resource: resource(e), OccurredAt: e.At.Time, Payload: string(body),
	}}, nil
}

// The categories of events in the log.
const (
	emailEvent       = "EMAIL"
	domainEvent      = "DOMAIN"
	suppressionEvent = "SUPPRESSION"
	otherEvent       = "OTHER"
)

func category(e resendapi.Event) string {
	switch {
	case e.Email != nil:
		return emailEvent
	case e.Domain != nil:
		return domainEvent
	case e.Suppression != nil:
		return suppressionEvent
	default:
		return otherEvent
	}
}

func resource(e resendapi.Event) string {
	switch {
	case e.Email != nil:
		return e.Email.EmailID
	case e.Domain != nil:
		return e.Domain.ID
	default:
		return ""
	}
}

// lookMost is how many webhooks one transaction takes: few enough that it holds
// up nobody for long.
const lookMost = 100

// Look deals with waiting webhooks. What they tell is all in them, so that no
// call is needed.
func (s *Service) Look(ctx context.Context) error {
	all := crm.OrgID{}
	if !s.looks.Enter(all) {
		return nil
	}
	for more := true; more; more = s.looks.Leave(all) {
		if err := s.lookAtAll(ctx); err != nil {
			s.looks.Abandon(all)
			return err
		}
	}
	return nil
}

func (s *Service) lookAtAll(ctx context.Context) error {
	if err := s.looks.Recover(crm.OrgID{}, func() error { return s.Store.ReleaseEvents(ctx, s.Process, Name) }); err != nil {
		return err
	}
	if err := s.Store.AnswerBell(ctx, Name); err != nil {
		return err
	}
	for !s.rest.Load() && ctx.Err() == nil {
		looked := 0
		err := s.Store.InTx(ctx, func(tx *store.Tx) error {
			claimed, err := tx.ClaimEvents(ctx, Name, s.Process.ID, lookMost)
			if err != nil {
				return err
			}
			looked = len(claimed)
			if err := s.lookAt(ctx, tx, claimed); err != nil {
				return err
			}
			return tx.SettleEvents(ctx, s.Process.ID, claimed)
		})
		if err != nil || looked < lookMost {
			return err
		}
	}
	return nil
}

// wakeLooking has events looked at that a failed look left behind.
func (s *Service) wakeLooking(ctx context.Context) error {
	if len(s.looks.Failures()) == 0 {
		return nil
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.Wake(ctx, store.LookAtInbox{Service: Name}, jobs.Normal) })
}
