package walltest

import (
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
		"/sync/history/export":       "is a download",
		"/xero/bulk/{run}/events":    "is a stream",
		"/xero/connect":              "leads to Xero",
		"/xero/invoices/{id}/online": "leads to Xero",
		"/xero/invoices/{id}/pdf":    "is a PDF",
		"/jobs/{path...}":            "is River's own",
	}
}

// also are further addresses of a pattern: other states of a record, filters.
// A name in braces is the key of an id.
func also() map[string][]string {
	return map[string][]string{
		"/xero/contacts":       {"/xero/contacts?tab=xero", "/xero/contacts?tab=renoz", "/xero/contacts?tab=linked", "/xero/contacts?tab=conflicts"},
		"/xero/bulk":           {"/xero/bulk?kind=all&direction=pull", "/xero/bulk?q=nobody"},
		"/xero/bulk/{run}":     {"/xero/bulk/{bulk paused}", "/xero/bulk/{bulk read}", "/xero/bulk/{bulk done}"},
		"/customers":           {"/customers?q=nobody+has+this+name"},
		"/products":            {"/products?q=battery"},
		"/orders":              {"/orders?state=picked"},
		"/orders/{id}":         {"/orders/{order picked}", "/orders/{order shipped}", "/orders/{order cancelled}"},
		"/invoices":            {"/invoices?state=overdue", "/invoices?customer={customers/{id}}"},
		"/invoices/{id}":       {"/invoices/{invoice draft}", "/invoices/{invoice sent}", "/invoices/{invoice part paid}", "/invoices/{invoice refused}", "/invoices/{invoice paid}", "/invoices/{invoice voided}"},
		"/invoices/{id}/edit":  {"/invoices/{invoice draft}/edit"},
		"/xero/reconciliation": {"/xero/reconciliation?run={reconciliation/{run}}", "/xero/reconciliation?run={reconciliation/{run}}&q=nothing+like+it"},
		"/credit-notes":        {"/credit-notes?state=issued"},
		"/credit-notes/{id}":   {"/credit-notes/{credit draft}", "/credit-notes/{credit applied}", "/credit-notes/{credit voided}"},
		"/credit-notes/new":    {"/credit-notes/new?invoice={invoices/{id}}"},
		"/users/{id}":          {"/users/{user disabled}"},
		"/sync/history":        {"/sync/history?status=failed"},
		"/sync/history/{id}":   {"/sync/history/{entry of success}"},
		"/sync/errors":         {"/sync/errors?state=dismissed", "/sync/errors?state=resolved"},
		"/sync/webhooks":       {"/sync/webhooks?state=failed"},
		"/sync/webhooks/{id}":  {"/sync/webhooks/{webhook ignored}", "/sync/webhooks/{webhook unmatched}", "/sync/webhooks/{webhook failed}", "/sync/webhooks/{webhook waiting}"},
	}
}

// everyday are the pages that people have open all day; they are looked at in
// all four ways.
func everyday() []string {
	return []string{"/{$}", "/customers", "/orders/{id}", "/invoices", "/invoices/{id}", "/xero", "/sync/errors", "/sync/history"}
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
	s.values[framedCard] = framed(s, s.app, auth.With(s.Context(), auth.System(s.org, "walls")))
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

// perTab is how many pages share a tab: opening one takes longer than looking
// at a page, and its time is limited.
const perTab = 10

// TestPages looks at every page with the demonstration's records. Looking in
// all four ways takes too long for every push, so that the pages alternate
// between two and two, but for everyday ones. With SHOTS all are looked at in
// all ways.
func TestPages(t *testing.T) {
	s := newShop(t)
	pages := s.pages()
	t.Run("looks", func(t *testing.T) { s.looks(t, pages) })
	t.Run("budget", func(t *testing.T) {
		for n, p := range pages {
			if n > 0 && pages[n-1].pattern == p.pattern {
				continue // another state of the same page
			}
			t.Run(strings.Trim(p.pattern, "/"), func(t *testing.T) {
				if os.Getenv("RENOZ_TEST_PAINT") == "" {
					t.Parallel() // weights do not depend on what else is loaded
				}
				webtest.Budget(t, s.url, s.view(webtest.View{}, p))
			})
		}
	})
}

// looks audits the pages in tabs of some pages each, which run beside each other.
func (s *shop) looks(t *testing.T, pages []page) {
	for i, v := range []webtest.View{{}, {Device: webtest.Phone, Dark: true}, {Dark: true}, {Device: webtest.Phone}} {
		var chosen []page
		for n, p := range pages {
			if os.Getenv("SHOTS") != "" || slices.Contains(everyday(), p.pattern) || n%2 == i/2 {
				chosen = append(chosen, p)
			}
		}
		for some := range slices.Chunk(chosen, perTab) {
			t.Run(v.Device.String()+map[bool]string{false: "-light", true: "-dark"}[v.Dark], func(t *testing.T) {
				t.Parallel()
				s.look(t, v, some)
			})
		}
	}
}

func (s *shop) view(v webtest.View, p page) webtest.View {
	v.Path = p.path
	if !p.open {
		v.Cookies = []*http.Cookie{s.cookie}
	}
	return v
}

// look audits pages in tabs, one for those with and one for those without
// sign-in.
func (s *shop) look(whole *testing.T, v webtest.View, pages []page) {
	whole.Helper()
	tabs := map[bool]*webtest.Page{}
	for _, p := range pages {
		whole.Run(strings.Trim(p.pattern, "/"), func(t *testing.T) {
			tab := tabs[p.open]
			if tab == nil {
				tab = webtest.Open(whole, s.url, s.view(v, p))
				tabs[p.open] = tab
			}
			at := *tab
			at.TB = t
			t.Log(p.path)
			at.Go(p.path)
			if got := webtest.Get[int](&at, `performance.getEntriesByType('navigation')[0].responseStatus`); got != http.StatusOK {
				t.Errorf("%s answers %d", p.path, got)
			}
			at.Look(shotName(v, p))
		})
	}
}

func shotName(v webtest.View, p page) string {
	name := strings.Trim(strings.NewReplacer("/", "-", "{", "", "}", "", "$", "").Replace(p.pattern), "-")
	rest := p.path
	if len(rest) > 24 {
		rest = rest[len(rest)-24:]
	}
	return name + "_" + v.Device.String() + map[bool]string{false: "-light", true: "-dark"}[v.Dark] + strings.NewReplacer("?", "-", "/", "-", "&", "-").Replace("_"+rest)
}
