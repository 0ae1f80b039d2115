package mail

import (
	"slices"
	"strings"
	"time"
)

// Follow is the domain after the service has told of it, with what changed. What
// was found of records stays with those that are asked for as before; cause and
// actor are of the changes.
func (d SendingDomain) Follow(told SendingDomain, at time.Time) (SendingDomain, []DomainChange) {
	var changes []DomainChange
	if d.Status != told.Status || d.GoneAt != nil {
		changes = append(changes, DomainChange{Was: string(d.Status), Became: string(told.Status)})
	}
	d.Name, d.Region, d.Status, d.GoneAt = told.Name, told.Region, told.Status, nil
	d.Sending, d.Receiving = told.Sending, told.Receiving
	if len(told.Records) > 0 {
		d.Records = d.inherit(told.Records)
	}
	if d.VerifiedAt == nil && d.Sends() {
		d.VerifiedAt = &at
	}
	return d, changes
}

// inherit gives records what was found of the same ones before. The row of DMARC
// stays.
func (d SendingDomain) inherit(records []DNSRecord) []DNSRecord {
	out := slices.Clone(records)
	for i, r := range out {
		for _, known := range d.Records {
			if known.same(r) {
				out[i].Finding, out[i].Unanswered, out[i].LookedAt, out[i].RightAt = known.Finding, known.Unanswered, known.LookedAt, known.RightAt
			}
		}
	}
	if slices.ContainsFunc(out, func(r DNSRecord) bool { return r.Kind == RecordDMARC }) {
		return out
	}
	policy := DMARCRecord(d.Name, ZoneOf(d.Name, out))
	for _, known := range d.Records {
		if known.same(policy) {
			policy = known
		}
	}
	return append(out, policy)
}

// same reports whether two records ask for the same.
func (r DNSRecord) same(other DNSRecord) bool {
	return r.Kind == other.Kind && r.Type == other.Type && r.Host == other.Host && r.Value == other.Value
}

// Found is the domain after its records were looked up, with what changed.
// Records that the domain has no more do not count; those without an answer keep
// what was found before.
func (d SendingDomain) Found(looked []DNSRecord, at time.Time) (SendingDomain, []DomainChange) {
	var changes []DomainChange
	d.Records = slices.Clone(d.Records)
	for i, r := range d.Records {
		n := slices.IndexFunc(looked, r.same)
		if n < 0 {
			continue
		}
		l := looked[n]
		if d.Records[i].Unanswered = l.Unanswered; l.Unanswered {
			continue
		}
		d.LookedAt = &at
		if r.Verdict != l.Verdict {
			changes = append(changes, DomainChange{Subject: r.Kind, Was: string(r.Verdict), Became: string(l.Verdict), Note: strings.Join(l.Found, " · ")})
		}
		d.Records[i].Finding, d.Records[i].LookedAt = l.Finding, l.LookedAt
		if l.RightAt != nil {
			d.Records[i].RightAt = l.RightAt
		}
	}
	return d, changes
}

// Gone is the domain after the service has said that it has it no more.
func (d SendingDomain) Gone(at time.Time) (SendingDomain, []DomainChange) {
	if d.GoneAt != nil {
		return d, nil
	}
	d.GoneAt = &at
	return d, []DomainChange{{Was: string(d.Status), Became: DomainGone}}
}

// Troubles say what of a domain worked before and does not any more. What never
// worked is being set up and is no trouble.
func (d SendingDomain) Troubles() (troubles []string) {
	if d.GoneAt != nil {
		if d.VerifiedAt != nil {
			troubles = append(troubles, "It was removed at Resend.")
		}
		return troubles
	}
	if d.VerifiedAt != nil && d.refused() {
		troubles = append(troubles, "Resend does not call it verified any more.")
	}
	for _, r := range d.Records {
		if r.Kind.Required() && r.Verdict.Bad() && r.RightAt != nil {
			troubles = append(troubles, r.Kind.Label()+" ("+r.Host+"): "+strings.ToLower(r.State()[:1])+r.State()[1:]+".")
		}
	}
	return troubles
}

// Alarm is what people have to be told of a domain.
type Alarm int

// The alarms.
const (
	NoAlarm Alarm = iota
	Stopped       // it worked and does not any more
	WorksAgain
)

// about is what a trouble is about, however it is put.
func about(trouble string) string {
	subject, _, _ := strings.Cut(trouble, ":")
	return subject
}

// Weigh notes whether what worked still does, and says when that changed: once
// for each thing that stops, and once when all works again.
func (d SendingDomain) Weigh(at time.Time) (SendingDomain, Alarm) {
	troubles := d.Troubles()
	switch {
	case len(troubles) > 0 && d.BrokenAt == nil:
		d.BrokenAt, d.BrokenWhy = &at, strings.Join(troubles, " ")
		return d, Stopped
	case len(troubles) > 0:
		before := d.BrokenWhy
		d.BrokenWhy = strings.Join(troubles, " ")
		if slices.ContainsFunc(troubles, func(t string) bool { return !strings.Contains(before, about(t)) }) {
			return d, Stopped // one more thing
		}
	case d.BrokenAt != nil && d.Sends():
		d.BrokenAt, d.BrokenWhy = nil, ""
		return d, WorksAgain
	}
	return d, NoAlarm
}
