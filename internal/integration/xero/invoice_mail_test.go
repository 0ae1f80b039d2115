package xero_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
)

// mailed is how often Xero was asked to mail something.
func (w *world) mailed() (calls int) {
	for _, c := range w.sim.Calls() {
		if c.Method == "POST" && bytes.HasSuffix([]byte(c.Path), []byte("/Email")) {
			calls++
		}
	}
	return calls
}

func (w *world) mailing() {
	w.Helper()
	settings := xero.DefaultSettings()
	settings.MailByXero = true
	w.must(w.xero.SaveSettings(w.ctx, settings))
}

// TestMailByXero mails what is approved once, nothing that is sent in bulk, and
// again only when somebody asks.
func TestMailByXero(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		old := w.shipped(c)
		w.push()
		w.mailing()
		i := w.shipped(c)
		w.push()
		w.push()
		if l := w.link(link.InvoiceMail, i.ID); l.State != link.Synced || w.mailed() != 1 {
			w.Fatalf("the mail is %s: %+v; %d were asked for", l.State, l.Problem, w.mailed())
		}
		if _, err := w.store.Link(w.ctx, link.Key{Org: w.org, Service: xero.Name, Kind: link.InvoiceMail, Record: old.ID.UUID}); crm.KindOf(err) != crm.NotFound {
			w.Errorf("the invoice from before is mailed: %v", err)
		}
		for _, there := range w.sim.Invoices(w.tenant) {
			if there.SentToContact != (there.InvoiceNumber == i.Number) {
				w.Errorf("%s: sent is %v", there.InvoiceNumber, there.SentToContact)
			}
		}
		w.must(w.xero.MailInvoice(w.ctx, i.ID))
		if err := w.xero.MailInvoice(w.ctx, i.ID); crm.KindOf(err) != crm.Conflict {
			w.Errorf("asking twice: %v", err)
		}
		w.push()
		if w.mailed() != 2 {
			w.Errorf("%d mails after asking once more", w.mailed())
		}
	})
}

// TestLostMail loses the answer to a mail that was sent: it is looked up, and
// not sent again.
func TestLostMail(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mailing()
		i := w.shipped(w.customer("Harbour Marine"))
		w.must(w.sim.Fail(xerosim.Fault{Kind: xerosim.FaultCutAfter, Method: "POST", Path: "/Invoices/", Count: 1}))
		w.push()
		if l := w.link(link.InvoiceMail, i.ID); l.State != link.Unknown {
			w.Fatalf("the mail is %s: %+v", l.State, l.Problem)
		}
		w.clock.pass(10 * time.Second)
		w.push()
		if l := w.link(link.InvoiceMail, i.ID); l.State != link.Synced || w.mailed() != 1 {
			w.Errorf("the mail is %s, asked for %d times", l.State, w.mailed())
		}
	})
}

func TestMailLimit(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.must(w.sim.SetPlan(w.tenant, "STANDARD", 1))
		w.mailing()
		c := w.customer("Harbour Marine")
		first, second := w.shipped(c), w.shipped(c)
		w.push()
		sent, waits := w.link(link.InvoiceMail, first.ID), w.link(link.InvoiceMail, second.ID)
		if sent.State != link.Synced {
			sent, waits = waits, sent
		}
		if sent.State != link.Synced || waits.State != link.Pending || waits.Problem.Code != xeroapi.CodeEmailLimit || waits.DueAt.Sub(w.clock.Now()) < time.Hour {
			w.Fatalf("one is %s, the other %s until %s: %+v", sent.State, waits.State, waits.DueAt, waits.Problem)
		}
		w.clock.pass(waits.DueAt.Sub(w.clock.Now()))
		w.push()
		if w.mailed() != 3 || w.link(link.InvoiceMail, second.ID).State != link.Synced || w.link(link.InvoiceMail, first.ID).State != link.Synced {
			w.Errorf("the next day %d were asked for", w.mailed())
		}
	})
}

func TestThemeAndPrint(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		choices, err := w.xero.Choices(w.ctx)
		w.must(err)
		settings := xero.DefaultSettings()
		settings.BrandingTheme = choices.Themes[len(choices.Themes)-1].BrandingThemeID
		w.must(w.xero.SaveSettings(w.ctx, settings))
		i := w.shipped(w.customer("Harbour Marine"))
		if _, _, err := w.xero.InvoicePDF(w.ctx, i.ID); crm.KindOf(err) != crm.Conflict {
			w.Errorf("before it is in Xero: %v", err)
		}
		w.push()
		if there := w.sim.Invoices(w.tenant)[0]; there.BrandingThemeID != settings.BrandingTheme {
			w.Errorf("the theme is %q", there.BrandingThemeID)
		}
		pdf, number, err := w.xero.InvoicePDF(w.ctx, i.ID)
		w.must(err)
		if number != i.Number || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
			w.Errorf("%q prints as %d bytes", number, len(pdf))
		}
		settings.BrandingTheme = "none"
		if err := w.xero.SaveSettings(w.ctx, settings); crm.KindOf(err) != crm.Invalid {
			w.Errorf("a theme that is not there: %v", err)
		}
	})
}
