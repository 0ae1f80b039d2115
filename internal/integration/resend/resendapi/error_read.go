package resendapi

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// readFailure names what an answer that is not 2xx asks us to do.
func readFailure(e exchange, got answer, now time.Time) *Error {
	name, message, isJSON := readBody(got.body)
	v := judge(e, got.status, name)
	switch {
	case !isJSON && got.status == http.StatusForbidden:
		// The API answers in JSON; this came from the front before it.
		v = verdict{kind: KindPause, code: CodeBlocked}
	case name != v.code && isQuota(got.status, message):
		v = verdict{kind: KindPause, code: CodeStatus}
	case e.optional && notOffered(got.status, isJSON, message):
		v = verdict{kind: KindNotOffered, code: CodeNotOffered}
	}
	failure := &Error{
		Kind: v.kind, Op: e.op, Status: got.status, Name: name, Code: v.code, Message: message,
		RetryAfter: retryAfter(got.header, now), sends: e.sends, gone: v.gone,
	}
	if failure.RetryAfter == 0 {
		failure.RetryAfter = v.wait
	}
	if failure.Kind == KindFix && message != "" {
		failure.Problems = []Problem{{Index: -1, Message: message}}
	}
	return failure
}

// isQuota recognises a quota that comes without its name.
func isQuota(status int, message string) bool {
	return status == http.StatusTooManyRequests && strings.Contains(strings.ToLower(message), "quota")
}

// closedWords are of refusals that concern the plan or a trial, not the key.
// Resend documents none of them.
var closedWords = regexp.MustCompile(`private beta|not (available|enabled|included)|upgrade your|your plan`)

// notOffered tells a call that this team does not have from a record that does
// not exist. For an address it does not serve Resend says "The requested
// endpoint does not exist".
// https://resend.com/docs/api-reference/errors#not_found
func notOffered(status int, isJSON bool, message string) bool {
	lower := strings.ToLower(message)
	switch status {
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	case http.StatusNotFound:
		return !isJSON || strings.Contains(lower, "endpoint does not exist")
	case http.StatusForbidden, http.StatusPaymentRequired:
		return isJSON && closedWords.MatchString(lower)
	}
	return false
}

// readBody reads {"statusCode":422,"name":"…","message":"…"}, and whatever else
// came as far as it can be shown. A page of HTML has no words for us.
func readBody(body []byte) (name, message string, isJSON bool) {
	var fields struct {
		Name    any `json:"name"`
		Message any `json:"message"`
		Error   any `json:"error"` // gateways before the API
	}
	if err := json.Unmarshal(body, &fields); err != nil {
		return "", plainText(body), false
	}
	name, _ = fields.Name.(string)
	if message = words(fields.Message); message == "" {
		message = words(fields.Error)
	}
	return plainName(name), plainText([]byte(message)), true
}

// words are those of a text or of a list of texts.
func words(value any) string {
	switch typed := value.(type) {
	case string:
		return typed
	case []any:
		var all []string
		for _, one := range typed {
			if text := words(one); text != "" {
				all = append(all, text)
			}
		}
		return strings.Join(all, " ")
	case map[string]any:
		return words(typed["message"])
	}
	return ""
}

// plainName keeps out of logs what is not a name.
func plainName(name string) string {
	odd := func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' }
	if len(name) > 64 || strings.ContainsFunc(name, odd) {
		return ""
	}
	return name
}

// maxWords bounds what is kept of Resend's words, in characters.
const maxWords = 300

var secrets = regexp.MustCompile(`\b(re|whsec)_[A-Za-z0-9+/=_-]{6,}`)

// plainText is the start of the text on one line, without keys. It is empty for
// a page.
func plainText(text []byte) string {
	// A character has at most 4 bytes.
	start := strings.TrimSpace(strings.ToValidUTF8(string(text[:min(len(text), 4*maxWords)]), ""))
	if strings.HasPrefix(start, "<") {
		return ""
	}
	line := strings.Join(strings.FieldsFunc(start, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	line = secrets.ReplaceAllString(line, hidden)
	if runes := []rune(line); len(runes) > maxWords {
		return string(runes[:maxWords-1]) + "…"
	}
	return line
}

// retryAfter reads seconds, or a time of HTTP, which proxies use.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.Atoi(text); err == nil {
		return bounded(max(seconds, 0))
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), longestWait)
}
