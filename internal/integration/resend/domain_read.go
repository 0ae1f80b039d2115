package resend

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
)

// ReadAllDomainsArgs asks to read the domains of all organisations.
type ReadAllDomainsArgs struct{}

// Kind names the job.
func (ReadAllDomainsArgs) Kind() string { return "resend_read_all_domains" }

// ReadDomainsArgs asks to read an organisation's domains from Resend and to look
// their records up in DNS.
type ReadDomainsArgs struct {
	Org crm.OrgID `json:"org"`
}

// Kind names the job.
func (ReadDomainsArgs) Kind() string { return "resend_read_domains" }

// readDomainsEvery is how soon it is noticed that a record vanished.
const readDomainsEvery = time.Hour

// registerDomains makes the integration the worker of reading domains.
func (s *Service) registerDomains(w *jobs.Workers) {
	jobs.Handle(w, s.ReadAllDomains)
	jobs.Handle(w, s.ReadDomains)
	w.Every(readDomainsEvery, ReadAllDomainsArgs{})
}

// ReadAllDomains has each organisation's domains read by a job of its own.
func (s *Service) ReadAllDomains(ctx context.Context, _ ReadAllDomainsArgs) error {
	orgs, err := s.Store.Organisations(ctx)
	if err != nil || len(orgs) == 0 {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, o := range orgs {
			if err := tx.Wake(ctx, ReadDomainsArgs{o.ID}, jobs.Bulk); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReadDomains reads an organisation's domains and looks at their DNS. It may be
// asked for as often as one likes.
func (s *Service) ReadDomains(ctx context.Context, args ReadDomainsArgs) error {
	if !s.domains.Enter(args.Org) {
		return nil
	}
	for more := true; more; more = s.domains.Leave(args.Org) {
		err := s.readDomains(ratelimit.WithPriority(ctx, ratelimit.Bulk), args.Org, noticed{mail.ByReading, ""})
		if wait, held := heldBack(err, s.Now()); held {
			s.domains.Abandon(args.Org)
			return jobs.Snooze(wait)
		}
		if err != nil {
			s.domains.Abandon(args.Org)
			return err
		}
	}
	return nil
}

// RefreshDomains reads the domains of the organisation that acts at once. It
// returns an Error of kind Precondition or Unavailable that says why Resend did
// not tell of them; what was known stays.
func (s *Service) RefreshDomains(ctx context.Context) error {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return err
	}
	if err := s.readDomains(ctx, me.Org, noticed{mail.ByReading, me.Actor()}); err != nil {
		return s.domainError(err)
	}
	read, err := s.Store.DomainRead(ctx, me.Org)
	if err == nil && read.Problem != "" {
		return crm.Errorf(crm.Precondition, "%s", read.Problem)
	}
	return err
}

// readDomains follows Resend's list. What a person has to mend is noted for the
// page and is no error; that a key is missing is not even that. by is who or what
// notices changes.
func (s *Service) readDomains(ctx context.Context, org crm.OrgID, by noticed) error {
	kept, err := s.Store.MailSettings(ctx, org)
	if err != nil {
		return err
	}
	key, err := s.key(org, kept)
	if err != nil {
		return s.noteRead(ctx, org, err)
	}
	client := s.client(key)
	there, err := s.listDomains(ctx, client)
	if err != nil {
		return s.noteRead(ctx, org, err)
	}
	own, err := s.ownDomains(ctx, kept, there)
	if err != nil {
		return err
	}
	looking, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	for _, row := range own {
		d, err := s.readDomain(ctx, client, row.ID)
		if resendapi.KindOf(err) == resendapi.KindNotFound { // it was removed in this moment
			there = without(there, row)
			continue
		}
		if err != nil {
			return s.noteRead(ctx, org, err)
		}
		if err := s.followDomain(ctx, looking, org, d, by); err != nil {
			return err
		}
	}
	if err := s.dropDomains(ctx, org, there, own, by); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.KeepDomainRead(ctx, org, "") })
}

// noteRead keeps why domains could not be read. What will pass by itself is an
// error, so that the job is tried again.
func (s *Service) noteRead(ctx context.Context, org crm.OrgID, why error) error {
	if _, held := heldBack(why, s.Now()); held {
		return why
	}
	problem := s.domainError(why)
	switch crm.KindOf(problem) {
	case crm.Precondition, crm.NotFound, crm.Conflict, crm.Unavailable:
	default:
		return why
	}
	err := s.Store.InTx(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.KeepDomainRead(ctx, org, said(problem)) })
	if err == nil && crm.KindOf(problem) == crm.Unavailable {
		return why
	}
	return err
}

// listDomains reads all pages of the list, which has no records.
func (s *Service) listDomains(ctx context.Context, client *resendapi.Client) ([]resendapi.Domain, error) {
	var all []resendapi.Domain
	for q := (resendapi.Query{Limit: resendapi.MaxListed}); ; {
		var page resendapi.Page[resendapi.Domain]
		err := s.patiently(ctx, func() (err error) {
			page, err = client.Domains(ctx, q)
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Records...)
		if q.After = page.Next; q.After == "" {
			return all, nil
		}
	}
}

// readDomain reads one with its records.
func (s *Service) readDomain(ctx context.Context, client *resendapi.Client, id string) (d resendapi.Domain, err error) {
	err = s.patiently(ctx, func() (err error) {
		d, err = client.Domain(ctx, id)
		return err
	})
	return d, err
}

// patiently makes a call again that came too soon after others, as long as it may
// be made shortly.
func (s *Service) patiently(ctx context.Context, call func() error) error {
	for range mostTries {
		err := call()
		wait, held := heldBack(err, s.Now())
		if failure, known := asFailure(err); !held && known && failure.Code == resendapi.NameRateLimit {
			wait, held = failure.RetryAfter, true
		}
		if !held || wait > patience || !s.mayCall(ctx) || s.Wait(ctx, wait) != nil {
			return err
		}
	}
	return call()
}

// mostTries is how often a call is held back before it counts as refused.
const mostTries = 10

func without(rows []resendapi.Domain, gone resendapi.Domain) []resendapi.Domain {
	return slices.DeleteFunc(slices.Clone(rows), func(d resendapi.Domain) bool { return d.ID == gone.ID })
}

// ownDomains are those that the organisation may see. Where several organisations
// share the program's key, each sees only the domain that it sends from: the
// others are none of its business.
func (s *Service) ownDomains(ctx context.Context, kept store.MailSettings, told []resendapi.Domain) ([]resendapi.Domain, error) {
	if kept.SealedKey != "" {
		return told, nil
	}
	orgs, err := s.Store.Organisations(ctx)
	if err != nil || len(orgs) == 1 {
		return told, err
	}
	c, err := settingsOf(kept)
	if err != nil || c.From == "" {
		return nil, err
	}
	var own []resendapi.Domain
	for _, d := range told {
		if d.Name == crm.EmailDomain(c.From) {
			own = append(own, d)
		}
	}
	return own, nil
}

// lookUps is how many records are looked up at a time, and lookWithin how long
// all of an organisation may take: a person may wait. What is not answered by
// then is looked up the next time.
const (
	lookUps    = 4
	lookWithin = 20 * time.Second
)

// lookUp asks DNS for the records of a domain. Without a resolver nothing is
// known of them.
func (s *Service) lookUp(ctx context.Context, d mail.SendingDomain) []mail.DNSRecord {
	if s.DNS == nil {
		return nil
	}
	looked := make([]mail.DNSRecord, len(d.Records))
	zone := mail.ZoneOf(d.Name, d.Records)
	var group errgroup.Group
	group.SetLimit(lookUps)
	for i, r := range d.Records {
		group.Go(func() error {
			f, err := mail.Look(ctx, s.DNS, r, zone)
			if err != nil {
				r.Unanswered = true
				s.Log.InfoContext(ctx, "a record could not be looked up", "host", r.Host, "error", err)
			} else {
				r = r.Looked(f, s.Now())
			}
			looked[i] = r
			return nil
		})
	}
	_ = group.Wait() // none fails: a record without an answer is marked
	return looked
}
