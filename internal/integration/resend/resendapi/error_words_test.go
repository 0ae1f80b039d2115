package resendapi

import (
	"net/http"
	"testing"
)

// TestWords: what happened, and one thing to do next.
func TestWords(t *testing.T) {
	t.Parallel()
	mail, domain, hook := sending("send the e-mail", "/emails"), read("read the domain", "/domains/1"), create("create the webhook", "/webhooks")
	suppression := suppressing("suppress the address", "/suppressions")
	said := func(e exchange, status int, body string) *Error {
		return readFailure(e, answer{status: status, header: http.Header{}, body: []byte(body)}, testNow)
	}
	for want, failure := range map[string]*Error{
		"Resend takes no more requests at this moment. It is sent again by itself.":                                          said(mail, 429, named(429, NameRateLimit).body),
		"Resend takes no more requests at this moment. Try again in a moment.":                                               said(domain, 429, ""),
		"Resend is out of order at the moment. Try again in a moment.":                                                       said(domain, 503, ""),
		"The e-mails of today are used up at Resend. Raise the plan at Resend or wait for the quota to return, then resume.": said(mail, 429, named(429, NameDailyQuota).body),
		"Resend does not accept the API key. Put in another API key in the settings of Resend.":                              said(mail, 403, named(403, NameKeyRefused).body),
		"The API key may not do this at Resend. Put in a key with full access in the settings of Resend.":                    said(domain, 401, named(401, NameKeyRestricted).body),
		"Resend does not let this sender send: its domain is not verified there, or may only mail its owner. " +
			"Verify the domain at Resend, or choose a sender whose domain is verified.": said(mail, 403, named(403, NameValidation).body),
		"Resend refused this e-mail: Invalid `to` field. Correct it and send again.": said(mail, 422, `{"name":"validation_error","message":"Invalid `+"`to`"+` field"}`),
		"Resend did not answer, so it is not known whether this was done. " +
			"It is sent again under the same key, which for a day cannot send it twice.": lostAnswer(mail, answer{}, CodeNoAnswer, nil),
		"Resend did not answer, so it is not known whether this was done. Look at Resend before you do it again.": lostAnswer(hook, answer{}, CodeNoAnswer, nil),
		"Resend could not be reached. It is sent again by itself.":                                                notSent(mail, nil),
		"Something before Resend, such as its firewall or a proxy, turned the request away. " +
			"Check the address of Resend in the settings and the way to it, then resume.": said(mail, 403, "error code: 1010"),
		"Resend does not offer this to your team. Ask Resend's support to open it.":                             said(suppression, 405, named(405, NameMethod).body),
		"An e-mail with other content was sent under the same key before. Report this to the makers of Renoz.":  said(mail, 409, named(409, NameKeyReused).body),
		"This e-mail cannot be sent: the sender is missing; the subject is missing. Correct it and send again.": refused("encode", Message{To: Addresses{"a@x.test"}}.check(0)),
	} {
		if got := failure.Words(); got != want {
			t.Errorf("%v says %q, want %q", failure, got, want)
		}
	}
}
