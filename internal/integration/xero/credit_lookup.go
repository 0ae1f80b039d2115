package xero

import (
	"context"
	"slices"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// lookUpCreditNotes asks what became of credit notes whose outcome is not known,
// as lookUpInvoices does.
func (r *run) lookUpCreditNotes(ctx context.Context) (int, error) {
	claimed, err := r.claimUnknown(ctx, link.CreditNote, lookUpMost)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	ours := make([]crm.CreditNote, len(claimed))
	var ids, numbers []string
	for i, l := range claimed {
		if ours[i], err = r.Store.CreditNote(ctx, r.org.ID, crm.CreditNoteID{UUID: l.Record}); err != nil {
			return 0, r.release(ctx, t, claimed, err)
		}
		if l.RemoteID != "" {
			ids = append(ids, l.RemoteID)
		} else {
			numbers = append(numbers, ours[i].Number)
		}
	}
	found, err := r.findCreditNotes(ctx, ids, numbers)
	if err != nil {
		return len(claimed), r.stillUnknown(ctx, t, claimed, err)
	}
	var adopted []xeroapi.CreditNote
	for i := range claimed {
		l := &claimed[i]
		hit, ok := creditHit(found, *l, ours[i].Number)
		if err := r.resolveCreditNote(ctx, l, ours[i], hit, ok); err != nil {
			return 0, r.release(ctx, t, claimed, err)
		}
		if ok && l.RemoteID == hit.CreditNoteID {
			adopted = append(adopted, hit)
		}
	}
	return len(claimed), r.settle(ctx, t, claimed, func(ctx context.Context, tx *store.Tx) error { return r.applyCreditNotes(ctx, tx, adopted) })
}

func (r *run) findCreditNotes(ctx context.Context, ids, numbers []string) ([]xeroapi.CreditNote, error) {
	client := r.client(r.conn)
	byID, err := client.CreditNotesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	byNumber, err := client.CreditNotesByNumber(ctx, numbers)
	return append(byID, byNumber...), err
}

// creditHit is invoiceHit for credit notes.
func creditHit(found []xeroapi.CreditNote, l link.Link, number string) (hit xeroapi.CreditNote, ok bool) {
	if l.RemoteID != "" {
		n := slices.IndexFunc(found, func(x xeroapi.CreditNote) bool { return x.CreditNoteID == l.RemoteID })
		if n < 0 {
			return hit, false
		}
		return found[n], true
	}
	for _, x := range found {
		fits := x.Type == xeroapi.TypeSaleCredit && x.CreditNoteNumber == number && x.Status != xeroapi.StatusDeleted
		if fits && (!ok || endedThere(hit.Status)) {
			hit, ok = x, true
		}
	}
	return hit, ok
}

// resolveCreditNote decides what a look-up means.
func (r *run) resolveCreditNote(ctx context.Context, l *link.Link, ours crm.CreditNote, remote xeroapi.CreditNote, found bool) error {
	if !found {
		l.NotFound(r.Now(), r.Schedule)
		return nil
	}
	mine := doubtful{"another credit note", ours.Number, ours.CustomerID, ours.Totals, ours.Currency, ours.State == crm.CreditNoteVoided, xeroapi.CodeCreditNoteNumberTaken}
	taken, err := r.numberTaken(ctx, *l, mine, likeInvoice(remote))
	switch {
	case err != nil:
		return err
	case taken != nil:
		l.Reject(*taken, r.Now())
	case sameCreditNote(ours, remote):
		l.Succeed(remoteCreditNote(remote), ours.Version, r.Now())
	default:
		l.Found(remoteCreditNote(remote), r.Now())
	}
	return nil
}

// sameCreditNote is sameInvoice for credit notes, whose lines do not change.
func sameCreditNote(ours crm.CreditNote, remote xeroapi.CreditNote) bool {
	voided := ours.State == crm.CreditNoteVoided
	if voided || endedThere(remote.Status) {
		return voided && endedThere(remote.Status)
	}
	return remote.Reference == ours.Reference && remote.Date == date(ours.IssuedOn)
}
