package mail

import (
	"fmt"
	"slices"
	"strings"
)

// DMARC is what a domain asks receivers to do with mail that only claims to be
// its own. https://www.rfc-editor.org/rfc/rfc7489#section-6.3
type DMARC struct {
	Policy          string // none, quarantine or reject
	SubdomainPolicy string // empty: as Policy
	Reports         []string
	StrictDKIM      bool // the signing domain has to be the sender's, not only of the same organisation
	StrictSPF       bool
}

// dmarcPolicies are those that there are, the mildest first.
func dmarcPolicies() []string { return []string{"none", "quarantine", "reject"} }

// IsDMARC reports whether a TXT record claims to be one of DMARC: its version
// stands first, in capitals.
func IsDMARC(text string) bool {
	first, _, _ := strings.Cut(text, ";")
	name, value, _ := strings.Cut(first, "=")
	return strings.EqualFold(strings.TrimSpace(name), "v") && strings.TrimSpace(value) == "DMARC1"
}

// ParseDMARC reads a TXT record. The error says in words which part receivers
// cannot read.
func ParseDMARC(text string) (DMARC, error) {
	if !IsDMARC(text) {
		return DMARC{}, fmt.Errorf("it does not begin with v=DMARC1")
	}
	all, ok := tags(text)
	if !ok {
		return DMARC{}, fmt.Errorf("its parts are not all of the form name=value, with semicolons between them")
	}
	d := DMARC{Policy: strings.ToLower(all["p"]), SubdomainPolicy: strings.ToLower(all["sp"]), StrictDKIM: strings.EqualFold(all["adkim"], "s"), StrictSPF: strings.EqualFold(all["aspf"], "s")}
	for address := range strings.SplitSeq(all["rua"], ",") {
		if address = strings.TrimSpace(address); address != "" {
			d.Reports = append(d.Reports, address)
		}
	}
	if !slices.Contains(dmarcPolicies(), d.Policy) {
		return d, fmt.Errorf("its policy p=%s is none of none, quarantine and reject", d.Policy)
	}
	if d.SubdomainPolicy != "" && !slices.Contains(dmarcPolicies(), d.SubdomainPolicy) {
		return d, fmt.Errorf("its policy sp=%s is none of none, quarantine and reject", d.SubdomainPolicy)
	}
	for _, address := range d.Reports {
		if len(address) < len("mailto:a@b") || !strings.EqualFold(address[:7], "mailto:") || !strings.Contains(address, "@") {
			return d, fmt.Errorf("%q in rua is not an address such as mailto:dmarc@example.com", address)
		}
	}
	return d, nil
}

// For is the policy for a domain: the record's own, or of the domains below it.
func (d DMARC) For(below bool) string {
	if below && d.SubdomainPolicy != "" {
		return d.SubdomainPolicy
	}
	return d.Policy
}

// JudgeDMARC reads the TXT records at a name. below says that the name is one
// above the domain's own.
func JudgeDMARC(txt []string, below bool) Finding {
	f := Finding{Found: slices.DeleteFunc(slices.Clone(txt), func(text string) bool { return !IsDMARC(text) })}
	switch len(f.Found) {
	case 0:
		f.Verdict = VerdictMissing
		return f
	case 1:
	default: // https://www.rfc-editor.org/rfc/rfc7489#section-6.6.3
		f.Verdict = VerdictSeveral
		return f
	}
	d, err := ParseDMARC(f.Found[0])
	switch {
	case err != nil:
		f.Verdict = VerdictMalformed
	case d.For(below) == "none":
		f.Verdict = VerdictWatching
	case len(d.Reports) == 0:
		f.Verdict = VerdictUnreported
	default:
		f.Verdict = VerdictRight
	}
	return f
}

// dmarcNames are where the policy of a domain may stand: its own name, then those
// above it down to two labels. A record further up is not the organisation's.
func dmarcNames(domain string) []string {
	labels := strings.Split(domain, ".")
	var names []string
	for i := 0; i+2 <= len(labels); i++ {
		names = append(names, "_dmarc."+strings.Join(labels[i:], "."))
	}
	return names[:min(len(names), maxDMARCNames)]
}

// maxDMARCNames keeps absurd domains from many look-ups.
const maxDMARCNames = 8
