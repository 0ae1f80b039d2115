package xero

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
)

// How long to wait where the service does not say.
const (
	lookUpAfter   = 2 * time.Second // before asking what became of a write
	pauseAfter    = time.Minute
	reconnectWait = time.Hour // reconnecting makes everything due at once
)

// fail records what a failed call means for one of its records.
func (r *run) fail(l *link.Link, err error) {
	now := r.Now()
	if wait, ok := notYet(err, now); ok {
		l.Postpone(now.Add(wait), link.Problem{Kind: "limited", Code: "limited", Text: "Waiting for Xero's limits. It is sent by itself.", Action: link.Wait})
		return
	}
	var e *xeroapi.Error
	if !errors.As(err, &e) {
		r.failOwn(l, err)
		return
	}
	p := link.Problem{Kind: string(e.Kind), Code: e.Code, Text: words(e), Action: actionOf(e)}
	switch e.Kind {
	case xeroapi.KindLimited:
		l.Postpone(now.Add(e.RetryAfter), p)
	case xeroapi.KindUnknownOutcome:
		if e.Code == xeroapi.CodeServerError { // Xero repeats its failure under the same key
			l.WriteKey = ""
		}
		l.Doubt(now.Add(r.Schedule.Wait(lookUpAfter)), p)
	case xeroapi.KindReconnect, xeroapi.KindExpired:
		l.Postpone(now.Add(reconnectWait), p)
	case xeroapi.KindPause, xeroapi.KindConfiguration, xeroapi.KindRetry:
		l.Postpone(now.Add(r.Schedule.Wait(pauseAfter)), p)
	case xeroapi.KindInvalid, xeroapi.KindNotFound, xeroapi.KindBug:
		r.booksDoubted = r.booksDoubted || booksTell(p.Code)
		l.Reject(p, now)
	default:
		l.Fail(p, now, r.Schedule)
	}
}

// failOwn is for failures on this side of the wire: nothing was sent.
func (r *run) failOwn(l *link.Link, err error) {
	p := link.Problem{Kind: "internal", Code: "internal", Text: "Renoz could not send this. It is tried again by itself.", Action: link.Wait}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		l.Postpone(r.Now(), p)
		return
	}
	r.Log.Error("a record could not be sent", "kind", string(l.Kind), "record", l.Record.String(), "error", err)
	l.Fail(p, r.Now(), r.Schedule)
}

// notYet reports that a limit or the breaker refused before anything was sent,
// and how long to wait.
func notYet(err error, now time.Time) (time.Duration, bool) {
	var denied *ratelimit.Denied
	var open *breaker.Open
	switch {
	case errors.As(err, &denied):
		return max(denied.RetryAfter, 100*time.Millisecond), true
	case errors.As(err, &open):
		return max(open.Until.Sub(now), 100*time.Millisecond), true
	default:
		return 0, false
	}
}

// refuse records why Xero did not take one record of a call.
func (r *run) refuse(l *link.Link, problems []xeroapi.Problem) {
	first := problems[0]
	p := link.Problem{Kind: string(xeroapi.KindInvalid), Code: first.Code, Text: sentence(problems), Action: actionOfCode(first.Code)}
	taken := slices.Contains([]string{
		xeroapi.CodeInvoiceNumberTaken, xeroapi.CodeCreditNoteNumberTaken, xeroapi.CodeContactNumberTaken, xeroapi.CodeContactNameTaken}, first.Code)
	if taken && l.RemoteID == "" { // perhaps our own, from a write whose answer was lost
		l.Doubt(r.Now(), p)
		return
	}
	r.booksDoubted = r.booksDoubted || booksTell(p.Code)
	l.Reject(p, r.Now())
}

// sentence joins what Xero said, each thing once: it repeats itself for each
// line of a document.
func sentence(problems []xeroapi.Problem) string {
	var said []string
	for _, p := range problems {
		if !slices.Contains(said, p.Message) {
			said = append(said, p.Message)
		}
	}
	return strings.Join(said, " ")
}

func words(e *xeroapi.Error) string {
	switch e.Kind {
	case xeroapi.KindUnknownOutcome:
		return "Xero did not answer, so it is not known whether this arrived. It is looked up before anything is sent again."
	case xeroapi.KindLimited:
		return "Xero's limit is used up. It is sent by itself when the limit turns."
	case xeroapi.KindUnavailable:
		return "Xero cannot be reached. It is tried again by itself."
	case xeroapi.KindReconnect, xeroapi.KindExpired:
		return "Xero no longer accepts our access. Connect again."
	case xeroapi.KindPause:
		return "Xero refuses access to this organisation. Check in Xero that Renoz is still connected."
	case xeroapi.KindConfiguration:
		return "Xero does not know this application. Check the client id and secret."
	case xeroapi.KindRetry:
		return "Xero's sign-in does not answer. It is tried again by itself."
	case xeroapi.KindNotFound:
		return "The record is no longer in Xero: it was deleted, merged or belongs to another organisation."
	default:
		if text := e.Words(); text != "" {
			return text
		}
		return "Xero refused this without saying why. Its support id is " + e.CorrelationID + "."
	}
}

func actionOf(e *xeroapi.Error) link.Action {
	switch e.Kind {
	case xeroapi.KindReconnect, xeroapi.KindExpired, xeroapi.KindPause:
		return link.Reconnect
	case xeroapi.KindConfiguration:
		return link.OpenSettings
	case xeroapi.KindNotFound:
		return link.LookRemote
	case xeroapi.KindInvalid:
		return actionOfCode(e.Code)
	case xeroapi.KindBug:
		return link.Retry
	default:
		return link.Wait
	}
}

func actionOfCode(code string) link.Action {
	switch code {
	case xeroapi.CodeTaxTypeAccount, xeroapi.CodeTaxTypeUnknown, xeroapi.CodeAccountUnknown, xeroapi.CodeAccountMissing, xeroapi.CodePaymentAccount:
		return link.Map
	case xeroapi.CodeLockedPeriod, xeroapi.CodeDocumentLocked, xeroapi.CodeInvoiceState, xeroapi.CodePaymentReconciled, xeroapi.CodePaymentBatched, xeroapi.CodeContactArchived:
		return link.LookRemote
	default:
		return link.Review
	}
}

// consequence is what a failed call means for the connection and the round.
func (r *run) consequence(ctx context.Context, err error) error { return r.suffer(ctx, r.conn, err) }

// suffer does to a connection what a failed call means for it. It returns
// errHalted where nothing more can be asked for now.
func (s *Service) suffer(ctx context.Context, c connection.Connection, err error) error {
	if err == nil {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	if _, ok := notYet(err, s.Now()); ok {
		return errHalted
	}
	switch xeroapi.KindOf(err) {
	case xeroapi.KindInvalid, xeroapi.KindNotFound, xeroapi.KindUnknownOutcome, xeroapi.KindBug:
		return nil
	case xeroapi.KindReconnect, xeroapi.KindExpired:
		if failed := s.needReconnect(ctx, c); failed != nil {
			return failed
		}
	case xeroapi.KindPause:
		if failed := s.pause(ctx, c, "Xero refuses access to this organisation. Check in Xero that Renoz is still connected, or connect again."); failed != nil {
			return failed
		}
	case xeroapi.KindConfiguration:
		if failed := s.pause(ctx, c, "Xero does not know this application. Check RENOZ_XERO_CLIENT_ID and RENOZ_XERO_CLIENT_SECRET."); failed != nil {
			return failed
		}
	}
	return errHalted
}

// refusesAccess reports a failure that no further try mends before somebody has
// given access again, or Xero lets us in again.
func refusesAccess(err error) bool {
	return slices.Contains([]xeroapi.Kind{xeroapi.KindReconnect, xeroapi.KindExpired, xeroapi.KindPause, xeroapi.KindConfiguration}, xeroapi.KindOf(err))
}

func (s *Service) pause(ctx context.Context, c connection.Connection, reason string) error {
	err := s.Store.InTx(ctx, func(tx *store.Tx) error {
		return tx.SetConnectionState(ctx, c, connection.Paused, reason, s.Now().Add(s.Schedule.Wait(pauseAfter)))
	})
	if err != nil {
		return err
	}
	return s.Notify(ctx, Notice{Org: c.Org, Cause: "xero_paused", Title: "Xero is paused", Text: reason, Href: "/xero"})
}
