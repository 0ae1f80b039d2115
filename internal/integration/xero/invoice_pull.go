package xero

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

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
