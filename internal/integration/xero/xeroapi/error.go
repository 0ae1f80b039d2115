package xeroapi

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Kind says what must happen next.
type Kind string

// The kinds of Error.
const (
	// KindInvalid: Xero refused the data; a person must change it. See Problems.
	KindInvalid Kind = "invalid"
	// KindBug: the request itself is wrong (a key used for two requests, a
	// filter that does not parse, too many records). Stop, and tell developers.
	KindBug Kind = "bug"
	// KindExpired: the access token is over and a fresh one was refused as well.
	// One refresh has already been tried, except by Auth, which has none to try.
	KindExpired Kind = "expired"
	// KindReconnect: consent is gone or lacks a scope; a person must connect again.
	KindReconnect Kind = "reconnect"
	// KindPause: Xero denies this tenant to us. Pause the connection, look at
	// the list of connections, tell a person.
	KindPause Kind = "pause"
	// KindNotFound: deleted, merged, or of another tenant; a person must look.
	KindNotFound Kind = "not_found"
	// KindLimited: a budget is used up and nothing was written; wait RetryAfter.
	// LimitProblem tells which; "concurrent" means fewer calls at once.
	KindLimited Kind = "limited"
	// KindUnknownOutcome: a write may or may not have happened. Code
	// CodeServerError means Xero failed and has cached that failure under the
	// key: look the record up, then use a new key. Any other code: the same key
	// and body may be sent again within 6 minutes of the first time; later, look
	// the record up first.
	KindUnknownOutcome Kind = "unknown_outcome"
	// KindUnavailable: Xero or the way to it is out of order and nothing was
	// written; pause, then retry.
	KindUnavailable Kind = "unavailable"
	// KindConfiguration: Xero does not know the client id, secret or redirect
	// address. Keep connections and mend the settings.
	KindConfiguration Kind = "configuration"
	// KindRetry: the token endpoint failed for the moment. Keep the stored
	// tokens: an unused refresh token is still good.
	KindRetry Kind = "retry"
)

// Codes of Error that say more than its kind. Codes of validation are with
// Problem.
const (
	CodeServerError    = "server_error"     // 5xx answer
	CodeNoAnswer       = "no_answer"        // time-out or cut connection
	CodeNotSent        = "not_sent"         // the request never left
	CodeUnreadable     = "unreadable"       // an answer that is not what was promised
	CodeOffline        = "offline"          // maintenance, organisation offline
	CodeKeyReused      = "key_reused"       // Idempotency-Key with another request
	CodeKeyInvalid     = "key_invalid"      // Idempotency-Key missing or over 128 characters
	CodeBadRequest     = "bad_request"      // Xero cannot read the request
	CodeTooMany        = "too_many_records" // more than one write or list takes
	CodeTooLarge       = "too_large"        // more than is taken of a file
	CodeTokenExpired   = "token_expired"
	CodeScopeMissing   = "scope_missing"
	CodeNotAuthorised  = "not_authorised"
	CodeConsentGone    = "consent_gone" // invalid_grant
	CodeClientRefused  = "client_refused"
	CodeConsentRefused = "consent_refused"
)

// Budgets named by Error.LimitProblem.
const (
	LimitMinute     = "minute"
	LimitDay        = "day"
	LimitConcurrent = "concurrent"
	LimitAppMinute  = "appminute"
)

// Error is how every call of this package fails, apart from failures of the
// caller's own TokenSource, which are wrapped as they are.
//
// Error() and LogValue tell kind, code and ids but not Xero's words, which may
// quote a customer; show Words() to the person concerned.
type Error struct {
	Kind          Kind
	Op            string // "create invoices"
	Status        int    // HTTP status; 0 when no answer came
	Code          string // short and stable: a Code… constant, or the first problem's
	Message       string // Xero's words for the whole request
	Problems      []Problem
	RetryAfter    time.Duration // set for KindLimited, and elsewhere when Xero said it
	LimitProblem  string        // a Limit… constant, for KindLimited
	CorrelationID string
	notSent       bool
	cause         error
}

// Error says what failed without quoting anybody's data.
func (e *Error) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "xero: %s: %s", e.Op, e.Kind)
	if e.Code != "" {
		fmt.Fprintf(&text, " (%s)", e.Code)
	}
	if e.LimitProblem != "" {
		fmt.Fprintf(&text, ", %s limit, wait %s", e.LimitProblem, e.RetryAfter)
	}
	if e.Status != 0 {
		fmt.Fprintf(&text, ", status %d", e.Status)
	}
	if e.CorrelationID != "" {
		fmt.Fprintf(&text, ", correlation id %s", e.CorrelationID)
	}
	if e.cause != nil {
		fmt.Fprintf(&text, ": %v", e.cause)
	}
	return text.String()
}

// Unwrap returns what lay below: the transport's error, the context's.
func (e *Error) Unwrap() error { return e.cause }

// NotSent reports that the request never left this machine.
func (e *Error) NotSent() bool { return e.notSent }

// LogValue is the error for logs, without Xero's words.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("op", e.Op), slog.String("kind", string(e.Kind)), slog.String("code", e.Code),
		slog.Int("status", e.Status), slog.String("correlation_id", e.CorrelationID),
		slog.String("limit", e.LimitProblem), slog.Duration("retry_after", e.RetryAfter),
	)
}

// Words is what Xero said, for a person who may see the record: each problem
// once, or else the message of the whole. It may quote the record's data.
func (e *Error) Words() string {
	if words := problemWords(e.Problems); words != "" {
		return words
	}
	return e.Message
}

// CodeOf is the code of the Error in err's chain, or "".
func CodeOf(err error) string {
	var failure *Error
	if errors.As(err, &failure) {
		return failure.Code
	}
	return ""
}

// KindOf returns the kind of the Error inside err, or "" when there is none.
func KindOf(err error) Kind {
	var failure *Error
	if errors.As(err, &failure) {
		return failure.Kind
	}
	return ""
}
