package resend

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
)

// ladder is when what failed is tried again. All tries are within the life of a
// key, so that each may be the same request.
var ladder = []time.Duration{5 * time.Minute, 30 * time.Minute, time.Hour}

// busy is how long a request waits whose first try Resend still works on.
const busy = 2 * time.Second

// verdict is what becomes of a parcel.
type verdict struct {
	do      step
	wait    time.Duration // until the next try
	counts  bool          // the try counts as one of a few
	problem mail.Problem
	pause   *mail.Pause // of the whole organisation
}

// step is what is done with the mails of a parcel.
type step int

const (
	accept   step = iota // each by its own result
	dissolve             // none has gone: they wait, and may go in other company
	repeat               // it is not known: the same request is made again
	separate             // one of them is refused and it is not said which: each goes alone
	giveUp
)

// judge says what follows from an answer. It does not know how often the parcel
// was tried.
func (s *Service) judge(p store.Parcel, err error) verdict {
	if err == nil {
		return verdict{do: accept}
	}
	if errors.Is(err, errForgotten) {
		return verdict{do: giveUp, problem: uncertain()}
	}
	back := dissolve
	if p.Doubtful {
		back = repeat // an earlier try may have arrived
	}
	if wait, held := heldBack(err, s.Now()); held {
		return verdict{do: back, wait: wait}
	}
	failure, known := asFailure(err)
	if !known {
		return verdict{do: repeat, counts: true, problem: mail.Problem{Code: "no_answer", Text: "It is not known whether Resend took this mail. It is asked again by itself."}}
	}
	problem := mail.Problem{Code: failure.Code, Text: failure.Words()}
	switch failure.Kind {
	case resendapi.KindPause, resendapi.KindStopKey, resendapi.KindStopSender:
		return verdict{do: back, problem: problem, pause: &mail.Pause{Code: failure.Code, Why: failure.Words(), Until: s.until(failure)}}
	case resendapi.KindFix, resendapi.KindNotFound, resendapi.KindNotOffered:
		if len(p.Mails) > 1 && !p.Doubtful {
			return verdict{do: separate, problem: problem}
		}
		return verdict{do: giveUp, problem: problem}
	case resendapi.KindBug:
		return verdict{do: giveUp, problem: problem}
	}
	wait := failure.RetryAfter
	switch {
	case failure.Code == resendapi.NameKeyInUse:
		return verdict{do: repeat, wait: max(wait, busy), problem: problem}
	case failure.MayHaveGone():
		return verdict{do: repeat, wait: wait, counts: true, problem: problem}
	case failure.Kind == resendapi.KindRetry && wait > 0:
		return verdict{do: back, wait: wait}
	default:
		return verdict{do: back, counts: true, problem: problem}
	}
}

// until is when a pause ends by itself: a quota of the day does, others are for
// a person to mend.
func (s *Service) until(failure *resendapi.Error) *time.Time {
	if failure.Code != resendapi.NameDailyQuota {
		return nil
	}
	now := s.Now().UTC()
	end := now.Truncate(24 * time.Hour).Add(24 * time.Hour)
	return &end
}

// heldBack reports how long our own limits or breaker hold requests back.
func heldBack(err error, now time.Time) (time.Duration, bool) {
	var denied *ratelimit.Denied
	if errors.As(err, &denied) {
		return max(denied.RetryAfter, time.Millisecond), true
	}
	var open *breaker.Open
	if errors.As(err, &open) {
		return max(open.Until.Sub(now), time.Second), true
	}
	return 0, false
}

func uncertain() mail.Problem {
	return mail.Problem{Code: "uncertain", Text: "It is not known whether Resend took this mail, and asking again could send it twice. Look for it at Resend, then send it again here if it is not there."}
}

// settle keeps what became of a parcel, with the history.
func (s *Service) settle(ctx context.Context, p store.Parcel, got answer) error {
	v := s.judge(p, got.err)
	if v.counts {
		p.Attempts++
		switch {
		case v.do == repeat && p.Attempts > len(ladder):
			v.do, v.problem = giveUp, uncertain()
		case v.do == repeat:
			v.wait = s.Schedule.Wait(ladder[p.Attempts-1])
		}
	}
	p.Doubtful = v.do == repeat
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		call, err := s.keepCall(ctx, tx, p.Org, got.call)
		if err != nil {
			return err
		}
		if err := s.settleMails(ctx, tx, p, v, got.items, func(m mail.Message) error { return s.keepEntry(ctx, tx, m, call, got.call) }); err != nil {
			return err
		}
		if v.pause != nil {
			if err := s.pause(ctx, tx, p.Org, *v.pause); err != nil {
				return err
			}
		}
		if v.do == repeat {
			return tx.RepeatParcel(ctx, s.Process.ID, p, s.Now().Add(v.wait))
		}
		return tx.EndParcel(ctx, s.Process.ID, p)
	})
}

// settleMails brings each mail of a parcel to where it stands now. They are held
// in the order of their ids, as others do.
func (s *Service) settleMails(ctx context.Context, tx *store.Tx, p store.Parcel, v verdict, items []resendapi.BatchItem, log func(mail.Message) error) error {
	strange, err := tx.StrangeMailEvents(ctx)
	if err != nil {
		return err
	}
	mails := slices.Clone(p.Mails)
	slices.SortFunc(mails, func(a, b mail.Message) int { return cmp.Compare(a.ID.String(), b.ID.String()) })
	failed := 0
	for _, old := range mails {
		m, found, err := tx.HoldMail(ctx, old.ID)
		if err != nil || !found {
			return err
		}
		switch v.do {
		case accept:
			err = s.accept(ctx, tx, &m, items[old.Position], strange)
		case repeat:
			m.Attempts, m.Problem = p.Attempts, v.problem
		default:
			s.setBack(&m, v)
		}
		if err != nil {
			return err
		}
		if err := tx.UpdateMail(ctx, m); err != nil {
			return err
		}
		if m.State == mail.Failed {
			failed++
		}
		if v.do == accept || m.State == mail.Failed {
			if err := log(m); err != nil {
				return err
			}
		}
	}
	return s.tellFailed(ctx, tx, p.Org, failed)
}

// accept takes what Resend said about one mail.
func (s *Service) accept(ctx context.Context, tx *store.Tx, m *mail.Message, item resendapi.BatchItem, strange bool) error {
	m.Attempts++
	if item.Refused() {
		m.State, m.Problem = mail.Failed, mail.Problem{Code: "refused", Text: "Resend refused this mail: " + item.Refusal}
		return nil
	}
	m.RemoteID = item.EmailID
	m.Fold(mail.Event{What: mail.WasSent, At: s.Now()})
	if !strange {
		return nil
	}
	told, err := tx.AdoptMailEvents(ctx, *m)
	if err != nil {
		return err
	}
	for _, e := range told {
		m.Fold(e)
		if err := s.suppressFor(ctx, tx, *m, e); err != nil {
			return err
		}
	}
	return nil
}

// setBack has a mail wait that has not gone, or gives it up.
func (s *Service) setBack(m *mail.Message, v verdict) {
	if m.State != mail.Sending { // something was told of it meanwhile: it has gone
		return
	}
	m.Parcel, m.Problem = nil, v.problem
	if v.counts {
		m.Attempts++
	}
	wait := v.wait
	switch {
	case v.do == giveUp, v.counts && m.Attempts > len(ladder):
		m.State = mail.Failed
		return
	case v.counts:
		wait = s.Schedule.Wait(ladder[m.Attempts-1])
	}
	m.State, m.DueAt, m.Alone = mail.Queued, s.Now().Add(wait), m.Alone || v.do == separate
}

func (s *Service) tellFailed(ctx context.Context, tx *store.Tx, org crm.OrgID, failed int) error {
	if failed == 0 {
		return nil
	}
	_, err := tx.KeepNotice(ctx, notify.Notice{Org: org, Cause: "mail_failed", Level: notify.Urgent, Title: "Mail could not be sent",
		Text: fmt.Sprintf("%d mails were given up. Each says why, and can be sent again.", failed), Href: "/mail?state=failed"})
	return err
}

func (s *Service) pause(ctx context.Context, tx *store.Tx, org crm.OrgID, p mail.Pause) error {
	if err := tx.PauseMail(ctx, org, p); err != nil {
		return err
	}
	_, err := tx.KeepNotice(ctx, notify.Notice{Org: org, Cause: "mail_paused", Level: notify.Urgent, Title: "Mail is paused", Text: p.Why, Href: "/mail/settings"})
	return err
}
