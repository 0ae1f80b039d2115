package resend

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
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
			for i := range claimed {
				if err := s.lookAt(ctx, tx, &claimed[i]); err != nil {
					return err
				}
			}
			return tx.SettleEvents(ctx, s.Process.ID, claimed)
		})
		if err != nil || looked < lookMost {
			return err
		}
	}
	return nil
}

// lookAt keeps what one webhook tells and settles it.
func (s *Service) lookAt(ctx context.Context, tx *store.Tx, e *inbox.Event) error {
	now := s.Now()
	e.ProcessedAt = &now
	told, err := resendapi.ParseEvent([]byte(e.Payload))
	if err != nil {
		e.State, e.Result = inbox.Failed, "The webhook cannot be read."
		return nil //nolint:nilerr // what cannot be read now cannot be read later
	}
	if told.Email == nil {
		e.State, e.Result = inbox.Ignored, "Nothing here follows from an event of this kind."
		return nil
	}
	event, known := eventOf(e, told)
	if !known {
		e.State, e.Result = inbox.Ignored, "Nothing here follows from an event of this kind."
		return nil
	}
	return s.take(ctx, tx, e, event)
}

// eventOf is what a webhook tells of a mail.
func eventOf(e *inbox.Event, told resendapi.Event) (mail.Event, bool) {
	whats := map[string]mail.What{
		resendapi.EventSent: mail.WasSent, resendapi.EventScheduled: mail.WasScheduled, resendapi.EventDelivered: mail.WasDelivered,
		resendapi.EventDelayed: mail.WasDelayed, resendapi.EventComplained: mail.WasComplained, resendapi.EventBounced: mail.WasBounced,
		resendapi.EventOpened: mail.WasOpened, resendapi.EventClicked: mail.WasClicked, resendapi.EventFailed: mail.WasFailed,
		resendapi.EventSuppressed: mail.WasSuppressed,
	}
	what, known := whats[told.Type]
	event := mail.Event{ID: e.ID.UUID, RemoteID: told.Email.EmailID, What: what, At: told.At.Time}
	if event.At.IsZero() {
		event.At = e.ReceivedAt
	}
	if to := told.Impacted(); len(to) > 0 {
		if address, err := crm.ParseEmail(to[0]); err == nil {
			event.Recipient = address
		}
	}
	if id, err := crm.ParseID[mail.Message](told.Email.Tags[tagMail]); err == nil {
		event.Message = &id
	}
	describe(&event, told.Email)
	return event, known
}

// describe adds what only some events tell.
func describe(event *mail.Event, told *resendapi.EmailEvent) {
	switch event.What {
	case mail.WasOpened:
		event.Agent = mail.Unknown
	case mail.WasClicked:
		event.Agent = mail.Unknown
		if told.Click != nil {
			event.Link, event.Agent = told.Click.Link, agentOf(told.Click.UserAgent)
		}
	case mail.WasBounced:
		event.Permanent = told.BounceType() == resendapi.BouncePermanent
		event.Code = told.BounceType()
		if told.Bounce != nil {
			event.Code, event.Text = event.Code+"/"+told.Bounce.SubType, told.Bounce.Message
		}
	case mail.WasFailed:
		if told.Failed != nil {
			event.Code, event.Text = told.Failed.Reason, "Resend did not send it: "+told.Failed.Reason+"."
		}
	case mail.WasSuppressed:
		if told.Suppressed != nil {
			event.Code, event.Text = told.Suppressed.Reason, told.Suppressed.Message
		}
	}
}

// take finds the mail that an event is about and lets it follow from that. An
// event of a mail that is not known waits until it is.
func (s *Service) take(ctx context.Context, tx *store.Tx, e *inbox.Event, event mail.Event) error {
	m, found, err := s.mailOf(ctx, tx, event)
	if err != nil {
		return err
	}
	event.Message = nil
	if found {
		event.Message, event.Org, e.Org = &m.ID, m.Org, &m.Org
	}
	fresh, err := tx.KeepMailEvent(ctx, event)
	switch {
	case err != nil:
		return err
	case !found:
		e.State, e.Result = inbox.Unmatched, "It is about a mail that did not leave from here, or is not known yet. It is kept."
		return nil
	case !fresh:
		e.State, e.Result = inbox.Done, "It was known already."
		return nil
	}
	before := m.State
	if m.RemoteID == "" {
		m.RemoteID = event.RemoteID
	}
	m.Fold(event)
	if err := tx.UpdateMail(ctx, m); err != nil {
		return err
	}
	e.State, e.Result = inbox.Done, "The mail stays "+string(m.State)+"."
	if m.State != before {
		e.Result = "The mail is " + string(m.State) + " now."
	}
	return s.suppressFor(ctx, tx, m, event)
}

// mailOf holds the mail that an event is about: by the tag that we gave it, or
// by Resend's id.
func (s *Service) mailOf(ctx context.Context, tx *store.Tx, e mail.Event) (mail.Message, bool, error) {
	if e.Message != nil {
		if m, found, err := tx.HoldMail(ctx, *e.Message); err != nil || found {
			return m, found, err
		}
	}
	id, found, err := tx.MailByRemote(ctx, e.RemoteID)
	if err != nil || !found {
		return mail.Message{}, false, err
	}
	return tx.HoldMail(ctx, id)
}

// suppressFor stops mail to an address that an event says not to write to.
// https://resend.com/docs/dashboard/emails/email-bounces
func (s *Service) suppressFor(ctx context.Context, tx *store.Tx, m mail.Message, e mail.Event) error {
	reason, err := s.reasonOf(ctx, tx, m, e)
	if err != nil || reason == "" {
		return err
	}
	_, err = tx.Suppress(ctx, mail.Suppression{
		ID: crm.NewID[mail.Suppression](), Org: m.Org, Address: m.Recipient, Scope: mail.Everything, Reason: reason, Source: m.ID.String(), Note: e.Text, By: "Resend",
	})
	return err
}

func (s *Service) reasonOf(ctx context.Context, tx *store.Tx, m mail.Message, e mail.Event) (mail.Reason, error) {
	switch {
	case e.What == mail.WasComplained:
		return mail.ForComplaint, nil
	case e.What == mail.WasSuppressed:
		return mail.ByService, nil
	case e.What != mail.WasBounced:
		return "", nil
	case e.Permanent:
		return mail.ForBounce, nil
	}
	kept, err := tx.MailSettings(ctx, m.Org)
	if err != nil {
		return "", err
	}
	settings, err := settingsOf(kept)
	if err != nil {
		return "", err
	}
	n, err := tx.TransientBounces(ctx, m.Org, e.Recipient, s.Now().AddDate(0, 0, -settings.TransientDays))
	if err != nil || n < settings.Transients {
		return "", err
	}
	return mail.ForBounces, nil
}

// wakeLooking has events looked at that a failed look left behind.
func (s *Service) wakeLooking(ctx context.Context) error {
	if len(s.looks.Failures()) == 0 {
		return nil
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.Wake(ctx, store.LookAtInbox{Service: Name}, jobs.Normal) })
}
