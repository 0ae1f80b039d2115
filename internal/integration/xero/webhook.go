package xero

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// Webhooks reads Xero's webhooks. Without a key no signature is right.
// https://developer.xero.com/documentation/guides/webhooks/overview/
type Webhooks struct{ Key string }

// Verify checks the signature over the raw body in constant time.
func (w Webhooks) Verify(header http.Header, body []byte, _ time.Time) bool {
	return w.Key != "" && xeroapi.VerifySignature([]byte(w.Key), body, header.Get(xeroapi.SignatureHeader))
}

// Parse reads the events of a verified body. The activation test has none.
func (w Webhooks) Parse(_ http.Header, body []byte) ([]inbox.Event, error) {
	hook, err := xeroapi.ParseWebhook(body)
	if err != nil {
		return nil, err
	}
	events := make([]inbox.Event, len(hook.Events))
	for i, e := range hook.Events {
		events[i] = inbox.Event{
			DeliveryKey: e.DedupeKey(), Tenant: e.TenantID, Category: e.Category, Type: e.Type,
			Resource: e.ResourceID, OccurredAt: e.At.Time, Payload: string(e.Raw),
		}
	}
	if len(events) > 0 {
		events[0].Numbers = inbox.Span{First: hook.FirstSequence, Last: hook.LastSequence}
	}
	return events, nil
}

// lookMost is how many webhooks one round takes: few enough that the
// transactions about them hold up nobody for long. Those of one kind and
// organisation are read from Xero together, 40 records a call.
const lookMost = 5 * lookUpMost

// Look deals with waiting webhooks: it reads the records that they name.
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
	due, err := s.Store.NextEventDue(ctx, Name)
	if err != nil || due.IsZero() {
		return err
	}
	return s.again(all, max(due.Sub(s.Now()), moment))
}

func (s *Service) lookAtAll(ctx context.Context) error {
	if err := s.looks.Recover(crm.OrgID{}, func() error { return s.Store.ReleaseEvents(ctx, s.Process, Name) }); err != nil {
		return err
	}
	if err := s.Store.AnswerBell(ctx, Name); err != nil {
		return err
	}
	for s.mayCall(ctx) {
		var claimed []inbox.Event
		err := s.Store.InTx(ctx, func(tx *store.Tx) (err error) {
			claimed, err = tx.ClaimEvents(ctx, Name, s.Process.ID, lookMost)
			return err
		})
		if err != nil {
			return err
		}
		for tenant, events := range byTenant(claimed) {
			if err := s.lookAtTenant(ctx, tenant, events); err != nil {
				return err
			}
		}
		if len(claimed) < lookMost { // what comes meanwhile rings for another look, together
			break
		}
	}
	return nil
}

func byTenant(events []inbox.Event) map[string][]inbox.Event {
	out := map[string][]inbox.Event{}
	for _, e := range events {
		out[e.Tenant] = append(out[e.Tenant], e)
	}
	return out
}

// lookAtTenant looks for each organisation that is connected to the tenant; there
// may be several. The events are settled when all of them have looked.
func (s *Service) lookAtTenant(ctx context.Context, tenant string, events []inbox.Event) error {
	conns, err := s.Store.ConnectionsTo(ctx, Name, tenant)
	if err != nil {
		return err
	}
	if len(conns) == 0 {
		return s.settleEvents(ctx, nil, events, func(e *inbox.Event) {
			s.finish(e, inbox.Unmatched, "No organisation is connected to this Xero organisation.")
		})
	}
	looks := make([]look, len(conns))
	for i, c := range conns {
		looks[i] = s.lookFor(ctx, c, events)
	}
	return s.settleEvents(ctx, looks, events, func(e *inbox.Event) { s.judge(e, looks) })
}

// judge settles an event by what it came to for the connection for which most
// is left to do, or most was done.
func (s *Service) judge(e *inbox.Event, looks []look) {
	before, best := *e, -1
	for _, l := range looks {
		judged := before
		judged.Org = &l.org
		s.judgeFor(&judged, l)
		if rank := pressing(judged.State); rank > best {
			*e, best = judged, rank
		}
	}
}

func pressing(s inbox.State) int {
	return slices.Index([]inbox.State{inbox.Ignored, inbox.Failed, inbox.Done, inbox.Received}, s)
}

func (s *Service) judgeFor(e *inbox.Event, l look) {
	switch {
	case l.err != nil:
		s.lookLater(e, l.err)
	case l.early[e.Resource] && s.Now().Sub(e.ReceivedAt) < earlyFor:
		e.State, e.Result, e.DueAt = inbox.Received, "A document of ours is on its way to Xero; perhaps it is this one. It is looked at again.", s.Now().Add(s.Schedule.Wait(lookUpAfter))
	case e.Category == xeroapi.EventInvoice:
		s.finishOurs(e, l.results[e.Resource], cmp.Or(l.untaken[e.Resource], "The invoice is not one of ours."))
	case e.Category == xeroapi.EventContact:
		s.finishContact(e, l.contacts[e.Resource])
	case e.Category == xeroapi.EventCreditNote:
		s.finishOurs(e, l.credits[e.Resource], cmp.Or(l.untaken[e.Resource], "The credit note is not one of ours."))
	case e.Category == xeroapi.EventPrepayment || e.Category == xeroapi.EventOverpayment:
		s.finishOurs(e, l.advances[e.Resource], "It is set against no invoice of ours.")
	case e.Category == xeroapi.EventSubscription:
		s.finish(e, inbox.Done, "The connection was checked.")
	default:
		s.finish(e, inbox.Ignored, "Nothing here follows from a change of this kind.")
	}
}

// named are the records of one category that events name, each once.
func named(events []inbox.Event, category string) []string {
	var ids []string
	for _, e := range events {
		if e.Category == category {
			ids = append(ids, e.Resource)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (s *Service) finishContact(e *inbox.Event, result string) {
	if result == "" {
		s.finish(e, inbox.Ignored, "The contact is not in Xero any more.")
		return
	}
	s.finish(e, inbox.Done, result)
}

// earlyFor is how long a webhook waits to learn that its invoice is ours.
const earlyFor = 10 * time.Minute

// early adds the documents that were not known as ours and may yet turn out to
// be: while one of ours is being sent, or is in doubt, a webhook about it can be
// faster than its link. Who asks after reading either finds that, or the link.
func (s *Service) early(ctx context.Context, kind link.Key, ids []string, l look) error {
	known := l.results
	if kind.Kind == link.CreditNote {
		known = l.credits
	}
	var strange []string
	for _, id := range ids {
		if known[id] == "" {
			strange = append(strange, id)
		}
	}
	if len(strange) == 0 {
		return nil
	}
	counts, err := s.Store.LinkCounts(ctx, kind.Org, Name)
	if err != nil {
		return err
	}
	onItsWay := counts[kind.Kind][link.Sending]+counts[kind.Kind][link.Unknown] > 0
	for _, id := range strange {
		_, err := s.Store.LinkByRemote(ctx, kind, id)
		switch {
		case err == nil || onItsWay:
			l.early[id] = true
		case crm.KindOf(err) != crm.NotFound:
			return err
		}
	}
	return nil
}

// finishOurs settles an event about a document that may be ours.
func (s *Service) finishOurs(e *inbox.Event, result, foreign string) {
	if result == "" {
		s.finish(e, inbox.Ignored, foreign)
		return
	}
	s.finish(e, inbox.Done, result)
}

func (s *Service) finish(e *inbox.Event, state inbox.State, result string) {
	now := s.Now()
	e.State, e.Result, e.ProcessedAt = state, result, &now
}

// accessWait is how long events wait to be looked at again without access.
const accessWait = 5 * time.Minute

// lookLater puts an event back. Waiting for a limit or for access costs no
// attempt.
func (s *Service) lookLater(e *inbox.Event, err error) {
	now := s.Now()
	e.State, e.Result = inbox.Received, "Xero could not be asked yet. It is tried again by itself."
	if wait, ok := notYet(err, now); ok {
		e.DueAt = now.Add(wait)
		return
	}
	if refusesAccess(err) || errors.Is(err, errNoAccess) { // connecting again reads what changed, too
		e.Result, e.DueAt = "Xero cannot be asked until the connection works again. It is looked at then.", now.Add(s.Schedule.Wait(accessWait))
		return
	}
	var failure *xeroapi.Error
	if errors.As(err, &failure) && failure.Kind == xeroapi.KindLimited {
		e.DueAt = now.Add(failure.RetryAfter)
		return
	}
	e.Attempts++
	delay, again := s.Schedule.Delay(e.Attempts)
	if !again {
		s.finish(e, inbox.Failed, "Xero could not be asked in five tries. Replay it when Xero is back.")
		return
	}
	e.DueAt = now.Add(delay)
}

func (s *Service) settleEvents(ctx context.Context, looks []look, events []inbox.Event, change func(*inbox.Event)) error {
	ctx = context.WithoutCancel(ctx)
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, l := range looks {
			if err := l.trail.write(ctx, tx); err != nil {
				return err
			}
		}
		settled := slices.Clone(events)
		for i := range settled {
			change(&settled[i])
		}
		return tx.SettleEvents(ctx, s.Process.ID, settled)
	})
}
