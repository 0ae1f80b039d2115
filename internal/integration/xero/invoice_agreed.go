package xero

import (
	"context"
	"encoding/json"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// agreedInvoice is what was last agreed of an invoice, as its link keeps it.
type agreedInvoice struct {
	Status    string   `json:"status"`
	Total     string   `json:"total"`
	Tax       string   `json:"tax"`
	Paid      string   `json:"paid"`
	Credited  string   `json:"credited"`
	DueOn     string   `json:"due_on"`
	Reference string   `json:"reference"`
	Lines     []string `json:"lines,omitempty"`  // LineItemIDs, in order
	Booked    []booked `json:"booked,omitempty"` // of an invoice that was written in Xero: how its lines are booked there, in order
}

// writtenThere reports an invoice that somebody wrote in Xero.
func (a agreedInvoice) writtenThere() bool { return len(a.Booked) > 0 }

// booked is what Xero has of a line and our records do not: it stays as whoever
// wrote the invoice chose it.
type booked struct {
	Account  string             `json:"account,omitempty"`
	TaxType  string             `json:"tax_type,omitempty"`
	Item     string             `json:"item,omitempty"`
	Tracking []xeroapi.Tracking `json:"tracking,omitempty"`
	Text     bool               `json:"text,omitempty"` // a line of text only
}

func bookedOf(lines []xeroapi.LineItem) []booked {
	out := make([]booked, len(lines))
	for n, l := range lines {
		out[n] = booked{Account: l.AccountCode, TaxType: l.TaxType, Item: l.ItemCode, Tracking: l.Tracking, Text: textLine(l)}
	}
	return out
}

// withBookings adds to what was agreed of an invoice that was written in Xero how
// its lines are booked there.
func withBookings(agreed string, i xeroapi.Invoice) string {
	a := agreedOf(agreed)
	a.Booked = bookedOf(i.LineItems)
	return snapshot(a)
}

// lineItem maps a line that was written in Xero.
func (b booked) lineItem(l crm.Line) xeroapi.LineItem {
	if b.Text {
		return xeroapi.LineItem{Description: l.Description}
	}
	item := lineItem(l, b.Account, b.TaxType)
	item.ItemCode, item.Tracking = b.Item, b.Tracking
	return item
}

func agreedOf(snapshot string) agreedInvoice {
	var a agreedInvoice
	if json.Unmarshal([]byte(snapshot), &a) != nil { // one that an earlier release wrote in another shape
		return agreedInvoice{}
	}
	return a
}

// remoteInvoice is an invoice in Xero as its link keeps it. The lines that were
// known before stay where the answer has none: not every list of Xero's does.
func remoteInvoice(before string, i xeroapi.Invoice) link.Remote {
	was := agreedOf(before)
	a := agreedInvoice{
		Status: i.Status, Total: i.Total.String(), Tax: i.TotalTax.String(), Paid: i.AmountPaid.String(), Credited: i.AmountCredited.String(),
		DueOn: i.DueDate.String(), Reference: i.Reference, Lines: was.Lines, Booked: was.Booked,
	}
	if len(was.Booked) > 0 && len(i.LineItems) == len(was.Booked) { // somebody may have booked a line elsewhere
		a.Booked = bookedOf(i.LineItems)
	}
	if len(i.LineItems) > 0 {
		a.Lines = make([]string, len(i.LineItems))
		for n, line := range i.LineItems {
			a.Lines[n] = line.LineItemID
		}
	}
	return link.Remote{ID: i.InvoiceID, Number: i.InvoiceNumber, Version: version(i.UpdatedDateUTC), Snapshot: snapshot(a)}
}

// takeTheirs finds the reference and the due date that only Xero changed since
// both sides agreed. While ours waits to be sent, it is sent, and wins.
func takeTheirs(out *records.RemoteInvoice, l link.Link, ours crm.Invoice, theirs xeroapi.Invoice) {
	base := agreedOf(l.Snapshot)
	if l.State != link.Synced || base.Status == "" {
		return
	}
	if theirs.Reference != base.Reference && ours.Reference == base.Reference {
		out.Reference = &theirs.Reference
	}
	if there := theirs.DueDate.String(); there != base.DueOn && date(ours.DueOn).String() == base.DueOn && !theirs.DueDate.IsZero() {
		day := dayOf(theirs.DueDate)
		out.DueOn = &day
	}
}

// outvoted reports that Xero has another reference or due date than ours, which
// is not the one that it changed from: both sides changed it, and what was sold
// is ours to say, so that ours is sent again.
func (s *Service) outvoted(ctx context.Context, tx *store.Tx, l link.Link, theirs xeroapi.Invoice) (bool, error) {
	base := agreedOf(l.Snapshot)
	if l.State != link.Synced || base.Status == "" || endedThere(theirs.Status) {
		return false, nil
	}
	ours, err := tx.Invoice(ctx, l.Org, crm.InvoiceID{UUID: l.Record})
	if err != nil || ours.State == crm.InvoiceVoided {
		return false, err
	}
	reference := theirs.Reference != ours.Reference && ours.Reference != base.Reference
	due := theirs.DueDate != date(ours.DueOn) && date(ours.DueOn).String() != base.DueOn
	return reference || due, nil
}

// sendOurs marks an invoice as waiting once more.
func (s *Service) sendOurs(ctx context.Context, tx *store.Tx, l link.Link) error {
	i, err := tx.Invoice(ctx, l.Org, crm.InvoiceID{UUID: l.Record})
	if err != nil {
		return err
	}
	if err := tx.WantLink(ctx, store.Want{Key: l.Key, Label: i.Number, Version: i.Version, Priority: link.Normal}); err != nil {
		return err
	}
	return tx.Wake(ctx, PushArgs{l.Org}, jobs.Normal)
}

// nameLines gives lines the ids that they have in Xero, by their places. A line
// without its id would be deleted and made anew, and lose what others in Xero
// have tied to it. Lines that somebody added there are taken away, because what
// was sold is ours to say.
func nameLines(lines []xeroapi.LineItem, ids []string) {
	for n := range min(len(lines), len(ids)) {
		lines[n].LineItemID = ids[n]
	}
}

// learnLines reads the line ids of invoices that are about to be changed, where
// their links do not have them.
func (r *run) learnLines(ctx context.Context, claimed []link.Link) error {
	at := map[string]int{}
	var ids []string
	for n, l := range claimed {
		if l.RemoteID != "" && len(agreedOf(l.Snapshot).Lines) == 0 {
			at[l.RemoteID] = n
			ids = append(ids, l.RemoteID)
		}
	}
	for len(ids) > 0 {
		n := min(len(ids), lookUpMost)
		found, err := r.client(r.conn).InvoicesByID(ctx, ids[:n])
		if err != nil {
			return err
		}
		for _, i := range found {
			l := &claimed[at[i.InvoiceID]]
			l.Snapshot = remoteInvoice(l.Snapshot, i).Snapshot
		}
		ids = ids[n:]
	}
	return nil
}

// failAll records that a call which the records of links needed did not work.
func (r *run) failAll(ctx context.Context, t *trail, links []link.Link, err error) error {
	for n := range links {
		r.fail(&links[n], err)
	}
	if failed := r.settle(ctx, t, links, nil); failed != nil {
		return failed
	}
	return r.consequence(ctx, err)
}
