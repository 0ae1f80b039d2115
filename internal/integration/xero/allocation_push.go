package xero

import (
	"context"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// What allocations and refunds wait for.
const (
	codeCreditWaits   = "credit_note_waits"
	codeDocumentDraft = "document_draft"
	codeUsesWait      = "uses_wait"
)

// pushAllocations sends one allocation. Like a payment it has no number that
// Xero keeps unique, so each goes alone under a key that stays the same.
func (r *run) pushAllocations(ctx context.Context) (int, error) {
	claimed, err := r.claim(ctx, link.Allocation, 1)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	l := claimed[0]
	reading, t := r.follow(ctx, r.org.ID, "sync")
	a, err := r.Store.Allocation(ctx, r.org.ID, crm.AllocationID{UUID: l.Record})
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	failed := l.Problem.Code != "" && l.RemoteID == "" && a.Key == "" && a.RemovedAt != nil
	ids, step, err := r.judgeAllocation(reading, &l, a)
	if err != nil {
		return 1, r.unprepared(ctx, t, claimed, err)
	}
	switch step {
	case useMake:
		return 1, r.allocate(ctx, l, a, ids)
	case useTakeBack:
		return 1, r.deleteAllocation(ctx, l, a, ids[0])
	}
	err = r.settle(ctx, t, []link.Link{l}, func(ctx context.Context, tx *store.Tx) error { return r.logHeld(ctx, tx, []link.Link{l}) })
	if err != nil || !failed {
		return 1, err
	}
	if err := r.unhold(ctx, r.key(link.Invoice, a.InvoiceID.UUID)); err != nil {
		return 1, err
	}
	return 1, r.unhold(ctx, r.key(link.CreditNote, a.CreditNoteID.UUID))
}

// judgeAllocation decides what becomes of an allocation that waits, and says on
// its link why nothing is done. The ids are those of the credit note and the
// invoice.
func (r *run) judgeAllocation(ctx context.Context, l *link.Link, a crm.Allocation) (ids [2]string, _ useStep, _ error) {
	if l.RemoteID == "" {
		l.RemoteID = a.Key // one that was made in Xero
	}
	switch {
	case a.RemovedAt != nil && l.RemoteID == "": // never arrived
		l.Succeed(link.Remote{}, a.Version, r.Now())
		return ids, useRests, nil
	case a.RemovedAt == nil && l.RemoteID != "": // allocations cannot be changed in Xero
		l.Succeed(link.Remote{ID: l.RemoteID, Version: l.RemoteVersion, Snapshot: l.Snapshot}, a.Version, r.Now())
		return ids, useRests, nil
	}
	held, err := r.holdsBack(ctx, l.DueAt, func(b Books) *link.Problem { return checkDay(b, "The allocation", a.AllocatedOn) })
	if err != nil {
		return ids, useRests, err
	}
	if held != nil {
		l.Block(*held, r.Now())
		return ids, useRests, nil
	}
	credit, ready, err := r.documentOf(ctx, l, link.CreditNote, a.CreditNoteID.UUID)
	if err != nil || !ready {
		return ids, useRests, err
	}
	if a.RemovedAt != nil {
		return [2]string{credit.RemoteID}, useTakeBack, nil
	}
	invoice, ready, err := r.documentOf(ctx, l, link.Invoice, a.InvoiceID.UUID)
	if err != nil || !ready {
		return ids, useRests, err
	}
	return [2]string{credit.RemoteID, invoice.RemoteID}, useMake, nil
}

// documentOf is the link of a document that a record needs in Xero. It reports
// false when the document is not there yet, which is then said on the record's
// link.
func (r *run) documentOf(ctx context.Context, l *link.Link, kind link.Kind, id uuid.UUID) (link.Link, bool, error) {
	document, err := r.linkOf(ctx, r.key(kind, id))
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return document, false, err
	}
	code, text := codeInvoiceWaits, "Waiting for its invoice to be in Xero."
	if kind == link.CreditNote {
		code, text = codeCreditWaits, "Waiting for its credit note to be in Xero."
	}
	if document.RemoteID == "" {
		l.Postpone(r.Now().Add(r.Schedule.Wait(lookUpAfter)), link.Problem{Kind: "waits", Code: code, Text: text, Action: link.Wait})
		return document, false, nil
	}
	status := statusOf(document)
	if document.RemoteID == planned && r.settings.Draft {
		status = xeroapi.StatusDraft // which it will be
	}
	if unapproved(status) {
		l.Block(link.Problem{Kind: "blocked", Code: codeDocumentDraft, Action: link.LookRemote,
			Text: document.Label + " is a draft in Xero. Approve it there, then it goes on."}, r.Now())
		return document, false, nil
	}
	return document, true, nil
}

func (r *run) allocate(ctx context.Context, l link.Link, a crm.Allocation, ids [2]string) error {
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	if err := r.keepWriteKey(ctx, &l); err != nil {
		return err
	}
	part := xeroapi.Allocation{Invoice: &xeroapi.Invoice{InvoiceID: ids[1]}, Amount: xeroapi.Money(a.Amount), Date: date(a.AllocatedOn)}
	results, err := r.client(r.conn).AllocateCredit(ctx, l.WriteKey, xeroapi.CreditAllocation{CreditNoteID: ids[0], Parts: []xeroapi.Allocation{part}})
	switch {
	case err != nil:
		r.fail(&l, err)
	case !results[0].OK():
		r.refuse(&l, results[0].Problems)
	case results[0].Record.AllocationID == "": // Xero does not always say; the credit note does
		l.Doubt(r.Now(), link.Problem{Kind: "waits", Code: "allocation_unnamed", Text: "Xero is asked what it calls this allocation.", Action: link.Wait})
	default:
		l.Succeed(remoteAllocation(results[0].Record, ids[1]), a.Version, r.Now())
	}
	return r.settleUse(ctx, t, l, synclog.Create, err)
}

func (r *run) deleteAllocation(ctx context.Context, l link.Link, a crm.Allocation, credit string) error {
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	err := r.client(r.conn).DeleteAllocation(ctx, credit, l.RemoteID)
	if xeroapi.KindOf(err) == xeroapi.KindNotFound { // it is gone, perhaps by a try whose answer was lost
		err = nil
	}
	if err != nil {
		r.fail(&l, err)
	} else {
		l.Succeed(link.Remote{ID: l.RemoteID, Version: l.RemoteVersion, Snapshot: l.Snapshot}, a.Version, r.Now())
	}
	return r.settleUse(ctx, t, l, synclog.Delete, err)
}

// settleUse settles a write of one record that went alone.
func (r *run) settleUse(ctx context.Context, t *trail, l link.Link, action synclog.Action, err error) error {
	failed := r.settle(ctx, t, []link.Link{l}, func(ctx context.Context, tx *store.Tx) error {
		e := t.entry(t.last())
		e.Direction, e.Action, e.EntityType, e.EntityID, e.Label = synclog.Out, action, string(l.Kind), l.Record.String(), l.Label
		e.Attempt = max(l.Attempts, 1)
		e.Status, e.Error = outcome(l)
		return tx.InsertEntry(ctx, e)
	})
	if failed != nil {
		return failed
	}
	return r.consequence(ctx, err)
}

// lookUpAllocations asks what became of an allocation whose outcome is not
// known: by its credit note, invoice and amount.
func (r *run) lookUpAllocations(ctx context.Context) (int, error) {
	claimed, err := r.claimUnknown(ctx, link.Allocation, 1)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	l := claimed[0]
	a, err := r.Store.Allocation(ctx, r.org.ID, crm.AllocationID{UUID: l.Record})
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	if l.RemoteID == "" {
		l.RemoteID = a.Key
	}
	credit, err := r.Store.Link(ctx, r.key(link.CreditNote, a.CreditNoteID.UUID))
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	invoice, err := r.Store.Link(ctx, r.key(link.Invoice, a.InvoiceID.UUID))
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	note, err := r.client(r.conn).CreditNote(ctx, credit.RemoteID)
	if err != nil {
		return 1, r.stillUnknown(ctx, t, claimed, err)
	}
	err = r.resolveAllocation(ctx, &l, a, note, invoice.RemoteID)
	if err != nil {
		return 0, r.release(ctx, t, claimed, err)
	}
	return 1, r.settle(ctx, t, []link.Link{l}, nil)
}

// resolveAllocation finds ours among those of the credit note that are nobody
// else's.
func (r *run) resolveAllocation(ctx context.Context, l *link.Link, ours crm.Allocation, note xeroapi.CreditNote, invoice string) error {
	for _, a := range note.Allocations {
		if a.IsDeleted || a.Invoice == nil {
			continue
		}
		same := a.AllocationID == l.RemoteID
		if l.RemoteID == "" && a.Invoice.InvoiceID == invoice && crm.MinorUnits(a.Amount) == ours.Amount {
			_, err := r.Store.LinkByRemote(ctx, link.Key{Org: r.org.ID, Service: Name, Kind: link.Allocation}, a.AllocationID)
			if err != nil && crm.KindOf(err) != crm.NotFound {
				return err
			}
			same = err != nil
		}
		switch {
		case !same:
		case ours.RemovedAt == nil:
			l.Succeed(remoteAllocation(a, invoice), ours.Version, r.Now())
			return nil
		default:
			l.Found(remoteAllocation(a, invoice), r.Now())
			return nil
		}
	}
	if ours.RemovedAt != nil {
		l.Succeed(link.Remote{ID: l.RemoteID, Version: l.RemoteVersion, Snapshot: l.Snapshot}, ours.Version, r.Now())
		return nil
	}
	l.NotFound(r.Now(), r.Schedule)
	return nil
}

func remoteAllocation(a xeroapi.Allocation, invoice string) link.Remote {
	return link.Remote{ID: a.AllocationID, Snapshot: snapshot(map[string]string{"invoice": invoice, "amount": a.Amount.String(), "date": a.Date.String()})}
}

func (r *run) key(kind link.Kind, id uuid.UUID) link.Key {
	return link.Key{Org: r.org.ID, Service: Name, Kind: kind, Record: id}
}
