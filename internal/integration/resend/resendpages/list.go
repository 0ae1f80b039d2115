package resendpages

import (
	"net/http"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// listID is the element that holds the list.
const listID = "mails"

// listView is what the list of messages shows.
type listView struct {
	reader
	mail.Filter
	Settings resend.View
	Held     bool // nothing leaves now
	Of       crm.Customer
	Rows     []mail.Message
	Next     string
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	v := listView{reader: readerOf(r), Filter: listFilter(r)}
	if err := p.fillCustomer(r, &v); err != nil {
		return err
	}
	f := v.Filter
	f.Limit = pageSize + 1
	var err error
	if v.Rows, err = p.resend.Mails(r.Context(), f); err != nil {
		return err
	}
	if len(v.Rows) > pageSize {
		v.Rows = v.Rows[:pageSize]
		v.Next = v.at(v.Rows[pageSize-1].ID.String())
	}
	if v.Settings, err = p.resend.View(r.Context()); err != nil {
		return err
	}
	v.Held = v.Settings.Paused.Holds(p.now())
	if web.Target(r) == listID {
		return web.ShowFragment(w, r, mailList(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Mail", Path: "/mail"}, listPage(v))
}

// listFilter is what the address asks for. What cannot be read selects all.
func listFilter(r *http.Request) mail.Filter {
	f := mail.Filter{Text: strings.TrimSpace(r.FormValue("q"))}
	if s := mail.State(r.FormValue("state")); slices.Contains(mail.States(), s) {
		f.State = s
	}
	if c := mail.Category(r.FormValue("category")); slices.Contains(mail.Categories(), c) {
		f.Category = c
	}
	if id, err := crm.ParseID[mail.Message](r.FormValue("before")); err == nil {
		f.Before = id
	}
	return f
}

// fillCustomer reads whose mail is asked for, if it is somebody's.
func (p *Pages) fillCustomer(r *http.Request, v *listView) error {
	text := r.FormValue("customer")
	if text == "" {
		return nil
	}
	me, err := auth.Require(r.Context(), auth.CustomersView)
	if err != nil {
		return err
	}
	id, err := crm.ParseID[crm.Customer](text)
	if err != nil {
		return web.ErrNotFound
	}
	v.Of, err = p.store.Customer(r.Context(), me.Org, id)
	v.Filter = mail.Filter{Customer: &id, Before: v.Before}
	return err
}

// at is the address of the list from a message on; empty: from the newest.
func (v listView) at(before string) string {
	values := [][2]string{{"q", v.Text}, {"state", string(v.State)}, {"category", string(v.Category)}, {"before", before}}
	if v.Customer != nil {
		values = append(values, [2]string{"customer", v.Customer.String()})
	}
	return address("/mail", values)
}

func (v listView) newest() string {
	if v.Before.IsZero() {
		return ""
	}
	return v.at("")
}

func (v listView) filtered() bool {
	return v.Text != "" || v.State != "" || v.Category != "" || v.Customer != nil || !v.Before.IsZero()
}

func stateOptions() []ui.Option {
	var options []ui.Option
	for _, s := range mail.States() {
		options = append(options, ui.Option{Value: string(s), Label: s.Label()})
	}
	return options
}

func categoryOptions() []ui.Option {
	var options []ui.Option
	for _, c := range mail.Categories() {
		options = append(options, ui.Option{Value: string(c), Label: c.Label()})
	}
	return options
}

// recipient is a name with its address, or the address alone.
func recipient(m mail.Message) string {
	if m.RecipientName == "" {
		return m.Recipient
	}
	return m.RecipientName
}

// under is the second line of a message in a list.
func under(m mail.Message) string {
	if m.RecipientName == "" {
		return ""
	}
	return m.Recipient
}

func (p *Pages) pause(w http.ResponseWriter, r *http.Request) error {
	if err := p.resend.Pause(r.Context()); err != nil {
		return err
	}
	return web.Redirect(w, r, backTo(r), "done", "mail-paused")
}

func (p *Pages) resume(w http.ResponseWriter, r *http.Request) error {
	if err := p.resend.Resume(r.Context()); err != nil {
		return err
	}
	return web.Redirect(w, r, backTo(r), "done", "mail-resumed")
}

// backTo is the page that a step was taken from.
func backTo(r *http.Request) string {
	if back := r.PostFormValue("back"); back != "" {
		return back
	}
	return "/mail"
}
