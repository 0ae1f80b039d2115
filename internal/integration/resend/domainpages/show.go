package domainpages

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
)

// domainID is the element that holds a domain, and follows while it is verified.
const domainID = "domain"

type showView struct {
	resend.DomainDetail
	Problem string // why it was not verified just now
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	d, err := p.resend.Domain(r.Context(), id)
	if err != nil {
		return err
	}
	v := showView{DomainDetail: d}
	if web.Target(r) == domainID {
		return web.ShowFragment(w, r, domainState(v))
	}
	return p.page(w, r, http.StatusOK, v)
}

func (p *Pages) page(w http.ResponseWriter, r *http.Request, status int, v showView) error {
	page := ui.Page{Title: v.Name, Path: home, Parents: []ui.Link{mailLink(), homeLink()}, Running: v.Moves()}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: domainState(v)})
}

func (p *Pages) verify(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	failed := p.resend.VerifyDomain(r.Context(), id)
	if failed == nil {
		return web.Redirect(w, r, urlOf(id), "done", "domain-verified")
	}
	status, why := refusal(failed)
	if why == "" {
		return failed
	}
	d, err := p.resend.Domain(r.Context(), id)
	if err != nil {
		return err
	}
	return p.page(w, r, status, showView{d, why})
}

// refusal is why Resend did not do what it was asked for, and the status that
// says so; the words are empty for other errors.
func refusal(err error) (status int, why string) {
	var e *crm.Error
	if !errors.As(err, &e) {
		return 0, ""
	}
	switch e.Kind {
	case crm.Precondition, crm.Conflict:
		return http.StatusConflict, e.Message
	case crm.Unavailable:
		return http.StatusServiceUnavailable, e.Message
	}
	return 0, ""
}

// alert is what the reader should know first.
func (v showView) alert() (level ui.Level, title, text string) {
	switch s := v.Standing(); {
	case s == mail.StandsGone:
		return ui.Bad, "Removed at Resend", "Nothing can be sent from it. Add it at Resend again, or use an address of another domain."
	case s == mail.StandsBroken:
		return ui.Bad, "Something that worked does not any more", v.BrokenWhy
	case v.From != "" && !v.Sends():
		return ui.Bad, "Mail cannot leave from " + v.From, "Resend refuses it until the domain is verified. Enter the records below at the DNS host, then verify again."
	case s == mail.StandsAttention:
		return ui.Warn, "A record is not as it has to be", "Resend calls the domain verified, but DNS tells something else now. Mend it before Resend looks again."
	case s == mail.StandsNew:
		return ui.Warn, "Resend has not been asked to verify it", "Enter the records below at the DNS host, then verify."
	}
	return "", "", ""
}

func (v showView) verifyLabel() string {
	if v.Standing() == mail.StandsNew {
		return "Verify"
	}
	return "Verify again"
}

func (v showView) uses() string {
	var uses []string
	if v.Sending {
		uses = append(uses, "Sending")
	}
	if v.Receiving {
		uses = append(uses, "Receiving")
	}
	return strings.Join(uses, ", ")
}

// recordLevel marks what was found of a record. What is not needed for sending
// or receiving is no fault.
func recordLevel(r mail.DNSRecord) ui.Level {
	switch {
	case r.Verdict == mail.VerdictWatching, r.Verdict == mail.VerdictUnreported:
		return ui.Warn
	case r.Verdict.Good():
		return ui.OK
	case r.Verdict == "":
		return ""
	case !r.Kind.Required():
		return ui.Warn
	}
	return ui.Bad
}

// history puts changes into words.
func (v showView) history() []ui.Event {
	events := make([]ui.Event, len(v.Changes))
	for i, c := range v.Changes {
		events[i] = eventOf(c)
	}
	return events
}

func eventOf(c mail.DomainChange) ui.Event {
	e := ui.Event{At: c.At, Who: c.Actor, Text: c.Note}
	if e.Who == "" {
		e.Who = c.Cause.Label()
	}
	switch {
	case c.Subject != "":
		is, was := mail.DNSRecord{Finding: mail.Finding{Verdict: mail.DNSVerdict(c.Became)}}, mail.DNSRecord{Finding: mail.Finding{Verdict: mail.DNSVerdict(c.Was)}}
		is.Kind = c.Subject
		e.Title, e.Level = c.Subject.Label()+": "+is.State(), recordLevel(is)
		if c.Was != "" {
			e.Title += ", was: " + was.State()
		}
	case c.Became == mail.DomainAsked:
		e.Title, e.Icon = "Verification asked for", icon.RefreshCw
	case c.Became == mail.DomainStopped:
		e.Title, e.Level = "It stopped working; people were told", ui.Bad
	case c.Became == mail.DomainWorks:
		e.Title, e.Level = "It works again", ui.OK
	case c.Became == mail.DomainGone:
		e.Title, e.Level = "Removed at Resend", ui.Bad
	default:
		e.Title, e.Level = "At Resend: "+mail.DomainStatus(c.Became).Label(), statusLevel(mail.DomainStatus(c.Became))
		if c.Was != "" {
			e.Title += ", was: " + mail.DomainStatus(c.Was).Label()
		}
	}
	return e
}

func statusLevel(s mail.DomainStatus) ui.Level {
	switch s {
	case mail.DomainVerified:
		return ui.OK
	case mail.DomainPending:
		return ui.Busy
	case mail.DomainFailed, mail.DomainPartiallyFailed:
		return ui.Bad
	case mail.DomainTemporaryFailure, mail.DomainPartiallyVerified:
		return ui.Warn
	}
	return ""
}

// at names an element of a record's row.
func at(part string, i int) string { return part + "-" + strconv.Itoa(i) }
