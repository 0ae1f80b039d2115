package optoutpages

import (
	"net/http"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// Pages mounts the pages; it is a web.Mounter.
type Pages struct{ resend *resend.Service }

// New makes the pages.
func New(s *resend.Service) *Pages { return &Pages{s} }

// The addresses of the pages.
const (
	Pattern        = "/unsubscribe/{token}"
	ConfirmPattern = "/subscribe/{token}"
)

// Routes lists the pages. They are open: the link is the right to them.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Pattern: Pattern, Permission: web.Public, Handle: p.show},
		{Method: http.MethodPost, Pattern: Pattern, Permission: web.Public, Handle: p.change},
		{Method: http.MethodGet, Pattern: ConfirmPattern, Permission: web.Public, Handle: p.wish},
		{Method: http.MethodPost, Pattern: ConfirmPattern, Permission: web.Public, Handle: p.confirm},
	}
}

// answer is what the page of choices shows, and what was just done.
type answer struct {
	resend.Chosen
	token string
	done  bool
	saved bool // by the form of choices
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	o, err := p.resend.OptOut(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return showAnswer(w, r, answer{Chosen: resend.Chosen{OptOut: o}})
}

func showAnswer(w http.ResponseWriter, r *http.Request, a answer) error {
	a.token = r.PathValue("token")
	return web.ShowPage(w, r, ui.Page{Title: "Mail from " + a.Business, Plain: true}, page(a))
}

// change ends mail, or takes choices, and says so without a redirect: a mail
// client that asks for one click follows none. What is not understood ends mail of
// the link's kind, as one click does.
// https://www.rfc-editor.org/rfc/rfc8058#section-3.1
func (p *Pages) change(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	if r.PostFormValue("choose") != "" {
		var wanted []mail.Category
		for _, c := range r.PostForm["want"] {
			wanted = append(wanted, mail.Category(c))
		}
		chosen, err := p.resend.Choose(r.Context(), token, wanted)
		if err != nil {
			return err
		}
		return showAnswer(w, r, answer{Chosen: chosen, done: true, saved: true})
	}
	way := mail.ByOneClick
	if r.PostFormValue("stop") != "" {
		way = mail.ByPreferences
	}
	if err := p.resend.OptOutOf(r.Context(), token, r.PostFormValue("stop") == "all", way); err != nil {
		return err
	}
	o, err := p.resend.OptOut(r.Context(), token)
	if err != nil {
		return err
	}
	return showAnswer(w, r, answer{Chosen: resend.Chosen{OptOut: o}, done: true})
}

func (p *Pages) wish(w http.ResponseWriter, r *http.Request) error {
	wish, err := p.resend.Wish(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return showWish(w, r, wish)
}

// confirm gives consent. Programs that follow links in mails do not post forms.
func (p *Pages) confirm(w http.ResponseWriter, r *http.Request) error {
	wish, err := p.resend.Confirm(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return showWish(w, r, wish)
}

func showWish(w http.ResponseWriter, r *http.Request, wish resend.Wish) error {
	return web.ShowPage(w, r, ui.Page{Title: "Mail from " + wish.Business, Plain: true}, wishPage(wish, r.PathValue("token")))
}

// hint says what a kind of mail is.
func hint(c resend.Choice) string {
	switch c.Category {
	case mail.Newsletter:
		return "Newsletters, new products and offers"
	case mail.FollowUp:
		return "Questions about quotes and what you asked for"
	}
	return ""
}
