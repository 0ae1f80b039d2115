package mail

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// SPF is a record that says who may send for a name.
// https://www.rfc-editor.org/rfc/rfc7208#section-4.5
type SPF struct{ Terms []SPFTerm }

// SPFTerm is a mechanism, or a modifier such as redirect.
type SPFTerm struct {
	Qualifier string // of a mechanism: "+", "-", "~" or "?"; empty: a modifier
	Name      string // in small letters
	Value     string // what follows the colon, the slash or the equals sign
	text      string
}

// spfLookups is how many terms that take look-ups receivers follow.
// https://www.rfc-editor.org/rfc/rfc7208#section-4.6.4
const spfLookups = 10

// IsSPF reports whether a TXT record claims to be one of SPF.
func IsSPF(text string) bool {
	version, _, _ := strings.Cut(text, " ")
	return strings.EqualFold(version, "v=spf1")
}

// ParseSPF reads a TXT record. The error says in words which part receivers
// cannot read, so that they take the whole record for an error.
func ParseSPF(text string) (SPF, error) {
	if !IsSPF(text) {
		return SPF{}, fmt.Errorf("it does not begin with v=spf1")
	}
	var record SPF
	for _, part := range strings.Fields(text)[1:] {
		term, err := parseSPFTerm(part)
		if err != nil {
			return SPF{}, err
		}
		record.Terms = append(record.Terms, term)
	}
	return record, nil
}

func parseSPFTerm(part string) (SPFTerm, error) {
	t := SPFTerm{text: part, Qualifier: "+"}
	name := part
	if strings.ContainsAny(part[:1], "+-~?") {
		t.Qualifier, name = part[:1], part[1:]
	}
	end := strings.IndexAny(name, ":=/")
	if end < 0 {
		end = len(name)
	}
	t.Name, t.Value = strings.ToLower(name[:end]), strings.TrimLeft(name[end:], ":=")
	if end < len(name) && name[end] == '=' {
		if t.Qualifier = ""; part != name || !spfName(t.Name) || repeatsNothing(t) {
			return t, fmt.Errorf("%q is not a modifier", part)
		}
		return t, nil
	}
	return t, t.check()
}

// repeatsNothing holds for a redirect that leads nowhere.
func repeatsNothing(t SPFTerm) bool { return t.Name == "redirect" && t.Value == "" }

func spfName(name string) bool {
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}

// check says what is wrong with a mechanism.
func (t SPFTerm) check() error {
	switch t.Name {
	case "all", "a", "mx", "ptr":
		return nil
	case "include", "exists":
		if t.Value == "" {
			return fmt.Errorf("%q names no domain", t.text)
		}
		return nil
	case "ip4", "ip6":
		if !t.network() {
			return fmt.Errorf("%q holds no address of that kind", t.text)
		}
		return nil
	}
	return fmt.Errorf("%q is not a mechanism", t.text)
}

func (t SPFTerm) network() bool {
	address, _, sized := strings.Cut(t.Value, "/")
	ip, err := netip.ParseAddr(address)
	if err == nil && sized {
		_, err = netip.ParsePrefix(t.Value)
	}
	return err == nil && ip.Is4() == (t.Name == "ip4") && ip.Zone() == ""
}

// Lookups is how many terms of the record itself take a look-up.
func (r SPF) Lookups() int {
	n := 0
	for _, t := range r.Terms {
		if slices.Contains([]string{"include", "a", "mx", "ptr", "exists", "redirect"}, t.Name) {
			n++
		}
	}
	return n
}

// Includes are the domains whose records it takes in, those behind an "all",
// where nobody reads on, apart.
func (r SPF) Includes() (read, unread []string) {
	into := &read
	for _, t := range r.Terms {
		switch {
		case t.Name == "all" && t.Qualifier != "":
			into = &unread
		case t.Name == "include" && t.Qualifier == "+":
			*into = append(*into, fold(t.Value))
		}
	}
	return read, unread
}

// MergeSPF writes one record with what several say: a name may have only one.
// What cannot be read is left out. Of different endings the mildest stands, but
// none that lets everybody send.
func MergeSPF(records ...string) string {
	terms, end := []string{"v=spf1"}, ""
	for _, text := range records {
		record, err := ParseSPF(text)
		if err != nil {
			continue
		}
		for _, t := range record.Terms {
			switch {
			case t.Name == "all" && t.Qualifier != "":
				end = milder(end, t.Qualifier)
			case t.Name == "redirect":
			case !slices.ContainsFunc(terms, func(known string) bool { return strings.EqualFold(known, t.text) }):
				terms = append(terms, t.text)
			}
		}
	}
	if end == "" {
		end = "~"
	}
	return strings.Join(append(terms, end+"all"), " ")
}

// milder is the ending that refuses less.
func milder(a, b string) string {
	if b == "+" {
		b = "?"
	}
	const order = "-~?"
	if a == "" || strings.Index(order, b) > strings.Index(order, a) {
		return b
	}
	return a
}

// JudgeSPF compares the TXT records at the name of an SPF record with what it
// has to hold.
func JudgeSPF(want string, txt []string) Finding {
	found := slices.DeleteFunc(slices.Clone(txt), func(text string) bool { return !IsSPF(text) })
	f := Finding{Found: found}
	switch len(found) {
	case 0:
		f.Verdict = VerdictMissing
		return f
	case 1:
	default: // https://www.rfc-editor.org/rfc/rfc7208#section-3.2
		f.Verdict = VerdictSeveral
		return f
	}
	has, err := ParseSPF(found[0])
	if err != nil {
		f.Verdict = VerdictMalformed
		return f
	}
	wanted, _ := ParseSPF(want)
	needs, _ := wanted.Includes()
	read, unread := has.Includes()
	f.Verdict = VerdictRight
	for _, domain := range needs {
		switch {
		case slices.Contains(read, domain):
		case slices.Contains(unread, domain):
			f.Verdict = VerdictBehindAll
		default:
			f.Verdict = VerdictInclude
			return f
		}
	}
	if f.Verdict == VerdictRight && has.Lookups() > spfLookups {
		f.Verdict = VerdictLookups
	}
	return f
}
