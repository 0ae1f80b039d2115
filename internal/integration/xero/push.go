package xero

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
)

// PushArgs asks to send what waits in an organisation.
type PushArgs struct {
	Org crm.OrgID `json:"org"`
}

// Kind names the job.
func (PushArgs) Kind() string { return "xero_push" }

// soon is how far ahead the next due record may be for the job to wait for it;
// what is due later is found by the sweep.
const soon = time.Minute

// run is one round of sending for an organisation.
type run struct {
	*Service
	conn     connection.Connection
	settings Settings
	org      crm.Organisation
	rates    crm.TaxRates
	booksNow Books
	// booksDoubted says that Xero refused something whose cause newer books tell.
	booksDoubted bool
	before       *trail // of a read that the next result is kept with; may be nil
	bulk         bulkTurn
	changes      []Change // that a reading met
}

// errHalted ends a round that cannot send anything more for now.
var errHalted = errors.New("sending has to wait")

// Push brings what waits in an organisation into line with Xero: first what is
// in doubt is looked up, then contacts are sent, invoices after them, then
// payments, credit notes and what is used of them; mails of invoices go last. It
// is done when nothing is due.
func (s *Service) Push(ctx context.Context, args PushArgs) error {
	if !s.gates.Enter(args.Org) {
		return nil
	}
	var least time.Duration
	for more := true; more; more = s.gates.Leave(args.Org) {
		var err error
		if least, err = s.pushAll(ctx, args.Org); err != nil {
			s.gates.Abandon(args.Org)
			return err
		}
	}
	if least == 0 {
		return nil
	}
	due, err := s.Store.NextLinkDue(ctx, args.Org, Name)
	if err != nil || due.IsZero() {
		return err
	}
	return s.again(args.Org, max(due.Sub(s.Now()), least))
}

// again makes a job run once more after wait, unless that is far off or another
// job does so by then: where a record waits for long, the jobs that were woken
// for it would pile up.
func (s *Service) again(org crm.OrgID, wait time.Duration) error {
	now := s.Now()
	if wait >= soon || !s.naps.Begin(org, now, now.Add(wait)) {
		return nil
	}
	return jobs.Snooze(wait)
}

// moment is the least that a job waits before it runs again.
const moment = 100 * time.Millisecond

// pushAll returns the least to wait before there is a point in trying again;
// zero: until somebody mends the connection, which the sweep notices.
func (s *Service) pushAll(ctx context.Context, org crm.OrgID) (least time.Duration, err error) {
	err = s.gates.Recover(org, func() error { return s.Store.ReleaseLinks(ctx, s.Process, org, Name) })
	if err != nil {
		return 0, err
	}
	r, err := s.newRun(ctx, org)
	if err != nil || r == nil {
		return 0, err
	}
	switch err := r.untilIdle(ctx, r.pushRecords); {
	case errors.Is(err, errTurn):
		return 0, s.nextTurn(ctx, org)
	case errors.Is(err, errHalted):
		return max(moment, s.Schedule.Wait(lookUpAfter)), nil
	case err != nil:
		return 0, err
	}
	return moment, nil
}

// pushRecords looks one batch of the first kind up that has any in doubt, or
// sends one of the first kind that has any due, so that an urgent record waits
// for one call at most.
func (r *run) pushRecords(ctx context.Context) (int, error) {
	for _, send := range []func(context.Context) (int, error){
		r.tendBulk,
		r.lookUpContacts, r.lookUpInvoices, r.lookUpPayments, // what is in doubt holds up what waits for it
		r.lookUpCreditNotes, r.lookUpAllocations, r.lookUpRefunds, r.lookUpMails,
		r.pushBeforeBulk, r.pushDue,
		r.feedBulk,   // when nothing else is due
		r.learnBooks, // which may let some go on
	} {
		if n, err := send(ctx); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, nil
}

// pushDue sends what is due. Somebody waits for it, unless it belongs to a bulk
// run, which leaves a part of each limit to people.
func (r *run) pushDue(ctx context.Context) (int, error) {
	if r.bulk.run != nil {
		return r.pushFirst(ratelimit.WithPriority(ctx, ratelimit.Bulk))
	}
	return r.pushFirst(ratelimit.WithPriority(ctx, ratelimit.Person))
}

// pushFirst sends one batch of the first kind that has any due.
func (r *run) pushFirst(ctx context.Context) (int, error) {
	for _, send := range []func(context.Context) (int, error){
		r.pushContacts, r.pushInvoices, r.pushPayments, r.pushCreditNotes, r.pushAllocations, r.pushRefunds, r.pushMails,
	} {
		if n, err := send(ctx); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, nil
}

func (r *run) untilIdle(ctx context.Context, round func(context.Context) (int, error)) error {
	for {
		if err := ctx.Err(); err != nil || !r.mayCall(ctx) {
			return err
		}
		n, err := round(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// newRun reads what a round needs. It returns nil where nothing can be sent.
func (s *Service) newRun(ctx context.Context, org crm.OrgID) (*run, error) {
	conn, err := s.Store.Connection(ctx, org, Name)
	if crm.KindOf(err) == crm.NotFound {
		return nil, nil //nolint:nilnil // nothing is connected, which is no failure
	}
	if err != nil {
		return nil, err
	}
	if !conn.Usable(s.Now()) {
		return nil, nil //nolint:nilnil // as above
	}
	r := &run{Service: s, conn: conn}
	if r.settings, err = SettingsOf(conn); err != nil {
		return nil, err
	}
	seller, err := s.Store.Seller(ctx, org)
	if err != nil {
		return nil, err
	}
	r.org, r.rates = seller.Organisation, seller.TaxRates
	if r.booksNow, err = s.books(ctx, org); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *run) claim(ctx context.Context, kind link.Kind, most int) ([]link.Link, error) {
	var claimed []link.Link
	err := r.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		claimed, err = tx.ClaimLinks(ctx, store.Claim{Org: r.org.ID, Service: Name, Kind: kind, Process: r.Process.ID, Max: most, Least: r.bulk.least})
		return err
	})
	return claimed, err
}

func (r *run) claimUnknown(ctx context.Context, kind link.Kind, most int) ([]link.Link, error) {
	var claimed []link.Link
	err := r.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		claimed, err = tx.ClaimUnknownLinks(ctx, store.Claim{Org: r.org.ID, Service: Name, Kind: kind, Process: r.Process.ID, Max: most})
		return err
	})
	return claimed, err
}

// settle ends claims and writes the history, in one transaction. It happens
// even when the job was told to stop: what was sent was sent.
func (r *run) settle(ctx context.Context, t *trail, links []link.Link, more func(context.Context, *store.Tx) error) error {
	ctx = context.WithoutCancel(ctx)
	before := r.before
	r.before = nil
	err := r.Store.InTx(ctx, func(tx *store.Tx) error {
		if before != nil {
			if err := before.write(ctx, tx); err != nil {
				return err
			}
		}
		if err := t.write(ctx, tx); err != nil {
			return err
		}
		for _, l := range links {
			if err := tx.SettleLink(ctx, r.Process.ID, l); err != nil {
				return err
			}
		}
		if more == nil {
			return nil
		}
		return more(ctx, tx)
	})
	if err == nil {
		r.tellGivenUp(ctx, links)
	}
	return err
}

// unprepared puts claimed links back when one could not be prepared: because
// Xero could not be asked for what that takes, or for a failure of our own.
func (r *run) unprepared(ctx context.Context, t *trail, links []link.Link, err error) error {
	var e *xeroapi.Error
	if _, wait := notYet(err, r.Now()); wait || errors.As(err, &e) {
		return r.failAll(ctx, t, links, err)
	}
	return r.release(ctx, t, links, err)
}

// release puts claimed links back as they were, for a failure of our own.
func (r *run) release(ctx context.Context, t *trail, links []link.Link, cause error) error {
	for i := range links {
		links[i].Postpone(r.Now().Add(r.Schedule.Wait(5*time.Second)), link.Problem{Kind: "internal", Code: "internal", Text: "Renoz could not prepare this record. It is tried again by itself.", Action: link.Wait})
	}
	if err := r.settle(ctx, t, links, nil); err != nil {
		return errors.Join(cause, err)
	}
	return fmt.Errorf("prepare records for Xero: %w", cause)
}
