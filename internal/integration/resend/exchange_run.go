package resend

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
)

// errElsewhere tells that another process exchanges now.
var errElsewhere = errors.New("another process exchanges suppressions now")

// heldError asks to go on later.
type heldError struct{ wait time.Duration }

func (e *heldError) Error() string { return fmt.Sprintf("held back for %s", e.wait) }

// Exchange tells Resend's list what changed here, and reads what is new there. It
// may be asked for as often as one likes: all that it does can be done twice.
func (s *Service) Exchange(ctx context.Context, args ExchangeArgs) error {
	if !s.lists.Enter(args.Org) {
		return nil
	}
	for more := true; more; more = s.lists.Leave(args.Org) {
		err := s.exchange(ctx, args.Org)
		if err == nil {
			continue
		}
		s.lists.Abandon(args.Org)
		var held *heldError
		switch {
		case errors.As(err, &held):
			return jobs.Snooze(held.wait)
		case errors.Is(err, errElsewhere):
			return jobs.Snooze(s.Schedule.Wait(5 * time.Second))
		}
		return err
	}
	return nil
}

// exchange does it once, unless another process does.
func (s *Service) exchange(ctx context.Context, org crm.OrgID) error {
	kept, err := s.Store.MailSettings(ctx, org)
	if err != nil || kept.Settings == "" {
		return err
	}
	key, err := s.key(org, kept)
	if err != nil {
		return ignoreMissingKey(err)
	}
	x := &exchanging{Service: s, org: org, client: s.client(key), began: s.Now().Truncate(time.Microsecond)} // as finely as times are kept
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.KeepListAccount(ctx, org, Account(key.Reveal())); err != nil {
			return err
		}
		mine, err := tx.HoldListExchange(ctx, org, s.Process.ID, s.Now().Add(exchangeHeld))
		if err == nil && !mine {
			err = errElsewhere
		}
		if err != nil {
			return err
		}
		x.Exchange, err = tx.ListExchange(ctx, org)
		return err
	})
	if err != nil {
		return err
	}
	unhindered := context.WithoutCancel(ctx)
	if x.State.Rests() { // until a person wants it
		return x.release(unhindered)
	}
	shared, err := s.sharesAccount(ctx, org, kept, x.Account)
	if err != nil {
		return errors.Join(err, x.release(unhindered))
	}
	if shared {
		x.State, x.Problem, x.Attempts = mail.ExchangeShared, sharedWords, 0
		return x.release(unhindered)
	}
	return x.settle(unhindered, x.run(ratelimit.WithPriority(ctx, ratelimit.Bulk)))
}

const sharedWords = "Several organisations use one account of Resend, whose list would mix their addresses. Enter a key of an account of its own in the mail settings to exchange it."

// sharesAccount reports whether another organisation sends through the same account.
// Its addresses are on the same list.
func (s *Service) sharesAccount(ctx context.Context, org crm.OrgID, kept store.MailSettings, account string) (bool, error) {
	if others, err := s.Store.OthersWithListAccount(ctx, org, account); err != nil || others {
		return others, err
	}
	if kept.SealedKey != "" {
		return false, nil
	}
	return s.Store.OthersWithoutMailKey(ctx, org)
}

// exchanging is one exchange under way.
type exchanging struct {
	*Service
	mail.Exchange
	org    crm.OrgID
	client *resendapi.Client
	began  time.Time
}

// run tells first, so that what a person decided here does not come back.
func (x *exchanging) run(ctx context.Context) error {
	if err := x.tell(ctx, mail.RemoteRemove); err != nil {
		return err
	}
	if err := x.tell(ctx, mail.RemoteAdding); err != nil {
		return err
	}
	if err := x.pull(ctx); err != nil {
		return err
	}
	return x.tell(ctx, mail.RemoteRemove) // what was met there although a person has lifted it here
}

// settle keeps how the exchange went, and says when to go on.
func (x *exchanging) settle(ctx context.Context, err error) error {
	wait, held := heldBack(err, x.Now())
	failure, refused := asFailure(err)
	now := x.Now()
	var again time.Duration
	switch {
	case err == nil:
		x.State, x.Problem, x.Attempts, x.LookedAt = mail.ExchangeOn, "", 0, &now
	case held:
		again = wait
	case errors.Is(err, errMore):
		x.State, x.Problem, x.Attempts, again = mail.ExchangeOn, "", 0, x.Schedule.Wait(time.Second)
	case refused && (failure.Kind == resendapi.KindNotOffered || failure.Kind == resendapi.KindNotFound): // no record is asked for
		x.State, x.Attempts = mail.ExchangeNotOffered, 0
		x.Problem = "This account of Resend does not offer its list of suppressions to programs yet. Addresses are looked after here; what is taken off the list here may have to be taken off at Resend by hand."
	case refused && failure.Kind == resendapi.KindStopKey:
		x.State, x.Attempts = mail.ExchangeRefused, 0
		x.Problem = "The key of Resend may not read the list of suppressions: it takes one of full access. Enter such a key in the mail settings, or go on without."
	case refused && (failure.Status == http.StatusUnauthorized || failure.Status == http.StatusForbidden):
		x.State, x.Problem, x.Attempts = mail.ExchangeRefused, failure.Words(), 0
	case refused:
		x.State, x.Problem = mail.ExchangeFailing, failure.Words()
		if delay, left := x.Schedule.Delay(x.Attempts + 1); left {
			again = max(delay, failure.RetryAfter)
		}
		x.Attempts++
	default:
		return errors.Join(err, x.release(ctx))
	}
	if err := x.release(ctx); err != nil {
		return err
	}
	if again > 0 {
		return &heldError{again}
	}
	return nil
}

func (x *exchanging) release(ctx context.Context) error {
	return x.Store.InTx(ctx, func(tx *store.Tx) error { return tx.SaveListExchange(ctx, x.org, x.Exchange) })
}

// errMore tells that the job had to end before the exchange did.
var errMore = errors.New("there is more to exchange")
