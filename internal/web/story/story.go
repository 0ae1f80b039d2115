package story

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
)

// Now is the moment at which the stories take place.
func Now() time.Time { return time.Date(2025, time.March, 14, 3, 26, 0, 0, time.UTC) }

// Config is a site of stories whose reader is signed in, except on plain pages.
func Config() web.Config {
	sydney, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		sydney = time.FixedZone("AEDT", 11*60*60)
	}
	return web.Config{
		Mounters: []web.Mounter{Stories{}},
		Allow:    allow,
		Site:     site,
		Zone:     func(*http.Request) *time.Location { return sydney },
		Problem:  problem,
		Now:      Now,
	}
}

var errDenied = errors.New("denied")

func allow(_ *http.Request, permission string) error {
	switch permission {
	case "administer":
		return errDenied
	case "nobody":
		return web.ErrSignIn
	}
	return nil
}

func problem(err error) web.Problem {
	if errors.Is(err, errDenied) {
		return web.Problem{Status: http.StatusForbidden, Title: "Not for your role", Text: "An administrator can open this page. Ask Priya Nair.", Action: &ui.Link{Href: "/", Label: "Back to the overview"}}
	}
	return web.Problem{}
}

func site(*http.Request) ui.Site {
	return ui.Site{
		Name: "Renoz", Tagline: "Voltmark Batteries", Organisation: "Voltmark Batteries",
		User:      ui.User{Name: "Alex Kim", Initials: "AK", Role: "Finance", Email: "alex.kim@voltmark.example"},
		UserLinks: []ui.Link{{Href: "/account", Label: "Your account", Icon: icon.User}},
		Bell:      ui.Bell{Href: "/notifications", Unread: 3},
		Nav: []ui.NavGroup{
			{ID: "nav-business", Label: "Business", Items: []ui.NavItem{
				{ID: "overview", Href: "/", Icon: icon.LayoutDashboard, Label: "Overview", Keywords: "dashboard home"},
				{ID: "invoices", Href: "/invoices", Icon: icon.Receipt, Label: "Invoices", Keywords: "bills"},
				{ID: "new", Href: "/invoices/new", Icon: icon.FileText, Label: "New invoice", Keywords: "create"},
			}},
			{ID: "nav-sync", Label: "Sync", Items: []ui.NavItem{
				{ID: "issues", Href: "/nothing", Icon: icon.CircleAlert, Label: "Issues", Keywords: "failures errors retry", Count: 7},
				{ID: "settings", Href: "/settings", Icon: icon.Settings, Label: "Settings", Keywords: "preferences"},
			}},
		},
	}
}

// Stories mounts the pages.
type Stories struct{}

// Routes lists the pages.
func (s Stories) Routes() []web.Route {
	get := func(pattern string, h web.Handler) web.Route {
		return web.Route{Method: "GET", Pattern: pattern, Permission: web.SignedIn, Handle: h}
	}
	post := func(pattern string, h web.Handler) web.Route {
		return web.Route{Method: "POST", Pattern: pattern, Permission: web.SignedIn, Handle: h}
	}
	return []web.Route{
		get("/{$}", s.overview), get("/invoices", s.invoices), get("/invoices/{number}", s.invoice),
		get("/invoices/new", s.newInvoice), post("/invoices/new", s.saveInvoice), post("/invoices/{number}/void", s.void),
		get("/settings", s.settings), get("/nothing", s.nothing),
		get("/broken", func(http.ResponseWriter, *http.Request) error { return errors.New("the database password is hunter2") }),
		get("/panic", func(http.ResponseWriter, *http.Request) error { panic("lost") }),
		{Method: "GET", Pattern: "/secret", Permission: "administer", Handle: s.overview},
		{Method: "GET", Pattern: "/private", Permission: "nobody", Handle: s.overview},
		{Method: "POST", Pattern: "/private", Permission: "nobody", Handle: s.overview},
		{Method: "GET", Pattern: "/sign-in", Permission: web.Public, Handle: s.signIn},
		{Method: "GET", Pattern: "/events", Permission: web.SignedIn, Handle: s.events, Stream: true},
	}
}

// Notices words what the stories report.
func (Stories) Notices() map[string]func(*http.Request) *ui.Notice {
	return map[string]func(*http.Request) *ui.Notice{
		"invoice-saved": func(*http.Request) *ui.Notice {
			return &ui.Notice{Title: "Invoice saved", Text: "INV-1043 goes to Xero with the next run"}
		},
		"voided": func(r *http.Request) *ui.Notice {
			return &ui.Notice{Title: "Invoice voided", Text: "Xero follows", Undo: &ui.PostTo{URL: "/invoices/new", Back: "/invoices"}}
		},
	}
}

func (s Stories) overview(w http.ResponseWriter, r *http.Request) error {
	return web.ShowPage(w, r, ui.Page{Title: "Overview", Path: "/"}, overviewPage())
}

func (s Stories) invoices(w http.ResponseWriter, r *http.Request) error {
	list := find(r.FormValue("q"), r.FormValue("state"))
	if web.Target(r) == "invoices" {
		return web.ShowFragment(w, r, invoiceTable(list), ui.SegmentCounts("invoice-filter", segments()))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Invoices", Path: "/invoices"}, invoicesPage(list))
}

func (s Stories) invoice(w http.ResponseWriter, r *http.Request) error {
	number := r.PathValue("number")
	for _, i := range all() {
		if i.Number == number {
			page := ui.Page{Title: i.Number, Path: "/invoices", Parents: []ui.Link{{Href: "/invoices", Label: "Invoices"}}, Subject: ui.Subject{Kind: "invoice", ID: i.Number, Label: i.Number}}
			return web.ShowPage(w, r, page, invoicePage(i))
		}
	}
	return web.ErrNotFound
}

func (s Stories) void(w http.ResponseWriter, r *http.Request) error {
	return web.Redirect(w, r, r.FormValue("back"), "done", "voided")
}

func (s Stories) newInvoice(w http.ResponseWriter, r *http.Request) error {
	return s.showForm(w, r, http.StatusOK, draft{Customer: "Harbour Solar", Lines: []ui.Line{
		{Values: map[string]string{"product": "LFP-100", "description": "100 Ah lithium battery", "quantity": "4", "price": "1249.00"}},
		{Values: map[string]string{"product": "BMS-8S", "description": "Battery management board, 8 cells", "quantity": "4", "price": "89.50"}},
	}})
}

func (s Stories) saveInvoice(w http.ResponseWriter, r *http.Request) error {
	values, edited := web.Lines(r, "product", "description", "quantity", "price")
	d := draft{Customer: r.FormValue("customer"), Reference: r.FormValue("reference")}
	for _, v := range values {
		d.Lines = append(d.Lines, ui.Line{Values: v})
	}
	if edited {
		return s.showForm(w, r, http.StatusOK, d)
	}
	if d.check() > 0 {
		return s.showForm(w, r, http.StatusUnprocessableEntity, d)
	}
	return web.Redirect(w, r, "/invoices", "done", "invoice-saved")
}

func (s Stories) showForm(w http.ResponseWriter, r *http.Request, status int, d draft) error {
	switch web.Target(r) {
	case "lines":
		return web.ShowFragmentStatus(w, r, status, ui.Lines(d.editor()))
	case "invoice-form":
		return web.ShowFragmentStatus(w, r, status, invoiceForm(d))
	}
	page := ui.Page{Title: "New invoice", Path: "/invoices/new", Parents: []ui.Link{{Href: "/invoices", Label: "Invoices"}}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: newInvoicePage(d)})
}

func (s Stories) settings(w http.ResponseWriter, r *http.Request) error {
	return web.ShowPage(w, r, ui.Page{Title: "Settings", Path: "/settings"}, settingsPage())
}

func (s Stories) nothing(w http.ResponseWriter, r *http.Request) error {
	return web.ShowPage(w, r, ui.Page{Title: "Issues", Path: "/nothing"}, nothingPage())
}

func (s Stories) signIn(w http.ResponseWriter, r *http.Request) error {
	return web.ShowPage(w, r, ui.Page{Title: "Sign in", Plain: true, Text: "Use the address that your organisation knows."}, signInPage())
}

func (s Stories) events(w http.ResponseWriter, r *http.Request) error {
	out := web.NewStream(w)
	if err := out.Send(r.Context(), ui.State("running")); err != nil {
		return err
	}
	return out.Event("done")
}

func find(query, state string) []invoice {
	var found []invoice
	for _, i := range all() {
		if (state == "" || i.State == state) && strings.Contains(strings.ToLower(i.Number+i.Customer), strings.ToLower(query)) {
			found = append(found, i)
		}
	}
	return found
}
