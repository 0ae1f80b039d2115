package resendapi

import (
	"net/http"
	"strings"
)

// Words says to the person concerned what happened and the one thing to do
// next. For an e-mail that must be changed it quotes what Resend found, which
// may hold the e-mail's own data.
func (e *Error) Words() string {
	what, next := e.what(), e.next()
	if e.Kind == KindFix {
		if found := e.found(); found != "" {
			what = strings.TrimSuffix(what, ".") + ": " + ended(found)
		}
	}
	return what + " " + next
}

// what says what happened.
func (e *Error) what() string {
	switch e.Code {
	case NameRateLimit:
		return "Resend takes no more requests at this moment."
	case NameKeyInUse:
		return "Resend is still working on the first try of this e-mail."
	case NameLocked:
		return "Resend is busy with this record."
	case NameDailyQuota:
		return "The e-mails of today are used up at Resend."
	case NameMonthlyQuota:
		return "The e-mails of this month are used up at Resend."
	case NameAboveQuota:
		return "The team at Resend is over its quota of e-mails."
	case NameKeyMissing, NameKeyRefused:
		return "Resend does not accept the API key."
	case NameKeyRestricted, NamePermission:
		return "The API key may not do this at Resend."
	case NameKeySuspended:
		return "Resend has suspended the API key."
	case NameSecurity:
		return "Resend refused this for its own safety."
	case NameKeyFormat, CodeKeyInvalid:
		return "The Idempotency-Key is not one that Resend takes."
	case NameKeyReused:
		return "An e-mail with other content was sent under the same key before."
	case CodeBlocked:
		return "Something before Resend, such as its firewall or a proxy, turned the request away."
	case CodeRedirected:
		return "The address of Resend in the settings leads elsewhere."
	case CodeRule:
		return "This e-mail cannot be sent."
	case CodeNotSent:
		return "Resend could not be reached."
	case CodeTooLarge:
		return "This is larger than Resend takes."
	}
	if e.Kind == KindRetry && e.Status == http.StatusTooManyRequests {
		return "Resend takes no more requests at this moment."
	}
	return e.whatKind()
}

func (e *Error) whatKind() string {
	switch e.Kind {
	case KindUnknown:
		if e.Code == CodeUnreadable {
			return "Resend's answer cannot be read, so it is not known whether this was done."
		}
		return "Resend did not answer, so it is not known whether this was done."
	case KindPause:
		return "A quota of e-mails is used up at Resend."
	case KindStopKey:
		return "Resend denies this to us."
	case KindStopSender:
		return "Resend does not let this sender send: its domain is not verified there, or may only mail its owner."
	case KindFix:
		return "Resend refused this" + e.noun() + "."
	case KindNotFound:
		if e.sends {
			return "Resend does not know something that this e-mail names, such as a template or topic."
		}
		return "Resend does not know this record; e-mails are kept there for 30 days."
	case KindNotOffered:
		return "Resend does not offer this to your team."
	case KindBug:
		return "Renoz asked Resend for something that it does not understand."
	}
	return "Resend is out of order at the moment."
}

func (e *Error) noun() string {
	if e.sends {
		return " e-mail"
	}
	return ""
}

// next says what to do.
func (e *Error) next() string {
	switch e.Code {
	case NameKeyRestricted, NamePermission:
		if e.sends {
			return "Put in a key that may send from this domain in the settings of Resend."
		}
		return "Put in a key with full access in the settings of Resend."
	case CodeBlocked:
		return "Check the address of Resend in the settings and the way to it, then resume."
	case CodeRedirected:
		return "Correct the address in the settings of Resend."
	case CodeTooLarge:
		return "Make it smaller, for example by a link in place of an attachment, and send again."
	case NameSecurity:
		return "Review the content and its links, and send again."
	}
	return e.nextKind()
}

func (e *Error) nextKind() string {
	switch e.Kind {
	case KindUnknown:
		if e.sends {
			return "It is sent again under the same key, which for a day cannot send it twice."
		}
		return "Look at Resend before you do it again."
	case KindPause:
		return "Raise the plan at Resend or wait for the quota to return, then resume."
	case KindStopKey:
		return "Put in another API key in the settings of Resend."
	case KindStopSender:
		return "Verify the domain at Resend, or choose a sender whose domain is verified."
	case KindFix:
		return "Correct it and send again."
	case KindNotFound:
		return "Look it up in Resend."
	case KindNotOffered:
		return "Ask Resend's support to open it."
	case KindBug:
		return "Report this to the makers of Renoz."
	}
	if e.sends {
		return "It is sent again by itself."
	}
	return "Try again in a moment."
}

// found joins what is wrong, each once.
func (e *Error) found() string {
	var all []string
	seen := map[string]bool{}
	for _, problem := range e.Problems {
		if problem.Message != "" && !seen[problem.Message] {
			seen[problem.Message] = true
			all = append(all, problem.Message)
		}
	}
	if len(all) == 0 {
		return e.Message
	}
	return strings.Join(all, "; ")
}

// ended makes a sentence of the text.
func ended(text string) string {
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "…") {
		return text
	}
	return text + "."
}
