package xero

import (
	"context"
	"encoding/json"

	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
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
	Lines     []string `json:"lines,omitempty"` // LineItemIDs, in order
}

func agreedOf(snapshot string) agreedInvoice {
	var a agreedInvoice
	if json.Unmarshal([]byte(snapshot), &a) != nil { // one that an earlier release wrote in another shape
		return agreedInvoice{}
	}
	return a
}

// remoteInvoice is an invoice in Xero as its link keeps it.
func remoteInvoice(i xeroapi.Invoice) link.Remote { return remoteInvoiceAfter("", i) }

// remoteInvoiceAfter keeps the lines that were known before where the answer
// has none: not every list of Xero's does.
func remoteInvoiceAfter(before string, i xeroapi.Invoice) link.Remote {
	a := agreedInvoice{
		Status: i.Status, Total: i.Total.String(), Tax: i.TotalTax.String(), Paid: i.AmountPaid.String(), Credited: i.AmountCredited.String(),
		DueOn: i.DueDate.String(), Reference: i.Reference, Lines: agreedOf(before).Lines,
	}
	if len(i.LineItems) > 0 {
		a.Lines = make([]string, len(i.LineItems))
		for n, line := range i.LineItems {
			a.Lines[n] = line.LineItemID
		}
	}
	return link.Remote{ID: i.InvoiceID, Number: i.InvoiceNumber, Version: version(i.UpdatedDateUTC), Snapshot: snapshot(a)}
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
			l.Snapshot = remoteInvoice(i).Snapshot
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
