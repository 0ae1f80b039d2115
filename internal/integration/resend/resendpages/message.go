package resendpages

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/synclog"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// messageID is the element that holds the message, without what it says.
const messageID = "mail"

// messageView is one message with what happened to it.
type messageView struct {
	reader
	resend.Told
	resend.Letter
	Settings resend.View
	Held     bool
	Tries    []synclog.Entry
	About    ui.Link // the record; no address for a reader who may not see it
	Customer ui.Link
	Zone     *time.Location
}

func (p *Pages) message(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[mail.Message](r)
	if err != nil {
		return err
	}
	v, err := p.messageView(r, id)
	if err != nil {
		return err
	}
	if web.Target(r) == messageID {
		return web.ShowFragment(w, r, messageState(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: v.title(), Path: "/mail", Parents: []ui.Link{mailLink()}}, messagePage(v))
}

func (p *Pages) messageView(r *http.Request, id mail.ID) (messageView, error) {
	v := messageView{reader: readerOf(r)}
	ctx := r.Context()
	var err error
	if v.Told, err = p.resend.Mail(ctx, id); err != nil {
		return v, err
	}
	if v.Letter, err = resend.LetterOf(v.Message); err != nil {
		return v, err
	}
	if v.Tries, err = p.resend.Tries(ctx, id); err != nil {
		return v, err
	}
	if v.Settings, err = p.resend.View(ctx); err != nil {
		return v, err
	}
	v.Held = v.Settings.Paused.Holds(p.now())
	if err := p.fillRecords(ctx, &v); err != nil {
		return v, err
	}
	org, err := p.store.Organisation(ctx, v.Org)
	v.Zone = org.Location()
	return v, err
}

// fillRecords names the records that a message belongs to, as far as the reader
// may see them.
func (p *Pages) fillRecords(ctx context.Context, v *messageView) (err error) {
	if v.About, err = p.about(ctx, v.Message); err != nil || v.Message.Customer == nil {
		return err
	}
	c, err := p.store.Customer(ctx, v.Org, *v.Message.Customer)
	if crm.KindOf(err) == crm.NotFound {
		return nil
	}
	v.Customer = seen(ctx, auth.CustomersView, ui.Link{Href: "/customers/" + c.ID.String(), Label: c.Name})
	return err
}

// about is the record that a message is about.
func (p *Pages) about(ctx context.Context, m mail.Message) (ui.Link, error) {
	var l ui.Link
	var err error
	id := m.About.ID.String()
	switch m.About.Kind {
	case crm.InvoiceRecord:
		var i crm.Invoice
		i, err = p.store.Invoice(ctx, m.Org, crm.InvoiceID{UUID: m.About.ID})
		l = seen(ctx, auth.InvoicesView, ui.Link{Href: "/invoices/" + id, Label: "Invoice " + i.Number})
	case crm.CreditNoteRecord:
		var n crm.CreditNote
		n, err = p.store.CreditNote(ctx, m.Org, crm.CreditNoteID{UUID: m.About.ID})
		l = seen(ctx, auth.CreditNotesView, ui.Link{Href: "/credit-notes/" + id, Label: "Credit note " + n.Number})
	case crm.OrderRecord:
		var o crm.Order
		o, err = p.store.Order(ctx, m.Org, crm.OrderID{UUID: m.About.ID})
		l = seen(ctx, auth.OrdersView, ui.Link{Href: "/orders/" + id, Label: "Order " + o.Number})
	case crm.CustomerRecord:
		var c crm.Customer
		c, err = p.store.Customer(ctx, m.Org, crm.CustomerID{UUID: m.About.ID})
		l = seen(ctx, auth.CustomersView, ui.Link{Href: "/customers/" + id, Label: c.Name})
	}
	if crm.KindOf(err) == crm.NotFound { // a draft may have been discarded since
		return ui.Link{}, nil
	}
	return l, err
}

// seen takes the address off a link that the reader may not follow.
func seen(ctx context.Context, p auth.Permission, l ui.Link) ui.Link {
	if me, _ := auth.From(ctx); !me.Can(p) {
		l.Href = ""
	}
	return l
}

func pathID[K any](r *http.Request) (crm.ID[K], error) {
	id, err := crm.ParseID[K](r.PathValue("id"))
	if err != nil {
		return id, web.ErrNotFound
	}
	return id, nil
}

func (p *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[mail.Message](r)
	if err != nil {
		return err
	}
	if err := p.resend.Cancel(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, messageURL(id), "done", "mail-cancelled")
}

func (p *Pages) sendAgain(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[mail.Message](r)
	if err != nil {
		return err
	}
	if err := p.resend.SendAgain(r.Context(), id); err != nil {
		return err
	}
	return web.Redirect(w, r, messageURL(id), "done", "mail-again")
}

func messageURL(id mail.ID) string { return "/mail/" + id.String() }

// framePolicy lets what a mail says be drawn and nothing else: no scripts, no
// forms, nothing from elsewhere, in an origin of its own.
const framePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"

// content is what a mail says, for the frame on its page.
func (p *Pages) content(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[mail.Message](r)
	if err != nil {
		return err
	}
	m, err := p.resend.Mail(r.Context(), id)
	if err != nil {
		return err
	}
	letter, err := resend.LetterOf(m.Message)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", framePolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-DNS-Prefetch-Control", "off")
	h.Set("Cache-Control", "no-store")
	if letter.HTML == "" {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(letter.Text)) // the reader may be gone
		return nil
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(letter.HTML)) // #nosec G705 -- the policy above lets it run and load nothing
	return nil
}
