package crm

import "strings"

// ParseEmail returns an e-mail address trimmed and in lower case, as it is
// kept and compared. It returns an Error of kind Invalid for text that is not
// one plain address: no names, no quotes, no address without a domain.
func ParseEmail(text string) (string, error) {
	address := strings.ToLower(strings.TrimSpace(text))
	local, domain, found := strings.Cut(address, "@")
	if !found || len(address) > 254 || !validLocal(local) || !validDomain(domain) {
		return "", Errorf(Invalid, "%q is not an e-mail address; enter one such as name@example.com.", clip(text, 60))
	}
	return address, nil
}

// EmailDomain is what follows the @ of an address, or "".
func EmailDomain(address string) string {
	return strings.ToLower(address[strings.LastIndex(address, "@")+1:])
}

// validLocal holds for the dot-atom of
// https://www.rfc-editor.org/rfc/rfc5322#section-3.2.3
func validLocal(local string) bool {
	if local == "" || len(local) > 64 {
		return false
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" {
			return false
		}
		for _, r := range atom {
			if !asciiLetterOrDigit(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r) {
				return false
			}
		}
	}
	return true
}

// validDomain holds for host names of at least two labels; international ones
// are written in their ASCII form.
func validDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 || len(domain) > 253 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if !asciiLetterOrDigit(r) && r != '-' {
				return false
			}
		}
	}
	return !onlyDigits(labels[len(labels)-1])
}

func asciiLetterOrDigit(r rune) bool {
	return (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || (r >= '0' && r <= '9')
}
