package xeropages

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// contactsID is the element that holds the list of the chosen tab.
const contactsID = "contacts"

// contactRows is how many rows a list shows.
const contactRows = 50

// likely is the lowest score that is suggested to people.
const likely = 50

// The tabs.
const (
	tabSuggested = ""
	tabXero      = "xero"
	tabRenoz     = "renoz"
	tabLinked    = "linked"
	tabConflicts = "conflicts"
)

// contactsView is what the page of contacts shows.
type contactsView struct {
	Tab, Text   string
	Score       int
	Skipped     bool
	After, Next string
	Rows        []store.MatchRow
	Conflicts   []store.Conflict
	Counts      store.MatchCounts
	Above       int // suggestions from the score on
	Run         *store.ContactRun
	MayDecide   bool
	MaySettings bool
	Connected   bool
}

func (p *Pages) contacts(w http.ResponseWriter, r *http.Request) error {
	v, err := p.contactsView(r)
	if err != nil {
		return err
	}
	if web.Target(r) == contactsID {
		return web.ShowFragment(w, r, contactsList(v))
	}
	page := ui.Page{Title: "Contacts", Path: "/xero/contacts", Parents: []ui.Link{{Href: "/xero", Label: "Xero"}}}
	return web.ShowPage(w, r, page, contactsPage(v))
}

func (p *Pages) contactsView(r *http.Request) (contactsView, error) {
	ctx := r.Context()
	me, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return contactsView{}, err
	}
	v := contactsView{
		Tab: r.FormValue("tab"), Text: r.FormValue("q"), After: r.FormValue("after"), Skipped: r.FormValue("skipped") == "1",
		MayDecide: me.Can(auth.SyncRetry) && me.Can(auth.CustomersEdit), MaySettings: me.Can(auth.XeroSettings), Score: likely,
	}
	if n, err := strconv.Atoi(r.FormValue("score")); err == nil && n >= likely && n <= 100 {
		v.Score = n
	}
	_, err = p.store.Connection(ctx, me.Org, xero.Name)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return v, err
	}
	v.Connected = err == nil
	if v.Counts, err = p.store.MatchCounts(ctx, me.Org, xero.Name, likely); err != nil {
		return v, err
	}
	if v.Above, err = p.store.CountSuggested(ctx, me.Org, xero.Name, v.Score); err != nil {
		return v, err
	}
	run, found, err := p.store.LatestContactRun(ctx, me.Org)
	if err != nil {
		return v, err
	}
	if found {
		v.Run = &run
	}
	return v, p.fillContacts(r, me.Org, &v)
}

func (p *Pages) fillContacts(r *http.Request, org crm.OrgID, v *contactsView) error {
	f := store.MatchFilter{Service: xero.Name, Search: v.Text, MinScore: v.Score, Skipped: v.Skipped, After: v.After, Limit: contactRows}
	var page store.Page[store.MatchRow]
	var err error
	switch v.Tab {
	case tabXero:
		f.MinScore = likely
		page, err = p.store.OnlyRemote(r.Context(), org, f)
	case tabRenoz:
		page, err = p.store.OnlyOwn(r.Context(), org, f)
	case tabLinked:
		page, err = p.store.Linked(r.Context(), org, f)
	case tabConflicts:
		var conflicts store.Page[store.Conflict]
		conflicts, err = p.store.OpenConflicts(r.Context(), org, f)
		v.Conflicts, page.Next = conflicts.Rows, conflicts.Next
	default:
		v.Tab = tabSuggested
		page, err = p.store.SuggestedMatches(r.Context(), org, f)
	}
	v.Rows = page.Rows
	if page.Next != "" {
		v.Next = v.address(page.Next)
	}
	return err
}

// address is the list with the same filter, from a cursor on.
func (v contactsView) address(after string) string {
	q := url.Values{}
	for name, value := range map[string]string{"tab": v.Tab, "q": v.Text, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if v.Score != likely {
		q.Set("score", strconv.Itoa(v.Score))
	}
	if v.Skipped {
		q.Set("skipped", "1")
	}
	if len(q) == 0 {
		return "/xero/contacts"
	}
	return "/xero/contacts?" + q.Encode()
}

func (v contactsView) first() string {
	if v.After == "" {
		return ""
	}
	return v.address("")
}

func (v contactsView) shown() string {
	return ui.Plural(len(v.Rows)+len(v.Conflicts), "row", "rows") + " shown"
}

func (v contactsView) tabs() []ui.Tab {
	tab := func(name, label string, n int) ui.Tab {
		href := "/xero/contacts"
		if name != "" {
			href += "?tab=" + name
		}
		return ui.Tab{Href: href, Label: label, Count: n, Current: v.Tab == name}
	}
	return []ui.Tab{
		tab(tabSuggested, "Suggested", v.Counts.Suggested), tab(tabConflicts, "Conflicts", v.Counts.Conflicts), tab(tabXero, "Only in Xero", v.Counts.OnlyRemote),
		tab(tabRenoz, "Only in Renoz", v.Counts.OnlyOwn), tab(tabLinked, "Linked", v.Counts.Linked),
	}
}

func scoreOptions() []ui.Option {
	return []ui.Option{{Value: "60", Label: "60 and above"}, {Value: "70", Label: "70 and above"}, {Value: "80", Label: "80 and above"}, {Value: "90", Label: "90 and above"}}
}

func (v contactsView) score() string {
	if v.Score == likely {
		return ""
	}
	return strconv.Itoa(v.Score)
}

func scoreLevel(score int) ui.Level {
	switch {
	case score >= 80:
		return ui.OK
	case score >= 60:
		return ui.Warn
	}
	return ""
}

func runText(r store.ContactRun) string {
	doing := map[store.RunKind]string{store.ImportContacts: "imported", store.AcceptMatches: "linked"}[r.Kind]
	text := ui.Thousands(r.Done) + " of " + ui.Thousands(r.Total) + " " + doing
	if r.Failed > 0 {
		text += ", " + ui.Thousands(r.Failed) + " failed. The last: " + r.Problem
	}
	return text
}
