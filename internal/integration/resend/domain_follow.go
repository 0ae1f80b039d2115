package resend

import (
	"context"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
)

// noticed is how a change came to be known, and through whom.
type noticed struct {
	cause mail.DomainCause
	actor string // a person; empty: the program itself
}

// looking is the same for what was found in DNS meanwhile.
func (n noticed) looking() noticed {
	if n.cause == mail.ByReading {
		n.cause = mail.ByLooking
	}
	return n
}

// followDomain keeps what Resend has answered about a domain, and what DNS holds
// of it. DNS is asked before the transaction, until looking ends.
func (s *Service) followDomain(ctx, looking context.Context, org crm.OrgID, told resendapi.Domain, by noticed) error {
	is := domainOf(org, told)
	asked := is
	asked.Records = append(slices.Clone(is.Records), mail.DMARCRecord(is.Name, mail.ZoneOf(is.Name, is.Records)))
	looked := s.lookUp(looking, asked)
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		d, err := tx.HoldMailDomain(ctx, is)
		if err != nil {
			return err
		}
		now := tx.Now()
		d, changes := d.Follow(is, now)
		d.OpenTracking, d.ClickTracking, d.ReadAt = is.OpenTracking, is.ClickTracking, &now // events do not tell of tracking
		if err := noteChanges(ctx, tx, d, changes, by); err != nil {
			return err
		}
		d, changes = d.Found(looked, now)
		return s.keepDomain(ctx, tx, d, changes, by.looking())
	})
}

// dropDomains notes that Resend has domains no more. Those that are there and not
// the organisation's own any more, because it sends from another, are forgotten.
func (s *Service) dropDomains(ctx context.Context, org crm.OrgID, there, own []resendapi.Domain, by noticed) error {
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for f := (mail.DomainFilter{}); ; {
			page, err := tx.MailDomains(ctx, org, f)
			if err != nil {
				return err
			}
			for _, d := range page.Rows {
				is := func(t resendapi.Domain) bool { return t.ID == d.RemoteID }
				switch {
				case !slices.ContainsFunc(there, is):
					err = s.dropDomain(ctx, tx, d, by)
				case !slices.ContainsFunc(own, is):
					err = tx.ForgetMailDomain(ctx, d)
				}
				if err != nil {
					return err
				}
			}
			if f.After = page.Next; f.After == "" {
				return nil
			}
		}
	})
}

func (s *Service) dropDomain(ctx context.Context, tx *store.Tx, d mail.SendingDomain, by noticed) error {
	d, err := tx.HoldMailDomain(ctx, d)
	if err != nil {
		return err
	}
	d, changes := d.Gone(tx.Now())
	return s.keepDomain(ctx, tx, d, changes, by)
}

// keepDomain keeps a domain that is held, its history, and tells people when it
// stopped working or works again.
func (s *Service) keepDomain(ctx context.Context, tx *store.Tx, d mail.SendingDomain, changes []mail.DomainChange, by noticed) error {
	d, alarm := d.Weigh(tx.Now())
	switch alarm {
	case mail.Stopped:
		changes = append(changes, mail.DomainChange{Was: mail.DomainWorks, Became: mail.DomainStopped, Note: d.BrokenWhy})
	case mail.WorksAgain:
		changes = append(changes, mail.DomainChange{Was: mail.DomainStopped, Became: mail.DomainWorks})
	case mail.NoAlarm:
	}
	if err := noteChanges(ctx, tx, d, changes, by); err != nil {
		return err
	}
	if err := tx.SaveMailDomain(ctx, d); err != nil {
		return err
	}
	return s.tellDomain(ctx, tx, d, alarm)
}

func noteChanges(ctx context.Context, tx *store.Tx, d mail.SendingDomain, changes []mail.DomainChange, by noticed) error {
	for _, c := range changes {
		c.Domain, c.Cause, c.Actor = d.ID, by.cause, by.actor
		if err := tx.KeepDomainChange(ctx, d.Org, c); err != nil {
			return err
		}
	}
	return nil
}

// tellDomain tells people what became of a domain: in the app, and by mail to
// those who get urgent notices. Mail that would leave from the very domain that
// Resend refuses is not written, because it would only pause the rest.
func (s *Service) tellDomain(ctx context.Context, tx *store.Tx, d mail.SendingDomain, alarm mail.Alarm) error {
	n := notify.Notice{Org: d.Org, Href: "/mail/domains/" + d.ID.String()}
	switch alarm {
	case mail.Stopped:
		n.Cause, n.Level, n.Title = "mail_domain_stopped_"+d.ID.String(), notify.Urgent, "The sending domain "+d.Name+" stopped working"
		n.Text = clipped(d.BrokenWhy + " Its page says what to enter at the DNS host.")
	case mail.WorksAgain:
		n.Cause, n.Level, n.Title = "mail_domain_works_"+d.ID.String(), notify.Info, "The sending domain "+d.Name+" works again"
		n.Text = "Resend calls it verified, and its records are found in DNS as they have to be."
	case mail.NoAlarm:
		return nil
	}
	kept, err := tx.KeepNotice(ctx, n)
	if err != nil || !kept || n.Level != notify.Urgent {
		return err
	}
	v, err := s.viewIn(ctx, tx.Reader, d.Org)
	if err != nil || !d.Sends() && crm.EmailDomain(v.From) == d.Name {
		return err
	}
	return s.mailNotice(ctx, tx, n, v)
}

// clipped bounds what is told: a notice takes 2,000 characters.
func clipped(text string) string {
	const most = 1500
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + " …"
}

// domainError words why Resend did not do something about domains.
func (s *Service) domainError(err error) error {
	if wait, held := heldBack(err, s.Now()); held {
		return crm.Errorf(crm.Unavailable, "Resend is asked too much at the moment. Try again in %s.", max(wait.Round(1e9), 1e9))
	}
	failure, known := asFailure(err)
	if !known {
		return err
	}
	switch failure.Kind {
	case resendapi.KindStopKey:
		if failure.Code == resendapi.NameKeyRestricted || failure.Code == resendapi.NamePermission {
			return &crm.Error{Kind: crm.Precondition, Message: sendingKeyWords, Cause: err}
		}
		return &crm.Error{Kind: crm.Precondition, Message: failure.Words(), Cause: err}
	case resendapi.KindNotFound:
		return &crm.Error{Kind: crm.NotFound, Message: "Resend has this domain no more.", Cause: err}
	case resendapi.KindRetry, resendapi.KindUnknown, resendapi.KindPause:
		return &crm.Error{Kind: crm.Unavailable, Message: failure.Words(), Cause: err}
	}
	return &crm.Error{Kind: crm.Conflict, Message: failure.Words(), Cause: err}
}

// sendingKeyWords say what a key that may only send leaves to be done.
const sendingKeyWords = "The API key may only send, so Resend does not tell of domains. Make a key with full access at Resend and enter it in the mail settings, or look at the domains there. Mail is sent all the same."
