package xero

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// MailInvoice has Xero mail an invoice to its customer, once more if it was
// mailed before. It returns an Error of kind Conflict while the invoice is not
// in Xero, or is a draft or voided.
func (s *Service) MailInvoice(ctx context.Context, id crm.InvoiceID) error {
	who, err := auth.Require(ctx, auth.InvoicesIssue)
	if err != nil {
		return err
	}
	if _, _, err := s.linkedInvoice(ctx, id); err != nil {
		return err
	}
	i, err := s.Store.Invoice(ctx, who.Org, id)
	if err != nil {
		return err
	}
	if i.State == crm.InvoiceDraft || i.State == crm.InvoiceVoided {
		return crm.Errorf(crm.Conflict, "The invoice is %s; only one that is issued can be mailed.", i.State.Label())
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		key := link.Key{Org: who.Org, Service: Name, Kind: link.InvoiceMail, Record: id.UUID}
		before, err := tx.Link(ctx, key)
		if err != nil && crm.KindOf(err) != crm.NotFound {
			return err
		}
		if before.Waiting() {
			return crm.Errorf(crm.Conflict, "%s is being mailed already.", i.Number)
		}
		if err := tx.WantLink(ctx, store.Want{Key: key, Label: i.Number, Version: before.Wanted + 1, Priority: link.Urgent}); err != nil {
			return err
		}
		return tx.Wake(ctx, PushArgs{who.Org}, jobs.Urgent)
	})
}

// wantMails asks for the mails of invoices that have just arrived: by Xero where
// the settings want that, else by whoever waits for them. Those that are sent in
// bulk are old ones, which nobody expects in the post.
func (r *run) wantMails(ctx context.Context, tx *store.Tx, arrived []xeroapi.Invoice) error {
	if !r.settings.MailByXero && r.Arrived == nil {
		return nil
	}
	for _, remote := range arrived {
		if remote.SentToContact || remote.Status != xeroapi.StatusAuthorised && remote.Status != xeroapi.StatusPaid {
			continue
		}
		l, err := tx.LinkByRemote(ctx, link.Key{Org: r.org.ID, Service: Name, Kind: link.Invoice}, remote.InvoiceID)
		if err != nil {
			return err
		}
		key := l.Key
		key.Kind = link.InvoiceMail
		_, err = tx.Link(ctx, key)
		if err == nil {
			continue
		}
		if crm.KindOf(err) != crm.NotFound {
			return err
		}
		if l.Priority != link.Urgent || agreedOf(l.Snapshot).writtenThere() { // whoever wrote it in Xero mailed it as they meant to
			continue
		}
		if err := r.wantMail(ctx, tx, key, l.Label); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) wantMail(ctx context.Context, tx *store.Tx, key link.Key, label string) error {
	if !r.settings.MailByXero {
		return r.Arrived(ctx, tx, key.Org, crm.InvoiceID{UUID: key.Record})
	}
	return tx.WantLink(ctx, store.Want{Key: key, Label: label, Version: 1, Priority: link.Normal})
}

// pushMails has Xero mail one invoice, under a key that stays the same until
// its outcome is known.
func (r *run) pushMails(ctx context.Context) (int, error) {
	claimed, err := r.claim(ctx, link.InvoiceMail, 1)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	l := claimed[0]
	reading, t := r.follow(ctx, r.org.ID, "sync")
	invoice, err := r.Store.Link(ctx, link.Key{Org: r.org.ID, Service: Name, Kind: link.Invoice, Record: l.Record})
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	if invoice.RemoteID == "" || invoice.Waiting() {
		l.Postpone(r.Now().Add(r.Schedule.Wait(lookUpAfter)), link.Problem{Kind: "waits", Code: codeInvoiceWaits, Text: "Waiting for its invoice to be in Xero.", Action: link.Wait})
		return 1, r.settle(ctx, t, []link.Link{l}, nil)
	}
	if err := r.keepWriteKey(ctx, &l); err != nil {
		return 0, err
	}
	err = r.client(r.conn).EmailInvoice(reading, l.WriteKey, invoice.RemoteID)
	switch code := xeroapi.CodeOf(err); {
	case err == nil:
		l.Succeed(link.Remote{ID: invoice.RemoteID, Number: invoice.RemoteNumber}, l.Wanted, r.Now())
	case code == xeroapi.CodeEmailLimit:
		l.Postpone(tomorrow(r.Now()), link.Problem{Kind: "limited", Code: code, Action: link.Wait,
			Text: "Xero sends no more e-mails for this organisation today. It is tried again tomorrow; trials may send 20 a day, and demo companies none."})
	default:
		r.fail(&l, err)
	}
	return 1, r.settleMail(ctx, t, l, err)
}

// tomorrow is when Xero's daily limits turn: at midnight UTC.
func tomorrow(now time.Time) time.Time { return now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour) }

func (r *run) settleMail(ctx context.Context, t *trail, l link.Link, err error) error {
	failed := r.settle(ctx, t, []link.Link{l}, func(ctx context.Context, tx *store.Tx) error {
		e := t.entry(t.last())
		e.Direction, e.Action, e.EntityType, e.EntityID, e.Label = synclog.Out, synclog.Create, string(l.Kind), l.Record.String(), l.Label
		e.Attempt = max(l.Attempts, 1)
		e.Status, e.Error = outcome(l)
		return tx.InsertEntry(ctx, e)
	})
	if failed != nil {
		return failed
	}
	return r.consequence(ctx, err)
}

// lookUpMails asks what became of a mail whose outcome is not known: Xero says
// of each invoice whether it was ever mailed. One that was mailed before is
// taken for mailed again, because a second copy is worse than none.
func (r *run) lookUpMails(ctx context.Context) (int, error) {
	claimed, err := r.claimUnknown(ctx, link.InvoiceMail, 1)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	l := claimed[0]
	reading, t := r.follow(ctx, r.org.ID, "sync")
	invoice, err := r.Store.Link(ctx, link.Key{Org: r.org.ID, Service: Name, Kind: link.Invoice, Record: l.Record})
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	found, err := r.client(r.conn).InvoicesByID(reading, []string{invoice.RemoteID})
	if err != nil {
		return 1, r.stillUnknown(ctx, t, claimed, err)
	}
	if len(found) == 1 && found[0].SentToContact {
		l.Succeed(link.Remote{ID: invoice.RemoteID, Number: invoice.RemoteNumber}, l.Wanted, r.Now())
	} else {
		l.NotFound(r.Now(), r.Schedule)
	}
	return 1, r.settle(ctx, t, []link.Link{l}, nil)
}
