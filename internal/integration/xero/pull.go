package xero

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
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
