package demo_test

import (
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/demo"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/store"
)

// books match some of the customers in some way.
func books(t *testing.T, y year) {
	sim := xerosim.New(xerosim.Options{Organisations: demo.Organisations(), Now: noon})
	for range 2 { // the second time changes nothing
		if err := demo.Books(sim); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(sim.Tenants()); n != 2 {
		t.Errorf("%d organisations, want 2", n)
	}
	for _, o := range demo.Organisations() {
		if _, err := crm.ParseABN(o.TaxNumber); err != nil {
			t.Errorf("%s: %v", o.Name, err)
		}
	}
	names, emails, abns := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range y.customers {
		names[store.NameKey(c.Name)], emails[c.Email], abns[c.ABN] = true, true, true
	}
	same := map[string]int{}
	contacts := sim.Contacts("")
	for _, c := range contacts {
		if abn, err := crm.ParseABN(c.TaxNumber); err == nil && abns[abn] {
			same["abn"]++
		}
		if emails[c.EmailAddress] {
			same["email"]++
		}
		if names[store.NameKey(c.Name)] {
			same["name"]++
		}
	}
	if len(contacts) != 40 || same["abn"] != 16 || same["email"] != 10 || same["name"] != 15 {
		t.Errorf("%d contacts, of which the same %v", len(contacts), same)
	}
}
