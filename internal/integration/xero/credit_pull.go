package xero

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// cursorCredits is that of credit notes.
const cursorCredits = "credit_notes"

// pullCreditNotes reads the credit notes that changed since the last time.
func (r *run) pullCreditNotes(ctx context.Context, client *xeroapi.Client) error {
	since, _, err := r.Store.Cursor(ctx, r.org.ID, Name, cursorCredits)
	if err != nil {
		return err
	}
	begun := r.Now()
	for page, err := range client.CreditNotesSince(ctx, since, xeroapi.SalesCreditNotes) {
		if err != nil {
			return fmt.Errorf("read changed credit notes: %w", err)
		}
		for _, n := range page {
			r.met(n.CreditNoteID, n.UpdatedDateUTC.Time)
		}
		read := reading{page, begun}
		err := r.Store.InTx(ctx, func(tx *store.Tx) error { return r.applyCredits(ctx, tx, r.org.ID, read, map[string]string{}) })
		if err != nil {
			return err
		}
		if err := r.takeNewCreditNotes(ctx, read); err != nil {
			return err
		}
	}
	return r.setCursor(ctx, cursorCredits, begun)
}

// refreshCreditNotes reads credit notes by their ids, 40 a call, and applies
// what was read. It returns what became of each that is ours.
func (s *Service) refreshCreditNotes(ctx context.Context, c connection.Connection, ids []string) (map[string]string, error) {
	return s.rereadCreditNotes(ctx, c, ids, s.Store.InTx)
}

// rereadCreditNotes is refreshCreditNotes that applies as in says.
func (s *Service) rereadCreditNotes(ctx context.Context, c connection.Connection, ids []string, in inTx) (map[string]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	results := map[string]string{}
	for len(ids) > 0 {
		n := min(len(ids), lookUpMost)
		begun := s.Now()
		found, err := s.client(c).CreditNotesByID(ctx, ids[:n])
		if err != nil {
			return nil, fmt.Errorf("read credit notes by their ids: %w", err)
		}
		err = in(ctx, func(tx *store.Tx) error { return s.applyCredits(ctx, tx, c.Org, reading{found, begun}, results) })
		if err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return results, nil
}

// reading are credit notes as Xero had them, and when they were asked for; zero:
// it is not known, so that they say nothing about what is gone.
type reading struct {
	notes []xeroapi.CreditNote
	begun time.Time
}

func (r *run) applyCreditNotes(ctx context.Context, tx *store.Tx, found []xeroapi.CreditNote) error {
	return r.applyCredits(ctx, tx, r.org.ID, reading{notes: found}, map[string]string{})
}

// applyCredits brings our credit notes into line with what Xero says of theirs:
// state, allocations and refunds. What they are for is ours and stays. An answer
// that is older than what is known says nothing.
func (s *Service) applyCredits(ctx context.Context, tx *store.Tx, org crm.OrgID, found reading, results map[string]string) error {
	for _, remote := range found.notes {
		l, err := heldLink(ctx, tx, link.Key{Org: org, Service: Name, Kind: link.CreditNote}, remote.CreditNoteID)
		if crm.KindOf(err) == crm.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		results[remote.CreditNoteID] = nothingChanged
		if version(remote.UpdatedDateUTC) < l.RemoteVersion {
			continue
		}
		state, err := s.remoteCredit(ctx, tx, l, remoteNote{remote, found.begun})
		if err != nil {
			return err
		}
		changed, err := s.Book.In(tx, records.By{Org: org, Actor: "Xero", Origin: Name}).ApplyRemoteCreditNote(ctx, state)
		if err != nil {
			return fmt.Errorf("apply credit note %s: %w", l.Label, err)
		}
		if err := tx.RefreshLink(ctx, l.Key, remoteCreditNote(remote)); err != nil {
			return err
		}
		if err := s.approved(ctx, tx, l, remote.Status); err != nil {
			return err
		}
		if err := s.endedWell(ctx, tx, l, remote.Status); err != nil {
			return err
		}
		if !changed {
			continue
		}
		results[remote.CreditNoteID] = "Now " + strings.ToLower(remote.Status) + ", " + remote.RemainingCredit.String() + " left."
		if err := s.logPulled(ctx, tx, l, results[remote.CreditNoteID]); err != nil {
			return err
		}
	}
	return nil
}

// approved lets what waited for a draft in Xero go on when it is one no longer.
func (s *Service) approved(ctx context.Context, tx *store.Tx, before link.Link, status string) error {
	was := statusOf(before)
	if !unapproved(was) || status == was {
		return nil
	}
	_, err := tx.UnblockLinks(ctx, before.Org, Name, codeDocumentDraft)
	return err
}

// remoteNote is one credit note of a reading.
type remoteNote struct {
	xeroapi.CreditNote
	begun time.Time
}

// remoteCredit is a credit note in Xero in the words of our records.
func (s *Service) remoteCredit(ctx context.Context, tx *store.Tx, l link.Link, n remoteNote) (records.RemoteCreditNote, error) {
	out := records.RemoteCreditNote{
		CreditNoteID: crm.CreditNoteID{UUID: l.Record}, Key: n.CreditNoteID, Voided: endedThere(n.Status)}
	if err := s.remoteAllocations(ctx, tx, l, n, &out); err != nil {
		return out, err
	}
	for _, p := range n.Payments {
		ours, err := s.ourRefund(ctx, tx, l.Org, p)
		if err != nil {
			return out, err
		}
		out.Refunds = append(out.Refunds, records.RemotePayment{
			Key: p.PaymentID, PaymentID: crm.PaymentID(ours), Amount: crm.MinorUnits(p.Amount), PaidOn: dayOf(p.Date), Method: "Xero",
			Reference: p.Reference, Reversed: p.Status == xeroapi.PaymentDeleted})
	}
	return out, s.addRemovedRefunds(ctx, tx, l, n, &out)
}

// remoteAllocations tells ours by their links, or while the answer to one was
// lost by invoice and amount. Those of ours that had arrived before Xero was asked
// and are not there were removed.
func (s *Service) remoteAllocations(ctx context.Context, tx *store.Tx, l link.Link, n remoteNote, out *records.RemoteCreditNote) error {
	ours, err := tx.AllocationsOf(ctx, l.Org, out.CreditNoteID)
	if err != nil {
		return err
	}
	links, err := allocationLinks(ctx, tx, l.Org, ours)
	if err != nil {
		return err
	}
	named := map[crm.AllocationID]bool{}
	for _, a := range n.Allocations {
		if a.IsDeleted || a.Invoice == nil {
			continue
		}
		invoice, err := tx.LinkByRemote(ctx, link.Key{Org: l.Org, Service: Name, Kind: link.Invoice}, a.Invoice.InvoiceID)
		if crm.KindOf(err) == crm.NotFound {
			out.Elsewhere += crm.MinorUnits(a.Amount)
			continue
		}
		if err != nil {
			return err
		}
		remote := records.RemoteAllocation{Key: a.AllocationID, InvoiceID: crm.InvoiceID{UUID: invoice.Record}, Amount: crm.MinorUnits(a.Amount)}
		if !a.Date.IsZero() {
			remote.On = dayOf(a.Date)
		}
		if x, found := ourAllocation(ours, links, named, remote); found {
			named[x.ID] = true
			if x.Source == crm.FromRenoz {
				remote.AllocationID = x.ID
			} else {
				remote.Removing = x.RemovedAt != nil && links[x.ID].State != "" && links[x.ID].State != link.Synced
			}
		}
		out.Allocations = append(out.Allocations, remote)
	}
	for _, x := range ours {
		sent := links[x.ID]
		if x.Source == crm.FromRenoz && !named[x.ID] && x.RemovedAt == nil && sent.State == link.Synced && sent.RemoteID != "" && n.begun.After(sent.UpdatedAt) {
			out.Allocations = append(out.Allocations, records.RemoteAllocation{
				Key: sent.RemoteID, AllocationID: x.ID, InvoiceID: x.InvoiceID, Amount: x.Amount, On: x.AllocatedOn, Removed: true})
		}
	}
	return nil
}

func allocationLinks(ctx context.Context, tx *store.Tx, org crm.OrgID, ours []crm.Allocation) (map[crm.AllocationID]link.Link, error) {
	links := map[crm.AllocationID]link.Link{}
	for _, a := range ours {
		l, err := tx.Link(ctx, link.Key{Org: org, Service: Name, Kind: link.Allocation, Record: a.ID.UUID})
		if crm.KindOf(err) == crm.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		links[a.ID] = l
	}
	return links, nil
}

func ourAllocation(ours []crm.Allocation, links map[crm.AllocationID]link.Link, named map[crm.AllocationID]bool, remote records.RemoteAllocation) (crm.Allocation, bool) {
	for _, a := range ours {
		if a.Key == remote.Key || links[a.ID].RemoteID == remote.Key {
			return a, true
		}
	}
	for _, a := range ours { // one whose answer was lost, or is on its way here
		l := links[a.ID]
		doubtful := l.RemoteID == "" && (l.State == link.Sending || l.State == link.Unknown)
		if doubtful && !named[a.ID] && a.InvoiceID == remote.InvoiceID && a.Amount == remote.Amount {
			return a, true
		}
	}
	return crm.Allocation{}, false
}

func (s *Service) ourRefund(ctx context.Context, tx *store.Tx, org crm.OrgID, p xeroapi.Payment) (crm.RefundID, error) {
	l, err := tx.LinkByRemote(ctx, link.Key{Org: org, Service: Name, Kind: link.Refund}, p.PaymentID)
	if err == nil {
		return crm.RefundID{UUID: l.Record}, nil
	}
	if crm.KindOf(err) != crm.NotFound {
		return crm.RefundID{}, err
	}
	ours, found, err := tx.RefundByNumber(ctx, org, p.Reference)
	if err != nil || !found || ours.Source != crm.FromRenoz {
		return crm.RefundID{}, err
	}
	return ours.ID, nil
}

// addRemovedRefunds adds refunds of ours that were in Xero and are not any more.
func (s *Service) addRemovedRefunds(ctx context.Context, tx *store.Tx, l link.Link, n remoteNote, out *records.RemoteCreditNote) error {
	ours, err := tx.RefundsOf(ctx, l.Org, out.CreditNoteID)
	if err != nil {
		return err
	}
	there := map[crm.PaymentID]bool{}
	for _, p := range out.Refunds {
		there[p.PaymentID] = true
	}
	for _, x := range ours {
		if x.Source != crm.FromRenoz || there[crm.PaymentID(x.ID)] || x.ReversedAt != nil {
			continue
		}
		sent, err := tx.Link(ctx, link.Key{Org: l.Org, Service: Name, Kind: link.Refund, Record: x.ID.UUID})
		if crm.KindOf(err) == crm.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if sent.RemoteID != "" && sent.State == link.Synced && n.begun.After(sent.UpdatedAt) {
			out.Refunds = append(out.Refunds, records.RemotePayment{Key: sent.RemoteID, PaymentID: crm.PaymentID(x.ID), Amount: x.Amount, PaidOn: x.PaidOn, Reversed: true})
		}
	}
	return nil
}
