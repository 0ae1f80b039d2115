package walltest

import (
	"cmp"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/webtest"
)

// apart are addresses that are no pages of ours: nobody opens them to read.
func apart() map[string]string {
	return map[string]string{
		"/sync/history/export":            "is a download",
		"/mail/suppressions/export":       "is a download",
		"/mail/analytics/export":          "is a download",
		"/mail/consents/export":           "is a download",
		"/mail/imports/{id}/refused":      "is a download",
		mailContent:                       "is a mail, for the frame on its page",
		"/mail/campaigns/{id}/events":     "is a stream",
		"/mail/campaigns/{id}/recipients": "is a download",
		"/mail/campaigns/{id}/lines":      "is a download",
		sampleContent:                     "is a mail, for the frame on its page",
		"/xero/bulk/{run}/events":         "is a stream",
		"/assistant/{id}/events":          "is a stream",
		"/assistant/{id}/export":          "is a download",
		"/xero/connect":                   "leads to Xero",
		"/xero/invoices/{id}/online":      "leads to Xero",
		"/xero/invoices/{id}/pdf":         "is a PDF",
		"/jobs/{path...}":                 "is River's own",
		draftContent:                      "is a mail, for the frame on its page",
	}
}

// also are further addresses of a pattern: other states of a record, filters.
// A name in braces is the key of an id.
func also() map[string][]string {
	return map[string][]string{
		"/xero/contacts":          {"/xero/contacts?tab=xero", "/xero/contacts?tab=renoz", "/xero/contacts?tab=linked", "/xero/contacts?tab=conflicts"},
		"/xero/bulk":              {"/xero/bulk?kind=all&direction=pull", "/xero/bulk?q=nobody"},
		"/xero/bulk/{run}":        {"/xero/bulk/{bulk paused}", "/xero/bulk/{bulk read}", "/xero/bulk/{bulk done}"},
		"/customers":              {"/customers?q=nobody+has+this+name"},
		"/products":               {"/products?q=battery"},
		"/orders":                 {"/orders?state=picked"},
		"/orders/{id}":            {"/orders/{order picked}", "/orders/{order shipped}", "/orders/{order cancelled}"},
		"/invoices":               {"/invoices?state=overdue", "/invoices?customer={customers/{id}}"},
		"/invoices/{id}":          {"/invoices/{invoice draft}", "/invoices/{invoice sent}", "/invoices/{invoice part paid}", "/invoices/{invoice refused}", "/invoices/{invoice paid}", "/invoices/{invoice voided}"},
		"/invoices/{id}/edit":     {"/invoices/{invoice draft}/edit"},
		"/xero/reconciliation":    {"/xero/reconciliation?run={reconciliation/{run}}", "/xero/reconciliation?run={reconciliation/{run}}&q=nothing+like+it"},
		"/credit-notes":           {"/credit-notes?state=issued"},
		"/credit-notes/{id}":      {"/credit-notes/{credit draft}", "/credit-notes/{credit applied}", "/credit-notes/{credit voided}"},
		"/credit-notes/new":       {"/credit-notes/new?invoice={invoices/{id}}"},
		"/mail":                   {"/mail?state=bounced", "/mail?q=nobody", "/mail?customer={customers/{id}}"},
		"/mail/{id}":              {"/mail/{mail queued}", "/mail/{mail failed}", "/mail/{mail bounced}", "/mail/{mail suppressed}"},
		"/templates":              {"/templates?q=nobody+wrote+it"},
		"/templates/{key}":        {"/templates/receipt"},
		"/mail/campaigns":         {"/mail/campaigns?q=nobody"},
		"/assistant":              {"/assistant?q=nobody+said+this", "/assistant?archived=1"},
		"/mail/analytics":         {"/mail/analytics?by=domain&q=nobody"},
		"/mail/bounces":           {"/mail/bounces?days=own&from=1"},
		"/mail/reminders":         {"/mail/reminders?q=nobody"},
		"/mail/suppressions":      {"/mail/suppressions?reason=manual", "/mail/suppressions?tab=removed", "/mail/suppressions?tab=unsubscribed", "/mail/suppressions?q=nobody"},
		"/mail/domains":           {"/mail/domains?q=nobody"},
		"/users/{id}":             {"/users/{user disabled}"},
		"/sync/history":           {"/sync/history?status=failed"},
		"/sync/history/{id}":      {"/sync/history/{entry of success}"},
		"/sync/errors":            {"/sync/errors?state=dismissed", "/sync/errors?state=resolved"},
		"/sync/webhooks":          {"/sync/webhooks?state=failed"},
		"/sync/webhooks/{id}":     {"/sync/webhooks/{webhook ignored}", "/sync/webhooks/{webhook unmatched}", "/sync/webhooks/{webhook failed}", "/sync/webhooks/{webhook waiting}"},
		"/mail/suppressions/{id}": {"/mail/suppressions/{suppressions removed}"},
		"/mail/imports/{id}":      {"/mail/imports/{import done}"},
	}
}

// page is one address to look at.
type page struct {
	pattern, path string
	open          bool // without sign-in
}

// pages are all that a person opens, from the table of routes.
func (s *shop) pages() []page {
	s.Helper()
	var all []page
	more := also()
	for _, card := range framedCards() {
		s.values[card.path] = card.link(s, s.app, auth.With(s.Context(), auth.System(s.org, "walls")))
	}
	for _, r := range s.site.Routes {
		if method(r) != http.MethodGet || apart()[r.Pattern] != "" {
			continue
		}
		path, err := fill(r.Pattern, s.values)
		s.check(err)
		all = append(all, page{r.Pattern, path, r.Permission == web.Public})
		for _, another := range more[r.Pattern] {
			for key, id := range s.values {
				another = strings.ReplaceAll(another, "{"+key+"}", id)
			}
			if strings.Contains(another, "{") {
				s.Errorf("%s: %s has no id", r.Pattern, another)
			}
			all = append(all, page{r.Pattern, another, false})
		}
		delete(more, r.Pattern)
	}
	for pattern := range more {
		s.Errorf("there is no page %s any more", pattern)
	}
	return all
}

// perTab is how many pages share a tab where they are weighed: as many as its
// time allows.
const perTab = 10

// TestPages looks at every page with the demonstration's records, and weighs it.
func TestPages(t *testing.T) {
	s := newShop(t)
	pages := s.pages()
	slices.SortStableFunc(pages, func(a, b page) int { return cmp.Compare(locked(a), locked(b)) })
	var all, weighed []webtest.View
	for n, p := range pages {
		all = append(all, s.view(p))
		if n == 0 || pages[n-1].pattern != p.pattern { // not another state of the same page
			weighed = append(weighed, s.view(p))
		}
	}
	webtest.Check(t, s.url, all...)
	t.Run("budget", func(t *testing.T) {
		for some := range slices.Chunk(weighed, perTab) {
			t.Run("", func(t *testing.T) {
				if os.Getenv("RENOZ_TEST_PAINT") == "" {
					t.Parallel() // weights do not depend on what else is loaded
				}
				webtest.Budget(t, s.url, some...)
			})
		}
	})
}

// locked sorts pages by whether they need a sign-in.
func locked(p page) int {
	if p.open {
		return 0
	}
	return 1
}

func (s *shop) view(p page) webtest.View {
	v := webtest.View{Path: p.path}
	if !p.open {
		v.Cookies = []*http.Cookie{s.cookie}
	}
	return v
}
