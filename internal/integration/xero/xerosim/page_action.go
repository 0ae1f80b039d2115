package xerosim

import (
	"net/http"
	"path"
	"strings"
)

// showPage renders a page, with a problem when a form of it was refused.
type showPage func(w http.ResponseWriter, r *http.Request, status int, problem string)

// pageForm is one thing a person can do on a page: what it changes and what is said afterwards.
type pageForm struct {
	notice string
	work   func(*change, *http.Request) []string
}

// form serves POST {page}/{action}: it changes the books and leads back to the page, or shows the page again
// with the reasons why not.
func (s *Server) form(show showPage, forms map[string]pageForm) http.Handler {
	return page(func(w http.ResponseWriter, r *http.Request) {
		action := r.PathValue("action")
		form, known := forms[action]
		if err := r.ParseForm(); err != nil || !known {
			s.message(w, http.StatusNotFound, "Nothing here", "The page has no such form.")
			return
		}
		s.mu.Lock()
		b := s.booksOf(r.PathValue("short"))
		if b == nil {
			s.mu.Unlock()
			s.noOrganisation(w)
			return
		}
		ch := s.personChange(b)
		problems := form.work(ch, r)
		if len(problems) > 0 {
			ch.rollback(mark{})
		} else {
			s.commit(ch)
		}
		s.mu.Unlock()
		if len(problems) > 0 {
			show(w, r, http.StatusUnprocessableEntity, strings.Join(problems, " "))
			return
		}
		http.Redirect(w, r, path.Dir(r.URL.EscapedPath())+"?done="+action, http.StatusSeeOther)
	})
}

// personChange is a change that a person makes on a page; s.mu is held.
func (s *Server) personChange(b *books) *change {
	return &change{b: b, now: s.now(), rules: rules{silentPayments: s.opts.SilentPayments, fourDecimals: true}}
}

func (s *Server) noOrganisation(w http.ResponseWriter) {
	s.message(w, http.StatusNotFound, "No such organisation", "The address names an organisation these books do not have.")
}

// notice is what a page says after the form that led to it.
func notice(r *http.Request, forms map[string]pageForm) string {
	return forms[r.URL.Query().Get("done")].notice
}

// formAmount reads a number that a person wrote, such as 1,200.50; an empty field is zero.
func formAmount(text string) (Amount, []string) {
	text = strings.ReplaceAll(strings.TrimSpace(text), ",", "")
	if text == "" {
		return 0, nil
	}
	amount, err := ParseAmount(text)
	if err != nil || amount <= 0 {
		return 0, []string{"Write an amount such as 120.50."}
	}
	return amount, nil
}

// formDate reads a day; an empty field is the zero date.
func formDate(text string) (Date, []string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Date{}, nil
	}
	date, err := ParseDate(text)
	if err != nil {
		return Date{}, []string{"Write a day such as 2026-11-22."}
	}
	return date.day(), nil
}

// amountAndDate reads the two fields of forms about money.
func amountAndDate(r *http.Request) (Amount, Date, []string) {
	amount, problems := formAmount(r.PostFormValue("amount"))
	date, more := formDate(r.PostFormValue("date"))
	return amount, date, append(problems, more...)
}
