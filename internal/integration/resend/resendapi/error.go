package resendapi

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
	// KindRetry: send the same bytes under the same key again, after RetryAfter
	// when it is set. Where MayHaveGone, only within KeyLife of the first time;
	// later look the e-mail up, or ask a person.
	KindRetry Kind = "retry"
	// KindUnknown: the request may have been carried out, and no usable answer
	// came. A send may be repeated as with KindRetry. Any other call must look
	// before it repeats: a repeat may create a second record.
	KindUnknown Kind = "unknown_outcome"
	// KindPause: a quota is used up, or something on the way refuses us. No
	// e-mail will pass: pause the whole queue, tell a person.
	KindPause Kind = "pause"
	// KindStopKey: the API key is refused. Stop what uses it; a person must
	// put in another.
	KindStopKey Kind = "stop_key"
	// KindStopSender: the sender is refused: its domain is not verified, or may
	// only mail its owner. Stop that sender; a person must verify the domain.
	KindStopSender Kind = "stop_sender"
	// KindFix: what was sent is refused. A person must change this e-mail or
	// record; others are not concerned. See Problems.
	KindFix Kind = "fix"
	// KindBug: the request itself is wrong (a key used with other bytes, a
	// method that does not exist). Stop, tell developers, and never change the
	// key: the first send under it may have gone.
	KindBug Kind = "bug"
	// KindNotFound: Resend does not know the id: deleted, older than the 30
	// days that e-mails are kept, or of another team.
	KindNotFound Kind = "not_found"
	// KindNotOffered: Resend does not offer this call to this team or plan. Do
	// without it.
	KindNotOffered Kind = "not_offered"
)

// Codes of Error beside Resend's own names, which are the Name… constants.
const (
	CodeNoAnswer   = "no_answer"   // time-out or cut connection
	CodeNotSent    = "not_sent"    // the request never left
	CodeUnreadable = "unreadable"  // an answer that is not what was promised
	CodeBlocked    = "blocked"     // refused by something before the API ("error code: 1010")
	CodeRedirected = "redirected"  // the address of the API leads elsewhere
	CodeStatus     = "status"      // an answer without a name that we know; Status says more
	CodeKeyInvalid = "key_invalid" // Idempotency-Key missing, over 256 characters or not plain
	CodeBadRequest = "bad_request" // the request cannot be made: an empty id, bytes of another kind
	CodeTooMany    = "too_many"    // more than one call takes
	CodeTooLarge   = "too_large"   // attachments over 40 MB, or an answer beyond our bound
	CodeRule       = "rule"        // a rule of Resend's that we check before sending
	CodeNotOffered = "not_offered"
)

// Problem is one thing wrong with one e-mail.
type Problem struct {
	Index   int    // place in the batch, 0 for a single e-mail; -1 when Resend did not say
	Field   string // as JSON has it, "to"; empty when Resend did not say
	Message string // may quote the e-mail
}

// Error is how every call of this package fails.
//
// Error() and LogValue tell kind, code and status but not Resend's words, which
// may quote a customer; show Words() to the person concerned.
type Error struct {
	Kind       Kind
	Op         string // "send the e-mail"
	Status     int    // HTTP status; 0 when no answer came
	Name       string // Resend's name of the error, as it came; empty without one
	Code       string // short and stable: a Name… constant, or a Code… one
	Message    string // Resend's words, at most 300 characters, without secrets
	Problems   []Problem
	RetryAfter time.Duration // when Resend said it, and always for KindRetry after 429 and 409
	sends      bool          // e-mails, under a key
	gone       bool
	notSent    bool
	cause      error
}

// Error says what failed without quoting anybody's data.
func (e *Error) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "resend: %s: %s", e.Op, e.Kind)
	if e.Code != "" {
		fmt.Fprintf(&text, " (%s)", e.Code)
	}
	if e.Name != "" && e.Name != e.Code {
		fmt.Fprintf(&text, ", name %s", e.Name)
	}
	if e.Status != 0 {
		fmt.Fprintf(&text, ", status %d", e.Status)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&text, ", wait %s", e.RetryAfter)
	}
	if e.gone {
		text.WriteString(", may have been carried out")
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

// MayHaveGone reports that what was asked for may have been done, by this
// request or by an earlier one under its key. When it is false it is certain
// that this request did nothing; of an earlier one it says nothing then, so a
// caller that repeats must remember that one may have gone.
func (e *Error) MayHaveGone() bool { return e.gone }

// LogValue is the error for logs, without Resend's words.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("op", e.Op), slog.String("kind", string(e.Kind)), slog.String("code", e.Code),
		slog.String("name", e.Name), slog.Int("status", e.Status),
		slog.Bool("may_have_gone", e.gone), slog.Duration("retry_after", e.RetryAfter),
	)
}

// KindOf returns the kind of the Error inside err, or "" when there is none.
func KindOf(err error) Kind {
	if failure := asError(err); failure != nil {
		return failure.Kind
	}
	return ""
}

// CodeOf is the code of the Error in err's chain, or "".
func CodeOf(err error) string {
	if failure := asError(err); failure != nil {
		return failure.Code
	}
	return ""
}

// MayHaveGone is Error.MayHaveGone of the Error inside err. Any other error
// that is not nil may have come after the request, so it is true for those.
func MayHaveGone(err error) bool {
	if failure := asError(err); failure != nil {
		return failure.gone
	}
	return err != nil
}

func asError(err error) *Error {
	var failure *Error
	if errors.As(err, &failure) {
		return failure
	}
	return nil
}

// badRequest stops a request that we would make wrong.
func badRequest(op, why string) *Error {
	return &Error{Kind: KindBug, Op: op, Code: CodeBadRequest, notSent: true, cause: errors.New(why)}
}

// missingID stops a request that, without its id, would mean another one.
func missingID(op string) *Error { return badRequest(op, "the id is empty") }

// tooMany stops a list that is empty or longer than one call takes.
func tooMany(op string, count int) *Error {
	return &Error{
		Kind: KindBug, Op: op, Code: CodeTooMany, notSent: true,
		cause: fmt.Errorf("1 to %d may be sent at once, not %d", MaxListed, count),
	}
}
