package resend

import (
	"context"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// OptOut is what the page behind a stop link shows.
type OptOut struct {
	Stop
	Business string // in whose name the mail came
	Stopped  bool   // mail of the link's kind does not go to the address any more
	AllOf    bool   // nor does any other marketing mail
}

// Masked is the address as its owner knows it, and nobody else.
func (o OptOut) Masked() string {
	name, domain, _ := strings.Cut(o.Address, "@")
	return name[:1] + "…@" + domain
}

// OptOut reads where the link with a token stands. It changes nothing. A token
// that is not whole is an Error of kind NotFound.
func (s *Service) OptOut(ctx context.Context, token string) (OptOut, error) {
	stop, err := s.ReadStop(token)
	if err != nil {
		return OptOut{}, err
	}
	org, err := s.Store.Organisation(ctx, stop.Org)
	if err != nil {
		return OptOut{}, err
	}
	v, err := s.viewOf(ctx, stop.Org)
	if err != nil {
		return OptOut{}, err
	}
	held, err := s.Store.SuppressionsOf(ctx, stop.Org, stop.Address)
	o := OptOut{Stop: stop, Business: brandOf(org, v.Settings).Business}
	for _, h := range held {
		o.Stopped = o.Stopped || h.Scope.Covers(stop.Mail)
		o.AllOf = o.AllOf || h.Scope.Covers(mail.Newsletter) && h.Scope.Covers(mail.FollowUp)
	}
	return o, err
}

// theRecipient is who acts by a link in a mail: nobody signs in.
const theRecipient = "The recipient"

// OptOutOf ends mail of a link's kind to its address, or all marketing mail, and
// takes back what waits. Repeated, it changes nothing more.
// https://www.rfc-editor.org/rfc/rfc8058#section-3.2
func (s *Service) OptOutOf(ctx context.Context, token string, all bool) error {
	stop, err := s.ReadStop(token)
	if err != nil {
		return err
	}
	scope := mail.Scope(stop.Mail)
	if all || stop.Mail.Stream() != mail.Marketing {
		scope = mail.AllMarketing
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.Suppress(ctx, mail.Suppression{ID: crm.NewID[mail.Suppression](), Org: stop.Org, Address: stop.Address, Scope: scope, Reason: mail.ForUnsubscribe, By: theRecipient})
		return err
	})
}
