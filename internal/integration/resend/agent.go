package resend

import (
	"context"
	"strings"

	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
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

// tellAgent tells who followed a link, from the other clicks in the same mail:
// what a scanner does looks like people until the next link is followed too.
// Clicks of the same burst that were kept before are told anew, so that their
// order does not matter.
func (s *Service) tellAgent(ctx context.Context, tx *store.Tx, m *mail.Message, e mail.Event) (mail.Agent, error) {
	since, until := e.Burst()
	near, err := tx.ClicksBetween(ctx, m.ID, since, until)
	if err != nil {
		return "", err
	}
	agent, told := e.Agent, false
	for _, click := range mail.Bursts(near) {
		if click.ID == e.ID {
			agent = mail.Machine
		}
		if click.Agent == mail.Machine {
			continue
		}
		if err := tx.ChangeAgent(ctx, click.ID, mail.Machine); err != nil {
			return "", err
		}
		told = true
	}
	if told {
		m.Times.ClickedByPerson, err = tx.FirstClickByPerson(ctx, m.ID)
	}
	return agent, err
}
