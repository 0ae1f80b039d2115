package xero_test

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
)

// drafting has documents arrive in Xero as drafts.
func (w *world) drafting() {
	w.Helper()
	settings := xero.DefaultSettings()
	settings.Draft = true
	w.must(w.xero.SaveSettings(w.ctx, settings))
}

func (w *world) statuses() (invoice, note string) {
	for _, i := range w.sim.Invoices(w.tenant) {
		invoice = i.Status
	}
	for _, n := range w.sim.CreditNotes(w.tenant) {
		note = n.Status
	}
	return invoice, note
}

func (w *world) amended(i crm.Invoice, reference string) {
	w.Helper()
	i = w.invoice(i.ID)
	_, err := w.book.AmendInvoice(w.ctx, i.ID, i.Version, records.InvoiceAmendment{Reference: reference, DueOn: i.DueOn.AddDays(1)})
	w.must(err)
	w.settled()
}

// TestChangesLeaveDrafts changes an invoice that is a draft in Xero: it stays one,
// and nobody gets a mail, until somebody approves it there.
func TestChangesLeaveDrafts(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"DRAFT", "SUBMITTED"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			each(t, func(w *world) {
				w.drafting()
				i := w.shipped(w.customer("Harbour Marine"))
				w.push()
				key := w.link(link.Invoice, i.ID)
				w.clock.pass(time.Second)
				_, err := w.sim.ChangeInvoice(w.tenant, xerosim.Invoice{InvoiceID: key.RemoteID, Status: status})
				w.must(err)
				w.look("INVOICE", key.RemoteID)
				w.amended(i, "PO-2")
				there := w.sim.Invoices(w.tenant)[0]
				if there.Status != status || there.Reference != "PO-2" || w.mailed() != 0 || there.SentToContact {
					w.Errorf("after a change Xero has it %s with %q, %d mails", there.Status, there.Reference, w.mailed())
				}
				w.must(w.xero.SyncRecord(w.ctx, link.Invoice, i.ID.UUID))
				w.settled()
				_, err = w.sim.ChangeInvoice(w.tenant, xerosim.Invoice{InvoiceID: key.RemoteID, Reference: "Theirs"})
				w.must(err)
				w.look("INVOICE", key.RemoteID)
				w.settled()
				if got, _ := w.statuses(); got != status {
					w.Errorf("after a sync and an edit there it is %s", got)
				}
				_, err = w.sim.ChangeInvoice(w.tenant, xerosim.Invoice{InvoiceID: key.RemoteID, Status: "AUTHORISED"})
				w.must(err)
				w.amended(i, "PO-3") // sent without knowing of the approval
				there = w.sim.Invoices(w.tenant)[0]
				if l := w.link(link.Invoice, i.ID); there.Status != "AUTHORISED" || there.Reference != "PO-3" || l.State != link.Synced {
					w.Errorf("after it was approved Xero has it %s with %q, the link is %s: %s", there.Status, there.Reference, l.State, l.Problem.Text)
				}
			})
		})
	}
}

// TestDraftsAreDeleted voids documents here that Xero has as drafts, which Xero
// deletes.
func TestDraftsAreDeleted(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.drafting()
		i := w.shipped(w.customer("Harbour Marine"))
		n := w.credited(i, false)
		w.settled()
		_, err := w.book.VoidCreditNote(w.ctx, n.ID)
		w.must(err)
		_, err = w.book.VoidInvoice(w.ctx, i.ID)
		w.must(err)
		w.settled()
		w.endedWell(i, n, "DELETED")
	})
}

// endedWell wants an invoice and a credit note ended on both sides.
func (w *world) endedWell(i crm.Invoice, n crm.CreditNote, status string) {
	w.Helper()
	if invoice, note := w.statuses(); invoice != status || note != status {
		w.Errorf("Xero has the invoice %s and the credit note %s", invoice, note)
	}
	for _, l := range []link.Link{w.link(link.Invoice, i.ID), w.linkOf(link.CreditNote, n.ID.UUID)} {
		if l.State != link.Synced || l.Agreed < l.Wanted {
			w.Errorf("the %s is %s: %s", l.Kind, l.State, l.Problem.Text)
		}
	}
	if a, b := w.invoice(i.ID).State, w.credit(n.ID).State; a != crm.InvoiceVoided || b != crm.CreditNoteVoided {
		w.Errorf("the invoice is %s here, the credit note %s", a, b)
	}
	w.clean()
}

// TestDraftApprovedMeanwhile voids what was a draft when Xero was last heard of.
func TestDraftApprovedMeanwhile(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.drafting()
		i := w.shipped(w.customer("Harbour Marine"))
		n := w.credited(i, false)
		w.settled()
		_, err := w.sim.ChangeInvoice(w.tenant, xerosim.Invoice{InvoiceID: w.link(link.Invoice, i.ID).RemoteID, Status: "AUTHORISED"})
		w.must(err)
		_, err = w.sim.ChangeCreditNote(w.tenant, xerosim.CreditNote{CreditNoteID: w.linkOf(link.CreditNote, n.ID.UUID).RemoteID, Status: "AUTHORISED"})
		w.must(err)
		_, err = w.book.VoidCreditNote(w.ctx, n.ID)
		w.must(err)
		_, err = w.book.VoidInvoice(w.ctx, i.ID)
		w.must(err)
		w.settled()
		w.endedWell(i, n, "VOIDED")
	})
}

// TestBothSidesEndADocument voids or deletes documents in Xero that are voided
// here too, before anybody has heard of the other.
func TestBothSidesEndADocument(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"VOIDED", "DELETED"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			each(t, func(w *world) {
				if status == "DELETED" {
					w.drafting()
				}
				i := w.shipped(w.customer("Harbour Marine"))
				n := w.credited(i, false)
				w.settled()
				_, err := w.sim.ChangeInvoice(w.tenant, xerosim.Invoice{InvoiceID: w.link(link.Invoice, i.ID).RemoteID, Status: status})
				w.must(err)
				_, err = w.sim.ChangeCreditNote(w.tenant, xerosim.CreditNote{CreditNoteID: w.linkOf(link.CreditNote, n.ID.UUID).RemoteID, Status: status})
				w.must(err)
				_, err = w.book.VoidCreditNote(w.ctx, n.ID)
				w.must(err)
				_, err = w.book.VoidInvoice(w.ctx, i.ID)
				w.must(err)
				w.settled()
				w.endedWell(i, n, status)
			})
		})
	}
}

// TestEndHeardOfMendsTheLink has voids fail here until Xero tells that the
// documents are ended there.
func TestEndHeardOfMendsTheLink(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		i := w.shipped(w.customer("Harbour Marine"))
		n := w.credited(i, false)
		w.settled()
		_, err := w.book.VoidCreditNote(w.ctx, n.ID)
		w.must(err)
		_, err = w.book.VoidInvoice(w.ctx, i.ID)
		w.must(err)
		invoice, note := w.link(link.Invoice, i.ID), w.linkOf(link.CreditNote, n.ID.UUID)
		w.reject(invoice.Key)
		w.reject(note.Key)
		w.clock.pass(time.Minute)
		w.must(w.sim.Void(w.tenant, i.Number))
		w.must(w.sim.VoidCreditNote(w.tenant, note.RemoteID))
		w.look("INVOICE", invoice.RemoteID)
		w.look("CREDITNOTE", note.RemoteID)
		w.endedWell(i, n, "VOIDED")
	})
}

// TestDraftDeletedThere deletes drafts in Xero: the documents are voided here.
func TestDraftDeletedThere(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.drafting()
		i := w.shipped(w.customer("Harbour Marine"))
		n := w.credited(i, false)
		w.settled()
		invoice, note := w.link(link.Invoice, i.ID).RemoteID, w.linkOf(link.CreditNote, n.ID.UUID).RemoteID
		_, err := w.sim.ChangeCreditNote(w.tenant, xerosim.CreditNote{CreditNoteID: note, Status: "DELETED"})
		w.must(err)
		_, err = w.sim.ChangeInvoice(w.tenant, xerosim.Invoice{InvoiceID: invoice, Status: "DELETED"})
		w.must(err)
		w.look("CREDITNOTE", note)
		w.look("INVOICE", invoice)
		w.settled()
		w.endedWell(i, n, "DELETED")
	})
}
