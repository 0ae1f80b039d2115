package crm

import (
	"errors"
	"fmt"
)

// Kind says what sort of trouble an Error is, which decides its HTTP status.
type Kind string

// The kinds of Error.
const (
	Invalid         Kind = "invalid"          // 422: a person must change what they entered
	NotFound        Kind = "not_found"        // 404
	Conflict        Kind = "conflict"         // 409: the record changed, or its state forbids the step
	Forbidden       Kind = "forbidden"        // 403
	Unauthenticated Kind = "unauthenticated"  // 401
	TooMany         Kind = "too_many"         // 429
	Unavailable     Kind = "unavailable"      // 503: try again later
	Malformed       Kind = "malformed"        // 400: the request itself cannot be read
	TooLarge        Kind = "too_large"        // 413
	Precondition    Kind = "precondition"     // 412
	Internal        Kind = "internal_failure" // 500: never with words for people
)

// Error is a failure with words for people. Any other error is internal, and
// its text is withheld from them.
type Error struct {
	Kind    Kind
	Message string            // a sentence that says what happened and what to do
	Fields  map[string]string // what is wrong with each field, by its name; may be nil
	Cause   error             // for the log; may be nil
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Message + " (" + e.Cause.Error() + ")"
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an Error. An argument given for %w becomes its cause, and its
// text part of the message.
func Errorf(kind Kind, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Message: wrapped.Error(), Cause: errors.Unwrap(wrapped)}
}

// FieldErrors makes an Invalid error of what is wrong with each field, or nil
// when nothing is.
func FieldErrors(fields map[string]string) error {
	if len(fields) == 0 {
		return nil
	}
	message := "One field needs attention."
	if len(fields) > 1 {
		message = fmt.Sprintf("%d fields need attention.", len(fields))
	}
	return &Error{Kind: Invalid, Message: message, Fields: fields}
}

// KindOf is the kind of the Error inside err, or Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}
