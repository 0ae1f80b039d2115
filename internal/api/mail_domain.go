package api

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

// MailDomain is a domain that mail is sent from.
type MailDomain struct {
	ID            mail.DomainID `json:"id" format:"uuid"`
	Name          string        `json:"name" example:"mail.example.com"`
	Region        string        `json:"region,omitempty" example:"ap-northeast-1" doc:"From which Resend sends."`
	Standing      string        `json:"standing" enum:"verified,attention,broken,checking,failed,new,gone" doc:"Whether mail can leave from it: what Resend says, and what DNS was found to hold."`
	Status        string        `json:"status" example:"verified" doc:"In Resend's words."`
	Sender        bool          `json:"sender" doc:"Mail comes from an address of this domain."`
	Sending       bool          `json:"sending"`
	Receiving     bool          `json:"receiving"`
	OpenTracking  bool          `json:"open_tracking"`
	ClickTracking bool          `json:"click_tracking"`
	Problem       string        `json:"problem,omitempty" doc:"What worked before and does not any more."`
	BrokenAt      *time.Time    `json:"broken_at,omitempty" doc:"Since when."`
	ReadAt        *time.Time    `json:"read_at,omitempty" doc:"From Resend; left out: only webhooks told of it."`
	LookedUpAt    *time.Time    `json:"looked_up_at,omitempty" doc:"In DNS."`
}

// MailDomainDetail is a domain with its records and history.
type MailDomainDetail struct {
	MailDomain
	Zone    string             `json:"zone" doc:"Whose DNS host the records are entered at."`
	Records []MailDNSRecord    `json:"records" nullable:"false"`
	Changes []MailDomainChange `json:"changes" nullable:"false" doc:"The newest first, 100 at most."`
}

// MailDNSRecord is what the DNS of a domain has to hold, and what was found.
type MailDNSRecord struct {
	Kind       string     `json:"kind" enum:"spf,return_path,dkim,receiving,tracking,tracking_caa,dmarc,other"`
	Type       string     `json:"type" example:"TXT"`
	Name       string     `json:"name" doc:"As DNS hosts ask for it, within the zone; empty: the zone itself."`
	Host       string     `json:"host" doc:"The whole name."`
	Value      string     `json:"value"`
	Priority   *int       `json:"priority,omitempty" doc:"Of an MX record."`
	Status     string     `json:"status,omitempty" doc:"What Resend found, in its words; left out: it does not look."`
	Verdict    string     `json:"verdict,omitempty" enum:"right,unneeded,missing,wrong,appended,several,include,behind,lookups,malformed,revoked,cut,priority,proxied,watching,unreported" doc:"What our look-up found; left out: it was never looked up."`
	Found      []string   `json:"found" nullable:"false" doc:"Values as DNS holds them."`
	FoundAt    string     `json:"found_at,omitempty" doc:"The name that holds them, where that is another."`
	Unanswered bool       `json:"unanswered" doc:"The last look-up got no answer; what was found is older."`
	LookedUpAt *time.Time `json:"looked_up_at,omitempty"`
	State      string     `json:"state" doc:"The verdict in words."`
	Todo       string     `json:"todo,omitempty" doc:"What to do about it at the DNS host."`
	Paste      string     `json:"paste,omitempty" doc:"The value to enter where something else has to stay, such as other includes; left out: value is."`
}

// MailDomainChange is an entry in a domain's history.
type MailDomainChange struct {
	At     time.Time `json:"at"`
	Record string    `json:"record,omitempty" doc:"Kind of the record; left out: the domain itself."`
	Was    string    `json:"was,omitempty"`
	Became string    `json:"became"`
	Cause  string    `json:"cause" enum:"webhook,read,look_up,person"`
	By     string    `json:"by,omitempty" doc:"The person, where one had it looked at."`
	Note   string    `json:"note,omitempty"`
}

type (
	mailDomainQuery struct {
		Paging
		Q string `query:"q" maxLength:"200" doc:"Part of the name."`
	}
	mailDomainPath struct {
		ID mail.DomainID `path:"id" format:"uuid"`
	}
	mailDomainAnswer struct{ Body MailDomainDetail }
)

func (t *table) mailDomains() {
	row := func(id, method, path, summary string) spec {
		return spec{id: id, method: method, path: "/mail/domains" + path, permission: auth.MailSettings, summary: summary, tag: "Mail"}
	}
	add(t, row("list-mail-domains", http.MethodGet, "", "List the domains that mail is sent from, by name"), t.listMailDomains)
	add(t, row("get-mail-domain", http.MethodGet, "/{id}", "Read a domain with its DNS records, what was found of them and its history"), t.getMailDomain)
	verify := row("verify-mail-domain", http.MethodPost, "/{id}/verify", "Have Resend verify a domain, and look its records up in DNS")
	verify.about = "What Resend finds comes later: read the domain again, or wait for it to be told by webhook."
	add(t, verify, t.verifyMailDomain)
}

func (a *API) listMailDomains(ctx context.Context, in *mailDomainQuery) (*listed[MailDomain], error) {
	found, err := a.resend.Domains(ctx, mail.DomainFilter{Text: in.Q, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, found.Page, func(d mail.SendingDomain) MailDomain { return showMailDomain(d, d.Name == found.Sender.Name) }), nil
}

func (a *API) getMailDomain(ctx context.Context, in *mailDomainPath) (*mailDomainAnswer, error) {
	d, err := a.resend.Domain(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := MailDomainDetail{MailDomain: showMailDomain(d.SendingDomain, d.From != ""), Zone: d.Zone, Records: make([]MailDNSRecord, len(d.Records)), Changes: make([]MailDomainChange, len(d.Changes))}
	for i, r := range d.Records {
		out.Records[i] = showDNSRecord(d, r)
	}
	for i, c := range d.Changes {
		out.Changes[i] = MailDomainChange{At: c.At, Record: string(c.Subject), Was: c.Was, Became: c.Became, Cause: string(c.Cause), By: c.Actor, Note: c.Note}
	}
	return &mailDomainAnswer{out}, nil
}

func (a *API) verifyMailDomain(ctx context.Context, in *mailDomainPath) (*mailDomainAnswer, error) {
	if err := a.resend.VerifyDomain(ctx, in.ID); err != nil {
		return nil, err
	}
	return a.getMailDomain(ctx, in)
}

func showMailDomain(d mail.SendingDomain, sender bool) MailDomain {
	return MailDomain{
		ID: d.ID, Name: d.Name, Region: d.Region, Standing: string(d.Standing()), Status: string(d.Status), Sender: sender, Sending: d.Sending, Receiving: d.Receiving,
		OpenTracking: d.OpenTracking, ClickTracking: d.ClickTracking, Problem: d.BrokenWhy, BrokenAt: d.BrokenAt, ReadAt: d.ReadAt, LookedUpAt: d.LookedAt,
	}
}

func showDNSRecord(d resend.DomainDetail, r mail.DNSRecord) MailDNSRecord {
	out := MailDNSRecord{
		Kind: string(r.Kind), Type: r.Type, Name: r.Name, Host: r.Host, Value: r.Value, Priority: r.Priority, Status: string(r.Status), Verdict: string(r.Verdict),
		Found: r.Found, FoundAt: r.FoundAt, Unanswered: r.Unanswered, LookedUpAt: r.LookedAt, State: r.State(), Todo: r.Todo(d.Zone), Paste: r.Paste(),
	}
	if out.Found == nil {
		out.Found = []string{}
	}
	return out
}
