package claude

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/anthropics/anthropic-sdk-go/v2"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/ratelimit"
)

// remedy is what follows from a request that failed.
type remedy int

const (
	giveUp   remedy = iota // tell the person
	again                  // the same request, after a while
	fallback               // another model may answer
	unbind                 // once more without thinking, which is bound to another beginning
)

// fault is why a request gave no answer.
type fault struct {
	words  string // for people: what happened and what to do
	remedy remedy
	wait   time.Duration
	sent   bool // the service may have worked on it, so that it costs
}

// errCut says that an answer ended before its end.
var errCut = errors.New("the stream was cut")

// patience is the longest that a turn waits for the service to let it ask again.
const patience = 30 * time.Second

// faultOf reads an error of the service.
// https://platform.claude.com/docs/en/api/errors
func faultOf(err error, now time.Time) fault {
	var denied *ratelimit.Denied
	var open *breaker.Open
	var refused *assistant.Refused
	var answer *anthropic.Error
	switch {
	case errors.As(err, &refused):
		return fault{words: refusedWords(refused)}
	case errors.As(err, &denied):
		return fault{words: "Claude takes no more requests for the moment. Ask again in a minute.", remedy: again, wait: denied.RetryAfter}
	case errors.As(err, &open):
		return fault{words: "Claude has not answered several times, so it is left alone until " + open.Until.UTC().Format("15:04:05") + " UTC. Ask again then."}
	case errors.Is(err, context.Canceled):
		return fault{words: "Stopped.", sent: true}
	case errors.Is(err, errCut), errors.Is(err, context.DeadlineExceeded):
		return fault{words: "The answer was cut on its way. Ask for it again.", remedy: again, sent: true}
	case errors.As(err, &answer):
		return answeredFault(answer, now)
	default:
		return fault{words: "Claude cannot be reached. Ask again, or see whether this machine has a connection.", remedy: again, wait: time.Second, sent: true}
	}
}

func answeredFault(e *anthropic.Error, now time.Time) fault {
	kind := string(e.Type())
	switch {
	case kind == "authentication_error" || kind == "permission_error" || e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden:
		return fault{words: "Claude refuses the key. An owner or admin has to enter another one."}
	case kind == "billing_error" || e.StatusCode == http.StatusPaymentRequired:
		return fault{words: "The credit at Claude is used up. An owner or admin has to add credit there."}
	case kind == "not_found_error":
		return fault{words: "The model is not offered any more. An owner or admin has to choose another one.", remedy: fallback}
	case kind == "request_too_large":
		return fault{words: "The conversation has become too long. Begin a new one."}
	case kind == "rate_limit_error" || e.StatusCode == http.StatusTooManyRequests:
		return limitFault(e, now)
	case kind == "invalid_request_error" && bound(e):
		return fault{words: "The conversation cannot go on. Begin a new one.", remedy: unbind}
	case kind == "invalid_request_error" && spent(e):
		return fault{words: "The spending limit at Claude is reached. An owner or admin has to raise it there."}
	case kind == "invalid_request_error":
		return fault{words: "Claude does not take this request, which is a fault of Renoz. Begin a new conversation, and tell whoever runs Renoz."}
	case kind == "overloaded_error" || e.StatusCode == 529 || e.StatusCode == http.StatusServiceUnavailable:
		return fault{words: "Claude is overloaded. Ask again in a few minutes.", remedy: again, wait: time.Second}
	default:
		return fault{words: "Claude has a fault of its own. Ask again in a few minutes.", remedy: again, wait: time.Second, sent: true}
	}
}

// limitFault tells a limit that passes from one that does not.
func limitFault(e *anthropic.Error, now time.Time) fault {
	wait, told := retryAfter(e.Response, now)
	if !told || e.ErrorCode() == anthropic.ErrorCodeEnforcedSpendLimitReached {
		return fault{words: "The spending limit at Claude is reached. It opens again next month, or when an owner or admin raises it there."}
	}
	return fault{words: "Claude takes no more requests for the moment. Ask again in a minute.", remedy: again, wait: wait}
}

func retryAfter(r *http.Response, _ time.Time) (time.Duration, bool) {
	if r == nil {
		return 0, false
	}
	seconds, err := strconv.ParseFloat(r.Header.Get("Retry-After"), 64)
	return time.Duration(seconds * float64(time.Second)), err == nil && seconds >= 0
}

func refusedWords(r *assistant.Refused) string {
	whose := map[assistant.Scope]string{assistant.Organisation: "The business has", assistant.Role: "Your role has", assistant.Person: "You have"}[r.Scope]
	return whose + " used up what the assistant may use in this " + string(r.Span) + ". It goes on at " + r.Until.UTC().Format("02/01/2006 15:04") + " UTC, or when an owner or admin raises the limit."
}

// bound reports a thought that does not belong to what stands before it.
func bound(e *anthropic.Error) bool {
	return strings.Contains(e.Message, "bound to a different conversation")
}

func spent(e *anthropic.Error) bool {
	return e.ErrorCode() == anthropic.ErrorCodeEnforcedSpendLimitReached || strings.Contains(e.Message, "usage limits")
}
