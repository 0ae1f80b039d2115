package resend_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store/storetest"
)

// credited issues a credit note over all of an invoice.
func (w *world) credited(b *records.Book, i crm.Invoice) crm.CreditNote {
	w.Helper()
	n, err := b.CreateCreditNote(w.ctx, records.CreditNoteInput{InvoiceID: &i.ID, Reason: "It arrived damaged."})
	w.must(err)
	n, err = b.IssueCreditNote(w.ctx, n.ID, false)
	w.must(err)
	return n
}

// documents has the accounting service print everything, or say what is wrong.
func (w *world) documents(wrong *error) {
	w.mail.Document = func(_ context.Context, _ crm.OrgID, about mail.About) (resend.Document, error) {
		return resend.Document{Name: "document.pdf", PDF: []byte("%PDF-1.4 " + about.ID.String())}, *wrong
	}
}

// TestCreditNotesAreMailed mails a credit note once when it is issued, again when
// somebody asks, and waits while its document is on its way.
func TestCreditNotesAreMailed(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		missing := error(nil)
		w.documents(&missing)
		b := w.book()
		silent := w.credited(b, w.issued(b, "early@buyer.example.net"))
		if storetest.Jobs(w, w.url, "resend_mail_credit_note") != 0 {
			t.Error("a credit note is mailed that nobody wanted mailed")
		}
		settings := mustView(w).Settings
		settings.CreditNotes = true
		w.must(w.mail.SaveSettings(w.ctx, settings, resend.KeyChange{}))
		i := w.issued(b, "ap@buyer.example.net")
		n := w.credited(b, i)
		if storetest.Jobs(w, w.url, "resend_mail_credit_note") != 1 {
			t.Error("the credit note is not mailed by itself")
		}
		mailIt := func(again bool) error {
			err := w.mail.MailCreditNote(w.ctx, resend.MailCreditNoteArgs{Org: w.org, CreditNote: n.ID, By: "test", Again: again})
			w.push()
			return err
		}
		missing = crm.Errorf(crm.Unavailable, "It is on its way.")
		if err := mailIt(false); err == nil || ignoreSnooze(err) != nil {
			t.Errorf("without its document the job says %v", err)
		}
		w.once(0)
		missing = nil
		w.must(mailIt(false))
		w.must(mailIt(false))
		w.once(1)
		got := w.sim.EmailsTo("ap@buyer.example.net")
		if len(got) != 1 || len(got[0].Attachments) != 1 || got[0].Subject != "Credit note "+n.Number+" from Voltway" ||
			!strings.Contains(got[0].Text, "It arrived damaged.") || !strings.Contains(got[0].Text, i.Number) || !strings.Contains(got[0].Text, "$110.00") {
			t.Errorf("the mail is %+v", got)
		}
		w.must(mailIt(true))
		w.once(2)
		w.must(w.mail.SendCreditNote(w.ctx, silent.ID, ""))
		if storetest.Jobs(w, w.url, "resend_mail_credit_note") != 2 {
			t.Error("nothing follows from asking")
		}
	})
}

// TestCreditNoteWithoutAnAddress tells people that it was not mailed.
func TestCreditNoteWithoutAnAddress(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		none := error(nil)
		w.documents(&none)
		b := w.book()
		n := w.credited(b, w.issued(b, ""))
		w.must(w.mail.MailCreditNote(w.ctx, resend.MailCreditNoteArgs{Org: w.org, CreditNote: n.ID, By: "test"}))
		if !slices.Contains(w.notices(), "credit_note_unmailed_"+n.ID.String()) {
			t.Errorf("nobody is told: %v", w.notices())
		}
	})
}

// TestRecordsAreMailedLater holds mails until their time, and takes those back
// whose record is voided before.
func TestRecordsAreMailedLater(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		none := error(nil)
		w.documents(&none)
		b := w.book()
		i, gone := w.issued(b, "ap@buyer.example.net"), w.issued(b, "gone@buyer.example.net")
		n := w.credited(b, w.issued(b, "back@buyer.example.net"))
		for at, want := range map[string]string{"tomorrow": "such as 2026", "2026-11-22T01:00": "past", "2029-11-22T01:00": "within a year"} {
			if err := w.mail.SendInvoice(w.ctx, i.ID, at); crm.KindOf(err) != crm.Invalid || !strings.Contains(err.(*crm.Error).Fields["at"], want) {
				t.Errorf("%s: %v", at, err)
			}
		}
		w.must(w.mail.SendInvoice(w.ctx, i.ID, "2026-11-23T09:00"))
		when := time.Date(2026, 11, 22, 22, 0, 0, 0, time.UTC) // nine in Sydney
		for _, id := range []crm.InvoiceID{i.ID, gone.ID} {
			w.must(w.mail.MailInvoice(w.ctx, resend.MailInvoiceArgs{Org: w.org, Invoice: id, By: "test", At: when}))
		}
		w.must(w.mail.MailCreditNote(w.ctx, resend.MailCreditNoteArgs{Org: w.org, CreditNote: n.ID, By: "test", At: when}))
		w.push()
		w.once(0)
		_, err := b.VoidInvoice(w.ctx, gone.ID)
		w.must(err)
		_, err = b.VoidCreditNote(w.ctx, n.ID)
		w.must(err)
		w.clock.pass(21 * time.Hour)
		w.push()
		w.once(1)
		if len(w.sim.EmailsTo("ap@buyer.example.net")) != 1 {
			t.Error("the invoice that holds did not leave")
		}
		for _, about := range []mail.About{{Kind: crm.InvoiceRecord, ID: gone.ID.UUID}, {Kind: crm.CreditNoteRecord, ID: n.ID.UUID}} {
			all, err := w.store.Mails(w.ctx, w.org, mail.Filter{About: about})
			w.must(err)
			if len(all) != 1 || all[0].State != mail.Cancelled || !strings.Contains(all[0].Problem.Text, "voided") {
				t.Errorf("%+v", all)
			}
		}
	})
}
