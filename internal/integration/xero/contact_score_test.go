package xero

import (
	"fmt"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// TestNameKey lists what people write differently and mean the same.
func TestNameKey(t *testing.T) {
	t.Parallel()
	for a, b := range map[string]string{
		"Harbour Marine Pty Ltd":  "HARBOUR  MARINE",
		"The Battery Co.":         "Battery Company",
		"Hill & Dale Solar":       "Hill and Dale Solar",
		"O'Brien Electrical":      "OBrien Electrical",
		"Nor-West Power (Pty.) L": "Nor West Power L",
		"The Company":             "the company",
	} {
		if nameKey(a) != nameKey(b) || nameKey(a) == "" {
			t.Errorf("%q is %q, %q is %q", a, nameKey(a), b, nameKey(b))
		}
	}
	if nameKey("Harbour Marine") == nameKey("Harbour Motors") {
		t.Error("different names have one key")
	}
}

func TestPhoneKey(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"+61 2 5550 1234": "255501234", "(02) 5550 1234": "255501234", "0255501234": "255501234", "123": "", "": "", "1800 975 707": "800975707",
	} {
		if got := phoneKey(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

const abnOne, abnTwo = "51824753556", "53004085616"

// TestScore holds what each thing in common is worth.
func TestScore(t *testing.T) {
	t.Parallel()
	ours := crm.Customer{ID: crm.NewID[crm.Customer](), Number: "C-00001", Name: "Harbour Marine Pty Ltd", ABN: abnOne, Email: "accounts@harbour.example", Phone: "(02) 5550 1234"}
	for _, x := range []struct {
		what                            string
		number, name, abn, email, phone string
		score                           int
		exact                           bool
		reasons                         string
	}{
		{"our number", "C-00001", "Something Else", "", "", "", 100, true, "Carries our number C-00001."},
		{"ABN and name", "", "Harbour Marine", "51 824 753 556", "", "", 88, true, "Same ABN, same name but for its spelling."},
		{"e-mail and name", "", "HARBOUR MARINE PTY LTD", "", "Accounts@Harbour.example", "", 82, false, "Same name, same e-mail address."},
		{"ABN alone", "", "Habrour Marine", abnOne, "", "", 70, false, "Same ABN."},
		{"name alone", "", "Harbour Marine", "", "", "", 60, false, "Same name but for its spelling."},
		{"name and another ABN", "", "Harbour Marine", abnTwo, "", "", 30, false, "Same name but for its spelling, but another ABN."},
		{"e-mail alone", "", "Someone", "", "accounts@harbour.example", "", 55, false, "Same e-mail address."},
		{"domain alone", "", "Someone", "", "boss@harbour.example", "", 20, false, "Same e-mail domain."},
		{"phone alone", "", "Someone", "", "", "+61 2 5550 1234", 35, false, "Same phone number."},
		{"everything", "", "Harbour Marine", abnOne, "accounts@harbour.example", "02 5550 1234", 96, true, "Same ABN, same name but for its spelling, same e-mail address, same phone number."},
		{"nothing", "", "Someone", "", "", "", 0, false, ""},
	} {
		r := store.RemoteContact{Number: x.number, Name: x.name, Keys: keysOf(x.name, x.abn, x.email, x.phone)}
		got := score(r, ours, keysOfCustomer(ours))
		if got.Score != x.score || got.exact != x.exact || sentenceOf(got.Reasons) != x.reasons {
			t.Errorf("%s: %d, certain %t: %s", x.what, got.Score, got.exact, sentenceOf(got.Reasons))
		}
	}
}

// TestRank makes the best less sure when another is nearly as good.
func TestRank(t *testing.T) {
	t.Parallel()
	twins := []crm.Customer{
		{ID: crm.NewID[crm.Customer](), Number: "C-1", Name: "Harbour Marine", ABN: abnOne},
		{ID: crm.NewID[crm.Customer](), Number: "C-2", Name: "Harbour Marine Pty Ltd", ABN: abnOne},
		{ID: crm.NewID[crm.Customer](), Number: "C-3", Name: "Other", ABN: abnTwo},
	}
	got := newIndex(twins).candidates(store.RemoteContact{Name: "Harbour Marine", Keys: keysOf("Harbour Marine", abnOne, "", "")})
	if len(got) != 2 || got[0].Score != 73 || got[0].exact || got[1].Score != 88 {
		t.Errorf("%+v", got)
	}
	m := matchOf(got)
	if others := Runners(m); len(others) != 1 || others[0].Number != "C-2" {
		t.Errorf("the others are %+v", others)
	}
}

// TestSharedDomain leaves out a domain that many customers have.
func TestSharedDomain(t *testing.T) {
	t.Parallel()
	var many []crm.Customer
	for i := range mostPerDomain + 1 {
		many = append(many, crm.Customer{ID: crm.NewID[crm.Customer](), Number: fmt.Sprint(i), Name: fmt.Sprint("Customer ", i), Email: fmt.Sprintf("c%d@provider.example", i)})
	}
	if got := newIndex(many).candidates(store.RemoteContact{Keys: keysOf("x", "", "x@provider.example", "")}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// crowd is n customers and n contacts of which each is one of them.
func crowd(n int) ([]crm.Customer, []store.RemoteContact) {
	customers, contacts := make([]crm.Customer, n), make([]store.RemoteContact, n)
	for i := range n {
		name, email, phone := fmt.Sprintf("Buyer %d Trading", i), fmt.Sprintf("accounts@buyer%d.example", i), fmt.Sprintf("(02) %08d", i)
		customers[i] = crm.Customer{ID: crm.NewID[crm.Customer](), Number: fmt.Sprintf("C-%05d", i), Name: name + " Pty Ltd", Email: email, Phone: phone}
		contacts[i] = store.RemoteContact{ID: fmt.Sprint(i), Name: name, Keys: keysOf(name, "", email, phone)}
	}
	return customers, contacts
}

// BenchmarkMatch compares 10,000 contacts with 10,000 customers.
func BenchmarkMatch(b *testing.B) {
	customers, contacts := crowd(10_000)
	for b.Loop() {
		x := newIndex(customers)
		for i, c := range contacts {
			if got := x.candidates(c); len(got) == 0 || got[0].Customer != customers[i].ID {
				b.Fatalf("contact %d: %+v", i, got)
			}
		}
	}
}

// TestJudge goes through what may have changed on which side.
func TestJudge(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		base, ours, theirs string
		owner              Owner
		want               verdict
		both               bool
	}{
		{"a", "a", "a", OwnerAsk, agreed, false},
		{"a", "b", "a", OwnerAsk, send, false},
		{"a", "a", "b", OwnerAsk, take, false},
		{"a", "a", "b", OwnerRenoz, take, false}, // only theirs changed: its owner is not asked
		{"a", "b", "a", OwnerXero, send, false},
		{"a", "b", "b", OwnerAsk, agreed, false},
		{"a", "b", "c", OwnerAsk, ask, false},
		{"a", "b", "c", OwnerRenoz, send, true},
		{"a", "b", "c", OwnerXero, take, true},
		{"a", "", "a", OwnerAsk, send, false}, // emptied here
		{"a", "a", "", OwnerAsk, take, false}, // emptied there
		{"", "b", "", OwnerAsk, send, false},
		{"", "b", "c", OwnerAsk, ask, false},
	} {
		j := judge(Values{FieldEmail: x.base}, Values{FieldEmail: x.ours}, Values{FieldEmail: x.theirs}, map[Field]Owner{FieldEmail: x.owner})
		if j.verdicts[FieldEmail] != x.want || j.both[FieldEmail] != x.both {
			t.Errorf("%q, ours %q, theirs %q, owned by %s: %s", x.base, x.ours, x.theirs, x.owner, j.verdicts[FieldEmail])
		}
	}
	number := judge(Values{FieldNumber: "C-1"}, Values{FieldNumber: "C-1"}, Values{FieldNumber: "X"}, nil)
	if number.verdicts[FieldNumber] != send {
		t.Errorf("our number changed there: %s", number.verdicts[FieldNumber])
	}
	terms := judge(Values{FieldTerms: "30"}, Values{}, Values{FieldTerms: "30"}, nil)
	if v, found := terms.verdicts[FieldTerms]; found {
		t.Errorf("terms that were taken away: %s", v)
	}
}

// TestBaseOfOldLinks reads a link from before all fields were kept: what Xero
// has of the others counts as unchanged.
func TestBaseOfOldLinks(t *testing.T) {
	t.Parallel()
	base := baseOf(`{"name":"A","email":"a@b.example","abn":"","status":"ACTIVE"}`, Values{FieldName: "A", FieldPhone: "1"})
	if base[FieldPhone] != "1" || base["status"] != "" || base[FieldEmail] != "a@b.example" {
		t.Errorf("%v", base)
	}
}

// TestFieldsRoundTrip maps a customer to Xero and back without a difference.
func TestFieldsRoundTrip(t *testing.T) {
	t.Parallel()
	days := 14
	c := crm.Customer{
		Number: "C-00007", Name: "Harbour Marine", ABN: abnOne, Email: "accounts@harbour.example", Phone: "(02) 5550 1234", TermsDays: &days, CreatedAt: time.Time{},
		Contacts:  []crm.Contact{{FirstName: "Ada", LastName: "Ng"}, {FirstName: "Bo", LastName: "Li", Email: "bo@harbour.example"}},
		Addresses: []crm.Address{{Kind: crm.Street, Line1: "1 Quay St", Line2: "Unit 2", City: "Sydney", Region: "NSW", PostalCode: "2000", Country: "AU"}, {Kind: crm.Postal, Line1: "PO Box 7", City: "Sydney"}},
	}
	all := map[Field]bool{}
	for _, f := range Fields() {
		all[f] = true
	}
	var nobody = contact(c, all, ContactOf(store.RemoteContact{Body: "{}"}))
	ours, theirs := valuesOf(c), ValuesOfContact(nobody)
	for _, f := range Fields() {
		if ours[f] != theirs[f] || ours[f] == "" {
			t.Errorf("%s: ours %q, theirs %q", f, ours[f], theirs[f])
		}
	}
}
