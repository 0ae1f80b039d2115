package resend

import (
	"cmp"
	"context"
	"slices"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// told is a webhook with what it tells of a mail.
type told struct {
	webhook *inbox.Event
	event   mail.Event
	about   string // id of the mail; "" when it is not known
}

// lookAt keeps what webhooks tell and settles them. Domains are held first,
// in the order of their ids at the service; then mails, in the order of their
// ids and then by their ids at the service, as those do who settle what was sent;
// what is told of the list of suppressions comes last.
func (s *Service) lookAt(ctx context.Context, tx *store.Tx, webhooks []inbox.Event) error {
	list, domains := []told(nil), []toldDomain(nil)
	for i := range webhooks {
		if webhooks[i].Category == suppressionEvent {
			continue
		}
		event, domain, telling := s.read(&webhooks[i])
		if domain != nil {
			domains = append(domains, toldDomain{&webhooks[i], *domain})
		}
		if !telling {
			continue
		}
		t := told{webhook: &webhooks[i], event: event}
		if event.Message != nil {
			t.about = event.Message.String()
		} else if id, found, err := tx.MailByRemote(ctx, event.RemoteID); err != nil {
			return err
		} else if found {
			t.about = id.String()
		}
		list = append(list, t)
	}
	if err := s.lookAtDomains(ctx, tx, domains); err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b told) int {
		return cmp.Or(cmp.Compare(orLast(a.about), orLast(b.about)), cmp.Compare(a.event.RemoteID, b.event.RemoteID))
	})
	var met []mail.Message
	for len(list) > 0 {
		alike := 1
		for alike < len(list) && list[0].about != "" && list[alike].about == list[0].about && list[alike].event.RemoteID == list[0].event.RemoteID {
			alike++
		}
		m, err := s.take(ctx, tx, list[:alike])
		if err != nil {
			return err
		}
		if m != nil {
			met = append(met, *m)
		}
		list = list[alike:]
	}
	if err := s.adopt(ctx, tx, met...); err != nil {
		return err
	}
	return s.lookAtList(ctx, tx, webhooks)
}

// orLast puts what has no id behind all that has one.
func orLast(id string) string { return cmp.Or(id, "~") }

// read settles a webhook from which nothing follows, and reports false then. One
// about a domain is returned as it was read.
func (s *Service) read(e *inbox.Event) (mail.Event, *resendapi.Event, bool) {
	now := s.Now()
	e.ProcessedAt = &now
	from, err := resendapi.ParseEvent([]byte(e.Payload))
	if err != nil { // what cannot be read now cannot be read later
		e.State, e.Result = inbox.Failed, "The webhook cannot be read."
		return mail.Event{}, nil, false
	}
	if from.Email != nil {
		if event, known := eventOf(e, from); known {
			return event, nil, true
		}
	}
	if from.Domain != nil {
		return mail.Event{}, &from, false
	}
	e.State, e.Result = inbox.Ignored, "Nothing here follows from an event of this kind."
	return mail.Event{}, nil, false
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

// take finds the mail that webhooks are about and lets it follow from them.
// Those of a mail that is not known wait until it is. It returns the mail when
// its id at Resend was not known until now.
func (s *Service) take(ctx context.Context, tx *store.Tx, list []told) (*mail.Message, error) {
	m, found, err := s.mailOf(ctx, tx, list[0].event)
	if err != nil {
		return nil, err
	}
	if found {
		return s.apprise(ctx, tx, m, list)
	}
	for _, t := range list {
		t.event.Message = nil
		known, err := tx.KeepStrangeMailEvent(ctx, t.event)
		if err != nil {
			return nil, err
		}
		if known {
			return s.take(ctx, tx, list)
		}
		t.webhook.State, t.webhook.Result = inbox.Unmatched, "It is about a mail that did not leave from here, or is not known yet. It is kept."
	}
	return nil, nil //nolint:nilnil // no mail became known
}

// apprise lets a mail that is held follow what is new of what webhooks tell.
func (s *Service) apprise(ctx context.Context, tx *store.Tx, m mail.Message, list []told) (*mail.Message, error) {
	before := m
	for _, t := range list {
		e, state := t.event, m.State
		e.Message, e.Org, e.Recipient, t.webhook.Org = &m.ID, m.Org, m.Recipient, &m.Org
		fresh, err := tx.KeepMailEvent(ctx, e)
		if err != nil {
			return nil, err
		}
		t.webhook.State, t.webhook.Result = inbox.Done, "It was known already."
		if !fresh {
			continue
		}
		m.Meet(e.RemoteID)
		if err := s.follow(ctx, tx, &m, e); err != nil {
			return nil, err
		}
		t.webhook.Result = "The mail stays " + string(m.State) + "."
		if m.State != state {
			t.webhook.Result = "The mail is " + string(m.State) + " now."
		}
	}
	if m == before {
		return nil, nil //nolint:nilnil // nothing new
	}
	if err := tx.ChangeMail(ctx, before, m); err != nil || before.RemoteID != "" {
		return nil, err
	}
	return &m, nil
}

// follow changes a mail that is held by what was told of it, and stops mail to
// an address that must not be written to again.
func (s *Service) follow(ctx context.Context, tx *store.Tx, m *mail.Message, e mail.Event) error {
	if e.What == mail.WasClicked {
		agent, err := s.tellAgent(ctx, tx, m, e)
		if err != nil {
			return err
		}
		e.Agent = agent
	}
	m.Fold(e)
	if e.What == mail.WasBounced || e.What == mail.WasComplained {
		if err := tx.Wake(ctx, JudgeArgs{m.Org}, jobs.Normal); err != nil {
			return err
		}
	}
	return s.suppressFor(ctx, tx, *m, e)
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
