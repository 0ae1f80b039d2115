package xerosim_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

func TestMergingTakesEverything(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	from, into := b.contact("Bright Solar Old"), b.contact("Bright Solar")
	b.invoice(from, "RNZ-1")
	if _, err := b.sim.CreditInvoice("", "RNZ-1", xerosim.Cents(1000)); err != nil {
		t.Fatal(err)
	}
	over, err := b.sim.ReceiveOverpayment("", from, xerosim.Cents(500), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.sim.MergeContacts("", from, into); err != nil {
		t.Fatal(err)
	}
	books, err := b.sim.Books("")
	if err != nil {
		t.Fatal(err)
	}
	for _, owner := range []string{books.Invoices[0].Contact.ContactID, books.CreditNotes[0].Contact.ContactID, books.Overpayments[0].Contact.ContactID} {
		if owner != into {
			t.Errorf("a document stayed with %s", owner)
		}
	}
	if _, err := b.sim.Allocate("", over.OverpaymentID, "RNZ-1", 0); err != nil {
		t.Errorf("credit and invoice of the merged contact belong together: %v", err)
	}
	if got := refusal(t, b.do("PUT", "/Invoices", m{"Invoices": []any{sale(from, "RNZ-2")}})); !strings.Contains(got, "archived") {
		t.Errorf("a document for the merged contact: %s", got)
	}
	if got := refusal(t, b.do("POST", "/Contacts/"+from, m{"ContactStatus": "ACTIVE"})); !strings.Contains(got, "merged") {
		t.Errorf("restoring it: %s", got)
	}
	for _, pair := range [][2]string{{from, into}, {into, from}, {into, into}} {
		if err := b.sim.MergeContacts("", pair[0], pair[1]); err == nil {
			t.Errorf("merged %v", pair)
		}
	}
	if n := len(b.must("GET", "/Contacts", nil).list(t, "Contacts")); n != 1 {
		t.Errorf("%d active contacts", n)
	}
	if n := len(b.must("GET", "/Contacts?includeArchived=true", nil).list(t, "Contacts")); n != 2 {
		t.Errorf("%d contacts in all", n)
	}
}

func TestErasedContact(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	id := b.contact("Jo Bloggs")
	b.must("POST", "/Contacts/"+id, m{"FirstName": "Jo", "LastName": "Bloggs", "TaxNumber": "51824753556", "ContactNumber": "C1",
		"Phones": []any{m{"PhoneType": "MOBILE", "PhoneNumber": "0400"}}, "ContactPersons": []any{m{"FirstName": "Al"}}})
	b.must("PUT", "/Contacts/"+id+"/History", m{"HistoryRecords": []any{m{"Details": "prefers to be called Jo"}}})
	b.invoice(id, "RNZ-1")
	if err := b.sim.EraseContact("", id); err != nil {
		t.Fatal(err)
	}
	out := b.must("GET", "/Contacts/"+id, nil)
	row := out.list(t, "Contacts")[0]
	if row["ContactStatus"] != "GDPRREQUEST" || strings.Contains(string(out.body), "Bloggs") || strings.Contains(string(out.body), "0400") || row["EmailAddress"] != nil || row["ContactNumber"] != nil {
		t.Errorf("erased: %s", out.body)
	}
	if notes := b.must("GET", "/Contacts/"+id+"/History", nil).list(t, "HistoryRecords"); len(notes) != 0 {
		t.Errorf("notes about an erased contact stayed: %v", notes)
	}
	if got := refusal(t, b.do("POST", "/Contacts/"+id, m{"Name": "Jo Bloggs", "ContactStatus": "ACTIVE"})); !strings.Contains(got, "erased") {
		t.Errorf("bringing it back: %s", got)
	}
	other := b.contact("Jo Bloggs")
	if got := refusal(t, b.do("POST", "/Contacts/"+other, m{"ContactStatus": "GDPRREQUEST"})); !strings.Contains(got, "ContactStatus") {
		t.Errorf("erasing through the API: %s", got)
	}
	if err := b.sim.EraseContact("", id); err == nil {
		t.Error("erased twice")
	}
}

func TestContactStatesAreAnnounced(t *testing.T) {
	t.Parallel()
	b, s := hooked(t, xerosim.Options{})
	one, two, three := b.contact("One"), b.contact("Two"), b.contact("Three")
	for _, work := range []func() error{
		func() error { return b.sim.ArchiveContact("", one) },
		func() error { return b.sim.RestoreContact("", one) },
		func() error { return b.sim.MergeContacts("", one, two) },
		func() error { return b.sim.EraseContact("", three) },
	} {
		if err := work(); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.sim.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"CONTACT CREATE", "CONTACT CREATE", "CONTACT CREATE", "CONTACT UPDATE", "CONTACT UPDATE", "CONTACT UPDATE", "CONTACT UPDATE"}
	if got := s.words(); !slices.Equal(got, want) {
		t.Errorf("announced %v", got)
	}
}

func TestPersonsAreReplacedWhole(t *testing.T) {
	t.Parallel()
	b := newBench(t, xerosim.Options{})
	id := b.contact("Bright Solar")
	b.must("POST", "/Contacts/"+id, m{"ContactPersons": []any{m{"FirstName": "Al", "IncludeInEmails": true}, m{"FirstName": "Bo"}}})
	b.must("POST", "/Contacts/"+id, m{"FirstName": "Jo"})
	row := b.must("POST", "/Contacts/"+id, m{"ContactPersons": []any{m{"FirstName": "Cy"}}}).list(t, "Contacts")[0]
	if persons := row["ContactPersons"].([]any); len(persons) != 1 || persons[0].(m)["FirstName"] != "Cy" {
		t.Errorf("persons: %v", persons)
	}
	row = b.must("POST", "/Contacts/"+id, m{"ContactPersons": []any{}}).list(t, "Contacts")[0]
	if persons := row["ContactPersons"].([]any); len(persons) != 0 {
		t.Errorf("an empty list should clear them: %v", persons)
	}
}
