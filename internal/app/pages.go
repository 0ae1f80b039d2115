package app

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/accountpages"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
)

// pages is the site for people.
func (a *App) pages(ctx context.Context, figures *metrics) (*web.Server, error) {
	accounts := accountpages.New(accountpages.Config{
		Auth: a.Auth, Store: a.Store, Notify: a.Notifier, Now: a.Config.Now,
		Secure: strings.HasPrefix(a.Config.URL, "https://"), Hints: hints(a.Config.Hints),
	})
	mounters, err := a.mounters(ctx, accounts)
	if err != nil {
		return nil, err
	}
	return web.New(web.Config{
		Mounters: mounters, Authenticate: a.Auth.Middleware, Allow: accountpages.Allow,
		Site: func(r *http.Request) ui.Site { return a.site(r, accounts.Site(r)) },
		Zone: a.zone, Problem: problem, Observe: figures.observe, Log: a.Config.Log, Now: a.Config.Now, PublicURL: a.Config.URL,
	})
}

func hints(given []Hint) []accountpages.Hint {
	out := make([]accountpages.Hint, len(given))
	for i, h := range given {
		out[i] = accountpages.Hint(h)
	}
	return out
}

// site adds the navigation that the reader may use.
func (a *App) site(r *http.Request, s ui.Site) ui.Site {
	s.Name, s.Tagline = "Renoz", "Records and accounts"
	me, ok := auth.From(r.Context())
	if !ok {
		return s
	}
	unseen := 0
	if me.Can(auth.ErrorsView) {
		_, n, err := a.Store.CountFailures(r.Context(), me.Org)
		if err != nil { // the page itself tells whether the database answers
			a.Config.Log.ErrorContext(r.Context(), "errors could not be counted", "error", err)
		}
		unseen = n
	}
	for _, group := range navigation(unseen) {
		var items []ui.NavItem
		for _, item := range group.items {
			if item.permission == "" || me.Can(item.permission) {
				items = append(items, item.NavItem)
			}
		}
		if len(items) > 0 {
			s.Nav = append(s.Nav, ui.NavGroup{ID: "nav-" + strings.ToLower(group.label), Label: group.label, Items: items})
		}
	}
	return s
}

type navItem struct {
	ui.NavItem
	permission auth.Permission
}

type navGroup struct {
	label string
	items []navItem
}

func navigation(unseen int) []navGroup {
	return []navGroup{
		{"Business", []navItem{
			{ui.NavItem{ID: "overview", Href: "/", Icon: icon.LayoutDashboard, Label: "Overview", Keywords: "home dashboard"}, ""},
			{ui.NavItem{ID: "assistant", Href: "/assistant", Icon: icon.Bot, Label: "Assistant", Keywords: "ask chat claude question"}, auth.AssistantUse},
			{ui.NavItem{ID: "customers", Href: "/customers", Icon: icon.Users, Label: "Customers", Keywords: "contacts people"}, auth.CustomersView},
			{ui.NavItem{ID: "orders", Href: "/orders", Icon: icon.Truck, Label: "Orders", Keywords: "ship sales"}, auth.OrdersView},
			{ui.NavItem{ID: "invoices", Href: "/invoices", Icon: icon.FileText, Label: "Invoices", Keywords: "payments bills"}, auth.InvoicesView},
			{ui.NavItem{ID: "credit-notes", Href: "/credit-notes", Icon: icon.Undo2, Label: "Credit notes", Keywords: "refund allocate"}, auth.CreditNotesView},
			{ui.NavItem{ID: "products", Href: "/products", Icon: icon.Package, Label: "Products", Keywords: "prices sku"}, auth.ProductsView},
		}},
		{"Exchange", []navItem{
			{ui.NavItem{ID: "xero", Href: "/xero", Icon: icon.Plug, Label: "Xero", Keywords: "connect accounting settings"}, auth.SyncView},
			{ui.NavItem{ID: "contacts", Href: "/xero/contacts", Icon: icon.Users, Label: "Contacts", Keywords: "xero match link import conflicts"}, auth.SyncView},
			{ui.NavItem{ID: "bulk", Href: "/xero/bulk", Icon: icon.Upload, Label: "Bulk runs", Keywords: "send read all preview"}, auth.SyncView},
			{ui.NavItem{ID: "reconciliation", Href: "/xero/reconciliation", Icon: icon.GitCompare, Label: "Reconciliation", Keywords: "compare differences totals"}, auth.SyncView},
			{ui.NavItem{ID: "errors", Href: "/sync/errors", Icon: icon.CircleAlert, Label: "Errors", Keywords: "failed retry", Count: unseen}, auth.ErrorsView},
			{ui.NavItem{ID: "history", Href: "/sync/history", Icon: icon.History, Label: "History", Keywords: "log calls"}, auth.SyncView},
			{ui.NavItem{ID: "webhooks", Href: "/sync/webhooks", Icon: icon.Webhook, Label: "Webhooks", Keywords: "events"}, auth.SyncView},
		}},
		{"Mail", []navItem{
			{ui.NavItem{ID: "mail", Href: "/mail", Icon: icon.Mail, Label: "Mail", Keywords: "e-mail messages sent resend"}, auth.MailView},
			{ui.NavItem{ID: "campaigns", Href: "/mail/campaigns", Icon: icon.Send, Label: "Campaigns", Keywords: "newsletter batch marketing schedule"}, auth.MailView},
			{ui.NavItem{ID: "reminders", Href: "/mail/reminders", Icon: icon.Clock, Label: "Reminders", Keywords: "overdue unpaid dunning chase"}, auth.MailView},
			{ui.NavItem{ID: "analytics", Href: "/mail/analytics", Icon: icon.ChartColumn, Label: "Analytics", Keywords: "report opens clicks bounces rates"}, auth.MailView},
			{ui.NavItem{ID: "templates", Href: "/templates", Icon: icon.ScrollText, Label: "Templates", Keywords: "letters words design preview"}, auth.MailView},
			{ui.NavItem{ID: "domains", Href: "/mail/domains", Icon: icon.Globe, Label: "Domains", Keywords: "sending dns spf dkim dmarc verify records"}, auth.MailSettings},
			{ui.NavItem{ID: "suppressions", Href: "/mail/suppressions", Icon: icon.Ban, Label: "Suppressions", Keywords: "bounced complained unsubscribed addresses"}, auth.MailView},
			{ui.NavItem{ID: "mail-settings", Href: "/mail/settings", Icon: icon.Settings, Label: "Mail settings", Keywords: "resend key sender webhook pause"}, auth.MailSettings},
		}},
		{"Administration", []navItem{
			{ui.NavItem{ID: "users", Href: "/users", Icon: icon.User, Label: "Users", Keywords: "roles people"}, auth.UsersView},
			{ui.NavItem{ID: "tokens", Href: "/tokens", Icon: icon.KeyRound, Label: "API tokens", Keywords: "programs"}, auth.TokensManage},
			{ui.NavItem{ID: "organisation", Href: "/organisation", Icon: icon.Building2, Label: "Organisation", Keywords: "settings"}, auth.OrganisationEdit},
			{ui.NavItem{ID: "jobs", Href: "/jobs/", Icon: icon.ListChecks, Label: "Jobs", Keywords: "queue river"}, auth.JobsView},
		}},
	}
}

// zone is the reader's organisation's time zone.
func (a *App) zone(r *http.Request) *time.Location {
	me, ok := auth.From(r.Context())
	if !ok {
		return time.UTC
	}
	org, err := a.Store.Organisation(r.Context(), me.Org)
	if err != nil {
		return time.UTC
	}
	return org.Location()
}

// problem words the errors of the business for pages.
func problem(err error) web.Problem {
	var e *crm.Error
	if !errors.As(err, &e) || errors.Is(err, web.ErrSignIn) {
		return web.Problem{}
	}
	titles := map[crm.Kind]web.Problem{
		crm.Invalid:         {Status: http.StatusUnprocessableEntity, Title: "Something needs to be changed"},
		crm.NotFound:        {Status: http.StatusNotFound, Title: "Not found"},
		crm.Conflict:        {Status: http.StatusConflict, Title: "Not possible now"},
		crm.Forbidden:       {Status: http.StatusForbidden, Title: "Not allowed"},
		crm.Unauthenticated: {Status: http.StatusUnauthorized, Title: "Sign in"},
		crm.TooMany:         {Status: http.StatusTooManyRequests, Title: "Too many requests"},
		crm.Unavailable:     {Status: http.StatusServiceUnavailable, Title: "Not available now"},
		crm.Malformed:       {Status: http.StatusBadRequest, Title: "Not readable"},
		crm.TooLarge:        {Status: http.StatusRequestEntityTooLarge, Title: "Too large"},
		crm.Precondition:    {Status: http.StatusPreconditionFailed, Title: "Not possible now"},
	}
	p := titles[e.Kind]
	p.Text = e.Message
	return p
}
