package resendsim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Domain is a sending domain of the team.
type Domain struct {
	ID                string
	Name              string
	Region            string
	ReturnPath        string
	TLS               string
	OpenTracking      bool
	ClickTracking     bool
	TrackingSubdomain string
	Sending           bool
	Receiving         bool
	Status            string // not_started, pending, verified, failed, partially_verified, partially_failed
	Records           []Record
	CreatedAt         time.Time
	DMARC             string // what its owner has published; empty: nothing

	outcomes map[string]string // what its owner has published, by Record.Key
	checks   int               // only the last check that was asked for counts
}

// Record is a DNS record the domain's owner must publish.
type Record struct {
	Record   string `json:"record"` // SPF, DKIM, Receiving, Tracking, TrackingCAA
	Name     string `json:"name"`
	Type     string `json:"type"` // MX, TXT, CNAME, CAA
	TTL      string `json:"ttl"`
	Status   string `json:"status"` // not_started, pending, verified, failed, temporary_failure
	Value    string `json:"value"`
	Priority *int   `json:"priority,omitempty"`
}

// Key names a record within its domain, such as "SPF MX".
func (r Record) Key() string { return r.Record + " " + r.Type }

func regions() []string {
	return []string{"us-east-1", "eu-west-1", "sa-east-1", "ap-northeast-1"}
}

// Statuses of domains and records.
const (
	notStarted       = "not_started"
	pending          = "pending"
	verified         = "verified"
	failed           = "failed"
	temporaryFailure = "temporary_failure"
)

// What owners get wrong in DNS; a check finds each of them failed.
const (
	Wrong    = "wrong"    // another value
	Appended = "appended" // the DNS host has added its zone to a whole name
	Several  = "several"  // one record too many
	Proxied  = "proxied"  // addresses of a proxy in place of a CNAME
)

func publishable() []string {
	return []string{verified, failed, temporaryFailure, pending, Wrong, Appended, Several, Proxied}
}

type domains struct {
	byID  map[string]*Domain
	order []*Domain
}

func newDomains() domains { return domains{byID: map[string]*Domain{}} }

func (l *domains) named(name string) *Domain {
	for _, d := range l.order {
		if d.Name == name {
			return d
		}
	}
	return nil
}

func (l *domains) add(d *Domain) {
	l.byID[d.ID] = d
	l.order = append(l.order, d)
}

func (l *domains) remove(d *Domain) {
	delete(l.byID, d.ID)
	l.order = slices.DeleteFunc(l.order, func(other *Domain) bool { return other == d })
}

func newDomain(name, region string, now time.Time) *Domain {
	return &Domain{ID: uuid.NewString(), Name: name, Region: region, ReturnPath: "send", TLS: "opportunistic", Sending: true,
		Status: notStarted, CreatedAt: now, outcomes: map[string]string{}}
}

// makeRecords lists what the domain needs; records that stay keep their status.
// https://resend.com/docs/dashboard/domains/introduction
func (d *Domain) makeRecords() {
	ten := 10
	sub, zone := d.host(d.ReturnPath)
	key := strings.ReplaceAll(d.ID, "-", "")
	wanted := []Record{
		{"SPF", sub, "MX", "Auto", notStarted, "feedback-smtp." + d.Region + ".amazonses.com", &ten},
		{"SPF", sub, "TXT", "Auto", notStarted, "v=spf1 include:amazonses.com ~all", nil},
		{"DKIM", "resend._domainkey" + zone, "TXT", "Auto", notStarted, "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ" + key + "IDAQAB", nil},
	}
	if d.Receiving {
		name, _ := d.host("")
		wanted = append(wanted, Record{"Receiving", name, "MX", "Auto", notStarted, "inbound-smtp." + d.Region + ".amazonaws.com", &ten})
	}
	if d.TrackingSubdomain != "" {
		name, _ := d.host(d.TrackingSubdomain)
		wanted = append(wanted, Record{"Tracking", name, "CNAME", "Auto", notStarted, "links1.resend-dns.com", nil},
			Record{"TrackingCAA", name, "CAA", "Auto", notStarted, `0 issue "amazon.com"`, nil})
	}
	for i := range wanted {
		for _, old := range d.Records {
			if old.Key() == wanted[i].Key() && old.Name == wanted[i].Name {
				wanted[i].Status = old.Status
			}
		}
	}
	d.Records = wanted
}

// host names a record relative to the registered domain, as DNS hosts ask for: of mail.acme.example, "send"
// becomes send.mail. zone is what follows the first label.
func (d *Domain) host(label string) (name, zone string) {
	parts := strings.Split(d.Name, ".")
	own := 2 // labels of the registered domain: acme.example, but acme.com.au
	if n := len(parts); n > 2 && len(parts[n-1]) == 2 && slices.Contains([]string{"com", "net", "org", "co"}, parts[n-2]) {
		own = 3
	}
	if len(parts) > own {
		zone = "." + strings.Join(parts[:len(parts)-own], ".")
	}
	if label == "" {
		return strings.TrimPrefix(zone, "."), zone
	}
	return label + zone, zone
}

// sends reports whether mail may leave from the domain: it is switched on for sending and its SPF and DKIM are
// verified.
func (d *Domain) sends() bool {
	return d.Sending && d.group(verified, "SPF", "DKIM")
}

// group reports whether all records of some kinds have a status, and there is one.
func (d *Domain) group(status string, kinds ...string) bool {
	found := false
	for _, r := range d.Records {
		if !slices.Contains(kinds, r.Record) {
			continue
		}
		if r.Status != status {
			return false
		}
		found = true
	}
	return found
}

// derive is the status of the domain from those of its records: partial where one use works and another does
// not. A temporary failure leaves it pending.
func (d *Domain) derive() string {
	count := map[string]int{}
	for _, r := range d.Records {
		count[r.Status]++
	}
	works := d.group(verified, "SPF", "DKIM") || d.group(verified, "Receiving")
	switch {
	case count[verified] == len(d.Records):
		return verified
	case count[notStarted] == len(d.Records):
		return notStarted
	case works && count[failed] > 0:
		return "partially_failed"
	case works:
		return "partially_verified"
	case count[failed] > 0:
		return failed
	}
	return pending
}

// verify starts a check, which is done later; what it finds was set by SetRecord, or is that all is well.
func (s *Server) verify(d *Domain, now time.Time) {
	d.checks++
	check := d.checks
	for i := range d.Records {
		if d.Records[i].Status != verified {
			d.Records[i].Status = pending
		}
	}
	s.restate(d, pending, now)
	s.later(now.Add(max(s.settings.VerifyDelay, time.Millisecond)), func(at time.Time) {
		if d.checks != check || s.domains.byID[d.ID] == nil {
			return
		}
		for i := range d.Records {
			d.Records[i].Status = d.finds(d.Records[i])
		}
		s.restate(d, d.derive(), at)
	})
}

// finds is what a check finds about a record.
func (d *Domain) finds(r Record) string {
	switch found := d.outcomes[r.Key()]; found {
	case "":
		return verified
	case Wrong, Appended, Several, Proxied:
		return failed
	default:
		return found
	}
}

// restate announces a new status; nothing is announced when it stays.
func (s *Server) restate(d *Domain, status string, at time.Time) {
	if d.Status == status {
		return
	}
	d.Status = status
	s.announceDomain("domain.updated", d, at)
}

// SetRecord says what DNS holds of a domain, and so what checks find from now on: record is a kind such as "DKIM", or
// kind and type such as "SPF MX"; status is verified, failed or pending (nothing is there), temporary_failure (no server
// answers), or one of Wrong, Appended, Several and Proxied.
func (s *Server) SetRecord(domain, record, status string) error {
	if !slices.Contains(publishable(), status) {
		return fmt.Errorf("a check cannot find %q", status)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.domains.named(strings.ToLower(domain))
	if d == nil {
		return fmt.Errorf("the team has no domain %s", domain)
	}
	known := false
	for _, r := range d.Records {
		if r.Record == record || r.Key() == record {
			d.outcomes[r.Key()], known = status, true
		}
	}
	if !known {
		return fmt.Errorf("%s needs no record %s", domain, record)
	}
	return nil
}

// Verify checks a domain as its owner does on the page, or as the service does by itself every so often.
func (s *Server) Verify(domain string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.domains.named(strings.ToLower(domain))
	if d == nil {
		return fmt.Errorf("the team has no domain %s", domain)
	}
	s.verify(d, s.now())
	return nil
}

// Domains lists the team's domains in the order they were added.
func (s *Server) Domains() []Domain {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Domain, len(s.domains.order))
	for i, d := range s.domains.order {
		out[i] = *d
		out[i].Records, out[i].outcomes = slices.Clone(d.Records), maps.Clone(d.outcomes)
	}
	return out
}
