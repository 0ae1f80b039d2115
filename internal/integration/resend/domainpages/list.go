package domainpages

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// listID is the element that holds the list.
const listID = "domains"

// pageRows is how many domains a list shows.
const pageRows = 50

type listView struct {
	resend.Domains
	Text, After string
	Problem     string // why they were not read just now
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	return p.showList(w, r, http.StatusOK, listView{Text: strings.TrimSpace(r.FormValue("q")), After: r.FormValue("after")})
}

func (p *Pages) showList(w http.ResponseWriter, r *http.Request, status int, v listView) error {
	var err error
	if v.Domains, err = p.resend.Domains(r.Context(), mail.DomainFilter{Text: v.Text, After: v.After, Limit: pageRows}); err != nil {
		return err
	}
	if v.Problem == "" && v.HasKey {
		v.Problem = v.Read.Problem
	}
	if web.Target(r) == listID {
		return web.ShowFragment(w, r, domainList(v))
	}
	page := ui.Page{Title: "Domains", Path: home, Parents: []ui.Link{mailLink()}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: listPage(v)})
}

// read reads the domains at once.
func (p *Pages) read(w http.ResponseWriter, r *http.Request) error {
	failed := p.resend.RefreshDomains(r.Context())
	if failed == nil {
		return web.Redirect(w, r, home, "done", "domains-read")
	}
	status, why := refusal(failed)
	if why == "" {
		return failed
	}
	return p.showList(w, r, status, listView{Problem: why})
}

func (v listView) at(after string) string {
	return address(home, [][2]string{{"q", v.Text}, {"after", after}})
}

func (v listView) first() string {
	if v.After == "" {
		return ""
	}
	return v.at("")
}

func (v listView) next() string {
	if v.Next == "" {
		return ""
	}
	return v.at(v.Next)
}

// warning is what stands against sending from the address in the settings.
func (v listView) warning() (level ui.Level, title, text string) {
	title = "Mail cannot leave from " + v.From
	switch {
	case v.From == "":
		return "", "", ""
	case !v.Sender.Known() && (v.Read.At.IsZero() || v.Read.Problem != ""):
		return "", "", "" // it is not known whether Resend has it
	case !v.Sender.Known():
		return ui.Bad, title, fmt.Sprintf("%s is not among the domains at Resend. Add it there, or enter an address of another domain in the mail settings.", v.Sender.Name)
	case !v.Sender.Domain.Sends():
		return ui.Bad, title, fmt.Sprintf("Resend has not verified %s. Its page says what to enter at the DNS host.", v.Sender.Name)
	}
	return "", "", ""
}

// recordsText is how many of the records that a domain needs were found.
func recordsText(d mail.SendingDomain) string {
	found, all := 0, 0
	for _, r := range d.Records {
		if !r.Kind.Required() {
			continue
		}
		if all++; r.Verdict.Good() {
			found++
		}
	}
	if all == 0 || d.LookedAt == nil {
		return ""
	}
	return fmt.Sprintf("%d of %d found", found, all)
}

func trackingText(d mail.SendingDomain) string {
	switch {
	case d.OpenTracking && d.ClickTracking:
		return "Opens and clicks"
	case d.OpenTracking:
		return "Opens"
	case d.ClickTracking:
		return "Clicks"
	}
	return ""
}

// policyOf is the state of the record that Resend does not ask for.
func policyOf(d mail.SendingDomain) mail.DNSRecord {
	for _, r := range d.Records {
		if r.Kind == mail.RecordDMARC {
			return r
		}
	}
	return mail.DNSRecord{}
}
