package campaign

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Mailer is what campaigns need of sending.
type Mailer interface {
	Rehearses() bool
	Templates(ctx context.Context, f resend.TemplateFilter) ([]resend.Stationery, error)
	Template(ctx context.Context, r store.Reader, org crm.OrgID, key string) (template.Template, error)
	Writer(ctx context.Context, r store.Reader, org crm.OrgID) (resend.Writer, error)
	StopLink(stop resend.Stop) (string, error)
	Stopped(ctx context.Context, tx *store.Tx, m mail.Message) (mail.Problem, bool, error)
	Queue(ctx context.Context, tx *store.Tx, org crm.OrgID, d resend.Draft) (mail.Message, error)
}

// Config is what campaigns are made of.
type Config struct {
	Mail      Mailer
	Allowance func(ctx context.Context) (resend.Allowance, error) // of the organisation that acts
	Store     *store.Store
	Now       func() time.Time
}

// Service runs campaigns. It is safe for concurrent use.
type Service struct {
	Config
	gates jobs.Gates
	naps  jobs.Naps
	rest  atomic.Bool

	mu    sync.Mutex
	drain map[crm.OrgID]drained
}

// New returns the service.
func New(c Config) *Service { return &Service{Config: c, drain: map[crm.OrgID]drained{}} }

// Args asks to bring an organisation's campaigns into line: to prepare them, to
// start those whose time has come, to queue the next mails of those that run.
type Args struct {
	Org crm.OrgID `json:"org"`
}

// Kind names the job.
func (Args) Kind() string { return "mail_campaign" }

// Register makes the service the worker of its jobs.
func (s *Service) Register(w *jobs.Workers) { jobs.Handle(w, s.Work) }

// Rest makes jobs end after the step that is under way.
func (s *Service) Rest() { s.rest.Store(true) }

// abandoned is how long nobody reads on in a list before it is given up.
const abandoned = 15 * time.Minute

// Wake enqueues jobs for campaigns that something has to be done for. It is
// repeated every few seconds in each process.
func (s *Service) Wake(ctx context.Context) error {
	now := s.Now()
	orgs, err := s.Store.OrganisationsWithCampaigns(ctx, now, now.Add(-abandoned))
	if err != nil || len(orgs) == 0 {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, org := range orgs {
			if s.gates.Running(org) {
				continue
			}
			if err := tx.Wake(ctx, Args{org}, jobs.Bulk); err != nil {
				return err
			}
		}
		return nil
	})
}

// errFaster says that another process, or a person, has moved a campaign on.
var errFaster = errors.New("another was faster")

// turn is how long before a job is cancelled it ends by itself.
const turn = 30 * time.Second

func (s *Service) mayGoOn(ctx context.Context) bool {
	end, limited := ctx.Deadline()
	return !s.rest.Load() && ctx.Err() == nil && (!limited || time.Until(end) > turn)
}

// Work goes on with an organisation's campaigns until nothing can be done now.
func (s *Service) Work(ctx context.Context, args Args) error {
	if !s.gates.Enter(args.Org) {
		return nil
	}
	waits := false
	for more := true; more; more = s.gates.Leave(args.Org) {
		var err error
		if waits, err = s.workAll(store.Hurried(ctx), args.Org); err != nil {
			s.gates.Abandon(args.Org)
			return err
		}
	}
	if !waits {
		return nil
	}
	return s.nap(args.Org)
}

// workAll takes steps of all campaigns in turn. It reports whether mails have to
// leave before there is more to do.
func (s *Service) workAll(ctx context.Context, org crm.OrgID) (waits bool, err error) {
	for {
		open, err := s.Store.OpenCampaigns(ctx, org)
		if err != nil {
			return false, err
		}
		moved, waiting := false, 0
		for _, c := range open {
			if !s.mayGoOn(ctx) {
				return false, s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.Wake(ctx, Args{org}, jobs.Bulk) })
			}
			did, left, err := s.step(ctx, c)
			if err != nil && !errors.Is(err, errFaster) {
				return false, err
			}
			moved, waiting = moved || did || err != nil, waiting+left
		}
		if !moved {
			return s.draining(org, waiting), nil
		}
	}
}

// step brings a campaign further. It reports whether it did, and how many mails
// have to leave first.
func (s *Service) step(ctx context.Context, c mail.Campaign) (did bool, waiting int, err error) {
	switch c.State {
	case mail.CampaignLoading:
		if s.Now().Sub(c.UpdatedAt) < abandoned {
			return false, 0, nil
		}
		return true, 0, s.fail(ctx, c, "The list did not arrive whole. Make the campaign again.")
	case mail.CampaignPreparing:
		return true, 0, s.plan(ctx, c)
	case mail.CampaignScheduled:
		if c.StartAt == nil || s.Now().Before(*c.StartAt) {
			return false, 0, nil
		}
		return true, 0, s.Store.InTx(ctx, func(tx *store.Tx) error { return faster(s.begin(ctx, tx, c)) })
	case mail.CampaignRunning:
		return s.run(ctx, c)
	case mail.CampaignStopping:
		return s.stop(ctx, c)
	}
	return false, 0, nil
}

// faster makes a lost race of a job no failure.
func faster(err error) error {
	if crm.KindOf(err) == crm.Conflict {
		return errFaster
	}
	return err
}

// fail ends a campaign that cannot be prepared.
func (s *Service) fail(ctx context.Context, c mail.Campaign, problem string) error {
	was, now := c.State, s.Now()
	c.State, c.Problem, c.EndedAt = mail.CampaignFailed, problem, &now
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return faster(tx.StepCampaign(ctx, c, was)) })
}

// How soon a job looks again while mails leave, and for how long it does when
// none does: after that, the sweep looks.
const (
	lookAgain = 300 * time.Millisecond
	patience  = 5 * time.Second
)

// drained is how many mails had yet to leave, and since when it was so many.
type drained struct {
	waiting int
	since   time.Time
}

// draining reports whether mails of campaigns leave now.
func (s *Service) draining(org crm.OrgID, waiting int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if waiting == 0 {
		delete(s.drain, org)
		return false
	}
	now := s.Now()
	if d, known := s.drain[org]; !known || d.waiting != waiting {
		s.drain[org] = drained{waiting, now}
	}
	return now.Sub(s.drain[org].since) < patience
}

// nap has one job of an organisation look again soon.
func (s *Service) nap(org crm.OrgID) error {
	now := s.Now()
	if s.rest.Load() || !s.naps.Begin(org, now, now.Add(lookAgain)) {
		return nil
	}
	return jobs.Snooze(lookAgain)
}
