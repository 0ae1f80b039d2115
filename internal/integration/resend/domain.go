package resend

import (
	"context"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Domains are what the list of domains shows.
type Domains struct {
	store.Page[mail.SendingDomain]
	Read   store.DomainRead // how the last attempt to read them went
	From   string           // the address that mail comes from; empty: mail is not set up
	Sender SenderDomain
	HasKey bool
}

// SenderDomain is the domain of the address that mail comes from.
type SenderDomain struct {
	Name   string             // empty: mail is not set up
	Domain mail.SendingDomain // the zero value: it is not known
}

// Known reports whether the domain was ever read or told of.
func (d SenderDomain) Known() bool { return !d.Domain.ID.IsZero() }

// Domains lists those of the organisation that acts, by name.
func (s *Service) Domains(ctx context.Context, f mail.DomainFilter) (Domains, error) {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return Domains{}, err
	}
	v, err := s.viewOf(ctx, me.Org)
	if err != nil {
		return Domains{}, err
	}
	out := Domains{From: v.From, HasKey: v.HasKey || v.Shared}
	if out.Page, err = s.Store.MailDomains(ctx, me.Org, f); err != nil {
		return out, err
	}
	if out.Read, err = s.Store.DomainRead(ctx, me.Org); err != nil {
		return out, err
	}
	out.Sender, err = s.sender(ctx, s.Store.Reader, me.Org, v.Settings)
	return out, err
}

// Sender is the domain that the organisation that acts sends from.
func (s *Service) Sender(ctx context.Context) (SenderDomain, error) {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return SenderDomain{}, err
	}
	v, err := s.viewOf(ctx, me.Org)
	if err != nil {
		return SenderDomain{}, err
	}
	return s.sender(ctx, s.Store.Reader, me.Org, v.Settings)
}

func (s *Service) sender(ctx context.Context, r store.Reader, org crm.OrgID, c Settings) (SenderDomain, error) {
	if c.From == "" {
		return SenderDomain{}, nil
	}
	d := SenderDomain{Name: crm.EmailDomain(c.From)}
	var err error
	d.Domain, _, err = r.MailDomainNamed(ctx, org, d.Name)
	return d, err
}

// DomainDetail is a domain with its history, the newest first.
type DomainDetail struct {
	mail.SendingDomain
	Zone    string // whose DNS host its records are entered at
	From    string // the address that mail comes from, where it is of this domain
	Changes []mail.DomainChange
}

// historyShown is how many changes of a domain are told.
const historyShown = 100

// Domain is one. A missing one is an Error of kind NotFound.
func (s *Service) Domain(ctx context.Context, id mail.DomainID) (DomainDetail, error) {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return DomainDetail{}, err
	}
	d, err := s.Store.MailDomain(ctx, me.Org, id)
	if err != nil {
		return DomainDetail{}, err
	}
	out := DomainDetail{SendingDomain: d, Zone: mail.ZoneOf(d.Name, d.Records)}
	v, err := s.viewOf(ctx, me.Org)
	if err != nil {
		return out, err
	}
	if crm.EmailDomain(v.From) == d.Name {
		out.From = v.From
	}
	out.Changes, err = s.Store.DomainChanges(ctx, me.Org, id, historyShown)
	return out, err
}

// DomainID is the id of a domain of the organisation that acts, by its name or the
// id itself. It returns an Error of kind NotFound when there is none.
func (s *Service) DomainID(ctx context.Context, text string) (mail.DomainID, error) {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return mail.DomainID{}, err
	}
	if id, err := crm.ParseID[mail.SendingDomain](text); err == nil {
		return id, nil
	}
	d, found, err := s.Store.MailDomainNamed(ctx, me.Org, strings.TrimSuffix(strings.ToLower(strings.TrimSpace(text)), "."))
	if err == nil && !found {
		err = crm.Errorf(crm.NotFound, "There is no domain %q. `renoz mail domains` shows those that are known.", text)
	}
	return d.ID, err
}

// domainOf is a domain as Resend tells of it, without what lists and events
// leave out.
func domainOf(org crm.OrgID, told resendapi.Domain) mail.SendingDomain {
	d := mail.SendingDomain{
		Org: org, RemoteID: told.ID, Name: strings.TrimSuffix(strings.ToLower(told.Name), "."), Region: told.Region, Status: mail.DomainStatus(told.Status),
		Sending: told.Capabilities.Sending != resendapi.Disabled, Receiving: told.Capabilities.Receiving == resendapi.Enabled,
		OpenTracking: told.OpenTracking, ClickTracking: told.ClickTracking,
	}
	names := make([]string, len(told.Records))
	for i, r := range told.Records {
		names[i] = r.Name
	}
	zone := mail.Zone(d.Name, names)
	for _, r := range told.Records {
		d.Records = append(d.Records, mail.DNSRecord{
			Kind: recordKind(r), Type: strings.ToUpper(r.Type), Name: r.Name, Host: mail.HostOf(r.Name, d.Name, zone), Value: r.Value, Priority: r.Priority,
			Status: mail.DomainStatus(r.Status),
		})
	}
	return d
}

// recordKind reads what Resend calls a record. The return path is one of those
// that it calls SPF, and receiving has one name in answers and another in events.
// https://resend.com/docs/api-reference/domains/get-domain
func recordKind(r resendapi.DNSRecord) mail.RecordKind {
	switch {
	case r.Record == "SPF" && strings.EqualFold(r.Type, "MX"):
		return mail.RecordReturnPath
	case r.Record == "SPF":
		return mail.RecordSPF
	case r.Record == "DKIM":
		return mail.RecordDKIM
	case slices.Contains([]string{"Receiving", "Receiving MX"}, r.Record):
		return mail.RecordReceiving
	case r.Record == "Tracking":
		return mail.RecordTracking
	case r.Record == "TrackingCAA":
		return mail.RecordTrackingCAA
	}
	return mail.RecordOther
}
