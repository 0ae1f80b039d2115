package xeropages_test

import (
	"html"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web/webtest"
)

var undoAddress = regexp.MustCompile(`/sync/errors/dismissals/[0-9a-f-]{36}/restore`)

func (l *lived) states(t *testing.T, want link.State, invoices ...crm.Invoice) {
	t.Helper()
	for _, i := range invoices {
		if now := l.link(i); now.State != want {
			t.Errorf("%s is %s, want %s", i.Number, now.State, want)
		}
	}
}

// TestDismissedTogether undoes a dismissal from the notice, and from the list
// after the notice is gone.
func TestDismissedTogether(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	before := map[crm.InvoiceID]link.State{l.refused.ID: l.link(l.refused).State, l.unmapped.ID: l.link(l.unmapped).State}
	both := []string{"ticked", "1", "of", "invoice/" + l.refused.ID.String(), "of", "invoice/" + l.unmapped.ID.String(), "reason", "Booked by hand"}
	done := l.post(auth.Finance, "/sync/errors/dismiss", both...)
	done.want(t, 200, "2 records are dismissed", "Undo", "2 records", "dismissed by Alex Kim", "Booked by hand")
	undo := undoAddress.FindString(done.Body)
	l.get(auth.Finance, "/sync/errors").want(t, 200, undo, ">Undo", "No errors") // the notice is gone
	l.get(auth.Finance, "/sync/errors?state=dismissed").want(t, 200, undo, ">Restore all")
	l.get(auth.Viewer, "/sync/errors").lacks(t, undo)
	l.get(auth.Viewer, "/sync/errors?state=dismissed").lacks(t, undo)
	l.post(auth.Viewer, undo).want(t, 403)
	l.states(t, link.Dismissed, l.refused, l.unmapped)
	l.post(auth.Finance, undo, "back", "/sync/errors").want(t, 200, "2 records are back on the list", l.refused.Number)
	for _, i := range []crm.Invoice{l.refused, l.unmapped} {
		l.states(t, before[i.ID], i)
	}
	l.post(auth.Finance, undo).want(t, 404)
	l.post(auth.Finance, "/sync/errors/dismissals/none/restore").want(t, 404)
	l.get(auth.Finance, "/sync/errors?state=dismissed").lacks(t, undo)
}

// TestDismissedByCause dismisses what one cause names, and nothing else.
func TestDismissedByCause(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	p := l.link(l.refused).Problem
	cause := []string{"all", "1", "cause", p.Code, "trouble", p.Kind, "next", string(p.Action), "kind", "invoice"}
	l.get(auth.Finance, "/sync/errors").want(t, 200, "Dismiss it", `value="`+p.Code+`"`, `name="trouble"`)
	l.get(auth.Viewer, "/sync/errors").lacks(t, "Dismiss it")
	l.post(auth.Viewer, "/sync/errors/dismiss", append(cause, "reason", "x")...).want(t, 403)
	l.post(auth.Finance, "/sync/errors/dismiss", append(cause, "reason", " ")...).want(t, 422)
	l.post(auth.Finance, "/sync/errors/dismiss", append(cause, "reason", "Old year")...).want(t, 200, "1 record is dismissed", "Old year")
	l.states(t, link.Dismissed, l.refused)
	if now := l.link(l.unmapped); !now.Failed() {
		t.Errorf("another cause is %s", now.State)
	}
	l.post(auth.Finance, "/sync/errors/dismiss", append(cause, "reason", "Old year")...).want(t, 200, "Nothing to dismiss")
}

// TestResolvedErrors retries one that failed and sees it among the resolved ones.
func TestResolvedErrors(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	l.get(auth.Viewer, "/sync/errors?state=resolved").want(t, 200, "Nothing was resolved")
	reason := l.link(l.refused).Problem.Text
	l.post(auth.Finance, "/sync/errors/invoice/"+l.refused.ID.String()+"/retry").want(t, 200)
	l.push()
	l.states(t, link.Synced, l.refused)
	page := l.get(auth.Viewer, "/sync/errors?state=resolved")
	page.want(t, 200, l.refused.Number, "After a retry by Alex Kim", reason, "/invoices/"+l.refused.ID.String())
	page.lacks(t, l.unmapped.Number)
	l.get(auth.Viewer, "/sync/errors?state=resolved&q=nothing").want(t, 200, "Nothing was resolved")
	l.get(auth.Viewer, "/sync/errors").lacks(t, l.refused.Number)
}

func TestDismissAndUndoInTheBrowser(t *testing.T) {
	l := newLived(t)
	p := webtest.Open(t, l.url, l.view("/sync/errors"))
	p.Do(chromedp.Click(`[commandfor="dismiss-cause-0"][command=show-modal]`), webtest.Eventually(`document.querySelector('#dismiss-cause-0').open`))
	p.Shoot("dismiss-cause")
	p.Audit()
	p.Do(chromedp.SendKeys(`#dismiss-cause-0 [name=reason]`, "Booked by hand"), chromedp.Click(`#dismiss-cause-0 form button:not([type])`),
		webtest.Eventually(`document.querySelector('.toast')?.textContent.includes('1 record is dismissed') && document.querySelectorAll('#errors tbody tr').length === 1`))
	p.ShootFull("dismissed-cause")
	p.Audit()
	p.Go("/sync/errors") // the notice is gone, the bar is not
	p.Do(chromedp.Click(`#errors form[action*="/dismissals/"] button`),
		webtest.Eventually(`document.querySelectorAll('#errors tbody tr').length === 2 && !document.querySelector('#errors form[action*="/dismissals/"]')`))
	l.states(t, link.Rejected, l.refused)
}

// TestResolvedLooksRight looks at the tabs that other tests leave out.
func TestResolvedLooksRight(t *testing.T) {
	l := newLived(t)
	l.post(auth.Finance, "/sync/errors/invoice/"+l.refused.ID.String()+"/retry").want(t, 200)
	l.push()
	i := l.shippedRefused("Northside Marine Holdings")
	for _, of := range []crm.Invoice{l.unmapped, i} {
		if now := l.link(of); !now.Failed() {
			t.Fatalf("%s is %s", of.Number, now.State)
		}
	}
	_, err := l.xero.DismissAll(l.ctx, []link.Key{{Kind: link.Invoice, Record: l.unmapped.ID.UUID}, {Kind: link.Invoice, Record: i.ID.UUID}}, "Booked by hand in March, with the accountant")
	l.must(err)
	webtest.Check(t, l.url, l.view("/sync/errors?state=resolved"), l.view("/sync/errors?bar"), l.view("/sync/errors?state=dismissed&bar"))
}

// failThere ends the link of a record as Xero does that wants somebody to look.
func (l *lived) failThere(kind link.Kind, record uuid.UUID) {
	l.Helper()
	process := store.NewProcess()
	l.must(l.store.Announce(l.ctx, process))
	k := link.Key{Org: l.org, Service: xero.Name, Kind: kind, Record: record}
	l.must(l.store.InTx(l.ctx, func(tx *store.Tx) error {
		if err := tx.WantLink(l.ctx, store.Want{Key: k, Label: string(kind), Version: 1000, Priority: link.Normal}); err != nil {
			return err
		}
		claimed, err := tx.ClaimLinks(l.ctx, store.Claim{Org: l.org, Service: xero.Name, Kind: kind, Process: process.ID, Max: 50})
		if err != nil {
			return err
		}
		for _, x := range claimed {
			x.Reject(link.Problem{Kind: "invalid", Code: "document_locked", Text: "It is locked there.", Action: link.LookRemote}, tx.Now())
			if err := tx.SettleLink(l.ctx, process.ID, x); err != nil {
				return err
			}
		}
		return nil
	}))
}

// TestErrorsLeadIntoXero leads from each kind of record to the document in Xero
// that it is about.
func TestErrorsLeadIntoXero(t *testing.T) {
	t.Parallel()
	l := newLived(t)
	n, err := l.book.CreateCreditNote(l.ctx, records.CreditNoteInput{InvoiceID: &l.good.ID})
	l.must(err)
	n, err = l.book.IssueCreditNote(l.ctx, n.ID, false)
	l.must(err)
	l.push()
	allocated, err := l.book.Allocate(l.ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: l.good.ID, Amount: 100})
	l.must(err)
	refunded, err := l.book.RecordRefund(l.ctx, records.RefundInput{CreditNoteID: n.ID, Amount: 50, Method: "Cash"})
	l.must(err)
	paid, err := l.book.RecordPayment(l.ctx, records.PaymentInput{InvoiceID: l.good.ID, Amount: 100, Method: "Cash"})
	l.must(err)
	l.push()
	conn, err := l.store.Connection(l.ctx, l.org, xero.Name)
	l.must(err)
	note, err := l.store.Link(l.ctx, link.Key{Org: l.org, Service: xero.Name, Kind: link.CreditNote, Record: n.ID.UUID})
	l.must(err)
	invoice, credit := l.xero.InvoiceURL(conn, l.link(l.good).RemoteID), l.xero.CreditNoteURL(conn, note.RemoteID)
	contact, err := l.store.Link(l.ctx, link.Key{Org: l.org, Service: xero.Name, Kind: link.Contact, Record: l.good.CustomerID.UUID})
	l.must(err)
	for kind, c := range map[link.Kind]struct {
		record    uuid.UUID
		ours, url string
	}{
		link.Contact:     {l.good.CustomerID.UUID, "/customers/" + l.good.CustomerID.String(), l.xero.ContactURL(conn, contact.RemoteID)},
		link.Invoice:     {l.good.ID.UUID, "/invoices/" + l.good.ID.String(), invoice},
		link.InvoiceMail: {l.good.ID.UUID, "/invoices/" + l.good.ID.String(), invoice},
		link.Payment:     {paid.ID.UUID, "/invoices/" + l.good.ID.String(), invoice},
		link.CreditNote:  {n.ID.UUID, "/credit-notes/" + n.ID.String(), credit},
		link.Allocation:  {allocated.ID.UUID, "/credit-notes/" + n.ID.String(), credit},
		link.Refund:      {refunded.ID.UUID, "/credit-notes/" + n.ID.String(), credit},
	} {
		l.failThere(kind, c.record)
		page := l.get(auth.Finance, "/sync/errors?kind="+string(kind))
		page.want(t, 200, `href="`+c.ours+`"`, "Look in Xero", `href="`+html.EscapeString(c.url)+`"`)
	}
}
