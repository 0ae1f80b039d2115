package demo

import (
	"fmt"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

// Organisations are those to make the simulator with: Voltway's own, and its
// sister company, so that there is something to choose.
func Organisations() []xerosim.Organisation {
	return []xerosim.Organisation{
		xerosim.DefaultOrganisation(),
		{Name: "Voltway Services Pty Ltd", ShortCode: "!Vs3Rk", TaxNumber: newABN(newChance(5))},
	}
}

// Books puts contacts into Voltway's books in the simulator, as a bookkeeper
// wrote them who did not look at the customers here. Books that have contacts
// are left alone.
func Books(sim *xerosim.Server) error {
	if len(sim.Contacts("")) > 0 {
		return nil
	}
	for _, contact := range contacts() {
		if _, err := sim.AddContact("", contact); err != nil {
			return fmt.Errorf("put %s into the books: %w", contact.Name, err)
		}
	}
	return nil
}

// slip is how the bookkeeper wrote a customer differently.
type slip struct {
	count int
	fits  func(client) bool
	write func(client) xerosim.Contact
}

// slips are the ways to differ, from the certain match to the hopeless one.
func slips() []slip {
	anyone := func(client) bool { return true }
	limited := func(x client) bool { return strings.HasSuffix(x.Name, " Pty Ltd") }
	couple := func(x client) bool { return strings.Contains(x.Name, " & ") }
	return []slip{
		{4, anyone, func(x client) xerosim.Contact { return wrote(x, x.Name, x.ABN, x.Email) }},
		{7, limited, func(x client) xerosim.Contact {
			return wrote(x, strings.TrimSuffix(x.Name, " Pty Ltd"), crm.FormatABN(x.ABN), "")
		}},
		{6, couple, func(x client) xerosim.Contact {
			return wrote(x, strings.Replace(x.Name, " & ", " and ", 1), "", x.Email)
		}},
		{6, anyone, func(x client) xerosim.Contact { return wrote(x, strings.ToUpper(x.Name), "", oldEmail(x)) }},
		{5, anyone, func(x client) xerosim.Contact { return wrote(x, typo(x.Name), x.ABN, oldEmail(x)) }},
		{4, anyone, func(x client) xerosim.Contact { return wrote(x, typo(x.Name), "", "") }},
		{5, anyone, func(x client) xerosim.Contact { return wrote(x, x.Name, "", oldEmail(x)) }},
	}
}

// contacts are all that the bookkeeper wrote: customers with slips, and some
// whom only Xero knows.
func contacts() []xerosim.Contact {
	var all []xerosim.Contact
	people := clients()
	for _, s := range slips() {
		for range s.count {
			for len(people) > 0 && (people[0].overseas || !s.fits(people[0])) {
				people = people[1:]
			}
			all = append(all, s.write(people[0]))
			people = people[1:]
		}
	}
	return append(all,
		xerosim.Contact{Name: "Harbourline Couriers", EmailAddress: "billing@harbourline-couriers.example"},
		xerosim.Contact{Name: "Gullwing Property Management", EmailAddress: "rent@gullwing-property.example"},
		xerosim.Contact{Name: "Cash sales"})
}

func wrote(x client, name, abn, email string) xerosim.Contact {
	contact := xerosim.Contact{Name: name, TaxNumber: abn, EmailAddress: email,
		FirstName: x.Contacts[0].FirstName, LastName: x.Contacts[0].LastName}
	street := x.Addresses[0]
	contact.Addresses = []xerosim.Address{{AddressType: "STREET", AddressLine1: street.Line1, City: street.City,
		Region: street.Region, PostalCode: street.PostalCode, Country: "Australia"}}
	return contact
}

// oldEmail is an address that the customer has given up.
func oldEmail(x client) string {
	return strings.Replace(x.Email, ".example", "-old.example", 1)
}

// typo swaps two letters inside the first word.
func typo(name string) string {
	letters := []byte(name)
	letters[3], letters[4] = letters[4], letters[3]
	return string(letters)
}
