package resendpages

import (
	"cmp"
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

const (
	suppressionsURL = "/mail/suppressions"
	suppressionsID  = "suppressions" // the element that holds the list
)

// suppressionRoutes lists the pages about addresses that are not written to.
func (p *Pages) suppressionRoutes() []web.Route {
	return append([]web.Route{
		get(suppressionsURL, auth.MailView, p.suppressions),
		{Method: http.MethodGet, Pattern: suppressionsURL + "/export", Permission: string(auth.MailView), Handle: p.exportSuppressions, Stream: true},
		get(suppressionsURL+"/new", auth.MailSettings, p.newSuppression),
		post(suppressionsURL+"/new", auth.MailSettings, p.suppress),
		post(suppressionsURL+"/sync", auth.MailSettings, p.exchange),
		get(suppressionsURL+"/{id}", auth.MailView, p.showSuppression),
		get(suppressionsURL+"/{id}/remove", auth.MailSettings, p.removal),
		post(suppressionsURL+"/{id}/remove", auth.MailSettings, p.unsuppress),
		{Method: http.MethodGet, Pattern: "/mail/consents/export", Permission: string(auth.MailView), Handle: p.exportConsents, Stream: true},
	}, p.importRoutes()...)
}

// suppressionsView is what the list of suppressions shows.
type suppressionsView struct {
	reader
	mail.SuppressionFilter
	Since, To string // days, as they were typed
	Wrong     string // what is wrong with them
	Rows      []mail.Suppression
	Next      string
	List      resend.ListStanding
}

func (p *Pages) suppressions(w http.ResponseWriter, r *http.Request) error {
	v, err := p.suppressionsView(r)
	if err != nil {
		return err
	}
	f := v.SuppressionFilter
	f.Limit = pageSize + 1
	if v.Rows, err = p.resend.Suppressions(r.Context(), f); err != nil {
		return err
	}
	if len(v.Rows) > pageSize {
		v.Rows = v.Rows[:pageSize]
		v.Next = v.at(suppressionsURL, v.Rows[pageSize-1].ID.String())
	}
	if web.Target(r) == suppressionsID {
		return web.ShowFragment(w, r, suppressionList(v))
	}
	if v.List, err = p.resend.ListStanding(r.Context()); err != nil {
		return err
	}
	return web.ShowPage(w, r, ui.Page{Title: "Suppressions", Path: suppressionsURL}, suppressionsPage(v))
}

// suppressionsView reads what the address asks for. Days are the organisation's, the
// last of them included; one that cannot be read is said, and does not count.
func (p *Pages) suppressionsView(r *http.Request) (suppressionsView, error) {
	v := suppressionsView{reader: readerOf(r), SuppressionFilter: suppressionFilter(r), Since: strings.TrimSpace(r.FormValue("from")), To: strings.TrimSpace(r.FormValue("to"))}
	if v.Since+v.To == "" {
		return v, nil
	}
	me, err := auth.SignedIn(r.Context())
	if err != nil {
		return v, err
	}
	org, err := p.store.Organisation(r.Context(), me.Org)
	if err != nil {
		return v, err
	}
	for _, end := range []struct {
		text  string
		after int
		into  func(crm.Day)
	}{
		{v.Since, 0, func(d crm.Day) { v.From = d.Time(org.Location()) }},
		{v.To, 1, func(d crm.Day) { v.Until = d.Time(org.Location()) }},
	} {
		if end.text == "" {
			continue
		}
		day, err := crm.ParseDay(end.text)
		if err != nil {
			v.Wrong = "Write days as DD/MM/YYYY."
			continue
		}
		end.into(day.AddDays(end.after))
	}
	return v, nil
}

func suppressionFilter(r *http.Request) mail.SuppressionFilter {
	f := mail.SuppressionFilter{Text: strings.TrimSpace(r.FormValue("q")), By: strings.TrimSpace(r.FormValue("by"))}
	if kind := mail.SuppressionKind(r.FormValue("tab")); slices.Contains(suppressionKinds(), kind) {
		f.Kind = kind
	}
	if reason := mail.Reason(r.FormValue("reason")); slices.Contains(mail.Reasons(), reason) {
		f.Reason = reason
	}
	if scope := mail.Scope(r.FormValue("scope")); slices.Contains(mail.Scopes(), scope) {
		f.Scope = scope
	}
	if via := mail.Via(r.FormValue("via")); slices.Contains(mail.Vias(), via) {
		f.Via = via
	}
	if id, err := crm.ParseID[mail.Suppression](r.FormValue("before")); err == nil {
		f.Before = id
	}
	return f
}

func suppressionKinds() []mail.SuppressionKind {
	return []mail.SuppressionKind{mail.HeldSuppressions, mail.NotUnsubscribed, mail.Unsubscribed, mail.RemovedOnes}
}

func kindLabel(k mail.SuppressionKind) string {
	labels := map[mail.SuppressionKind]string{mail.HeldSuppressions: "On the list", mail.NotUnsubscribed: "Suppressed", mail.Unsubscribed: "Unsubscribed", mail.RemovedOnes: "Taken off"}
	return labels[k]
}

// tabs are the parts of the list.
func (v suppressionsView) tabs() []ui.Tab {
	var tabs []ui.Tab
	for _, k := range suppressionKinds() {
		tabs = append(tabs, ui.Tab{Href: address(suppressionsURL, [][2]string{{"tab", string(k)}}), Label: kindLabel(k), Current: k == v.Kind})
	}
	return tabs
}

func (v suppressionsView) removed() bool { return v.Kind == mail.RemovedOnes }

func (v suppressionsView) at(path, before string) string {
	return address(path, [][2]string{
		{"tab", string(v.Kind)}, {"q", v.Text}, {"reason", string(v.Reason)}, {"scope", string(v.Scope)}, {"via", string(v.Via)}, {"by", v.By},
		{"from", v.Since}, {"to", v.To}, {"before", before}})
}

func (v suppressionsView) newest() string {
	if v.Before.IsZero() {
		return ""
	}
	return v.at(suppressionsURL, "")
}

func (v suppressionsView) filtered() bool {
	return v.Text+v.By+v.Since+v.To != "" || v.Reason != "" || v.Scope != "" || v.Via != "" || v.Kind != "" || !v.Before.IsZero()
}

func (v suppressionsView) selects() []ui.Select {
	scopes, vias := []ui.Option(nil), []ui.Option(nil)
	for _, s := range mail.Scopes() {
		scopes = append(scopes, ui.Option{Value: string(s), Label: s.Label()})
	}
	for _, via := range mail.Vias() {
		vias = append(vias, ui.Option{Value: string(via), Label: via.Label()})
	}
	selects := []ui.Select{
		{Name: "scope", Label: "What is stopped", Value: string(v.Scope), Any: "Any scope", Options: scopes},
		{Name: "via", Label: "Source", Value: string(v.Via), Any: "Any source", Options: vias},
	}
	if v.Kind != mail.Unsubscribed {
		selects = append([]ui.Select{{Name: "reason", Label: "Reason", Value: string(v.Reason), Any: "All reasons", Options: reasonOptions()}}, selects...)
	}
	return selects
}

// columns are those of the list.
func (v suppressionsView) columns() []ui.Column {
	if v.removed() {
		return []ui.Column{{Label: "Address", Grow: true}, {Label: "It was"}, {Label: "Scope"}, {Label: "Removed because"}, {Label: "Removed by"}, {Label: "Removed"}}
	}
	return []ui.Column{{Label: "Address", Grow: true}, {Label: "Reason"}, {Label: "Scope"}, {Label: "Source"}, {Label: "By", Wide: true}, {Label: "Since"}, {Label: "Actions", Hidden: true}}
}

func reasonOptions() []ui.Option {
	var options []ui.Option
	for _, reason := range mail.Reasons() {
		options = append(options, ui.Option{Value: string(reason), Label: reason.Label()})
	}
	return options
}

// sourceURL is the mail that a suppression follows from, or "".
func sourceURL(s mail.Suppression) string {
	id, err := crm.ParseID[mail.Message](s.Source)
	if err != nil {
		return ""
	}
	return messageURL(id)
}

func suppressionURL(s mail.Suppression) string { return suppressionsURL + "/" + s.ID.String() }

func removalURL(s mail.Suppression) string { return suppressionURL(s) + "/remove" }

// reasonLevel marks what would go wrong again.
func reasonLevel(r mail.Reason) ui.Level {
	switch r {
	case mail.ForBounce, mail.ForComplaint:
		return ui.Bad
	case mail.ForBounces, mail.ByService:
		return ui.Warn
	}
	return ""
}

// listWords say how the exchange with Resend's list stands.
func listWords(l resend.ListStanding) (level ui.Level, title, text string) {
	waiting := ""
	if l.Waiting > 0 {
		waiting = ui.Plural(l.Waiting, "address waits", "addresses wait") + " to be told."
	}
	switch l.State {
	case mail.ExchangeOn:
		return ui.OK, "Exchanged with Resend's own list", cmp.Or(waiting, "Both lists agree.")
	case mail.ExchangeFailing:
		return ui.Warn, "Resend's own list could not be reached", strings.TrimSpace(l.Problem + " " + waiting)
	case mail.ExchangeNotOffered, mail.ExchangeRefused, mail.ExchangeShared:
		return ui.Warn, "Not exchanged with Resend's own list", l.Problem
	}
	return "", "Not exchanged with Resend's own list yet", "It is read and told every hour once mail is set up."
}

func (p *Pages) exchange(w http.ResponseWriter, r *http.Request) error {
	if err := p.resend.AskExchange(r.Context()); err != nil {
		return err
	}
	return web.Redirect(w, r, suppressionsURL, "done", "suppressions-exchange")
}
