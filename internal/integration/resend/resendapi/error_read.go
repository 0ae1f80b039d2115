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
	said := readBody(got.body)
	v := judge(e, got.status, said.name)
	switch {
	case e.optional && notOffered(got.status, said):
		v = verdict{kind: KindNotOffered, code: CodeNotOffered}
	case !said.byAPI && turnedAway(got.status):
		v = verdict{kind: KindPause, code: CodeBlocked}
	case v.code == CodeStatus && isQuota(got.status, said.message):
		v = verdict{kind: KindPause, code: CodeStatus}
	}
	failure := &Error{
		Kind: v.kind, Op: e.op, Status: got.status, Name: said.name, Code: v.code, Message: said.message,
		RetryAfter: retryAfter(got.header, now), sends: e.sends, gone: v.gone,
	}
	if failure.RetryAfter == 0 && v.wait > 0 {
		failure.RetryAfter = max(v.wait, readLimits(got.header).Reset)
	}
	if failure.Kind == KindFix && said.message != "" {
		failure.Problems = []Problem{{Index: -1, Message: said.message}}
	}
	return failure
}

// turnedAway tells refusals that concern whoever asks. When the API did not
// word one itself, something before it did: its firewall, a proxy, or a server
// that is not Resend. Then no e-mail will pass.
func turnedAway(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusProxyAuthRequired:
		return true
	}
	return false
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
func notOffered(status int, said failureBody) bool {
	lower := strings.ToLower(said.message)
	switch status {
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	case http.StatusNotFound:
		return !said.byAPI || strings.Contains(lower, "endpoint does not exist")
	case http.StatusForbidden, http.StatusPaymentRequired:
		return said.byAPI && closedWords.MatchString(lower)
	}
	return false
}

// failureBody is what an answer says of a failure.
type failureBody struct {
	name    string // empty when it is none
	message string
	byAPI   bool // it has the form of the API's own failures
}

// readBody reads {"statusCode":422,"name":"…","message":"…"}, and whatever else
// came as far as it can be shown. A page of HTML has no words for us.
func readBody(body []byte) failureBody {
	var fields struct {
		Name    any `json:"name"`
		Message any `json:"message"`
		// Gateways before the API, and RFC 9457.
		Error  any `json:"error"`
		Detail any `json:"detail"`
		Title  any `json:"title"`
	}
	if err := json.Unmarshal(body, &fields); err != nil {
		return failureBody{message: plainText(body)}
	}
	name, _ := fields.Name.(string)
	said := failureBody{name: plainName(name), byAPI: name != ""}
	for _, value := range []any{fields.Message, fields.Error, fields.Detail, fields.Title} {
		if said.message = plainText([]byte(words(value))); said.message != "" {
			break
		}
	}
	return said
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
