package xerosim

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

//go:embed pages
var pageFiles embed.FS

// pageSecurity keeps pages free of scripts and foreign content. Forms may end at an app's redirect address.
const pageSecurity = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"form-action 'self' https: http://localhost:* http://127.0.0.1:*"

// pageFrame is what every page has.
type pageFrame struct {
	Title, Notice, Problem string
}

// page serves HTML pages: it sets their security headers and refuses forms posted from other sites.
func page(serve http.HandlerFunc) http.Handler {
	secured := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", pageSecurity)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		serve(w, r)
	})
	return http.NewCrossOriginProtection().Handler(secured)
}

// editedLine is one line of an invoice in its form.
type editedLine struct {
	Line            documentLine
	Accounts, Taxes []choice
}

func pageFunctions() template.FuncMap {
	return template.FuncMap{
		"add":     func(a, b int) int { return a + b },
		"lineOf":  func(p invoicePage, line documentLine) editedLine { return editedLine{line, p.Accounts, p.Taxes} },
		"newLine": func() documentLine { return documentLine{Quantity: "1"} },
	}
}

func (s *Server) render(w http.ResponseWriter, status int, name string, data any) {
	var body bytes.Buffer
	templates, err := template.New("").Funcs(pageFunctions()).ParseFS(pageFiles, "pages/*.html")
	if err == nil {
		err = templates.ExecuteTemplate(&body, name, data)
	}
	if err != nil {
		s.opts.Log.Error("xero simulator: page not rendered", "page", name, "error", err)
		http.Error(w, "The page could not be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // the reader has gone; nothing to do
}

type messagePage struct {
	pageFrame
	Text string
}

func (s *Server) message(w http.ResponseWriter, status int, title, text string) {
	s.render(w, status, "message", messagePage{pageFrame{Title: title}, text})
}

type consentOrg struct {
	TenantID, Name string
	Connected      bool
}

type hiddenField struct{ Name, Value string }

type consentPage struct {
	pageFrame
	Client, Host string
	Orgs         []consentOrg
	Scopes       []string
	Hidden       []hiddenField
}

// authorizeFields travel through the consent form unchanged.
func authorizeFields() []string {
	return []string{"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method"}
}

func (s *Server) consentPage(w http.ResponseWriter, r *http.Request) {
	form := r.URL.Query()
	req, bad := s.readAuthorize(form)
	if bad != nil {
		s.sendBack(w, r, req, bad)
		return
	}
	s.showConsent(w, form, req, "")
}

func (s *Server) showConsent(w http.ResponseWriter, form url.Values, req authorizeRequest, problem string) {
	data := consentPage{pageFrame: pageFrame{Title: "Connect", Problem: problem}, Client: req.client.ID, Scopes: req.scopes}
	if u, err := url.Parse(req.redirectURI); err == nil {
		data.Host = u.Host
	}
	for _, name := range authorizeFields() {
		if form.Get(name) != "" {
			data.Hidden = append(data.Hidden, hiddenField{name, form.Get(name)})
		}
	}
	s.mu.Lock()
	for _, tenant := range s.order {
		data.Orgs = append(data.Orgs, consentOrg{tenant, s.tenants[tenant].org.Name, s.connected(req.client.ID, tenant)})
	}
	s.mu.Unlock()
	status := http.StatusOK
	if problem != "" {
		status = http.StatusUnprocessableEntity
	}
	s.render(w, status, "consent", data)
}

// consentDecided takes the form: the fields of the authorise request, tenant (repeated) and decision=allow.
func (s *Server) consentDecided(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.message(w, http.StatusBadRequest, "The form could not be read", "Go back and try again.")
		return
	}
	req, bad := s.readAuthorize(r.Form)
	if bad == nil && r.PostForm.Get("decision") != "allow" {
		bad = &authorizeError{"access_denied", "The person cancelled", false}
	}
	if bad != nil {
		s.sendBack(w, r, req, bad)
		return
	}
	tenants := r.PostForm["tenant"]
	if len(tenants) == 0 {
		s.showConsent(w, r.Form, req, "Choose at least one organisation.")
		return
	}
	http.Redirect(w, r, s.consent(req, tenants), http.StatusFound)
}

// sendBack tells the app what went wrong, or the person when there is no address to trust.
func (s *Server) sendBack(w http.ResponseWriter, r *http.Request, req authorizeRequest, bad *authorizeError) {
	if bad.shown {
		s.message(w, http.StatusBadRequest, "This app cannot be connected", bad.description)
		return
	}
	http.Redirect(w, r, req.back(url.Values{"error": {bad.code}, "error_description": {bad.description}}), http.StatusFound)
}

func (s *Server) pageRoutes() {
	for path, kind := range map[string]string{"page.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"} {
		s.mux.Handle("GET /sim/"+path, page(func(w http.ResponseWriter, _ *http.Request) {
			content, err := pageFiles.ReadFile("pages/" + path)
			if err != nil {
				http.Error(w, "not found", http.StatusNotFound)
				return
			}
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Cache-Control", "max-age=300")
			_, _ = w.Write(content) // the reader has gone; nothing to do
		}))
	}
	s.mux.Handle("GET /{$}", page(s.home))
	for path, serve := range map[string]http.HandlerFunc{
		"/app/{short}/invoicing":             s.invoicesPage,
		"/app/{short}/invoicing/view/{id}":   s.invoicePage,
		"/app/{short}/credit-notes":          s.creditsPage("credit-notes"),
		"/app/{short}/credit-notes/{id}":     s.creditPage,
		"/app/{short}/advances":              s.creditsPage("advances"),
		"/app/{short}/advances/{id}":         s.creditPage,
		"/app/{short}/payments":              s.paymentsPage,
		"/app/{short}/contacts":              s.contactsPage,
		"/app/{short}/contacts/contact/{id}": s.contactPage,
		"/app/{short}/settings":              s.settingsPage,
		"/online/{id}":                       s.onlinePage,

		"/AccountsReceivable/ViewCreditNote.aspx": s.oldCreditLink,
		"/organisationlogin/default.aspx":         s.organisationLogin,
	} {
		s.mux.Handle("GET "+path, page(serve))
	}
	s.mux.Handle("POST /app/{short}/invoicing/view/{id}/{action}", s.form(s.showInvoice, invoiceForms()))
	s.mux.Handle("POST /app/{short}/credit-notes/{id}/{action}", s.form(s.showCredit, creditForms()))
	s.mux.Handle("POST /app/{short}/advances/{id}/{action}", s.form(s.showCredit, creditForms()))
	s.mux.Handle("POST /app/{short}/payments/{action}", s.form(s.showPayments, paymentForms()))
	s.mux.Handle("POST /app/{short}/contacts/contact/{id}/{action}", s.form(s.showContact, contactForms()))
	s.mux.Handle("POST /app/{short}/settings/{action}", s.form(s.showSettings, settingForms()))
	s.mux.Handle("POST /app/{short}/settings/webhooks", page(s.webhooksPosted))
	s.mux.Handle("/", page(func(w http.ResponseWriter, _ *http.Request) {
		s.message(w, http.StatusNotFound, "Nothing here", "The Xero simulator has no such page.")
	}))
}

// booksOf finds an organisation by short code, with or without its "!"; s.mu is held.
func (s *Server) booksOf(short string) *books {
	for _, tenant := range s.order {
		if b := s.tenants[tenant]; strings.TrimPrefix(b.org.ShortCode, "!") == strings.TrimPrefix(short, "!") {
			return b
		}
	}
	return nil
}

func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	short := s.tenants[s.order[0]].org.ShortCode
	s.mu.Unlock()
	http.Redirect(w, r, "/app/"+url.PathEscape(short)+"/invoicing", http.StatusSeeOther)
}

func pageNumber(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 {
		return 1
	}
	return n
}
