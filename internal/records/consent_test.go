package records_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/records"
)

// TestConsentIsLogged gives and withdraws consent with a customer. What leaves it as
// it is adds nothing.
func TestConsentIsLogged(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		c := ok(x.CreateCustomer(t.Context(), records.CustomerInput{Name: "Sunny Side", Email: "pay@sunny.example", MarketingConsent: true}))(t)
		ok(x.CreateCustomer(t.Context(), records.CustomerInput{Name: "Shady Side", Email: "pay@shady.example"}))(t)
		in := records.CustomerInputOf(c)
		in.Phone = "02 5550 1234"
		c = ok(x.UpdateCustomer(t.Context(), c.ID, c.Version, in))(t)
		in.MarketingConsent = false
		ok(x.UpdateCustomer(t.Context(), c.ID, c.Version, in))(t)
		ok(x.ImportCustomers(t.Context(), strings.NewReader("name,email,newsletter\nSunny Side,pay@sunny.example,yes\nNew,new@sunny.example,yes\n"), true))(t)
		var got []string
		for _, e := range ok(x.store.Consents(t.Context(), x.org, mail.ConsentFilter{}))(t) {
			if e.Scope != mail.AllMarketing || e.Customer == nil || e.By != "Jo" || strings.Contains(e.AddressHash, "sunny") {
				t.Errorf("%+v", e)
			}
			got = append(got, fmt.Sprint(e.Given, " ", e.Way, " ", e.AddressHash == mail.AddressHash(x.org, "pay@sunny.example")))
		}
		if want := "[true import false true import true false record true true record true]"; fmt.Sprint(got) != want {
			t.Errorf("%v, want %s", got, want)
		}
	})
}
