package analyticspages

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// Pages mounts the pages; it is a web.Mounter and a web.Noticer.
type Pages struct{ resend *resend.Service }

// New makes the pages.
func New(s *resend.Service) *Pages { return &Pages{s} }

const (
	home       = "/mail/analytics"
	bouncesURL = "/mail/bounces"
)

// Routes lists the pages.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Pattern: home, Permission: string(auth.MailView), Handle: p.report},
		{Method: http.MethodGet, Pattern: home + "/export", Permission: string(auth.MailView), Handle: p.export},
		{Method: http.MethodGet, Pattern: bouncesURL, Permission: string(auth.MailView), Handle: p.bounces},
		{Method: http.MethodPost, Pattern: bouncesURL + "/resume", Permission: string(auth.MailSettings), Handle: p.resume},
	}
}

// Notices words what the pages report.
func (p *Pages) Notices() map[string]func(*http.Request) *ui.Notice {
	return map[string]func(*http.Request) *ui.Notice{
		"marketing-resumed": func(*http.Request) *ui.Notice {
			return &ui.Notice{Title: "Marketing mail goes on", Text: "What came back until now counts no more. It pauses again when too much of what leaves from now on comes back."}
		},
	}
}

// resume lets marketing mail leave again.
func (p *Pages) resume(w http.ResponseWriter, r *http.Request) error {
	if err := p.resend.ResumeMarketing(r.Context()); err != nil {
		return err
	}
	return web.Redirect(w, r, bouncesURL, "done", "marketing-resumed")
}

// The periods that are offered beside one of one's own.
const (
	usual = 30
	own   = "own"
)

// span is the period that an address asks for.
type span struct {
	resend.Period
	Days     string // 7, 30, 90 or own
	From, To string // as they were typed
	Wrong    string // what cannot be read
}

// spanOf reads it. One that cannot be read is said, and the usual one shown.
func (p *Pages) spanOf(r *http.Request) (span, error) {
	today, err := p.resend.Today(r.Context())
	if err != nil {
		return span{}, err
	}
	s := span{Days: r.FormValue("days"), From: strings.TrimSpace(r.FormValue("from")), To: strings.TrimSpace(r.FormValue("to"))}
	if s.Days != own {
		n, err := strconv.Atoi(s.Days)
		if err != nil || n != 7 && n != 90 {
			n = usual
		}
		s.Days, s.Period = strconv.Itoa(n), resend.LastDays(today, n)
		s.From, s.To = s.First.Format(), s.Last.Format()
		return s, nil
	}
	first, wrongFirst := crm.ParseDay(s.From)
	last, wrongLast := crm.ParseDay(s.To)
	s.Period = resend.Period{First: first, Last: last}
	switch err := s.Check(); {
	case s.From == "" || s.To == "":
		s.Wrong = "Enter the first and the last day."
	case wrongFirst != nil || wrongLast != nil:
		s.Wrong = "Write days as DD/MM/YYYY."
	case err != nil && last.Before(first):
		s.Wrong = "The last day is before the first."
	case err != nil:
		s.Wrong = "Choose at most three years."
	}
	if s.Wrong != "" {
		s.Period = resend.LastDays(today, usual)
	}
	return s, nil
}

// query is what an address has of the period.
func (s span) query() [][2]string {
	if s.Days == own {
		return [][2]string{{"days", own}, {"from", s.From}, {"to", s.To}}
	}
	return [][2]string{{"days", s.Days}}
}

func (s span) segments() []ui.Segment {
	return []ui.Segment{{Value: "7", Label: "7 days"}, {Value: "30", Label: "30 days"}, {Value: "90", Label: "90 days"}, {Value: own, Label: "Own"}}
}

func (s span) words() string {
	return s.First.Format() + " to " + s.Last.Format() + ", compared with the " + ui.Plural(s.Period.Days(), "day", "days") + " before"
}

func address(path string, values ...[2]string) string {
	q := url.Values{}
	for _, v := range values {
		if v[1] != "" {
			q.Set(v[0], v[1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func mailLink() ui.Link { return ui.Link{Href: "/mail", Label: "Mail"} }

// facetOf is what rows are by.
func facetOf(r *http.Request) mail.Facet {
	for _, f := range mail.Facets() {
		if string(f) == r.FormValue("by") {
			return f
		}
	}
	return mail.ByTemplate
}
