package records_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// outcomes are the lines of a report, such as "3 refused abn".
func outcomes(r records.CustomerImport) string {
	var all []string
	for _, l := range r.Lines {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%d %s %s", l.Line, l.Outcome, l.Field)))
	}
	return strings.Join(all, ", ")
}

// imports previews a file and imports it: both have to say the same.
func (x *shop) imports(t *testing.T, file string, update bool) records.CustomerImport {
	t.Helper()
	said := ok(x.PreviewCustomers(t.Context(), strings.NewReader(file), update))(t)
	done := ok(x.ImportCustomers(t.Context(), strings.NewReader(file), update))(t)
	if outcomes(said) != outcomes(done) {
		t.Errorf("the preview said %s, the import did %s", outcomes(said), outcomes(done))
	}
	return done
}

const wholeLine = `Trading Name;Legal name;ABN;E-mail address;Phone;Payment terms;Newsletter;Address;Suburb;State;Postcode;Country;Street line1;First name;Surname;Contact email;Contact 2 last name
"Sunny  Side";Sunny Side Pty Ltd;51 824 753 556;Pay@Sunny.Example;+61 2 9374 4000;14 days;yes;"1 George St
Level 3";Sydney;NSW;2000;au;5 Shed Rd;Ada;Lovelace;ada@sunny.example;Byron
`

func TestImportedCustomerHasEveryField(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		r := x.imports(t, strings.Replace(wholeLine, "\"1 George St\nLevel 3\"", "1 George St", 1), false)
		if outcomes(r) != "2 created" || r.Created != 1 || r.Lines[0].Number != "C-00001" {
			t.Fatalf("the import: %+v", r)
		}
		c := ok(x.Customer(t.Context(), r.Lines[0].Customer))(t)
		if c.Name != "Sunny Side" || c.LegalName != "Sunny Side Pty Ltd" || c.ABN != "51824753556" || c.Email != "pay@sunny.example" || *c.TermsDays != 14 || !c.MarketingConsent {
			t.Errorf("customer: %+v", c)
		}
		if len(c.Addresses) != 2 || c.Addresses[0].Region != "NSW" || c.Addresses[0].PostalCode != "2000" || c.Addresses[0].Country != "AU" || c.Addresses[1].Kind != crm.Street || c.Addresses[1].Line1 != "5 Shed Rd" {
			t.Errorf("addresses: %+v", c.Addresses)
		}
		if len(c.Contacts) != 2 || c.Contacts[0].LastName != "Lovelace" || c.Contacts[0].Email != "ada@sunny.example" || c.Contacts[1].LastName != "Byron" {
			t.Errorf("people: %+v", c.Contacts)
		}
		if got := whats(x.seen()); len(got) != 1 || got[0] != "customer created" {
			t.Errorf("the reactions saw %v", got)
		}
		history := ok(x.History(t.Context(), crm.CustomerRecord, c.ID.UUID, 0))(t)
		if len(history) != 1 || history[0].Actor != "Jo" || history[0].What != crm.Created {
			t.Errorf("history: %+v", history)
		}
	})
}

func TestBrokenLinesAreRefusedAndTheOthersKept(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		file := "name,abn,email,terms,newsletter,contact email,address,number\n" +
			"Alpha,,,,,,,\n" +
			"Beta,51 824 753 557,nobody,,,,,\n" + // two fields are wrong
			",,,,,,,C-00077\n" +
			",,a@b.example,,,,,\n" +
			"Gamma,,,soon,,,,\n" +
			"Delta,,,,perhaps,,,\n" +
			"Epsilon,,,,,ada,,\n" +
			"\"Ze\"ta,,,,,,,\n" +
			"alpha,,b@c.example,,,,,\n" + // the name is taken by line 2
			"Eta,,,400,,,,\n" +
			"Theta,,,,,,,\n"
		r := x.imports(t, file, false)
		const want = "2 created, 3 refused abn, 4 refused number, 5 refused name, 6 refused terms_days, 7 refused marketing_consent, " +
			"8 refused contact_first_name, 9 refused, 10 refused name, 11 refused terms_days, 12 created"
		if outcomes(r) != want {
			t.Errorf("got  %s\nwant %s", outcomes(r), want)
		}
		for _, l := range r.Lines {
			if l.Outcome == records.ImportRefused && l.Reason == "" {
				t.Errorf("line %d is refused without a reason", l.Line)
			}
		}
		if !strings.Contains(r.Lines[1].Reason, "email: Enter an e-mail address") {
			t.Errorf("two wrong fields: %s", r.Lines[1].Reason)
		}
		if r.Lines[len(r.Lines)-1].Number != "C-00002" {
			t.Errorf("what was refused cost a number: %+v", r.Lines[len(r.Lines)-1])
		}

		var refused strings.Builder
		must(t, r.WriteRefused(&refused))
		mended := strings.NewReplacer("51 824 753 557", "51 824 753 556", "nobody", "pay@beta.example").Replace(refused.String())
		if !strings.HasPrefix(mended, "name,abn,email,terms,newsletter,contact email,address,number,reason\nBeta,") {
			t.Errorf("the refused lines are %s", mended)
		}
		if again := x.imports(t, mended, false); again.Created != 1 || again.Refused != 8 {
			t.Errorf("the mended lines: %s", outcomes(again))
		}
	})
}

func TestSameFileTwiceMakesNoDuplicates(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		file := "name,abn,email\nAlpha,51 824 753 556,\nBeta,,pay@beta.example\nGamma,,\nAlpha Two,51824753556,\ngamma,,\n"
		if r := x.imports(t, file, false); outcomes(r) != "2 created, 3 created, 4 created, 5 skipped, 6 skipped" {
			t.Errorf("first: %s", outcomes(r))
		}
		r := x.imports(t, file, false)
		if outcomes(r) != "2 skipped, 3 skipped, 4 skipped, 5 skipped, 6 skipped" || !strings.Contains(r.Lines[1].Reason, "Customer C-00002 has this e-mail address and name.") {
			t.Errorf("second: %s, %s", outcomes(r), r.Lines[1].Reason)
		}
		x.seen()
		if r := x.imports(t, "name,email\nBeta,pay@beta.example\n", true); outcomes(r) != "2 skipped" || len(x.seen()) != 0 {
			t.Errorf("with nothing new: %s", outcomes(r))
		}
	})
}

func TestExistingCustomersAreUpdatedOnlyWhenAsked(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		first := x.imports(t, strings.Replace(wholeLine, "\"1 George St\nLevel 3\"", "1 George St", 1), false)
		id := first.Lines[0].Customer
		before := ok(x.Customer(t.Context(), id))(t)
		file := "number,name,phone,legal name,person first name,person last name,person phone,postal line1\nc-00001,Sunnier Side,02 5550 1234,,Ada,Lovelace,02 5550 0000,2 Pitt St\n"
		if r := x.imports(t, file, false); outcomes(r) != "2 skipped" || !strings.Contains(r.Lines[0].Reason, "Choose to update") {
			t.Errorf("without asking: %+v", r.Lines)
		}
		if r := x.imports(t, file, true); outcomes(r) != "2 updated" || r.Updated != 1 {
			t.Errorf("asked: %+v", r.Lines)
		}
		c := ok(x.Customer(t.Context(), id))(t)
		if c.Name != "Sunnier Side" || c.Phone != "02 5550 1234" || c.LegalName != before.LegalName || c.Email != before.Email || c.Version != before.Version+1 {
			t.Errorf("customer: %+v", c)
		}
		if len(c.Contacts) != 2 || c.Contacts[0].ID != before.Contacts[0].ID || c.Contacts[0].Phone != "02 5550 0000" || c.Contacts[0].Email != "ada@sunny.example" {
			t.Errorf("people: %+v", c.Contacts)
		}
		if len(c.Addresses) != 2 || c.Addresses[0].ID != before.Addresses[0].ID || c.Addresses[0].Line1 != "2 Pitt St" || c.Addresses[0].City != "" {
			t.Errorf("addresses: %+v", c.Addresses)
		}
		ok(x.ArchiveCustomer(t.Context(), id))(t)
		if r := x.imports(t, "name,abn\nSunny,51824753556\n", true); outcomes(r) != "2 skipped" || !strings.Contains(r.Lines[0].Reason, "archived") {
			t.Errorf("archived: %+v", r.Lines)
		}
	})
}

func TestCustomersWithOneABNAreToldApart(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		for _, name := range []string{"Alpha", "Beta"} {
			ok(x.CreateCustomer(t.Context(), records.CustomerInput{Name: name, ABN: "51824753556"}))(t)
		}
		r := x.imports(t, "name,abn,phone\nbeta,51824753556,02 5550 1234\nGamma,51824753556,\n", true)
		if outcomes(r) != "2 updated, 3 refused abn" || r.Lines[0].Number != "C-00002" {
			t.Errorf("got %s: %+v", outcomes(r), r.Lines)
		}
	})
}

// TestALineThatFailsCostsOnlyItself has a reaction refuse one of many lines
// that are written together.
func TestALineThatFailsCostsOnlyItself(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		x.also = func(_ context.Context, _ *store.Tx, c crm.Change) error {
			if c.Label == "Number 7" {
				return crm.Errorf(crm.Conflict, "Not today.")
			}
			return nil
		}
		file := "name,abn\n"
		for n := range 120 {
			file += fmt.Sprintf("Number %d,\n", n)
		}
		r := ok(x.ImportCustomers(t.Context(), strings.NewReader(file), false))(t)
		if r.Created != 119 || r.Refused != 1 || r.Lines[7].Reason != "Not today." || r.Lines[119].Number != "C-00119" {
			t.Errorf("created %d, refused %d: %+v", r.Created, r.Refused, r.Lines[7])
		}
		if r.Count(records.ImportCreated) != 119 {
			t.Errorf("counted %d", r.Count(records.ImportCreated))
		}
		x.also = nil
		if r := ok(x.ImportCustomers(t.Context(), strings.NewReader(file), false))(t); r.Created != 1 || r.Skipped != 119 {
			t.Errorf("again: created %d, skipped %d", r.Created, r.Skipped)
		}
	})
}

func TestFilesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, x *shop) {
		for file, words := range map[string]string{
			"name,colour,abn,shoe size\nAlpha,red,,\n": `There are no columns "colour", "shoe size".`,
			"name,trading name\nAlpha,Alpha\n":         "are both name",
			"email,phone\n,\n":                         "names no column name",
			"":                                         "empty",
		} {
			e := wants(t, second(x.ImportCustomers(t.Context(), strings.NewReader(file), false)), crm.Invalid)
			if !strings.Contains(e.Message, words) {
				t.Errorf("%q: %s", file, e.Message)
			}
			wants(t, second(x.PreviewCustomers(t.Context(), strings.NewReader(file), false)), crm.Invalid)
		}
		wants(t, second(x.ImportCustomers(t.Context(), strings.NewReader(strings.Repeat("x", records.MaxImportBytes+1)), false)), crm.TooLarge)
		x.denied = "customers.edit"
		wants(t, second(x.PreviewCustomers(t.Context(), strings.NewReader("name\nAlpha\n"), false)), crm.Forbidden)
		wants(t, second(x.ImportCustomers(t.Context(), strings.NewReader("name\nAlpha\n"), false)), crm.Forbidden)
	})
}
