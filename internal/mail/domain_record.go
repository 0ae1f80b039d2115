package mail

import (
	"slices"
	"strings"
	"time"
)

// RecordKind is what a DNS record of a domain is for.
type RecordKind string

// The kinds of records. The service asks for all but DMARC, which receivers want.
const (
	RecordSPF         RecordKind = "spf"
	RecordReturnPath  RecordKind = "return_path" // MX, where bounces go
	RecordDKIM        RecordKind = "dkim"
	RecordReceiving   RecordKind = "receiving"
	RecordTracking    RecordKind = "tracking"
	RecordTrackingCAA RecordKind = "tracking_caa"
	RecordDMARC       RecordKind = "dmarc"
	RecordOther       RecordKind = "other" // that the service has added since
)

// Label names the kind for people.
func (k RecordKind) Label() string {
	return map[RecordKind]string{
		RecordSPF: "SPF", RecordReturnPath: "Return path", RecordDKIM: "DKIM", RecordReceiving: "Receiving", RecordTracking: "Tracking",
		RecordTrackingCAA: "Tracking certificate", RecordDMARC: "DMARC", RecordOther: "Other",
	}[k]
}

// Purpose says what the record is good for.
func (k RecordKind) Purpose() string {
	return map[RecordKind]string{
		RecordSPF:         "Lets Resend's servers send for the domain.",
		RecordReturnPath:  "Brings bounces back to Resend.",
		RecordDKIM:        "Signs each mail, so that receivers know that it is yours.",
		RecordReceiving:   "Brings mail to the domain to Resend.",
		RecordTracking:    "Lets opens and clicks be counted under your own name.",
		RecordTrackingCAA: "Lets a certificate be made for the tracking name.",
		RecordDMARC:       "Tells receivers what to do with mail that only claims to be yours. Gmail, Yahoo and Microsoft want it of those who send much.",
		RecordOther:       "Resend asks for it.",
	}[k]
}

// Required reports whether the service asks for the record, so that something
// does not work without it. A CAA record is needed only beside others.
func (k RecordKind) Required() bool {
	return k != RecordDMARC && k != RecordTrackingCAA && k != RecordOther
}

// DNSRecord is one that the DNS of a domain has to hold, and what was found.
type DNSRecord struct {
	Kind     RecordKind
	Type     string // MX, TXT, CNAME or CAA
	Name     string // as DNS hosts ask for it, within their zone; empty: the zone itself
	Host     string // the whole name, without a dot at its end
	Value    string
	Priority *int         // of an MX record
	Status   DomainStatus // what the service found; empty: it does not look
	Finding
	Unanswered bool       // the last look-up got no answer; what was found is older
	LookedAt   *time.Time // when something was found, or found missing
	RightAt    *time.Time // when it was last found as it has to be
}

// Finding is what a look-up found of a record.
type Finding struct {
	Verdict DNSVerdict
	Found   []string // values as DNS holds them: TXT in one string, MX as "10 host", CAA as `0 issue "ca"`
	FoundAt string   // the name that holds them, where that is another than the record's
}

// DNSVerdict is what was found says of a record.
type DNSVerdict string

// The verdicts. The empty one is of a record that was never looked up.
const (
	VerdictRight      DNSVerdict = "right"
	VerdictUnneeded   DNSVerdict = "unneeded"   // it may be left out as things are
	VerdictMissing    DNSVerdict = "missing"    // nothing is there
	VerdictWrong      DNSVerdict = "wrong"      // something else is there
	VerdictAppended   DNSVerdict = "appended"   // it is at name.zone.zone: the DNS host added the zone to a whole name
	VerdictSeveral    DNSVerdict = "several"    // more records than there may be
	VerdictInclude    DNSVerdict = "include"    // an SPF record that does not include the service
	VerdictBehindAll  DNSVerdict = "behind"     // an SPF record that includes it where nobody reads on
	VerdictLookups    DNSVerdict = "lookups"    // an SPF record that takes more look-ups than receivers make
	VerdictMalformed  DNSVerdict = "malformed"  // a record that receivers cannot read
	VerdictRevoked    DNSVerdict = "revoked"    // a DKIM record without a key
	VerdictCut        DNSVerdict = "cut"        // a DKIM key of which the end is missing
	VerdictPriority   DNSVerdict = "priority"   // another server gets mail first
	VerdictProxied    DNSVerdict = "proxied"    // addresses in place of a CNAME
	VerdictWatching   DNSVerdict = "watching"   // DMARC that refuses nothing yet
	VerdictUnreported DNSVerdict = "unreported" // DMARC that refuses, and tells nobody
)

// Good reports whether the record is as it has to be.
func (v DNSVerdict) Good() bool {
	return v == VerdictRight || v == VerdictUnneeded || v == VerdictWatching || v == VerdictUnreported
}

// Bad reports whether the record was looked up and is not as it has to be.
func (v DNSVerdict) Bad() bool { return v != "" && !v.Good() }

// DMARCRecord is the row of the record that the service does not ask for, to be
// entered in a zone.
func DMARCRecord(domain, zone string) DNSRecord {
	host := "_dmarc." + domain
	return DNSRecord{Kind: RecordDMARC, Type: "TXT", Host: host, Name: within(host, zone), Value: "v=DMARC1; p=none; rua=mailto:dmarc@" + zone}
}

// within is a whole name as the host of a zone asks for it.
func within(host, zone string) string {
	if host == zone {
		return ""
	}
	return strings.TrimSuffix(host, "."+zone)
}

// ZoneOf is the zone that records of a domain are entered in.
func ZoneOf(domain string, records []DNSRecord) string {
	var names []string
	for _, r := range records {
		if r.Kind != RecordDMARC {
			names = append(names, r.Name)
		}
	}
	return Zone(domain, names)
}

// Zone is the domain whose DNS host the records are entered at, which is the
// domain without what the service's names end with: of mail.acme.example and
// resend._domainkey.mail it is acme.example.
func Zone(domain string, names []string) string {
	labels := strings.Split(domain, ".")
	for _, name := range names {
		_, sub, found := strings.Cut(fold(name)+".", "._domainkey.")
		switch sub = strings.TrimSuffix(sub, "."); {
		case !found || sub == domain:
			continue
		case sub == "":
			return domain
		}
		if zone, fits := strings.CutPrefix(domain, sub+"."); fits {
			return zone
		}
	}
	for cut := len(labels) - 2; cut > 0; cut-- { // the longest part that all names end with
		sub := strings.Join(labels[:cut], ".")
		if len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return !endsWith(fold(n), sub) }) {
			return strings.Join(labels[cut:], ".")
		}
	}
	return domain
}

// HostOf is the whole name of a record that the service names within a zone, or
// wholly.
func HostOf(name, domain, zone string) string {
	name = fold(name)
	switch {
	case name == "" || name == "@":
		return zone
	case endsWith(name, domain) || endsWith(name, zone):
		return name
	}
	return name + "." + zone
}

func endsWith(name, domain string) bool { return name == domain || strings.HasSuffix(name, "."+domain) }

// fold writes a name as names are compared: small letters, no dot at its end.
func fold(name string) string {
	return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(name)), ".")
}
