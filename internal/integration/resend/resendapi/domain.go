package resendapi

import (
	"context"
	"net/http"
)

// States of a domain. A record has NotStarted, Pending, Verified, Failed and
// TemporaryFailure.
const (
	NotStarted        = "not_started"
	Pending           = "pending"
	Verified          = "verified"
	Failed            = "failed"
	TemporaryFailure  = "temporary_failure"
	PartiallyVerified = "partially_verified"
	PartiallyFailed   = "partially_failed"
)

// Regions from which a domain can send; it cannot be changed later. None is in
// Australia.
const (
	RegionUSEast      = "us-east-1"
	RegionEUWest      = "eu-west-1"
	RegionSAEast      = "sa-east-1"
	RegionAPNortheast = "ap-northeast-1"
)

// Ways to treat servers without TLS.
const (
	TLSOpportunistic = "opportunistic" // send without it
	TLSEnforced      = "enforced"      // do not send
)

// Enabled and Disabled are the states of a capability and of a webhook.
const (
	Enabled  = "enabled"
	Disabled = "disabled"
)

// Domain is a domain to send from.
// https://resend.com/docs/api-reference/domains/get-domain
type Domain struct {
	ID                string       `json:"id"`
	Name              string       `json:"name"`
	Status            string       `json:"status"` // as aggregated over the records
	CreatedAt         Time         `json:"created_at"`
	Region            string       `json:"region,omitempty"`
	OpenTracking      bool         `json:"open_tracking"` // for all e-mails of the domain
	ClickTracking     bool         `json:"click_tracking"`
	TrackingSubdomain string       `json:"tracking_subdomain,omitempty"`
	Capabilities      Capabilities `json:"capabilities,omitzero"`
	Records           []DNSRecord  `json:"records,omitempty"` // not in lists; DMARC is never among them
}

func (d Domain) cursor() string { return d.ID }

// Capabilities are what a domain may do, each Enabled or Disabled.
type Capabilities struct {
	Sending   string `json:"sending,omitempty"`
	Receiving string `json:"receiving,omitempty"`
}

// DNSRecord is what the domain's DNS must have.
type DNSRecord struct {
	Record   string `json:"record"` // SPF, DKIM, Tracking, TrackingCAA; Receiving, or "Receiving MX" in webhooks
	Type     string `json:"type"`   // MX, TXT, CNAME, CAA
	Name     string `json:"name"`
	Value    string `json:"value"`
	TTL      string `json:"ttl"` // "Auto", or seconds
	Priority *int   `json:"priority,omitempty"`
	Status   string `json:"status"`
}

// NewDomain is a domain to be set up. Only Name is needed.
// https://resend.com/docs/api-reference/domains/create-domain
type NewDomain struct {
	Name              string       `json:"name"`
	Region            string       `json:"region,omitempty"`             // RegionUSEast when empty
	CustomReturnPath  string       `json:"custom_return_path,omitempty"` // a subdomain; "send" when empty
	OpenTracking      bool         `json:"open_tracking,omitempty"`
	ClickTracking     bool         `json:"click_tracking,omitempty"`
	TrackingSubdomain string       `json:"tracking_subdomain,omitempty"`
	TLS               string       `json:"tls,omitempty"` // TLSOpportunistic when empty
	Capabilities      Capabilities `json:"capabilities,omitzero"`
}

// DomainChange holds what is to change; nil and empty fields stay as they are.
// https://resend.com/docs/api-reference/domains/update-domain
type DomainChange struct {
	OpenTracking      *bool        `json:"open_tracking,omitempty"`
	ClickTracking     *bool        `json:"click_tracking,omitempty"`
	TrackingSubdomain string       `json:"tracking_subdomain,omitempty"`
	TLS               string       `json:"tls,omitempty"`
	Capabilities      Capabilities `json:"capabilities,omitzero"`
}

// CreateDomain sets up a domain and returns the records that its DNS needs.
// After KindUnknown look for its name in Domains first.
func (c *Client) CreateDomain(ctx context.Context, domain NewDomain) (Domain, error) {
	e := create("create the domain", "/domains")
	if domain.Name == "" {
		return Domain{}, badRequest(e.op, "the name is empty")
	}
	e, err := e.withBody(domain)
	if err != nil {
		return Domain{}, err
	}
	return do[Domain](ctx, c, e)
}

// Domain reads one with its records; KindNotFound when there is none of the id.
func (c *Client) Domain(ctx context.Context, id string) (Domain, error) {
	const op = "read the domain"
	path, err := at(op, "domains", id)
	if err != nil {
		return Domain{}, err
	}
	return do[Domain](ctx, c, read(op, path))
}

// Domains reads a page, without records.
func (c *Client) Domains(ctx context.Context, q Query) (Page[Domain], error) {
	return list[Domain](ctx, c, read("list domains", "/domains"), q)
}

// UpdateDomain changes tracking, TLS or capabilities.
func (c *Client) UpdateDomain(ctx context.Context, id string, to DomainChange) error {
	return c.patch(ctx, "update the domain", to, "domains", id)
}

// DeleteDomain removes it; nothing can be sent from it any more.
func (c *Client) DeleteDomain(ctx context.Context, id string) error {
	return c.act(ctx, "delete the domain", http.MethodDelete, "domains", id)
}

// VerifyDomain asks Resend to look at the domain's DNS. What it finds comes
// later, with Domain and with webhooks.
func (c *Client) VerifyDomain(ctx context.Context, id string) error {
	return c.act(ctx, "verify the domain", http.MethodPost, "domains", id, "verify")
}
