package demo

import (
	"fmt"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
)

const (
	customerCount = 500
	overseasCount = 12 // the last ones
	regulars      = 60 // the first ones, who buy most
)

// client is a customer as it is entered, and how it pays.
type client struct {
	records.CustomerInput
	id       crm.CustomerID
	town     town
	overseas bool
	pays     habit
	since    minute
}

// clients are the customers, always the same ones.
func clients() []client {
	c := newChance(1)
	names := tradingNames(c)
	all := make([]client, customerCount)
	abns := map[string]bool{}
	for i := range all {
		all[i] = newClient(c, names[i], i >= customerCount-overseasCount)
		for all[i].ABN != "" && abns[all[i].ABN] {
			all[i].ABN = newABN(c)
		}
		abns[all[i].ABN] = true
	}
	return all
}

func newClient(c chance, name string, overseas bool) client {
	x := client{overseas: overseas, pays: newHabit(c), town: one(c, towns())}
	x.Name, x.LegalName = name, name
	if !strings.HasSuffix(name, "Ltd") && !c.is(15) {
		x.LegalName = name + " Pty Ltd"
	}
	domain := slug(name) + ".example"
	x.Email = one(c, []string{"accounts", "accounts", "office", "info", "payables"}) + "@" + domain
	x.MarketingConsent = c.is(60)
	x.TermsDays = newTerms(c)
	if overseas {
		x.Name = strings.TrimSuffix(name, " Pty Ltd") + " Limited" // Pty is Australian
		x.LegalName = x.Name
		x.abroad(c)
	} else {
		x.ABN = newABN(c)
		x.Phone = newPhone(c, x.town)
		x.atHome(c)
	}
	for range c.between(1, 3) {
		x.Contacts = append(x.Contacts, newPerson(c, domain))
	}
	return x
}

// newTerms is nil for most, who have the organisation's.
func newTerms(c chance) *int {
	if c.is(80) {
		return nil
	}
	days := one(c, []int{7, 14, 14, 45, 60})
	return &days
}

func (x *client) atHome(c chance) {
	x.Addresses = append(x.Addresses, records.AddressInput{
		Kind: crm.Street, Line1: fmt.Sprintf("%d %s", c.between(1, 240), one(c, streets())),
		City: x.town.name, Region: x.town.state, PostalCode: x.town.postcode, Country: "AU"})
	if c.is(20) {
		x.Addresses[0].Line2 = fmt.Sprintf("Unit %d", c.between(1, 18))
	}
	if c.is(30) {
		x.Addresses = append(x.Addresses, records.AddressInput{
			Kind: crm.Postal, Line1: fmt.Sprintf("PO Box %d", c.between(10, 9800)),
			City: x.town.name, Region: x.town.state, PostalCode: x.town.postcode, Country: "AU"})
	}
}

func (x *client) abroad(c chance) {
	place := one(c, []records.AddressInput{
		{City: "Auckland", PostalCode: "1010", Country: "NZ"}, {City: "Christchurch", PostalCode: "8011", Country: "NZ"},
		{City: "Suva", Country: "FJ"}, {City: "Port Vila", Country: "VU"}, {City: "Noumea", PostalCode: "98800", Country: "NC"}})
	place.Kind, place.Line1 = crm.Street, fmt.Sprintf("%d %s", c.between(1, 240), one(c, streets()))
	x.Addresses = []records.AddressInput{place}
	x.town = town{name: place.City}
}

func newPerson(c chance, domain string) records.ContactInput {
	p := records.ContactInput{FirstName: one(c, givenNames()), LastName: one(c, familyNames())}
	p.Email = slug(p.FirstName) + "." + slug(p.LastName) + "@" + domain
	if c.is(50) {
		p.Phone = one(c, mobiles())
	}
	return p
}

// newPhone is a number that nobody has, see mobiles.
func newPhone(c chance, t town) string {
	switch {
	case c.is(8):
		return one(c, freephones())
	case c.is(10):
		return one(c, mobiles())
	}
	return fmt.Sprintf("(%s) %s %04d", t.area, one(c, []string{"5550", "7010"}), c.IntN(10_000))
}

// tradingNames are more names than customers, no two alike.
func tradingNames(c chance) []string {
	var names []string
	for _, first := range firstWords() {
		for _, trade := range trades() {
			names = append(names, first+" "+trade)
		}
	}
	for i, first := range partners() {
		for _, second := range partners()[i+1:] {
			names = append(names, first+" & "+second+" "+one(c, trades()))
		}
	}
	c.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for i := range names {
		if c.is(40) {
			names[i] += " Pty Ltd"
		}
	}
	return names
}

// newABN finds the two check digits for nine digits by chance, see
// crm.ParseABN.
func newABN(c chance) string {
	rest := c.between(100_000_000, 999_999_999)
	text := fmt.Sprintf("%09d", rest)
	sum := 0
	for i, weight := range []int{3, 5, 7, 9, 11, 13, 15, 17, 19} {
		sum += int(text[i]-'0') * weight
	}
	check := (89 - sum%89) % 89 // ten times the first digit less one, and the second
	return fmt.Sprintf("%d%d%s", check/10+1, check%10, text)
}

// slug makes a name fit for an e-mail address.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(strings.TrimSuffix(name, " Pty Ltd")), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "-")
}
