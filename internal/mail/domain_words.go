package mail

import (
	"fmt"
	"slices"
	"strings"
)

// State says in a few words what was found of a record.
func (r DNSRecord) State() string {
	if r.Verdict == VerdictMissing && r.RightAt != nil {
		return "Not there any more"
	}
	label, known := map[DNSVerdict]string{
		"": "Not looked up yet", VerdictRight: "Found", VerdictUnneeded: "Not needed", VerdictMissing: "Not found", VerdictWrong: "Another value",
		VerdictAppended: "Found at the wrong name", VerdictSeveral: "More than one", VerdictInclude: "Resend is missing in it", VerdictBehindAll: "Resend stands too late in it",
		VerdictLookups: "Too many look-ups", VerdictMalformed: "Cannot be read", VerdictRevoked: "The key is revoked", VerdictCut: "The key is cut off",
		VerdictPriority: "Another server is first", VerdictProxied: "Hidden behind a proxy", VerdictWatching: "Found, watches only", VerdictUnreported: "Found, without reports",
	}[r.Verdict]
	if !known {
		return string(r.Verdict)
	}
	return label
}

// Paste is the value to enter where it is not the one that the service asks for,
// because something else has to stay; empty: Value is.
func (r DNSRecord) Paste() string {
	switch r.Verdict {
	case VerdictInclude, VerdictBehindAll, VerdictSeveral:
		if r.Kind == RecordSPF {
			return MergeSPF(append(slices.Clone(r.Found), r.Value)...)
		}
	}
	return ""
}

// Todo says what to do about a record at the DNS host of a zone; empty: nothing.
// Paste follows where it ends in a colon.
func (r DNSRecord) Todo(zone string) string {
	if r.Kind == RecordDMARC {
		return r.dmarcTodo(zone)
	}
	switch r.Verdict {
	case VerdictMissing:
		return fmt.Sprintf("Add a record of type %s at your DNS host, with the name and the value shown. A new record can take an hour to be seen, a changed one as long as its TTL.", r.Type)
	case VerdictAppended:
		return fmt.Sprintf("Your DNS host has added %s to the name a second time: the record is at %s. Change its name there to %s.", zone, r.FoundAt, r.entered())
	case VerdictWrong:
		return r.wrongTodo()
	case VerdictSeveral:
		return r.severalTodo()
	case VerdictInclude:
		return "Put what Resend needs into the record that is there; a name may have only one. Change it to this:"
	case VerdictBehindAll:
		return "Receivers stop reading at “all”. Change the record to this, with the include before it:"
	case VerdictLookups:
		return "Receivers follow ten look-ups and take the record for an error then. Take out services that you do not use any more, or put their addresses in with ip4 and ip6."
	case VerdictMalformed:
		return r.malformedTodo()
	case VerdictRevoked:
		return "The record has no key, which takes back everything that was signed with it. Replace its value with the one shown."
	case VerdictCut:
		return "The end of the key is missing: many DNS hosts cut values at 255 characters. Enter the value anew; where the host refuses long values, split it into several strings in quotes, without anything between them."
	case VerdictPriority:
		return "Mail goes to the server with the lowest number first. Give Resend's a lower one than the others have, or take those out."
	case VerdictProxied:
		return "The name answers with addresses of a proxy in place of a CNAME. Switch the proxy off for this record, so that it is “DNS only”."
	}
	return ""
}

// entered is the name as DNS hosts ask for it.
func (r DNSRecord) entered() string {
	if r.Name == "" {
		return "@"
	}
	return r.Name
}

func (r DNSRecord) wrongTodo() string {
	switch r.Kind {
	case RecordDKIM:
		return "Another key is there. Resend makes new keys when a domain is added again or claimed by another team: replace the value with the one shown."
	case RecordReturnPath:
		return "Bounces go to another server. Replace the record with the one shown; this name is for Resend alone."
	case RecordReceiving:
		return "Mail to the domain goes to another server. Add Resend's with a lower number where Resend is to receive it. Where your own mailboxes are at this name, receive at a subdomain instead."
	case RecordTracking:
		return "The name leads elsewhere. Replace its target with the one shown."
	case RecordTrackingCAA:
		return "Your zone lists who may make certificates, and this authority is not on the list. Add the record shown beside the others."
	}
	return "Replace the value with the one shown."
}

func (r DNSRecord) severalTodo() string {
	switch r.Kind {
	case RecordSPF:
		return "A name may have only one SPF record; receivers take several for an error. Delete them all but one, and change that one to this:"
	case RecordDKIM:
		return "There are several keys at the name, and receivers may take the wrong one. Delete all but the one shown."
	case RecordReturnPath:
		return "This name may have one MX record only, or bounces get lost. Delete the others."
	}
	return "Delete all but the one shown."
}

func (r DNSRecord) malformedTodo() string {
	if r.Kind == RecordSPF && len(r.Found) > 0 {
		_, err := ParseSPF(r.Found[0])
		return fmt.Sprintf("Receivers take the whole record for an error: %v. Mend it, or replace it with the value shown.", err)
	}
	return "What is there is not a key. Replace the value with the one shown."
}

func (r DNSRecord) dmarcTodo(zone string) string {
	switch r.Verdict {
	case VerdictMissing:
		return "Add the record shown, with an address that you read. It refuses nothing yet: it has receivers report who sends in your name. When the reports show nothing but your own mail, go on to p=quarantine and then p=reject."
	case VerdictSeveral:
		return "Receivers ignore all of them when there is more than one. Delete all but one."
	case VerdictMalformed:
		_, err := ParseDMARC(strings.Join(r.Found, " "))
		return fmt.Sprintf("Receivers ignore the record: %v. Mend it, or replace it with the value shown.", err)
	case VerdictUnreported:
		return "Nobody is told what is refused. Add rua=mailto: with an address that you read, such as rua=mailto:dmarc@" + zone + "."
	case VerdictWatching:
		return r.watchingTodo()
	}
	return ""
}

func (r DNSRecord) watchingTodo() string {
	d, err := ParseDMARC(strings.Join(r.Found, " "))
	if err == nil && len(d.Reports) == 0 {
		return "It refuses nothing and tells nobody. Add rua=mailto: with an address that you read, and go on to p=quarantine when the reports show nothing but your own mail."
	}
	return "It refuses nothing yet. When the reports show nothing but your own mail, go on to p=quarantine and then p=reject."
}

// Alignment says how strictly a DMARC record compares the sender with who signed
// and who sent; empty for other records. Mail by Resend is signed by the domain
// itself and returns to a name below it.
func (r DNSRecord) Alignment() string {
	if r.Kind != RecordDMARC || len(r.Found) != 1 {
		return ""
	}
	d, err := ParseDMARC(r.Found[0])
	switch {
	case err != nil:
		return ""
	case d.StrictSPF:
		return "SPF is compared strictly (aspf=s), so that the return path below the domain does not count. DKIM passes, which is enough."
	case d.StrictDKIM:
		return "DKIM is compared strictly (adkim=s). Resend signs with the domain itself, which passes."
	}
	return ""
}
