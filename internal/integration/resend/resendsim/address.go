package resendsim

import (
	"fmt"
	"net/mail"
	"strings"
)

// address takes "Name <a@b.c>" or "a@b.c" apart; ok is false for anything else. Names need no quotes. The address
// comes back in lower case.
func address(text string) (bare string, ok bool) {
	text = strings.TrimSpace(text)
	if name, rest, found := strings.Cut(text, "<"); found {
		text, ok = strings.CutSuffix(rest, ">")
		if !ok || strings.ContainsAny(name, ">\r\n") {
			return "", false
		}
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Name != "" {
		return "", false
	}
	_, host, _ := strings.Cut(parsed.Address, "@")
	if !strings.Contains(host, ".") || strings.ContainsAny(host, "[] ") {
		return "", false
	}
	return strings.ToLower(parsed.Address), true
}

func hostOf(bare string) string {
	return bare[strings.LastIndex(bare, "@")+1:]
}

// mostRecipients is the most in to, and in cc and bcc as well.
const mostRecipients = 50

// readAddresses reads to, cc, bcc or reply_to.
func readAddresses(f fields, name string) ([]string, *problem) {
	list, bad := f.oneOrMore(name)
	if bad != nil {
		return nil, bad
	}
	if len(list) > mostRecipients {
		return nil, invalid(fmt.Sprintf("The `%s` field must have at most %d recipients.", name, mostRecipients))
	}
	for _, text := range list {
		bare, ok := address(text)
		if !ok {
			return nil, invalid(fmt.Sprintf("Invalid `%s` field. The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.", name))
		}
		if host := hostOf(bare); name != "reply_to" && (host == "example.com" || host == "test.com") {
			return nil, invalid(fmt.Sprintf("Invalid `%s` field. Please use our testing email address instead of domains like `%s`.", name, host))
		}
	}
	return list, nil
}

// testDomain is the service's own: its senders write to the team's owner only, and some of its recipients show a
// fate. https://resend.com/docs/dashboard/emails/send-test-emails
const testDomain = "resend.dev"

// mayUse says why a sender may not be used with a key, or nil. s.mu is held.
func (s *Server) mayUse(m *Email, key Key) *problem {
	bare, _ := address(m.From)
	host := hostOf(bare)
	if key.Domain != "" && key.Domain != host {
		return &problem{403, "invalid_permission", fmt.Sprintf("This API key is not authorized to send emails from %s", host)}
	}
	if host == testDomain {
		return s.mayTest(m)
	}
	d := s.domains.named(host)
	if d == nil || !d.sends() {
		return &problem{403, "validation_error", fmt.Sprintf("The %s domain is not verified. Please, add and verify your domain on https://resend.com/domains", host)}
	}
	m.domainID = d.ID
	return nil
}

func (s *Server) mayTest(m *Email) *problem {
	for _, bare := range m.recipients {
		if bare != s.opts.OwnerEmail && hostOf(bare) != testDomain {
			return &problem{403, "validation_error", fmt.Sprintf("You can only send testing emails to your own email address (%s). To send emails to other recipients, please verify a domain at resend.com/domains, and change the `from` address to an email using this domain.", s.opts.OwnerEmail)}
		}
	}
	return nil
}
