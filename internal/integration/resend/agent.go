package resend

import (
	"strings"

	"github.com/renoz/renoz/internal/mail"
)

// machines are parts of the names that link scanners, proxies and programs give
// themselves.
var machines = []string{"bot", "scanner", "crawler", "spider", "proofpoint", "barracuda", "mimecast", "safelinks", "googleimageproxy", "yahoomailproxy",
	"headless", "python", "curl", "wget", "java/", "go-http-client", "okhttp", "preview"}

// agentOf tells who followed a link by what it calls itself. A scanner that
// pretends to be a browser is not told by that.
func agentOf(userAgent string) mail.Agent {
	if strings.TrimSpace(userAgent) == "" {
		return mail.Machine
	}
	lower := strings.ToLower(userAgent)
	for _, part := range machines {
		if strings.Contains(lower, part) {
			return mail.Machine
		}
	}
	return mail.Person
}
