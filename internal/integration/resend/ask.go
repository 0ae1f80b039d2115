package resend

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store"
)

// AskAllArgs asks to look in which organisations webhooks are missing.
type AskAllArgs struct{}

// Kind names the job.
func (AskAllArgs) Kind() string { return "resend_ask_all" }

// AskArgs asks Resend what became of an organisation's mails of which no webhook
// told.
type AskArgs struct {
	Org crm.OrgID `json:"org"`
}

// Kind names the job.
func (AskArgs) Kind() string { return "resend_ask" }

// When Resend is asked: of mail that left an hour ago and of which nothing was
// told, once in so many hours, as long as Resend keeps it.
// https://resend.com/docs/dashboard/emails/introduction
const (
	askAfter = time.Hour
	askAgain = 6 * time.Hour
	keptFor  = 30*24*time.Hour - time.Hour
)

// askSingly is up to how many mails each is asked of by itself. Above that the
// list is read, of which a page tells of a hundred.
const askSingly = 50

func (s *Service) untold() store.Silence {
	now := s.Now()
	return store.Silence{Since: now.Add(-keptFor), Until: now.Add(-askAfter), Again: now.Add(-askAgain), Limit: 200}
}

// AskAll has each organisation's silent mails asked of by a job of its own.
func (s *Service) AskAll(ctx context.Context, _ AskAllArgs) error {
	orgs, err := s.Store.OrganisationsWithSilentMail(ctx, s.untold())
	if err != nil || len(orgs) == 0 {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, org := range orgs {
			if err := tx.Wake(ctx, AskArgs{org}, jobs.Normal); err != nil {
				return err
			}
		}
		return nil
	})
}

// Ask lets mails of which nothing was told follow what Resend answers. A key that
// may only send cannot ask; then webhooks alone tell.
func (s *Service) Ask(ctx context.Context, args AskArgs) error {
	kept, err := s.Store.MailSettings(ctx, args.Org)
	if err != nil || kept.Paused.Holds(s.Now()) {
		return err
	}
	key, err := s.key(args.Org, kept)
	if err != nil {
		return ignoreMissingKey(err)
	}
	a := asking{Service: s, org: args.Org, client: s.client(key)}
	ctx = ratelimit.WithPriority(ctx, ratelimit.Bulk)
	err = a.all(ctx)
	if told := a.tell(context.WithoutCancel(ctx)); told != nil {
		return told
	}
	if wait, held := heldBack(err, s.Now()); held {
		return jobs.Snooze(wait)
	}
	if failure, known := asFailure(err); known {
		switch failure.Kind {
		case resendapi.KindStopKey, resendapi.KindNotOffered, resendapi.KindPause: // people see it where mail is sent
			return nil
		}
	}
	return err
}

// asking is one round of questions.
type asking struct {
	*Service
	org    crm.OrgID
	client *resendapi.Client
	missed int // webhooks that did not come
}

func (a *asking) all(ctx context.Context) error {
	f := a.untold()
	var silent []store.SilentMail
	for {
		page, err := a.Store.SilentMails(ctx, a.org, f)
		if err != nil {
			return err
		}
		silent = append(silent, page...)
		if len(page) < f.Limit {
			break
		}
		f.After = page[len(page)-1].ID
	}
	if len(silent) > askSingly {
		return a.byList(ctx, silent)
	}
	for _, m := range silent {
		if !a.mayCall(ctx) {
			return nil
		}
		told, err := a.client.Email(ctx, m.RemoteID)
		failure, known := asFailure(err)
		if err != nil && !(known && failure.Kind == resendapi.KindNotFound) {
			return err
		}
		if err := a.take(ctx, m, told.LastEvent); err != nil {
			return err
		}
	}
	return nil
}

// byList reads the list from the newest mail to the earliest that is asked of.
func (a *asking) byList(ctx context.Context, silent []store.SilentMail) error {
	wanted, earliest := make(map[string]store.SilentMail, len(silent)), a.Now()
	for _, m := range silent {
		wanted[m.RemoteID] = m
		if m.Left.Before(earliest) {
			earliest = m.Left
		}
	}
	const slack = time.Minute // between Resend's clock and ours
	q := resendapi.Query{Limit: resendapi.MaxListed}
	for more := true; more && len(wanted) > 0 && a.mayCall(ctx); more = q.After != "" {
		page, err := a.client.Emails(ctx, q)
		if err != nil {
			return err
		}
		for _, e := range page.Records {
			m, asked := wanted[e.ID]
			if !asked {
				continue
			}
			delete(wanted, e.ID)
			if err := a.take(ctx, m, e.LastEvent); err != nil {
				return err
			}
		}
		if q.After = page.Next; len(page.Records) > 0 && page.Records[len(page.Records)-1].CreatedAt.Before(earliest.Add(-slack)) {
			q.After = ""
		}
	}
	return nil
}

// take lets a mail follow what Resend answered, as if a webhook had told it now.
// The same answer is told once.
func (a *asking) take(ctx context.Context, m store.SilentMail, last string) error {
	return a.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.AskedMail(ctx, a.org, m.ID); err != nil {
			return err
		}
		what, tells := answered(last)
		if !tells {
			return nil
		}
		held, found, err := tx.HoldMail(ctx, m.ID)
		if err != nil || !found {
			return err
		}
		e := mail.Event{ID: uuid.NewSHA1(m.ID.UUID, []byte(last)), Org: a.org, Message: &m.ID, RemoteID: m.RemoteID, What: what, At: tx.Now(), Recipient: m.Recipient,
			Agent: mail.Unknown, Text: answeredText(what)}
		fresh, err := tx.KeepMailEvent(ctx, e)
		if err != nil || !fresh {
			return err
		}
		a.missed++
		before := held
		if err := a.follow(ctx, tx, &held, e); err != nil {
			return err
		}
		return tx.ChangeMail(ctx, before, held)
	})
}

// answered is what an answer tells beyond that the mail was sent.
func answered(last string) (mail.What, bool) {
	what, known := map[string]mail.What{
		resendapi.LastDelivered: mail.WasDelivered, resendapi.LastDelayed: mail.WasDelayed, resendapi.LastBounced: mail.WasBounced,
		resendapi.LastComplained: mail.WasComplained, resendapi.LastSuppressed: mail.WasSuppressed, resendapi.LastFailed: mail.WasFailed,
		resendapi.LastCanceled: mail.WasCancelled, resendapi.LastOpened: mail.WasOpened, resendapi.LastClicked: mail.WasClicked,
	}[last]
	return what, known
}

// answeredText says of what went wrong that an answer has no reasons.
func answeredText(what mail.What) string {
	switch what {
	case mail.WasBounced, mail.WasFailed, mail.WasSuppressed:
		return "Resend said so when it was asked. Its page of the mail has the reason."
	default:
		return ""
	}
}

// severalMissing is how many webhooks have to be missing before people are told:
// a single one may be late.
const severalMissing = 10

func (a *asking) tell(ctx context.Context) error {
	if a.missed < severalMissing {
		return nil
	}
	_, err := a.Store.KeepNotice(ctx, notify.Notice{Org: a.org, Cause: "mail_webhooks_missing", Level: notify.Warning, Title: "Webhooks of Resend do not arrive", Href: "/mail/settings",
		Text: fmt.Sprintf("Resend was asked about mail of which nothing was told, and knew more of %s. Look whether the webhook is entered and enabled there.", plural(a.missed, "mail", "mails"))})
	return err
}

// registerAsking makes the integration the worker of asking.
func (s *Service) registerAsking(w *jobs.Workers) {
	jobs.Handle(w, s.AskAll)
	jobs.Handle(w, s.Ask)
	w.Every(time.Hour, AskAllArgs{})
}
