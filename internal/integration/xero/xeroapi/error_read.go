package xeroapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// How long to wait when Xero does not say. A concurrent limit is over as soon
// as one of the five running calls ends.
const (
	limitedWait    = time.Minute
	concurrentWait = time.Second
)

// failureBody is every shape in which the accounting API reports failure.
type failureBody struct {
	ErrorNumber int
	Type        string
	Message     string
	Elements    []outcomeElement

	Title  string // authorisation errors and some gateways
	Detail string
}

type outcomeElement struct {
	ValidationErrors []complaint
}

func (b failureBody) words() string {
	for _, text := range []string{b.Message, b.Detail, b.Title} {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}

// readAPIError names what an answer of the accounting API asks us to do.
// https://developer.xero.com/documentation/api/accounting/responsecodes
func readAPIError(e exchange, got answer) *Error {
	var body failureBody
	if json.Unmarshal(got.body, &body) != nil {
		body = failureBody{Message: plainText(got.body)}
	}
	switch {
	case got.status == http.StatusBadRequest:
		return readBadRequest(body)
	case got.status == http.StatusUnauthorized, got.status == http.StatusForbidden:
		return readDenied(got, body)
	case got.status == http.StatusNotFound:
		return &Error{Kind: KindNotFound, Code: CodeDocumentMissing, Message: body.words(), Problems: elementProblems(body)}
	case got.status == http.StatusTooManyRequests:
		return readLimited(got, body)
	case got.status == http.StatusServiceUnavailable, isOffline(body):
		return &Error{
			Kind: KindUnavailable, Code: CodeOffline, Message: body.words(),
			RetryAfter: retryAfter(got.header),
		}
	case got.status >= 500:
		return &Error{Kind: e.lost, Code: CodeServerError, Message: body.words(), RetryAfter: retryAfter(got.header)}
	case got.status == http.StatusRequestTimeout:
		return &Error{Kind: e.lost, Code: CodeNoAnswer, Message: body.words()}
	case got.status >= 400:
		return &Error{Kind: KindBug, Code: CodeBadRequest, Message: body.words()}
	default:
		return &Error{Kind: e.lost, Code: CodeUnreadable, Message: body.words()}
	}
}

// readBadRequest tells data that a person can mend from requests that we made
// wrong.
func readBadRequest(body failureBody) *Error {
	failure := &Error{Kind: KindInvalid, Message: body.words(), Problems: elementProblems(body)}
	lower := strings.ToLower(failure.Message)
	switch {
	case strings.Contains(lower, "idempotency"):
		failure.Kind, failure.Code = KindBug, CodeKeyInvalid
		if strings.Contains(lower, "different") || strings.Contains(lower, "already") {
			failure.Code = CodeKeyReused
		}
	case len(failure.Problems) > 0:
		failure.Code = failure.Problems[0].Code
	case body.Type == "QueryParseException", body.Type == "PostDataInvalidException",
		strings.Contains(lower, "100,000"), strings.Contains(lower, "100000"):
		failure.Kind, failure.Code = KindBug, CodeBadRequest
	case failure.Message != "":
		failure.Problems = []Problem{readProblem(-1, failure.Message)}
		failure.Code = failure.Problems[0].Code
	default:
		failure.Kind, failure.Code = KindBug, CodeBadRequest
	}
	return failure
}

// elementProblems gathers the problems of a whole refused request. Places are
// set by the write, which knows how many records it sent.
func elementProblems(body failureBody) []Problem {
	var problems []Problem
	for _, element := range body.Elements {
		problems = append(problems, readProblems(-1, element.ValidationErrors)...)
	}
	return problems
}

// readDenied tells a token that only needs refreshing from a consent that is
// gone and from a tenant that is closed to us.
func readDenied(got answer, body failureBody) *Error {
	challenge := strings.ToLower(strings.Join(got.header.Values("WWW-Authenticate"), " "))
	words := strings.ToLower(body.Title + " " + body.Detail + " " + body.Message)
	failure := &Error{Kind: KindPause, Code: CodeNotAuthorised, Message: body.words()}
	switch {
	// Xero spells it "insufficent_scope".
	case strings.Contains(challenge, "insufficent_scope"), strings.Contains(challenge, "insufficient_scope"):
		failure.Kind, failure.Code = KindReconnect, CodeScopeMissing
	case got.status == http.StatusUnauthorized && strings.Contains(words, "tokenexpired"),
		got.status == http.StatusUnauthorized && strings.Contains(words, "token expired"),
		got.status == http.StatusUnauthorized && strings.Contains(challenge, "token expired"):
		failure.Kind, failure.Code = KindExpired, CodeTokenExpired
	}
	return failure
}

func readLimited(got answer, body failureBody) *Error {
	failure := &Error{
		Kind: KindLimited, Message: body.words(),
		LimitProblem: strings.ToLower(strings.TrimSpace(got.header.Get("X-Rate-Limit-Problem"))),
		RetryAfter:   retryAfter(got.header),
	}
	if failure.RetryAfter > 0 {
		return failure
	}
	failure.RetryAfter = limitedWait
	if failure.LimitProblem == LimitConcurrent {
		failure.RetryAfter = concurrentWait
	}
	return failure
}

// retryAfter reads the header in seconds, the only form Xero documents; a day
// is the longest window it has.
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(strings.TrimSpace(header.Get("Retry-After")))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(min(seconds, 1<<20))*time.Second, 24*time.Hour)
}

func isOffline(body failureBody) bool {
	lower := strings.ToLower(body.words())
	return strings.Contains(lower, "organisation is offline") || strings.Contains(lower, "is currently offline") ||
		strings.Contains(lower, "maintenance")
}

// plainText is the start of an answer that is not JSON, unless it is a page.
func plainText(body []byte) string {
	text := strings.TrimSpace(string(body[:min(len(body), 300)]))
	if strings.HasPrefix(text, "<") {
		return ""
	}
	return strings.ToValidUTF8(text, "")
}

// oauthFailure is how the token endpoint reports failure (RFC 6749, 5.2).
type oauthFailure struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// readTokenError names what an answer of the token endpoint asks us to do.
func readTokenError(e exchange, got answer) *Error {
	var body oauthFailure
	if json.Unmarshal(got.body, &body) != nil {
		body = oauthFailure{}
	}
	failure := &Error{Message: body.Description, RetryAfter: retryAfter(got.header)}
	switch {
	case got.status >= 500, got.status == http.StatusTooManyRequests, got.status == http.StatusRequestTimeout:
		failure.Kind, failure.Code = KindRetry, CodeServerError
		if got.status == http.StatusTooManyRequests && failure.RetryAfter == 0 {
			failure.RetryAfter = limitedWait
		}
	case body.Error == "invalid_grant":
		failure.Kind, failure.Code = KindReconnect, CodeConsentGone
	case body.Error == "invalid_client", body.Error == "unauthorized_client", body.Error == "invalid_scope",
		body.Error == "unsupported_grant_type", body.Error == "invalid_request":
		failure.Kind, failure.Code = KindConfiguration, CodeClientRefused
	case got.status == http.StatusUnauthorized, got.status == http.StatusForbidden:
		failure.Kind, failure.Code = KindConfiguration, CodeClientRefused
	case got.status >= 400:
		failure.Kind, failure.Code = KindConfiguration, CodeBadRequest
	default:
		failure.Kind, failure.Code = KindRetry, CodeUnreadable
	}
	if failure.Message == "" {
		failure.Message = knownOAuth(body.Error)
	}
	return failure
}

// knownOAuth passes on only codes that RFC 6749 defines.
func knownOAuth(code string) string {
	switch code {
	case "invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope",
		"unsupported_grant_type", "invalid_request", "access_denied":
		return code
	}
	return ""
}

// asError returns the *Error in err, or nil.
func asError(err error) *Error {
	var failure *Error
	if errors.As(err, &failure) {
		return failure
	}
	return nil
}
