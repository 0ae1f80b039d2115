package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/story"
	"github.com/renoz/renoz/internal/web/ui"
)

type request struct {
	method, path string
	form         url.Values
	header       []string
}

// ask sends one request to the stories.
func ask(t *testing.T, q request, change ...func(*web.Config)) *httptest.ResponseRecorder {
	t.Helper()
	c := story.Config()
	for _, f := range change {
		f(&c)
	}
	h, err := web.New(c)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(q.method, q.path, strings.NewReader(q.form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(q.header); i += 2 {
		r.Header.Set(q.header[i], q.header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func partial(id string) []string {
	return []string{"HX-Request", "true", "HX-Request-Type", "partial", "HX-Target", "div#" + id}
}

func TestOneAddressServesPageAndFragment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		header []string
		page   bool
	}{
		"browser":         {nil, true},
		"htmx fragment":   {partial("invoices"), false},
		"htmx whole page": {[]string{"HX-Request", "true", "HX-Request-Type", "full", "HX-Target", "body"}, true},
		"unknown target":  {partial("else"), true},
	} {
		w := ask(t, request{"GET", "/invoices?q=marine", nil, c.header})
		body := w.Body.String()
		if page := strings.Contains(body, "<html"); page != c.page || !strings.Contains(body, "INV-1039") {
			t.Errorf("%s: whole page %v", name, page)
		}
		if vary := strings.Join(w.Header().Values("Vary"), ", "); !strings.Contains(vary, "HX-Target") {
			t.Errorf("%s: Vary is %q", name, vary)
		}
	}
}

func TestPostRedirects(t *testing.T) {
	t.Parallel()
	w := ask(t, request{"POST", "/invoices/INV-1042/void", url.Values{"back": {"/invoices?q=a&done=old"}}, nil})
	if at := w.Header().Get("Location"); w.Code != http.StatusSeeOther || at != "/invoices?done=voided&q=a" {
		t.Errorf("%d to %q", w.Code, at)
	}
	if w := ask(t, request{"GET", "/invoices?done=voided", nil, nil}); !strings.Contains(w.Body.String(), "Invoice voided") {
		t.Error("the page does not say what was done")
	}
	if w := ask(t, request{"GET", "/invoices?done=forged", nil, nil}); strings.Contains(w.Body.String(), "forged") {
		t.Error("a forged notice is shown")
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, path string
		status       int
		words        string
	}{
		{"GET", "/absent", 404, "Not found"},
		{"GET", "/invoices/INV-0", 404, "Not found"},
		{"DELETE", "/invoices", 405, "Not possible here"},
		{"GET", "/secret", 403, "Ask Priya Nair"},
		{"GET", "/broken", 500, "Something went wrong"},
		{"GET", "/panic", 500, "Something went wrong"},
	} {
		w := ask(t, request{c.method, c.path, nil, nil})
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.words) || !strings.Contains(w.Body.String(), "<html") {
			t.Errorf("%s %s: %d %.200s", c.method, c.path, w.Code, w.Body)
		}
		w = ask(t, request{c.method, c.path, nil, partial("invoices")})
		if w.Code != c.status || w.Header().Get("HX-Reswap") != "none" || !strings.Contains(w.Body.String(), `hx-target="#toaster"`) {
			t.Errorf("htmx %s %s: %d, HX-Reswap %q", c.method, c.path, w.Code, w.Header().Get("HX-Reswap"))
		}
	}
	if allow := ask(t, request{"DELETE", "/invoices", nil, nil}).Header().Get("Allow"); !strings.Contains(allow, "GET") {
		t.Errorf("Allow is %q", allow)
	}
}

func TestUnknownErrorIsLoggedAndWithheld(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := ask(t, request{"GET", "/broken", nil, nil}, func(c *web.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	id := w.Header().Get("X-Request-Id")
	if strings.Contains(w.Body.String(), "hunter2") || !strings.Contains(w.Body.String(), id) {
		t.Error("the page shows the error, or not its number")
	}
	if !strings.Contains(log.String(), "hunter2") || !strings.Contains(log.String(), id) {
		t.Errorf("the log reads %s", log.String())
	}
}

func TestSignInComesBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request
		status int
		header string
		want   string
	}{
		"page":         {request{"GET", "/private?q=a", nil, nil}, 303, "Location", "/sign-in?back=%2Fprivate%3Fq%3Da"},
		"form":         {request{"POST", "/private", url.Values{"back": {"/invoices"}}, nil}, 303, "Location", "/sign-in?back=%2Finvoices"},
		"foreign back": {request{"POST", "/private", url.Values{"back": {"//evil.example"}}, nil}, 303, "Location", "/sign-in?back=%2F"},
		"htmx":         {request{"POST", "/private", nil, append(partial("x"), "HX-Current-URL", "https://renoz.example/invoices?q=a")}, 204, "HX-Redirect", "/sign-in?back=%2Finvoices%3Fq%3Da"},
	} {
		w := ask(t, c.request)
		if got := w.Header().Get(c.header); w.Code != c.status || got != c.want {
			t.Errorf("%s: %d to %q", name, w.Code, got)
		}
	}
}

func TestStrangersSeeNoNavigation(t *testing.T) {
	t.Parallel()
	stranger := func(c *web.Config) { c.Site = func(*http.Request) ui.Site { return ui.Site{Name: "Renoz"} } }
	for _, path := range []string{"/sign-in", "/absent"} {
		if body := ask(t, request{"GET", path, nil, nil}, stranger).Body.String(); strings.Contains(body, `class="sidebar"`) || strings.Count(body, "<h1") != 1 {
			t.Errorf("%s shows the navigation or more than one heading", path)
		}
	}
	if body := ask(t, request{"GET", "/sign-in", nil, nil}).Body.String(); strings.Contains(body, `class="sidebar"`) {
		t.Error("a plain page shows the navigation")
	}
}

func TestCrossSitePostIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, value string
		want        int
	}{
		{"Sec-Fetch-Site", "cross-site", http.StatusForbidden},
		{"Sec-Fetch-Site", "same-origin", http.StatusSeeOther},
		{"Origin", "https://evil.example", http.StatusForbidden},
		{"X-Other", "", http.StatusSeeOther}, // not a browser: authentication has to stop it
	} {
		if w := ask(t, request{"POST", "/invoices/INV-1042/void", nil, []string{c.name, c.value}}); w.Code != c.want {
			t.Errorf("%s %s: %d, want %d", c.name, c.value, w.Code, c.want)
		}
	}
}

func TestBodyIsBounded(t *testing.T) {
	t.Parallel()
	if w := ask(t, request{"POST", "/invoices/new", url.Values{"note": {strings.Repeat("x", 1<<20)}}, nil}); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large form answers %d", w.Code)
	}
	if w := ask(t, request{"POST", "/invoices/new", nil, []string{"Content-Type", "multipart/form-data; boundary=x"}}); w.Code != http.StatusBadRequest {
		t.Errorf("a damaged form answers %d", w.Code)
	}
}

// forbidden is what the policy blocks, or what would need a weaker one.
var forbidden = regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|hx-on|srcdoc=|<script>|<style|javascript:|="js:|hx-trigger="[^"]*\[`)

func TestPagesHoldNothingInline(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/invoices?done=voided", "/invoices/INV-1042", "/invoices/new", "/settings", "/nothing", "/sign-in", "/absent", "/broken"} {
		w := ask(t, request{"GET", path, nil, nil}, func(c *web.Config) { c.PublicURL = "https://renoz.example" })
		for name, part := range map[string]string{
			"Content-Security-Policy": web.Policy, "Strict-Transport-Security": "max-age=", "X-Content-Type-Options": "nosniff",
			"Permissions-Policy": "camera=()", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if got := w.Header().Get(name); !strings.Contains(got, part) {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if found := forbidden.FindString(w.Body.String()); found != "" {
			t.Errorf("%s holds %q", path, found)
		}
	}
	if got := ask(t, request{"GET", "/", nil, nil}).Header().Get("Strict-Transport-Security"); got != "" {
		t.Errorf("plain http promises %q", got)
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	w := ask(t, request{"GET", "/invoices", nil, []string{"Accept-Encoding", "gzip"}})
	zr, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(zr); err != nil || !strings.Contains(string(body), "INV-1042") {
		t.Errorf("%v: %.100s", err, body)
	}
	w = ask(t, request{"GET", "/events", nil, []string{"Accept-Encoding", "gzip"}})
	if w.Header().Get("Content-Encoding") != "" || !w.Flushed || !strings.HasSuffix(w.Body.String(), "event: done\ndata: done\n\n") {
		t.Errorf("the stream is %q", w.Body)
	}
}

type mounted []web.Route

func (m mounted) Routes() []web.Route { return m }

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	fine := func(http.ResponseWriter, *http.Request) error { return errors.New("unused") }
	for name, mounters := range map[string][]web.Mounter{
		"no permission":   {mounted{{Method: "GET", Pattern: "/a", Handle: fine}}},
		"no handler":      {mounted{{Method: "GET", Pattern: "/a", Permission: web.Public}}},
		"bad pattern":     {mounted{{Method: "GET", Pattern: "a b {", Permission: web.Public, Handle: fine}}},
		"same address":    {story.Stories{}, mounted{{Method: "GET", Pattern: "/invoices", Permission: web.Public, Handle: fine}}},
		"the same notice": {noted{}, noted{}},
	} {
		c := story.Config()
		c.Mounters = mounters
		if _, err := web.New(c); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

type noted struct{ mounted }

func (noted) Notices() map[string]func(*http.Request) *ui.Notice {
	return map[string]func(*http.Request) *ui.Notice{"saved": func(*http.Request) *ui.Notice { return nil }}
}

// Without Allow nothing but public routes is open.
func TestClosedByDefault(t *testing.T) {
	t.Parallel()
	for _, route := range (story.Stories{}).Routes() {
		if route.Method != "GET" || strings.Contains(route.Pattern, "{number}") {
			continue
		}
		w := ask(t, request{"GET", strings.TrimSuffix(route.Pattern, "{$}"), nil, nil}, func(c *web.Config) { c.Allow = nil })
		if open := w.Code != http.StatusSeeOther; open != (route.Permission == web.Public) {
			t.Errorf("%s answers %d", route.Pattern, w.Code)
		}
	}
}

func TestLocalURL(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/issues?q=a": "/issues?q=a", "": "/", "issues": "/", "//evil.example": "/", "https://evil.example/x": "/",
		`/\evil.example`: "/%5Cevil.example", "////evil.example": "/", "javascript:alert(1)": "/", "%zz": "/",
	} {
		if got := web.LocalURL(to).String(); got != want {
			t.Errorf("%q becomes %q, want %q", to, got, want)
		}
	}
}

func FuzzLocalURL(f *testing.F) {
	for _, s := range []string{"/a", "//b", `/\b`, "/%2f%2fb", "https:/b", "/a?b=c#d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, to string) {
		got := web.LocalURL(to).String()
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.HasPrefix(got, `/\`) {
			t.Errorf("%q becomes %q", to, got)
		}
	})
}

func TestLines(t *testing.T) {
	t.Parallel()
	base := url.Values{"a": {"1", "2", "3"}, "b": {"x", "y"}}
	for name, c := range map[string]struct {
		button, value string
		lines         int
		edited        bool
		second        string
	}{
		"saved":            {"", "", 3, false, "2"},
		"added":            {"add-line", "1", 4, true, "2"},
		"removed":          {"remove-line", "1", 2, true, "3"},
		"removed nothing":  {"remove-line", "9", 3, true, "2"},
		"removed nonsense": {"remove-line", "x", 3, true, "2"},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Form = url.Values{"a": base["a"], "b": base["b"]}
		if c.button != "" {
			r.Form.Set(c.button, c.value)
		}
		lines, edited := web.Lines(r, "a", "b")
		if len(lines) != c.lines || edited != c.edited || lines[1]["a"] != c.second {
			t.Errorf("%s: %v, edited %v", name, lines, edited)
		}
	}
}
