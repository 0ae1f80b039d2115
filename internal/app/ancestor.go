package app

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/renoz/renoz/internal/crm"
)

// ancestorHost is a host as a content policy takes it: a name, whose first part
// may be a star, or an address, with or without a port. See
// https://www.w3.org/TR/CSP3/#grammardef-host-source
var ancestorHost = regexp.MustCompile(`^(?:(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::[0-9]{1,5})?$`)

// checkAncestors returns an Error of kind Invalid for what is no origin.
func checkAncestors(all []string) error {
	for _, a := range all {
		u, err := url.Parse(a)
		switch {
		case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || a != u.Scheme+"://"+u.Host:
			return crm.Errorf(crm.Invalid, "RENOZ_EMBED_ANCESTORS holds %q. It is a list of origins with spaces between them, each without a path, such as https://intranet.example.com.", a)
		case !ancestorHost.MatchString(u.Host):
			return crm.Errorf(crm.Invalid, "RENOZ_EMBED_ANCESTORS holds %q, whose host is none. Write it in small letters as browsers send it, such as https://intranet.example.com or https://*.example.com.", a)
		}
	}
	return nil
}

// embedURL is where the card of a service is for other sites; empty: none may show
// it.
func (c Config) embedURL(service string) string {
	if len(c.Ancestors) == 0 {
		return ""
	}
	return strings.TrimRight(c.URL, "/") + "/embed/" + service
}
