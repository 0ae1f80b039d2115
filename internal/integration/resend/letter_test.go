package resend_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// colleague adds a person of the organisation.
func (w *world) colleague(name, email string, role auth.Role) {
	w.Helper()
	user := crm.User{ID: crm.NewID[crm.User](), Name: name, Email: email, CreatedAt: w.clock.Now()}
	w.must(w.store.AddUser(w.ctx, auth.Account{User: user, PasswordHash: "x"}, w.org, role))
}

// TestUrgentNoticesAreMailed writes to those who answer for money, once an hour
// for a cause, and not where that is switched off.
func TestUrgentNoticesAreMailed(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.colleague("Olive Owner", "owner@voltway.example", auth.Owner)
		w.colleague("Fred Finance", "finance@voltway.example", auth.Finance)
		w.colleague("Sal Sales", "sales@voltway.example", auth.Sales)
		told := notify.New(w.store, w.mail)
		tell := func(level notify.Level) {
			w.must(told.Tell(w.ctx, notify.Notice{Org: w.org, Cause: "xero_reconnect", Level: level, Title: "Xero needs to be connected again", Text: "The access ended <b>.", Href: "/xero"}))
			w.push()
		}
		tell(notify.Urgent)
		tell(notify.Urgent)
		var to []string
		for _, m := range w.sim.Emails() {
			to = append(to, m.To...)
			if !strings.Contains(m.HTML, "http://localhost/xero") || !strings.Contains(m.HTML, "The access ended &lt;b&gt;.") || !strings.Contains(m.Text, "The access ended <b>.") {
				w.Errorf("the mail says %s\n%s", m.HTML, m.Text)
			}
		}
		slices.Sort(to)
		if want := []string{"finance@voltway.example", "owner@voltway.example"}; !slices.Equal(to, want) {
			w.Errorf("mails went to %v, want %v", to, want)
		}
		w.clock.pass(2 * time.Hour)
		tell(notify.Warning)
		settings := mustView(w).Settings
		settings.Notices = false
		w.must(w.mail.SaveSettings(w.ctx, settings, resend.KeyChange{}))
		w.clock.pass(2 * time.Hour)
		tell(notify.Urgent)
		w.once(2)
	})
}

// book is the organisation's, with mail following from it.
func (w *world) book() *records.Book {
	authorise := func(ctx context.Context, permission string) (crm.OrgID, string, error) {
		who, err := auth.Require(ctx, auth.Permission(permission))
		return who.Org, who.Actor(), err
	}
	return records.New(records.Config{Store: w.store, Now: w.clock.Now, Authorise: authorise, React: []records.Reaction{w.mail.React}})
}

// issued is an invoice of one battery.
func (w *world) issued(b *records.Book, email string) crm.Invoice {
	w.Helper()
	c, err := b.CreateCustomer(w.ctx, records.CustomerInput{Name: "Harbour Marine " + email, Email: email})
	w.must(err)
	i, err := b.CreateInvoice(w.ctx, records.InvoiceInput{CustomerID: c.ID, Lines: []records.LineInput{
		{Kind: crm.Item, Description: "Battery", Quantity: 10000, UnitPrice: new(crm.Price(1000000)), TaxClass: crm.GST},
	}})
	w.must(err)
	i, err = b.IssueInvoice(w.ctx, i.ID)
	w.must(err)
	return i
}

// TestReceipts thanks once for an invoice that is settled, where the
// organisation wants that, and never keeps a payment from being recorded.
func TestReceipts(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b := w.book()
		pay := func(i crm.Invoice, amount crm.MinorUnits) crm.Payment {
			w.Helper()
			p, err := b.RecordPayment(w.ctx, records.PaymentInput{InvoiceID: i.ID, Amount: amount, PaidOn: crm.NewDay(2026, 11, 20), Method: "Bank transfer", Reference: "REF 7"})
			w.must(err)
			w.push()
			return p
		}
		silent := w.issued(b, "early@buyer.example.net")
		pay(silent, silent.Due())
		w.once(0)
		settings := mustView(w).Settings
		settings.Receipts = true
		w.must(w.mail.SaveSettings(w.ctx, settings, resend.KeyChange{}))
		i := w.issued(b, "ap@buyer.example.net")
		pay(i, 1000)
		w.once(0)
		last := pay(i, i.Due()-1000)
		w.once(1)
		if m := w.sim.EmailsTo("ap@buyer.example.net"); len(m) != 1 || m[0].Subject != "Receipt for invoice "+i.Number || !strings.Contains(m[0].Text, "$100.00") || !strings.Contains(m[0].Text, "20/11/2026") {
			w.Errorf("the receipt is %+v", m)
		}
		_, err := b.ReversePayment(w.ctx, last.ID)
		w.must(err)
		pay(i, i.Due()-1000)
		w.once(1)
		nobody := w.issued(b, "")
		pay(nobody, nobody.Due())
		w.once(1)
		if !slices.Contains(w.notices(), "receipt_"+nobody.ID.String()) {
			w.Errorf("nobody was told that %s has no receipt: %v", nobody.Number, w.notices())
		}
	})
}

// TestInvoicesAreMailed mails an invoice with its document once when it has
// arrived, again when somebody asks, and waits while the document cannot be had.
func TestInvoicesAreMailed(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		missing := error(nil)
		w.mail.Document = func(_ context.Context, _ crm.OrgID, about mail.About) (resend.Document, error) {
			return resend.Document{Name: "INV.pdf", PDF: []byte("%PDF-1.4 " + about.ID.String()), Link: "https://in.xero.example/" + about.ID.String()}, missing
		}
		settings := mustView(w).Settings
		settings.Invoices = true
		w.must(w.mail.SaveSettings(w.ctx, settings, resend.KeyChange{}))
		i := w.issued(w.book(), "ap@buyer.example.net")
		arrive := func() {
			w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return w.mail.InvoiceArrived(w.ctx, tx, w.org, i.ID) }))
		}
		mailIt := func(again bool) error {
			err := w.mail.MailInvoice(w.ctx, resend.MailInvoiceArgs{Org: w.org, Invoice: i.ID, By: "test", Again: again})
			w.push()
			return err
		}
		arrive()
		missing = crm.Errorf(crm.Unavailable, "Xero cannot be reached.")
		if err := mailIt(false); err == nil || ignoreSnooze(err) != nil {
			w.Errorf("without the document the job says %v", err)
		}
		w.once(0)
		missing = nil
		w.must(mailIt(false))
		w.must(mailIt(false)) // a second job
		w.once(1)
		m := w.sim.EmailsTo("ap@buyer.example.net")[0]
		if len(m.Attachments) != 1 || !strings.Contains(m.HTML, "https://in.xero.example/"+i.ID.String()) || m.Subject != "Invoice "+i.Number+" from Voltway" {
			w.Errorf("the mail is %+v", m)
		}
		w.must(mailIt(true))
		w.once(2)
		missing = crm.Errorf(crm.Conflict, "The invoice is not in Xero yet.")
		w.must(mailIt(true))
		if !slices.Contains(w.notices(), "invoice_unmailed_"+i.ID.String()) {
			w.Errorf("nobody was told: %v", w.notices())
		}
		w.once(2)
	})
}
