package resend

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/mail"
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
func (s *Service) judge(p store.Parcel, got answer) verdict {
	err := got.err
	if err == nil && got.allRefused() && !p.Doubtful {
		return verdict{do: separate}
	}
	if err == nil {
		return verdict{do: accept}
	}
	if errors.Is(err, errForgotten) {
		return verdict{do: giveUp, problem: uncertain()}
	}
	if errors.Is(err, context.Canceled) { // this process ends
		return verdict{do: repeat}
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

// allRefused reports that none of several mails was taken. That may be about
// what they have in common, such as their sender, which a batch does not say.
func (a answer) allRefused() bool {
	return len(a.items) > 1 && !slices.ContainsFunc(a.items, func(i resendapi.BatchItem) bool { return !i.Refused() })
}

// until is when a pause ends by itself: quotas come back with the day or the
// month, the rest is for a person to mend.
func (s *Service) until(failure *resendapi.Error) *time.Time {
	now := s.Now().UTC()
	var end time.Time
	switch failure.Code {
	case resendapi.NameDailyQuota:
		end = time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, time.UTC)
	case resendapi.NameMonthlyQuota:
		end = time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	default:
		return nil
	}
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
	return mail.Problem{Code: mail.Uncertain, Text: "It is not known whether Resend took this mail, and asking again could send it twice. Look for it at Resend, then send it again here if it is not there."}
}
