package resendapi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

// outcome is what one kind of call makes of an answer.
type outcome struct {
	kind Kind
	gone bool
}

// failureCase is an answer and what a send, a read, a repeatable change and a
// creation make of it.
type failureCase struct {
	name                       string
	got                        step
	code                       string
	wait                       time.Duration
	send, read, change, create outcome
}

func named(status int, name string) step {
	return step{status: status, body: fmt.Sprintf(`{"statusCode":%d,"name":%q,"message":"Said by Resend to jo@customer.test."}`, status, name)}
}

// same is a case whose outcome does not depend on the call.
func same(status int, name string, kind Kind) failureCase {
	o := outcome{kind: kind}
	return failureCase{name: name, got: named(status, name), code: name, send: o, read: o, change: o, create: o}
}

func after(c failureCase, wait time.Duration) failureCase {
	c.wait = wait
	return c
}

// down is a case of a failure within Resend.
func down(name, code string, got step) failureCase {
	return failureCase{
		name: name, got: got, code: code, send: outcome{KindRetry, true}, read: outcome{KindRetry, false},
		change: outcome{KindRetry, true}, create: outcome{KindUnknown, true},
	}
}

// silent is a case in which no usable answer came.
func silent(name, code string, got step) failureCase {
	c := down(name, code, got)
	c.send = outcome{KindUnknown, true}
	return c
}

func unnamed(name string, kind Kind, code string, got step) failureCase {
	c := same(got.status, name, kind)
	c.got, c.code = got, code
	return c
}

func namedCases() []failureCase {
	inUse := after(same(409, NameKeyInUse, KindRetry), inUseWait)
	inUse.send.gone, inUse.change.gone, inUse.create.gone = true, true, true
	reused := same(409, NameKeyReused, KindBug)
	reused.send.gone, reused.change.gone, reused.create.gone = true, true, true
	sender := same(403, NameValidation, KindFix)
	sender.send = outcome{kind: KindStopSender}
	return []failureCase{
		after(same(429, NameRateLimit, KindRetry), rateWait),
		inUse,
		after(same(409, NameLocked, KindRetry), inUseWait),
		down(NameApplication, NameApplication, named(500, NameApplication)),
		down(NameInternal, NameInternal, named(500, NameInternal)),
		down(NameUnavailable, NameUnavailable, named(503, NameUnavailable)),
		same(429, NameDailyQuota, KindPause), same(429, NameMonthlyQuota, KindPause), same(403, NameAboveQuota, KindPause),
		same(401, NameKeyMissing, KindStopKey), same(401, NameValidation, KindStopKey), same(401, NameKeyRestricted, KindStopKey), same(403, NameKeyRefused, KindStopKey),
		same(403, NameKeySuspended, KindStopKey), same(403, NamePermission, KindStopKey),
		sender, same(400, NameValidation, KindFix), same(422, NameValidation, KindFix),
		same(422, NameParameter, KindFix), same(422, NameFieldMissing, KindFix), same(422, NameFieldsMissing, KindFix),
		same(422, NameArgumentMissing, KindFix), same(422, NameAttachment, KindFix), same(451, NameSecurity, KindFix),
		same(400, NameKeyFormat, KindBug), reused,
		same(404, NameNotFound, KindNotFound), same(405, NameMethod, KindBug),
	}
}

func unnamedCases() []failureCase {
	page := "<html><head><title>502</title></head></html>"
	conflict := down("unknown conflict", CodeStatus, named(409, "something_new"))
	conflict.wait = inUseWait
	return []failureCase{
		unnamed("firewall", KindPause, CodeBlocked, step{status: 403, body: "error code: 1010"}),
		unnamed("firewall's page", KindPause, CodeBlocked, step{status: 403, body: "<!DOCTYPE html><title>Attention Required!</title>"}),
		unnamed("redirect", KindPause, CodeRedirected, step{status: 301, header: map[string]string{"Location": "https://elsewhere.test/"}}),
		unnamed("older name", KindFix, CodeStatus, named(422, "invalid_from_address")),
		unnamed("unknown refusal", KindFix, CodeStatus, named(400, "something_new")),
		unnamed("unknown 401", KindStopKey, CodeStatus, named(401, "something_new")),
		unnamed("unknown 403", KindStopKey, CodeStatus, named(403, "something_new")),
		unnamed("too large", KindFix, CodeTooLarge, step{status: 413, body: page}),
		unnamed("teapot", KindBug, CodeStatus, step{status: 418}),
		unnamed("firewall in JSON", KindPause, CodeBlocked, step{status: 403, body: `{"title":"Error 1010: Access denied","status":403,"error_code":1010}`}),
		unnamed("page not found", KindPause, CodeBlocked, step{status: 404, body: page}),
		unnamed("proxy wants a password", KindPause, CodeBlocked, step{status: 407, body: page}),
		unnamed("unknown 404", KindNotFound, CodeStatus, named(404, "something_new")),
		unnamed("nameless 400", KindFix, CodeStatus, step{status: 400, body: page}),
		after(unnamed("limit with a reset", KindRetry, NameRateLimit, step{status: 429, header: map[string]string{"ratelimit-reset": "3"}, body: named(429, NameRateLimit).body}), 3*time.Second),
		unnamed("quota without a name", KindPause, CodeStatus, named(429, "")).saying("You have reached your daily email sending quota."),
		after(unnamed("limit of a proxy", KindRetry, CodeStatus, step{status: 429, body: page}), rateWait),
		after(unnamed("limit with a wait", KindRetry, NameRateLimit, step{status: 429, header: map[string]string{"Retry-After": "7"}, body: named(429, NameRateLimit).body}), 7*time.Second),
		after(unnamed("limit with a time", KindRetry, CodeStatus, step{status: 429, header: map[string]string{"Retry-After": testNow.Add(90 * time.Second).Format(http.TimeFormat)}}), 90*time.Second),
		after(unnamed("odd wait", KindRetry, CodeStatus, step{status: 429, header: map[string]string{"Retry-After": "999999999999"}}), 24*time.Hour),
		conflict,
		down("bad gateway", CodeStatus, step{status: 502, body: page}),
		down("gateway timeout", CodeStatus, step{status: 504}),
		after(down("maintenance", CodeStatus, step{status: 503, header: map[string]string{"Retry-After": "120"}, body: "down"}), 2*time.Minute),
		silent("request timeout", CodeNoAnswer, step{status: 408}),
		silent("cut connection", CodeNoAnswer, step{drop: true}),
		silent("cut answer", CodeNoAnswer, step{status: 200, body: `{"id":`, short: true}),
		silent("page instead of JSON", CodeUnreadable, step{status: 200, body: page}),
	}
}

func (c failureCase) saying(message string) failureCase {
	c.got.body = fmt.Sprintf(`{"statusCode":%d,"message":%q}`, c.got.status, message)
	return c
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for _, c := range append(namedCases(), unnamedCases()...) {
		t.Run(fmt.Sprint(c.name, " ", c.got.status), func(t *testing.T) {
			t.Parallel()
			server := newScript(t, c.got, c.got, c.got, c.got)
			client := server.client(Config{Now: func() time.Time { return testNow }})
			_, err := client.Send(t.Context(), "key", someMessage())
			c.check(t, err, c.send)
			_, err = client.Domain(t.Context(), "d1")
			c.check(t, err, c.read)
			_, err = client.CreateEndpoint(t.Context(), "https://renoz.test/hook", []string{EventSent})
			c.check(t, err, c.create)
			err = client.VerifyDomain(t.Context(), "d1")
			if c.code == CodeUnreadable && err == nil {
				return // its answer is not looked at
			}
			c.check(t, err, c.change)
		})
	}
}

func (c failureCase) check(t *testing.T, err error, want outcome) {
	t.Helper()
	got := asError(err)
	if got == nil {
		t.Fatalf("the error is %v", err)
	}
	if got.Kind != want.kind || got.MayHaveGone() != want.gone || got.Code != c.code || got.RetryAfter != c.wait {
		t.Errorf("the error is %v, want %s (%s), gone %v, wait %s", got, want.kind, c.code, want.gone, c.wait)
	}
	if MayHaveGone(err) != want.gone || KindOf(err) != want.kind || CodeOf(err) != c.code || got.Status != c.got.status || got.NotSent() {
		t.Errorf("the error is %+v", got)
	}
	if strings.HasPrefix(c.got.body, `{"statusCode"`) && c.got.status >= 400 && got.Message == "" {
		t.Error("Resend's words are lost")
	}
	mustContain(t, got.Error(), got.Op, string(want.kind))
	mustLack(t, got.Error()+got.Words(), string(testKey), "<")
	mustLack(t, got.Error(), "customer")
	if words := got.Words(); strings.Count(words, ".") < 2 {
		t.Errorf("the words %q do not say what happened and what to do", words)
	}
}

func TestNamesAreKept(t *testing.T) {
	t.Parallel()
	server := newScript(t, named(422, "invalid_region"), named(422, "Not a name: jo@customer.test"))
	client := server.client(Config{})
	_, err := client.CreateDomain(t.Context(), NewDomain{Name: "renoz.test"})
	if failure := asError(err); failure == nil || failure.Name != "invalid_region" || failure.Status != 422 {
		t.Errorf("the error is %+v", failure)
	}
	mustContain(t, err.Error(), "invalid_region", "422")
	_, err = client.CreateDomain(t.Context(), NewDomain{Name: "renoz.test"})
	mustLack(t, err.Error(), "jo@customer.test")
}

// Only the person concerned may see what Resend quoted, and nobody the key.
func TestErrorsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	refusal := step{status: 422, body: `{"name":"validation_error","message":"Bad <jo@customer.test> with re_abcdef123456\nand whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}`}
	server := newScript(t, refusal, step{drop: true})
	client := server.client(Config{})
	_, refused := client.Send(t.Context(), "key", someMessage())
	_, cut := client.Suppression(t.Context(), "jo@customer.test")
	for _, err := range []error{refused, cut} {
		var logged strings.Builder
		slog.New(slog.NewJSONHandler(&logged, nil)).Error("failed", "error", err, "client", client, "key", testKey)
		texts := []string{err.Error(), fmt.Sprintf("%v", err), logged.String(), fmt.Sprintf("%+v %#v %v", *client, testKey, testKey)}
		mustLack(t, strings.Join(texts, " "), "jo@customer.test", "TopSecret", "abcdef")
	}
	words := asError(refused).Words()
	mustContain(t, words, "jo@customer.test", "Correct it and send again.")
	mustLack(t, words, "abcdef", "MfKQ9r8GKY", "\n")
}

func TestLongWordsAreCut(t *testing.T) {
	t.Parallel()
	body := `{"name":"validation_error","message":"` + strings.Repeat("é", 5000) + `"}`
	_, err := newScript(t, step{status: 422, body: body}).client(Config{}).Send(t.Context(), "key", someMessage())
	if failure := asError(err); failure == nil || len([]rune(failure.Message)) > maxWords {
		t.Errorf("the message is %d long", len(asError(err).Message))
	}
}

func TestMessagesOfOtherShapes(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"message":["a is wrong","b too"]}`:    "a is wrong b too",
		`{"error":"bad gateway"}`:               "bad gateway",
		`{"error":{"message":"inner"}}`:         "inner",
		`{"message":{"message":"deep"}}`:        "deep",
		`{"message":42,"name":7}`:               "",
		`{"title":"Error 1010","detail":"d"}`:   "d",
		`[]`:                                    "[]",
		`"text"`:                                `"text"`,
		"upstream connect error\r\nor timeout ": "upstream connect error or timeout",
		"":                                      "",
	} {
		if got := readBody([]byte(body)); got.message != want || got.byAPI {
			t.Errorf("%s reads as %+v, want %q", body, got, want)
		}
	}
}

func TestForeignErrorsMayHaveGone(t *testing.T) {
	t.Parallel()
	if MayHaveGone(nil) || !MayHaveGone(errors.New("what")) || KindOf(nil) != "" || CodeOf(errors.New("what")) != "" {
		t.Error("other errors are misjudged")
	}
	wrapped := fmt.Errorf("push: %w", &Error{Kind: KindFix, Code: CodeRule})
	if MayHaveGone(wrapped) || KindOf(wrapped) != KindFix || CodeOf(wrapped) != CodeRule {
		t.Error("a wrapped error is misjudged")
	}
}

// FuzzFailures: whatever comes back, it is an Error of a known kind, and a send
// that may have gone is never called certain.
func FuzzFailures(f *testing.F) {
	for _, c := range append(namedCases(), unnamedCases()...) {
		f.Add(c.got.status, c.got.body, c.got.header["Retry-After"])
	}
	known := map[Kind]bool{
		KindRetry: true, KindUnknown: true, KindPause: true, KindStopKey: true, KindStopSender: true,
		KindFix: true, KindBug: true, KindNotFound: true, KindNotOffered: true,
	}
	f.Fuzz(func(t *testing.T, status int, body, wait string) {
		got := answer{status: status, body: []byte(body), header: http.Header{"Retry-After": {wait}}}
		for _, e := range []exchange{sending("send", "/emails"), read("read", "/x"), create("create", "/x"), suppressing("add", "/x")} {
			failure := readFailure(e, got, testNow)
			if !known[failure.Kind] || failure.RetryAfter < 0 || failure.RetryAfter > longestWait {
				t.Fatalf("%+v", failure)
			}
			if failure.MayHaveGone() && !e.writes || failure.Kind == KindUnknown && !failure.MayHaveGone() {
				t.Fatalf("a read is said to have gone, or what is unknown not to: %+v", failure)
			}
			if words := failure.Words(); words == "" || len([]rune(words)) > maxWords+400 || strings.Contains(failure.Error(), "\n") {
				t.Fatalf("%q %q", words, failure.Error())
			}
			if len(failure.Name) > 64 || len([]rune(failure.Message)) > maxWords {
				t.Fatalf("%+v", failure)
			}
		}
	})
}
