package xero

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/store"
)

// What a thing in common says about two being the same, in percent. Things in
// common add up as independent evidence: each leaves the doubt that it leaves.
const (
	weightABN    = 70
	weightName   = 60
	weightEmail  = 55
	weightPhone  = 35
	weightDomain = 20
	certain      = 100
	otherABN     = 30 // taken off when both have an ABN and they differ
	rival        = 15 // taken off when another candidate is nearly as good
	near         = 10 // how near another is
)

// Candidate is a customer that a contact may be.
type Candidate struct {
	Customer crm.CustomerID `json:"customer"`
	Name     string         `json:"name"`
	Number   string         `json:"number"`
	Score    int            `json:"score"` // 0 to 100
	Reasons  []string       `json:"reasons"`
	exact    bool           // linked without a question
}

// freeMail are domains that say nothing about who has an address there.
var freeMail = []string{
	"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "yahoo.com.au", "icloud.com", "me.com",
	"bigpond.com", "bigpond.net.au", "optusnet.com.au", "iinet.net.au", "tpg.com.au", "proton.me", "aol.com", "xtra.co.nz",
}

// nameKey is a name without what people write differently: case, punctuation,
// the legal form, the article, "and" for "&".
func nameKey(name string) string {
	words := strings.FieldsFunc(strings.ToLower(strings.NewReplacer("&", " and ", "'", "", "’", "", ".", "").Replace(name)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	kept := slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		switch word {
		case "pty", "ltd", "limited", "proprietary", "co", "company", "inc", "the", "and", "trust", "atf":
			return true
		}
		return false
	})
	if len(kept) == 0 { // a company called The Company
		kept = words
	}
	return strings.Join(kept, " ")
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// phoneKey is the last nine digits, which leaves out the country code and the
// zero of the area. Fewer than eight say too little.
func phoneKey(phone string) string {
	d := strings.TrimLeft(digits(phone), "0")
	switch {
	case len(d) < 8:
		return ""
	case len(d) > 9:
		return d[len(d)-9:]
	}
	return d
}

func abnKey(text string) string {
	if abn, err := crm.ParseABN(strings.ReplaceAll(text, "-", "")); err == nil {
		return abn
	}
	return ""
}

func keysOf(name, abn, email, phone string) store.ContactKeys {
	k := store.ContactKeys{Name: nameKey(name), ABN: abnKey(abn), Email: strings.ToLower(strings.TrimSpace(email)), Phone: phoneKey(phone)}
	if _, domain, ok := strings.Cut(k.Email, "@"); ok && !slices.Contains(freeMail, domain) {
		k.Domain = domain
	}
	return k
}

func keysOfCustomer(c crm.Customer) store.ContactKeys { return keysOf(c.Name, c.ABN, c.Email, c.Phone) }

func keysOfContact(c xeroapi.Contact) store.ContactKeys {
	return keysOf(c.Name, c.TaxNumber, c.EmailAddress, phoneOf(c))
}

// score compares a contact with one customer.
func score(r store.RemoteContact, c crm.Customer, k store.ContactKeys) Candidate {
	out := Candidate{Customer: c.ID, Name: c.Name, Number: c.Number}
	if r.Number != "" && r.Number == c.Number {
		out.Score, out.exact, out.Reasons = certain, true, []string{"carries our number " + c.Number}
		return out
	}
	doubt := 1.0
	common := func(a, b string, weight int, reason string) bool {
		if a == "" || a != b {
			return false
		}
		doubt *= 1 - float64(weight)/100
		out.Reasons = append(out.Reasons, reason)
		return true
	}
	sameABN := common(r.Keys.ABN, k.ABN, weightABN, "same ABN")
	sameName := common(r.Keys.Name, k.Name, weightName, nameReason(r.Name, c.Name))
	if !common(r.Keys.Email, k.Email, weightEmail, "same e-mail address") {
		common(r.Keys.Domain, k.Domain, weightDomain, "same e-mail domain")
	}
	common(r.Keys.Phone, k.Phone, weightPhone, "same phone number")
	out.Score = int(100*(1-doubt) + 0.5)
	if r.Keys.ABN != "" && k.ABN != "" && !sameABN && out.Score > 0 {
		out.Score = max(out.Score-otherABN, 0)
		out.Reasons = append(out.Reasons, "but another ABN")
	}
	out.exact = sameABN && sameName
	return out
}

func nameReason(a, b string) string {
	if store.NameKey(a) == store.NameKey(b) {
		return "same name"
	}
	return "same name but for its spelling"
}

// rank orders candidates, the best first. Another one that is nearly as good
// makes the best less sure and takes away its certainty.
func rank(all []Candidate) []Candidate {
	all = slices.DeleteFunc(all, func(c Candidate) bool { return c.Score == 0 })
	slices.SortFunc(all, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Number, b.Number))
	})
	if len(all) > 1 && all[0].Score < certain && all[0].Score-all[1].Score < near {
		others := "1 other customer is"
		if n := countNear(all); n > 1 {
			others = strconv.Itoa(n) + " other customers are"
		}
		all[0].Score, all[0].exact = max(all[0].Score-rival, 1), false
		all[0].Reasons = append(slices.Clone(all[0].Reasons), others+" nearly as likely")
	}
	return all[:min(len(all), mostCandidates)]
}

// mostCandidates is how many are kept of a contact.
const mostCandidates = 4

func countNear(all []Candidate) int {
	n := 0
	for _, c := range all[1:] {
		if all[0].Score-c.Score < near {
			n++
		}
	}
	return n
}

// matchOf is what is kept of the candidates.
func matchOf(ranked []Candidate) store.ContactMatch {
	if len(ranked) == 0 {
		return store.ContactMatch{}
	}
	m := store.ContactMatch{Customer: ranked[0].Customer, Score: ranked[0].Score, Reasons: sentenceOf(ranked[0].Reasons)}
	if len(ranked) > 1 {
		m.Runners = snapshot(ranked[1:])
	}
	return m
}

// Runners are the candidates after the best.
func Runners(m store.ContactMatch) []Candidate {
	var out []Candidate
	if m.Runners == "" || json.Unmarshal([]byte(m.Runners), &out) != nil { // it is our own text
		return nil
	}
	return out
}

// sentenceOf makes "Same ABN, same name."
func sentenceOf(reasons []string) string {
	text := strings.Join(reasons, ", ")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// index finds customers by each key, so that a contact is compared only with
// those that have something in common with it.
type index struct {
	customers []crm.Customer
	keys      []store.ContactKeys
	by        map[string][]int
}

// mostPerDomain is how many customers may share a domain before it says
// nothing, like that of a provider.
const mostPerDomain = 5

func newIndex(customers []crm.Customer) *index {
	x := &index{customers: customers, keys: make([]store.ContactKeys, len(customers)), by: make(map[string][]int, 5*len(customers))}
	for i, c := range customers {
		x.keys[i] = keysOfCustomer(c)
		for _, key := range lookUps(x.keys[i], c.Number) {
			x.by[key] = append(x.by[key], i)
		}
	}
	return x
}

func lookUps(k store.ContactKeys, number string) []string {
	var out []string
	for _, pair := range [][2]string{{"a", k.ABN}, {"e", k.Email}, {"n", k.Name}, {"p", k.Phone}, {"d", k.Domain}, {"#", number}} {
		if pair[1] != "" {
			out = append(out, pair[0]+pair[1])
		}
	}
	return out
}

// candidates ranks the customers that a contact may be.
func (x *index) candidates(r store.RemoteContact) []Candidate {
	var found []int
	for _, key := range lookUps(r.Keys, r.Number) {
		hits := x.by[key]
		if key[0] == 'd' && len(hits) > mostPerDomain {
			continue
		}
		found = append(found, hits...)
	}
	slices.Sort(found)
	found = slices.Compact(found)
	all := make([]Candidate, 0, len(found))
	for _, i := range found {
		all = append(all, score(r, x.customers[i], x.keys[i]))
	}
	return rank(all)
}
