package xero

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// takeInvoicePage takes over those of a page of invoices that only Xero has. For
// a preview each is made, to find out whether it can be, and taken back.
func (p *puller) takeInvoicePage(ctx context.Context, page []xeroapi.Invoice, step *store.BulkStep) ([]store.BulkItem, error) {
	var items []store.BulkItem
	for _, theirs := range page {
		strange, err := p.taking.strange(ctx, link.Invoice, theirs)
		if err != nil {
			return nil, err
		}
		if !strange {
			continue
		}
		notes, err := p.taking.ownNotes(ctx, theirs)
		if err != nil {
			return nil, err
		}
		done, err := p.take(ctx, func(tx *store.Tx) (Taken, error) { return p.taking.invoice(ctx, tx, theirs, notes) })
		if err != nil {
			return nil, fmt.Errorf("take over invoice %s: %w", theirs.InvoiceNumber, err)
		}
		items = append(items, p.takenItem(done, theirs, step))
	}
	return items, nil
}

// takeCreditPage is takeInvoicePage for credit notes.
func (p *puller) takeCreditPage(ctx context.Context, page reading, step *store.BulkStep) ([]store.BulkItem, error) {
	var items []store.BulkItem
	for _, theirs := range page.notes {
		strange, err := p.taking.strange(ctx, link.CreditNote, likeInvoice(theirs))
		if err != nil {
			return nil, err
		}
		if !strange {
			continue
		}
		done, err := p.take(ctx, func(tx *store.Tx) (Taken, error) {
			return p.taking.creditNote(ctx, tx, remoteNote{theirs, page.begun})
		})
		if err != nil {
			return nil, fmt.Errorf("take over credit note %s: %w", theirs.CreditNoteNumber, err)
		}
		items = append(items, p.takenItem(done, likeInvoice(theirs), step))
	}
	return items, nil
}

func (p *puller) take(ctx context.Context, do func(*store.Tx) (Taken, error)) (done Taken, err error) {
	err = p.try(ctx, func(tx *store.Tx) (err error) {
		done, err = do(tx)
		return err
	})
	return outcomeOf(done, err)
}

// takenItem is a document in the list of a run. One that has no record here goes
// by its id in Xero.
func (p *puller) takenItem(done Taken, theirs xeroapi.Invoice, step *store.BulkStep) store.BulkItem {
	i := store.BulkItem{
		Key: link.Key{Org: p.org.ID, Service: Name, Kind: done.Kind, Record: done.Record}, Label: done.Number,
		About: theirs.Contact.Name + " · " + crm.Money{Amount: crm.MinorUnits(theirs.Total), Currency: crm.Currency(theirs.CurrencyCode)}.Show(p.org.Currency),
	}
	if p.preview || done.Problem != nil {
		i.Key.Record = uuid.NewSHA1(uuid.NameSpaceURL, []byte(done.Remote))
	}
	if done.Problem != nil {
		i.Plan, i.Reason, i.Code, i.Action = store.PlanBlocked, done.Problem.Text, done.Problem.Code, done.Problem.Action
		return i
	}
	i.Plan = store.PlanCreate
	step.Changed++
	step.Ignored--
	return i
}
