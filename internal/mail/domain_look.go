package mail

import (
	"context"
	"strings"
	"time"
)

// Resolver looks up what a name holds of a type: TXT, each in one string; MX, as
// "10 host"; CNAME; CAA, as `0 issue "ca"`; A and AAAA. Nothing there is an empty
// list; an error says that there was no answer.
type Resolver interface {
	Lookup(ctx context.Context, name, kind string) ([]string, error)
}

// Look finds out what the DNS holds of a record. An error says that it could not
// be looked up, which tells nothing of the record.
func Look(ctx context.Context, dns Resolver, r DNSRecord, zone string) (Finding, error) {
	switch r.Kind {
	case RecordDMARC:
		return lookDMARC(ctx, dns, strings.TrimPrefix(r.Host, "_dmarc."))
	case RecordTrackingCAA:
		return lookCAA(ctx, dns, r, zone)
	}
	f, err := lookAt(ctx, dns, r, r.Host)
	if err != nil || f.Verdict != VerdictMissing {
		return f, err
	}
	// DNS hosts add their zone to what is typed, so that a whole name ends up
	// below the zone a second time. No answer there changes nothing.
	name := r.Host + "." + zone
	if elsewhere, err := lookAt(ctx, dns, r, name); err == nil && elsewhere.Verdict.Good() {
		return Finding{Verdict: VerdictAppended, Found: elsewhere.Found, FoundAt: name}, nil
	}
	return f, nil
}

func lookAt(ctx context.Context, dns Resolver, r DNSRecord, name string) (Finding, error) {
	found, err := dns.Lookup(ctx, name, r.Type)
	if err != nil {
		return Finding{}, err
	}
	switch r.Kind {
	case RecordSPF:
		return JudgeSPF(r.Value, found), nil
	case RecordDKIM:
		return lookDKIM(r, found), nil
	case RecordReturnPath:
		return JudgeMX(r.Value, true, found), nil
	case RecordReceiving:
		return JudgeMX(r.Value, false, found), nil
	case RecordTracking:
		var addresses []string
		if len(found) == 0 {
			if addresses, err = dns.Lookup(ctx, name, "A"); err != nil {
				return Finding{}, err
			}
		}
		return JudgeCNAME(r.Value, found, addresses), nil
	}
	return judgeOther(r.Value, found), nil
}

// lookDKIM judges a key, or the name of one that the service keeps itself.
func lookDKIM(r DNSRecord, found []string) Finding {
	if r.Type == "CNAME" {
		return JudgeCNAME(r.Value, found, nil)
	}
	return JudgeDKIM(r.Value, found)
}

// lookCAA climbs to the nearest name with CAA records, as authorities do, but
// not above the zone.
func lookCAA(ctx context.Context, dns Resolver, r DNSRecord, zone string) (Finding, error) {
	for name := r.Host; ; {
		found, err := dns.Lookup(ctx, name, "CAA")
		if err != nil {
			return Finding{}, err
		}
		_, above, more := strings.Cut(name, ".")
		if len(found) > 0 || name == zone || !more || !endsWith(above, zone) {
			f := JudgeCAA(r.Value, found)
			if len(found) > 0 && name != r.Host {
				f.FoundAt = name
			}
			return f, nil
		}
		name = above
	}
}

// lookDMARC finds the policy of a domain: its own, or the one of its
// organisation, which is the topmost above it that is no registry's.
// https://datatracker.ietf.org/doc/draft-ietf-dmarc-dmarcbis/
func lookDMARC(ctx context.Context, dns Resolver, domain string) (Finding, error) {
	policy := Finding{Verdict: VerdictMissing}
	for i, name := range dmarcNames(domain) {
		txt, err := dns.Lookup(ctx, name, "TXT")
		if err != nil {
			return Finding{}, err
		}
		f := JudgeDMARC(txt, i > 0)
		if f.Verdict == VerdictMissing {
			continue
		}
		if i == 0 {
			return f, nil
		}
		all, _ := tags(f.Found[0])
		if all["psd"] != "y" || policy.Verdict == VerdictMissing {
			f.FoundAt = name
			policy = f
		}
		if all["psd"] == "n" {
			break
		}
	}
	return policy, nil
}

// Looked is the record with a new finding.
func (r DNSRecord) Looked(f Finding, at time.Time) DNSRecord {
	r.Finding, r.Unanswered, r.LookedAt = f, false, &at
	if f.Verdict.Good() {
		r.RightAt = &at
	}
	return r
}
