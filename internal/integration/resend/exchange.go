package resend

import (
	"context"
	"errors"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// ExchangeAllArgs asks to exchange suppressions with Resend's lists, for all
// organisations.
type ExchangeAllArgs struct{}

// Kind names the job.
func (ExchangeAllArgs) Kind() string { return "resend_exchange_all" }

// ExchangeArgs asks to exchange those of one organisation.
type ExchangeArgs struct {
	Org crm.OrgID `json:"org"`
}

// Kind names the job.
func (ExchangeArgs) Kind() string { return "resend_exchange" }

const (
	exchangeEvery = time.Hour
	wholeEvery    = 24 * time.Hour  // how often all of Resend's list is read, which shows what was taken off it
	exchangeHeld  = 3 * time.Minute // longer than a job may take
)

// registerSuppressions makes the integration the worker of its jobs about
// suppressions.
func (s *Service) registerSuppressions(w *jobs.Workers) {
	jobs.Handle(w, s.ExchangeAll)
	jobs.Handle(w, s.Exchange)
	jobs.Handle(w, s.TakeImport)
	w.Every(exchangeEvery, ExchangeAllArgs{})
}

// ExchangeAll notes who uses which account, and then has each organisation's
// suppressions exchanged by a job of its own. Where the account has no such list,
// or its key may not read it, nothing is asked again until a person wants it.
func (s *Service) ExchangeAll(ctx context.Context, _ ExchangeAllArgs) error {
	orgs, err := s.Store.Organisations(ctx)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, o := range orgs {
			ready, err := s.noteAccount(ctx, tx, o.ID)
			if err != nil {
				return err
			}
			if !ready {
				continue
			}
			e, err := tx.ListExchange(ctx, o.ID)
			if err != nil {
				return err
			}
			if e.State.Rests() {
				continue
			}
			if err := tx.Wake(ctx, ExchangeArgs{o.ID}, jobs.Normal); err != nil {
				return err
			}
		}
		return nil
	})
}

// noteAccount keeps which account an organisation uses. It reports false for one
// that has no key, or does not send.
func (s *Service) noteAccount(ctx context.Context, tx *store.Tx, org crm.OrgID) (bool, error) {
	kept, err := tx.MailSettings(ctx, org)
	if err != nil || kept.Settings == "" {
		return false, err
	}
	key, err := s.key(org, kept)
	if err != nil {
		return false, ignoreMissingKey(err)
	}
	return true, tx.KeepListAccount(ctx, org, Account(key.Reveal()))
}

// ListStanding is how the exchange with Resend's list stands.
type ListStanding struct {
	mail.Exchange
	Waiting int // suppressions that wait to be told
}

// ListStanding is that of the organisation that acts.
func (s *Service) ListStanding(ctx context.Context) (ListStanding, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return ListStanding{}, err
	}
	return s.standing(ctx, me.Org)
}

func (s *Service) standing(ctx context.Context, org crm.OrgID) (ListStanding, error) {
	e, err := s.Store.ListExchange(ctx, org)
	if err != nil {
		return ListStanding{}, err
	}
	n, err := s.Store.CountSuppressionsToTell(ctx, org)
	return ListStanding{e, n}, err
}

// AskExchange has suppressions exchanged soon, also where that did not work before.
// It returns an Error of kind Precondition when mail is not set up.
func (s *Service) AskExchange(ctx context.Context) error {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		ready, err := s.noteAccount(ctx, tx, me.Org)
		if err != nil {
			return err
		}
		if !ready {
			return errNoMail()
		}
		e, err := tx.ListExchange(ctx, me.Org)
		if err != nil {
			return err
		}
		if e.State.Rests() {
			e.State, e.Problem = mail.ExchangeNew, ""
			if err := tx.SaveListExchange(ctx, me.Org, e); err != nil {
				return err
			}
		}
		return tx.Wake(ctx, ExchangeArgs{me.Org}, jobs.Urgent)
	})
}

func errNoMail() error {
	return crm.Errorf(crm.Precondition, "Mail is not set up yet. Enter the address that it comes from, and a key of Resend, in the mail settings.")
}

// ExchangeNow exchanges suppressions while somebody waits, and tells how that
// stands then.
func (s *Service) ExchangeNow(ctx context.Context) (ListStanding, error) {
	if err := s.AskExchange(ctx); err != nil {
		return ListStanding{}, err
	}
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return ListStanding{}, err
	}
	if err := s.exchange(ctx, me.Org); err != nil && !errors.Is(err, errElsewhere) {
		var held *heldError
		if !errors.As(err, &held) {
			return ListStanding{}, err
		}
	}
	return s.standing(ctx, me.Org)
}

// exchangeAnew exchanges with the list of a new key's account.
func (s *Service) exchangeAnew(ctx context.Context, tx *store.Tx, org crm.OrgID, key KeyChange) error {
	if key.New == "" && !key.Remove {
		return nil
	}
	ready, err := s.noteAccount(ctx, tx, org)
	if err != nil || !ready {
		return err
	}
	return tx.Wake(ctx, ExchangeArgs{org}, jobs.Normal)
}
