package resend

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
)

// PushArgs asks to send what waits in an organisation.
type PushArgs struct {
	Org crm.OrgID `json:"org"`
}

// Kind names the job.
func (PushArgs) Kind() string { return "resend_push" }

// soon is how far ahead the next due mail may be for the job to wait for it;
// what is due later is found by the sweep. moment is the least that it waits.
const (
	soon   = time.Minute
	moment = 100 * time.Millisecond
)

// Register makes the integration the worker of its jobs.
func (s *Service) Register(w *jobs.Workers) {
	jobs.Handle(w, s.Push)
	jobs.Handle(w, s.MailInvoice)
	jobs.Handle(w, s.MailCreditNote)
	jobs.Handle(w, s.Judge)
	s.registerReminders(w)
	s.registerFigures(w)
	s.registerDomains(w)
	s.registerAsking(w)
	s.registerSuppressions(w)
}

// Wake enqueues jobs for mail that is due. It is repeated every few seconds in
// each process, so that a lost job delays mail and loses none.
func (s *Service) Wake(ctx context.Context) error {
	if err := s.wakeLooking(ctx); err != nil {
		return err
	}
	if err := s.wakeImports(ctx); err != nil {
		return err
	}
	orgs, err := s.Store.OrganisationsWithMail(ctx, s.Now())
	orgs = append(orgs, s.gates.Failures()...)
	if err != nil || len(orgs) == 0 {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, org := range orgs {
			if s.gates.Running(org) {
				continue
			}
			if err := tx.Wake(ctx, PushArgs{org}, jobs.Normal); err != nil {
				return err
			}
		}
		return nil
	})
}

// Push sends what is due, a parcel at a time, until nothing is.
func (s *Service) Push(ctx context.Context, args PushArgs) error {
	if !s.gates.Enter(args.Org) {
		return nil
	}
	for more := true; more; more = s.gates.Leave(args.Org) {
		if err := s.pushAll(ctx, args.Org); err != nil {
			s.gates.Abandon(args.Org)
			return err
		}
	}
	return s.again(ctx, args.Org)
}

// again has the job run when the next mail is due, if that is soon and it could
// leave then.
func (s *Service) again(ctx context.Context, org crm.OrgID) error {
	kept, err := s.Store.MailSettings(ctx, org)
	if err != nil || kept.Paused.Holds(s.Now()) || s.rest.Load() {
		return err
	}
	if _, err := s.key(org, kept); err != nil {
		return ignoreMissingKey(err)
	}
	if full, err := s.limitReached(ctx, org, kept); err != nil || full { // the sweep finds what may leave
		return err
	}
	due, err := s.Store.NextMailDue(ctx, org)
	if err != nil || due.IsZero() {
		return err
	}
	now := s.Now()
	wait := max(due.Sub(now), moment)
	if wait >= soon || !s.naps.Begin(org, now, now.Add(wait)) {
		return nil
	}
	return jobs.Snooze(wait)
}

// ignoreMissingKey lets mail wait for a key without an error.
func ignoreMissingKey(err error) error {
	if crm.KindOf(err) == crm.Precondition {
		return nil
	}
	return err
}

func (s *Service) pushAll(ctx context.Context, org crm.OrgID) error {
	err := s.gates.Recover(org, func() error { return s.Store.ReleaseParcels(ctx, s.Process, org) })
	if err != nil {
		return err
	}
	hurried := store.Hurried(ctx) // each request is followed by the webhooks of a hundred mails
	for s.mayCall(ctx) {
		sent, err := s.pushParcel(hurried, org)
		if err != nil || !sent {
			return err
		}
	}
	return nil
}

// pushParcel sends the parcel that is due first. It reports false when nothing
// can be sent now.
func (s *Service) pushParcel(ctx context.Context, org crm.OrgID) (bool, error) {
	kept, err := s.Store.MailSettings(ctx, org)
	if err != nil || kept.Paused.Holds(s.Now()) {
		return false, err
	}
	key, err := s.key(org, kept)
	if err != nil {
		return false, ignoreMissingKey(err)
	}
	p, err := s.claim(ctx, store.ParcelClaim{Org: org, Process: s.Process.ID, Account: Account(key.Reveal()), Least: store.MailBulk, Most: resendapi.MaxBatch}, kept)
	if err != nil || p == nil {
		return false, err
	}
	if p.Doubtful && s.forgotten(*p, key) {
		return true, s.settle(ctx, *p, answer{err: errForgotten})
	}
	got := s.send(ctx, s.client(key), *p)
	return got.mayGoOn(), s.settle(context.WithoutCancel(ctx), *p, got)
}

// forgotten reports whether a repeated request might be carried out twice: its
// key is too old, or this account never knew it.
func (s *Service) forgotten(p store.Parcel, key resendapi.Secret) bool {
	return p.Account != Account(key.Reveal()) || p.TriedAt != nil && s.Now().Sub(*p.TriedAt) > resendapi.KeyLife-time.Hour
}

// errForgotten ends a parcel in doubt whose key Resend has forgotten by now.
var errForgotten = errors.New("the key of this request is forgotten")

// claim takes the next parcel. Whom a mail must not go to is looked up once more.
func (s *Service) claim(ctx context.Context, c store.ParcelClaim, kept store.MailSettings) (p *store.Parcel, err error) {
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		hour, err := s.limit(ctx, tx, &c, kept)
		if err != nil {
			return err
		}
		campaigns := campaignStates{}
		p, err = tx.ClaimParcel(ctx, c, func(m mail.Message) (bool, error) {
			if held, err := campaigns.hold(ctx, tx, m); err != nil || held {
				return false, err
			}
			if back, err := overtaken(ctx, tx, m); err != nil || back {
				return false, err
			}
			if back, err := voided(ctx, tx, m); err != nil || back {
				return false, err
			}
			why, stopped, err := s.stopped(ctx, tx, m)
			if err != nil || !stopped {
				return err == nil, err
			}
			before, now := m, tx.Now()
			m.State, m.Parcel, m.Problem, m.Times.Suppressed = mail.Suppressed, nil, why, &now
			return false, tx.ChangeMail(ctx, before, m)
		})
		if err != nil || p == nil || p.TriedAt != nil {
			return err
		}
		if err := countMarketing(ctx, tx, *p, hour); err != nil {
			return err
		}
		return s.readdress(ctx, tx, p, kept)
	})
	return p, err
}

// answer is what a request came to.
type answer struct {
	items []resendapi.BatchItem
	call  resendapi.Call
	err   error
}

// mayGoOn reports whether there is a point in sending another parcel at once.
func (a answer) mayGoOn() bool {
	var failure *resendapi.Error
	switch {
	case a.err == nil:
		return true
	case errors.As(a.err, &failure):
		return failure.Kind == resendapi.KindFix || failure.Kind == resendapi.KindBug
	default:
		return false
	}
}

// patience is the longest that a parcel waits for our own limit with its mails
// packed. To put them back and take them again would cost more.
const patience = 2 * time.Second

// send makes the request of a parcel, the same one each time.
func (s *Service) send(ctx context.Context, client *resendapi.Client, p store.Parcel) answer {
	priority := ratelimit.Person
	if p.Urgency >= store.MailBulk {
		priority = ratelimit.Bulk
	}
	ctx = ratelimit.WithPriority(ctx, priority)
	for {
		got := s.call(ctx, client, p)
		wait, held := heldBack(got.err, s.Now())
		if !held || wait > patience || !s.mayCall(ctx) || s.Wait(ctx, wait) != nil {
			return got
		}
	}
}

func (s *Service) call(ctx context.Context, client *resendapi.Client, p store.Parcel) (got answer) {
	ctx, call := watched(ctx)
	key := "renoz-" + p.ID.String()
	if len(p.Mails) == 1 {
		var id string
		id, got.err = client.SendEncoded(ctx, key, []byte(p.Mails[0].Payload))
		got.items = []resendapi.BatchItem{{EmailID: id}}
	} else {
		got.items, got.err = client.SendBatchEncoded(ctx, key, together(p.Mails), resendapi.Permissive)
	}
	got.call = *call
	return got
}

// together writes the batch of frozen mails.
func together(mails []mail.Message) []byte {
	var list bytes.Buffer
	for i, m := range mails {
		list.WriteByte("[,"[min(i, 1)])
		list.WriteString(m.Payload)
	}
	list.WriteByte(']')
	return list.Bytes()
}

func asFailure(err error) (*resendapi.Error, bool) {
	var failure *resendapi.Error
	return failure, errors.As(err, &failure)
}
