package xero

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// PullArgs asks to read what changed in Xero for an organisation.
type PullArgs struct {
	Org crm.OrgID `json:"org"`
}

// Kind names the job.
func (PullArgs) Kind() string { return "xero_pull" }

// The cursors of an organisation.
const (
	cursorInvoices = "invoices"
	cursorPayments = "payments"
)

// Pull reads the contacts, invoices, credit notes and payments that changed since
// the last time. Payments are read as well because Xero tells of them in no
// webhook, and not always by changing their invoice.
func (s *Service) Pull(ctx context.Context, args PullArgs) error {
	r, err := s.newRun(ctx, args.Org)
	if err != nil || r == nil {
		return err
	}
	ctx, t := s.follow(ctx, args.Org, "schedule")
	if err = r.pull(ctx); err == nil {
		err = r.checkTold(ctx)
	}
	kept := r.settle(ctx, t, nil, func(ctx context.Context, tx *store.Tx) error {
		if err != nil {
			return nil
		}
		if r.conn.State == connection.Paused {
			if err := tx.SetConnectionState(ctx, r.conn, connection.Connected, "", time.Time{}); err != nil {
				return err
			}
		}
		if err := tx.SetSynced(ctx, args.Org, Name); err != nil {
			return err
		}
		return tx.FillReadGaps(ctx, Name, cursorPayments)
	})
	if kept != nil {
		return kept
	}
	if err == nil {
		return nil
	}
	if halted := r.consequence(ctx, err); halted != nil && halted != errHalted {
		return halted
	}
	if wait, ok := notYet(err, s.Now()); ok {
		return jobs.Snooze(wait)
	}
	return err
}

func (r *run) pull(ctx context.Context) error {
	client := r.client(r.conn)
	if r.booksNow.dated(r.Now()) {
		if err := r.refreshBooks(ctx); err != nil {
			return fmt.Errorf("read the books: %w", err)
		}
	}
	if err := r.pullContacts(ctx, client); err != nil {
		return err
	}
	since, _, err := r.Store.Cursor(ctx, r.org.ID, Name, cursorInvoices)
	if err != nil {
		return err
	}
	begun := r.Now()
	for page, err := range client.InvoicesSince(ctx, since, xeroapi.SalesInvoices) {
		if err != nil {
			return fmt.Errorf("read changed invoices: %w", err)
		}
		for _, i := range page {
			r.met(i.InvoiceID, i.UpdatedDateUTC.Time)
		}
		if page, err = r.completed(ctx, r.conn, page); err != nil {
			return err
		}
		if err := r.applyPage(ctx, page); err != nil {
			return err
		}
		if err := r.takeNewInvoices(ctx, page); err != nil {
			return err
		}
	}
	if err := r.setCursor(ctx, cursorInvoices, begun); err != nil {
		return err
	}
	if err := r.pullCreditNotes(ctx, client); err != nil {
		return err
	}
	return r.pullPayments(ctx, client)
}

func (r *run) pullPayments(ctx context.Context, client *xeroapi.Client) error {
	since, _, err := r.Store.Cursor(ctx, r.org.ID, Name, cursorPayments)
	if err != nil {
		return err
	}
	begun := r.Now()
	stale, used := map[string]bool{}, map[string]bool{}
	for page, err := range client.PaymentsSince(ctx, since) {
		if err != nil {
			return fmt.Errorf("read changed payments: %w", err)
		}
		for _, p := range page {
			switch {
			case p.Invoice != nil && p.PaymentType == "ACCRECPAYMENT":
				stale[p.Invoice.InvoiceID] = true
			case p.CreditNote != nil:
				used[p.CreditNote.CreditNoteID] = true
			}
		}
	}
	ids, err := r.behind(ctx, link.Invoice, stale)
	if err != nil {
		return err
	}
	if _, err := r.refreshInvoices(ctx, r.conn, ids); err != nil {
		return err
	}
	if ids, err = r.behind(ctx, link.CreditNote, used); err != nil {
		return err
	}
	if _, err := r.refreshCreditNotes(ctx, r.conn, ids); err != nil {
		return err
	}
	return r.setCursor(ctx, cursorPayments, begun)
}

// behind keeps the documents that are ours. Their payments are read with them.
func (r *run) behind(ctx context.Context, kind link.Kind, remote map[string]bool) ([]string, error) {
	var ids []string
	for id := range remote {
		_, err := r.Store.LinkByRemote(ctx, link.Key{Org: r.org.ID, Service: Name, Kind: kind}, id)
		switch {
		case crm.KindOf(err) == crm.NotFound:
		case err != nil:
			return nil, err
		default:
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (r *run) setCursor(ctx context.Context, kind string, since time.Time) error {
	return r.Store.InTx(ctx, func(tx *store.Tx) error { return tx.SetCursor(ctx, r.org.ID, Name, kind, since) })
}

func (r *run) applyPage(ctx context.Context, page []xeroapi.Invoice) error {
	return r.Store.InTx(ctx, func(tx *store.Tx) error { return r.applyInvoices(ctx, tx, page) })
}

// refreshInvoices reads invoices by their ids, 40 a call, and applies what was
// read. It returns what became of each that is ours.
func (s *Service) refreshInvoices(ctx context.Context, c connection.Connection, ids []string) (map[string]string, error) {
	return s.rereadInvoices(ctx, c, ids, s.Store.InTx)
}

// inTx is how what was read is applied.
type inTx func(context.Context, func(*store.Tx) error) error

// rereadInvoices is refreshInvoices that applies as in says.
func (s *Service) rereadInvoices(ctx context.Context, c connection.Connection, ids []string, in inTx) (map[string]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	results := map[string]string{}
	for len(ids) > 0 {
		n := min(len(ids), lookUpMost)
		found, err := s.client(c).InvoicesByID(ctx, ids[:n])
		if err != nil {
			return nil, fmt.Errorf("read invoices by their ids: %w", err)
		}
		if found, err = s.completed(ctx, c, found); err != nil {
			return nil, err
		}
		var stale []string
		err = in(ctx, func(tx *store.Tx) error {
			if err := s.apply(ctx, tx, c.Org, found, results); err != nil {
				return err
			}
			stale, err = s.staleCredits(ctx, tx, c.Org, found)
			return err
		})
		if err != nil {
			return nil, err
		}
		if _, err := s.rereadCreditNotes(ctx, c, stale, in); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return results, nil
}

func (r *run) applyInvoices(ctx context.Context, tx *store.Tx, found []xeroapi.Invoice) error {
	return r.apply(ctx, tx, r.org.ID, found, map[string]string{})
}

// apply brings our invoices into line with what Xero says of theirs: state,
// payments, amounts paid and credited. What was sold is ours and stays. An answer
// that is older than what is known says nothing.
func (s *Service) apply(ctx context.Context, tx *store.Tx, org crm.OrgID, found []xeroapi.Invoice, results map[string]string) error {
	for _, remote := range found {
		l, err := heldLink(ctx, tx, link.Key{Org: org, Service: Name, Kind: link.Invoice}, remote.InvoiceID)
		if crm.KindOf(err) == crm.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		results[remote.InvoiceID] = nothingChanged
		if version(remote.UpdatedDateUTC) < l.RemoteVersion {
			continue
		}
		resend, err := s.outvoted(ctx, tx, l, remote)
		if err != nil {
			return err
		}
		changed, err := s.applyOne(ctx, tx, l, remote)
		if err != nil {
			return fmt.Errorf("apply invoice %s: %w", l.Label, err)
		}
		if err := tx.RefreshLink(ctx, l.Key, remoteInvoice(l.Snapshot, remote)); err != nil {
			return err
		}
		if err := s.approved(ctx, tx, l, remote.Status); err != nil {
			return err
		}
		if resend {
			if err := s.sendOurs(ctx, tx, l); err != nil {
				return err
			}
		}
		if err := s.endedWell(ctx, tx, l, remote.Status); err != nil {
			return err
		}
		if !changed {
			continue
		}
		results[remote.InvoiceID] = "Now " + strings.ToLower(remote.Status) + ", " + remote.AmountDue.String() + " due."
		if err := s.logPulled(ctx, tx, l, results[remote.InvoiceID]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) applyOne(ctx context.Context, tx *store.Tx, l link.Link, remote xeroapi.Invoice) (bool, error) {
	state, err := s.remoteState(ctx, tx, l, remote)
	if err != nil {
		return false, err
	}
	return s.Book.In(tx, records.By{Org: l.Org, Actor: "Xero", Origin: Name}).ApplyRemote(ctx, state)
}

func (s *Service) logPulled(ctx context.Context, tx *store.Tx, l link.Link, what string) error {
	return tx.InsertEntry(ctx, s.pulled(ctx, l, what))
}

// pulled is a line of the history about what the latest call brought.
func (s *Service) pulled(ctx context.Context, l link.Link, what string) synclog.Entry {
	e := synclog.Entry{
		ID: uuid.Must(uuid.NewV7()), Org: l.Org, Service: Name, Direction: synclog.In, EntityType: string(l.Kind), EntityID: l.Record.String(),
		Label: l.Label + ": " + what, Action: synclog.Update, Status: synclog.Success, Attempt: 1, Actor: "sync", At: s.Now(),
	}
	if t, ok := ctx.Value(trailKey{}).(*trail); ok && len(t.calls) > 0 {
		call := t.calls[len(t.calls)-1]
		e.Actor, e.CallID, e.Duration, e.HTTPStatus = t.actor, &call.ID, call.Duration, call.HTTPStatus
	}
	return e
}

// remoteState is an invoice in Xero in the words of our records. A payment that
// is a copy of ours is known by its link, or by our number as its reference
// while the answer to booking it was lost.
func (s *Service) remoteState(ctx context.Context, tx *store.Tx, l link.Link, i xeroapi.Invoice) (records.RemoteInvoice, error) {
	out := records.RemoteInvoice{
		InvoiceID: crm.InvoiceID{UUID: l.Record}, Voided: endedThere(i.Status),
		Paid: crm.MinorUnits(i.AmountPaid),
	}
	if !i.FullyPaidOnDate.IsZero() {
		day := dayOf(i.FullyPaidOnDate)
		out.PaidOn = &day
	}
	for _, p := range i.Payments {
		ours, err := s.ourPayment(ctx, tx, l.Org, p)
		if err != nil {
			return out, err
		}
		out.Payments = append(out.Payments, records.RemotePayment{
			Key: p.PaymentID, PaymentID: ours, Amount: crm.MinorUnits(p.Amount), PaidOn: dayOf(p.Date), Method: "Xero", Reference: p.Reference,
			Reversed: p.Status == xeroapi.PaymentDeleted})
	}
	ours, err := tx.Invoice(ctx, l.Org, out.InvoiceID)
	if err != nil {
		return out, err
	}
	takeTheirs(&out, l, ours, i)
	if out.Credits, err = s.foreignCredits(ctx, tx, l.Org, i); err != nil {
		return out, err
	}
	return out, s.addRemoved(ctx, tx, l, i, &out)
}

// addRemoved adds payments of ours that were in Xero and are not any more. An
// answer that is older than the payment says nothing about it.
func (s *Service) addRemoved(ctx context.Context, tx *store.Tx, l link.Link, i xeroapi.Invoice, out *records.RemoteInvoice) error {
	ours, err := tx.PaymentsOf(ctx, l.Org, out.InvoiceID)
	if err != nil {
		return err
	}
	there := map[crm.PaymentID]bool{}
	for _, p := range out.Payments {
		there[p.PaymentID] = true
	}
	for _, p := range ours {
		if p.Source != crm.FromRenoz || there[p.ID] || p.ReversedAt != nil {
			continue
		}
		sent, err := tx.Link(ctx, link.Key{Org: l.Org, Service: Name, Kind: link.Payment, Record: p.ID.UUID})
		if crm.KindOf(err) == crm.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if sent.RemoteID != "" && sent.State == link.Synced && version(i.UpdatedDateUTC) > sent.RemoteVersion {
			out.Payments = append(out.Payments, records.RemotePayment{Key: sent.RemoteID, PaymentID: p.ID, Amount: p.Amount, PaidOn: p.PaidOn, Reversed: true})
		}
	}
	return nil
}

func (s *Service) ourPayment(ctx context.Context, tx *store.Tx, org crm.OrgID, p xeroapi.Payment) (crm.PaymentID, error) {
	l, err := tx.LinkByRemote(ctx, link.Key{Org: org, Service: Name, Kind: link.Payment}, p.PaymentID)
	if err == nil {
		return crm.PaymentID{UUID: l.Record}, nil
	}
	if crm.KindOf(err) != crm.NotFound {
		return crm.PaymentID{}, err
	}
	ours, found, err := tx.PaymentByNumber(ctx, org, p.Reference)
	if err != nil || !found || ours.Source != crm.FromRenoz {
		return crm.PaymentID{}, err
	}
	return ours.ID, nil
}

func dayOf(d xeroapi.Date) crm.Day { return crm.NewDay(d.Year, d.Month, d.Day) }
