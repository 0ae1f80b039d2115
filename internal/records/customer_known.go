package records

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// knownCustomer is a customer that lines of a file are compared with.
type knownCustomer struct {
	keys store.CustomerKeys
	line int           // of the file that is being looked at, which would add it; 0: it is there
	as   *crm.Customer // what it would be; nil: as it is kept
}

// who names the customer in the middle of a sentence or at its beginning.
func (k *knownCustomer) who() string {
	if k.line > 0 {
		return fmt.Sprintf("The customer of line %d", k.line)
	}
	return "Customer " + k.keys.Number
}

// knownCustomers are all customers of an organisation by what they are known
// by, in memory, so that a file of thousands of lines asks nothing of the
// database for each.
type knownCustomers struct {
	ids     map[crm.CustomerID]*knownCustomer
	by      map[string][]*knownCustomer // by a key and its kind
	last    crm.CustomerID
	changes []func() // what undoes the changes since keep
}

func newKnownCustomers() *knownCustomers {
	return &knownCustomers{ids: map[crm.CustomerID]*knownCustomer{}, by: map[string][]*knownCustomer{}}
}

// read adds the customers that were made since it was last called.
func (x *knownCustomers) read(ctx context.Context, r store.Reader, org crm.OrgID) error {
	const most = 1000
	for {
		rows, err := r.CustomerKeysAfter(ctx, org, x.last, most)
		if err != nil {
			return err
		}
		for _, k := range rows {
			if x.ids[k.ID] == nil {
				x.add(&knownCustomer{keys: k})
			}
			x.last = k.ID
		}
		if len(rows) < most {
			x.keep()
			return nil
		}
	}
}

// keep makes the changes last that were made so far.
func (x *knownCustomers) keep() { x.changes = nil }

// undo takes back the changes since keep.
func (x *knownCustomers) undo() {
	for _, change := range slices.Backward(x.changes) {
		change()
	}
	x.changes = nil
}

func (x *knownCustomers) add(k *knownCustomer) {
	x.put(k)
	x.changes = append(x.changes, func() { x.drop(k) })
}

// change gives a customer other keys.
func (x *knownCustomers) change(k *knownCustomer, to knownCustomer) {
	before := *k
	set := func(now knownCustomer) {
		x.drop(k)
		*k = now
		x.put(k)
	}
	set(to)
	x.changes = append(x.changes, func() { set(before) })
}

func (x *knownCustomers) put(k *knownCustomer) {
	if !k.keys.ID.IsZero() {
		x.ids[k.keys.ID] = k
	}
	for _, key := range k.all() {
		x.by[key] = append(x.by[key], k)
	}
}

func (x *knownCustomers) drop(k *knownCustomer) {
	delete(x.ids, k.keys.ID)
	for _, key := range k.all() {
		x.by[key] = slices.DeleteFunc(x.by[key], func(other *knownCustomer) bool { return other == k })
	}
}

// all are the keys that lead to a customer. A name leads to active ones only,
// among which it is unique.
func (k *knownCustomer) all() []string {
	var keys []string
	if k.keys.Number != "" {
		keys = append(keys, numberKey(k.keys.Number))
	}
	if k.keys.ABN != "" {
		keys = append(keys, abnKey(k.keys.ABN))
	}
	if k.keys.Email != "" {
		keys = append(keys, emailKey(k.keys.Email, k.keys.Name))
	}
	if !k.keys.Archived {
		keys = append(keys, nameKey(k.keys.Name))
	}
	return keys
}

func numberKey(number string) string    { return "number " + strings.ToUpper(number) }
func abnKey(abn string) string          { return "abn " + abn }
func emailKey(address, n string) string { return "email " + address + " " + store.NameKey(n) }
func nameKey(name string) string        { return "name " + store.NameKey(name) }

// match finds the customer that a line is about, and says by what. The number
// says it, then the ABN, then e-mail address and name; a line that has none of
// them is about the customer with its name. It returns nil when the line is
// about a new one, and an Error of kind Invalid when it cannot be told.
func (x *knownCustomers) match(number string, c crm.Customer) (found *knownCustomer, why string, err error) {
	if number != "" {
		if k := x.by[numberKey(number)]; len(k) > 0 {
			return k[0], "has this number", nil
		}
		return nil, "", crm.FieldErrors(map[string]string{"number": "There is no customer " + number + ". Leave the number empty to add one, which gets the next number."})
	}
	if c.ABN != "" {
		if some := x.by[abnKey(c.ABN)]; len(some) > 0 {
			k, err := oneOf(some, c.Name)
			return k, "has this ABN", err
		}
	}
	if c.Email != "" {
		if k := x.by[emailKey(c.Email, c.Name)]; len(k) > 0 {
			return k[0], "has this e-mail address and name", nil
		}
	}
	if k := x.by[nameKey(c.Name)]; len(k) > 0 && c.ABN == "" && c.Email == "" {
		return k[0], "has this name", nil
	}
	return nil, "", nil
}

// oneOf chooses among customers with the same ABN: the active one, or the one
// that has the name.
func oneOf(some []*knownCustomer, name string) (*knownCustomer, error) {
	fits := func(keep func(*knownCustomer) bool) []*knownCustomer {
		if kept := slices.DeleteFunc(slices.Clone(some), func(k *knownCustomer) bool { return !keep(k) }); len(kept) > 0 {
			return kept
		}
		return some
	}
	some = fits(func(k *knownCustomer) bool { return store.NameKey(k.keys.Name) == store.NameKey(name) })
	some = fits(func(k *knownCustomer) bool { return !k.keys.Archived })
	if len(some) == 1 {
		return some[0], nil
	}
	return nil, crm.FieldErrors(map[string]string{"abn": fmt.Sprintf("%d customers have this ABN. Add a column number that says which one, such as %s.", len(some), some[0].keys.Number)})
}

// nameTaken returns the error of Work.CreateCustomer when another active
// customer has the name.
func (x *knownCustomers) nameTaken(name string, own *knownCustomer) error {
	for _, k := range x.by[nameKey(name)] {
		if k == own {
			continue
		}
		if k.line > 0 {
			return crm.FieldErrors(map[string]string{"name": k.who() + " has this name. Choose another, or leave one of the lines out."})
		}
		return nameIsTaken(k.keys.Number, k.keys.Name)
	}
	return nil
}

func keysOf(c crm.Customer) store.CustomerKeys {
	return store.CustomerKeys{ID: c.ID, Number: c.Number, Name: c.Name, ABN: c.ABN, Email: c.Email, Archived: c.ArchivedAt != nil}
}
