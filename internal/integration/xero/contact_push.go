package xero

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// codeContactWaits marks documents that wait for their customer.
const codeContactWaits = "contact_waits"

// draft is a customer as it is about to be sent.
type draft struct {
	ours, base Values
	sent       map[Field]bool
}

// agreed is what both sides say after Xero has answered. What was not sent,
// because a person decides, stays as it was.
func (d draft) agreed() Values {
	out := Values{}
	for f, v := range d.base {
		out[f] = v
	}
	for f := range d.sent {
		out[f] = d.ours[f]
	}
	return out
}

// drafts are found again in Xero's answers by its id, or by our number.
type drafts map[string]draft

func (d drafts) remote(_ string, c xeroapi.Contact) link.Remote {
	sent, known := d[c.ContactID]
	if !known {
		sent = d[c.ContactNumber]
	}
	return link.Remote{ID: c.ContactID, Number: c.ContactNumber, Version: version(c.UpdatedDateUTC), Snapshot: snapshot(sent.agreed())}
}

func (r *run) contacts(sent drafts) carrier[xeroapi.Contact] {
	return carrier[xeroapi.Contact]{kind: link.Contact, remote: sent.remote,
		after: func(ctx context.Context, tx *store.Tx, arrived []xeroapi.Contact) error {
			for _, c := range arrived {
				kept := copyOf(c)
				kept.Org = r.org.ID
				if err := tx.KeepRemoteContact(ctx, kept); err != nil {
					return err
				}
			}
			_, err := tx.UnblockLinks(ctx, r.org.ID, Name, codeContactWaits)
			return err
		}}
}

// pushContacts sends up to 50 customers and reports how many it dealt with.
func (r *run) pushContacts(ctx context.Context) (int, error) {
	claimed, err := r.claim(ctx, link.Contact, xeroapi.MaxRecords)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	if slices.ContainsFunc(claimed, func(l link.Link) bool { return l.RemoteID == "" }) {
		if err := r.knowContacts(ctx); err != nil {
			return len(claimed), r.notKnown(ctx, claimed, err)
		}
	}
	batch := contactBatches{sent: drafts{}}
	for _, l := range claimed {
		if err := r.prepareContact(ctx, l, &batch); err != nil {
			return 0, r.release(ctx, &trail{org: r.org.ID, now: r.Now}, claimed, err)
		}
	}
	if err := r.settleHeld(ctx, batch); err != nil {
		return 0, r.release(ctx, &trail{org: r.org.ID, now: r.Now}, linksOf(batch.parcels), err)
	}
	creates, updates := split(batch.parcels)
	c := r.contacts(batch.sent)
	client := r.client(r.conn)
	c.send = client.CreateContacts
	if err := deliver(ctx, r, c, creates); err != nil {
		return len(claimed), r.putBack(ctx, linksOf(updates), err)
	}
	c.send = client.UpdateContacts
	return len(claimed), deliver(ctx, r, c, updates)
}

// notKnown puts customers back while it cannot be asked what Xero has.
func (r *run) notKnown(ctx context.Context, claimed []link.Link, err error) error {
	t := r.before
	r.before = nil
	if t == nil {
		t = &trail{org: r.org.ID, now: r.Now}
	}
	for i := range claimed {
		r.fail(&claimed[i], err)
	}
	if failed := r.settle(ctx, t, claimed, nil); failed != nil {
		return failed
	}
	return r.consequence(ctx, err)
}

// lookUpContacts asks what became of contacts whose outcome is not known. Our
// number is their natural key.
func (r *run) lookUpContacts(ctx context.Context) (int, error) {
	claimed, err := r.claimUnknown(ctx, link.Contact, lookUpMost)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	numbers := make([]string, len(claimed))
	for i, l := range claimed {
		customer, err := r.Store.Customer(ctx, r.org.ID, crm.CustomerID{UUID: l.Record})
		if err != nil {
			return 0, r.release(ctx, t, claimed, err)
		}
		numbers[i] = customer.Number
	}
	found, err := r.client(r.conn).ContactsByNumber(ctx, numbers)
	if err != nil {
		return len(claimed), r.stillUnknown(ctx, t, claimed, err)
	}
	byNumber := map[string]xeroapi.Contact{}
	for _, c := range found {
		if c.ContactStatus == "ACTIVE" || byNumber[c.ContactNumber].ContactID == "" {
			byNumber[c.ContactNumber] = c
		}
	}
	for i := range claimed {
		c, ok := byNumber[numbers[i]]
		switch {
		case ok:
			claimed[i].Found(remoteContact(c), r.Now())
		case claimed[i].Problem.Code == xeroapi.CodeContactNameTaken: // by a contact that is not ours
			claimed[i].Reject(claimed[i].Problem, r.Now())
		default:
			claimed[i].NotFound(r.Now(), r.Schedule)
		}
	}
	return len(claimed), r.settle(ctx, t, claimed, nil)
}

// lookUpMost is how many records one look-up asks for: what an address holds.
const lookUpMost = 40

// stillUnknown keeps records in doubt after a look-up that failed.
func (r *run) stillUnknown(ctx context.Context, t *trail, links []link.Link, err error) error {
	wait := r.Schedule.Wait(lookUpAfter)
	if denied, ok := notYet(err, r.Now()); ok {
		wait = denied
	}
	var e *xeroapi.Error
	if errors.As(err, &e) {
		wait = max(wait, e.RetryAfter)
	}
	for i := range links {
		links[i].State, links[i].DueAt = link.Unknown, r.Now().Add(wait)
	}
	if failed := r.settle(ctx, t, links, nil); failed != nil {
		return failed
	}
	if halted := r.consequence(ctx, err); halted != nil {
		return halted
	}
	return errHalted
}

// contact maps the fields of a customer that are to be sent: trading name, ABN
// as the tax number, our number as the contact number, the first person as the
// primary one. Collections are whole, because Xero replaces them.
func contact(c crm.Customer, fields map[Field]bool, there xeroapi.Contact) xeroapi.Contact {
	out := xeroapi.Contact{ContactID: there.ContactID}
	text := func(f Field, to *string, value, name string) {
		if !fields[f] {
			return
		}
		*to = value
		if value == "" && there.ContactID != "" {
			out.Clear = append(out.Clear, name)
		}
	}
	if fields[FieldName] {
		out.Name = contactName(c.Name)
	}
	if fields[FieldNumber] {
		out.ContactNumber = c.Number
	}
	text(FieldABN, &out.TaxNumber, c.ABN, "TaxNumber")
	text(FieldEmail, &out.EmailAddress, c.Email, "EmailAddress")
	if fields[FieldPhone] {
		out.Phones = withPhone(there.Phones, c.Phone)
	}
	if fields[FieldPersons] {
		first := crm.Contact{}
		for i, p := range c.Contacts {
			switch {
			case i == 0:
				first = p
			case len(out.ContactPersons) < mostPersons:
				out.ContactPersons = append(out.ContactPersons, xeroapi.ContactPerson{FirstName: p.FirstName, LastName: p.LastName, EmailAddress: p.Email})
			}
		}
		text(FieldPersons, &out.FirstName, first.FirstName, "FirstName")
		text(FieldPersons, &out.LastName, first.LastName, "LastName")
		if out.ContactPersons == nil && len(there.ContactPersons) > 0 {
			out.ContactPersons = []xeroapi.ContactPerson{}
		}
	}
	if fields[FieldPostal] || fields[FieldStreet] {
		out.Addresses = withAddresses(there.Addresses, c.Addresses, fields)
	}
	if fields[FieldTerms] && c.TermsDays != nil {
		out.PaymentTerms.Sales = xeroapi.PaymentTerm{Day: *c.TermsDays, Type: "DAYSAFTERBILLDATE"}
	}
	return out
}

// withPhone keeps the numbers of other types.
func withPhone(there []xeroapi.Phone, number string) []xeroapi.Phone {
	var out []xeroapi.Phone
	for _, p := range there {
		if p.PhoneType != "DEFAULT" && p.PhoneNumber != "" {
			out = append(out, p)
		}
	}
	if number != "" || len(there) > 0 {
		out = append(out, xeroapi.Phone{PhoneType: "DEFAULT", PhoneNumber: number})
	}
	return out
}

// withAddresses keeps the addresses of fields that are not sent.
func withAddresses(there []xeroapi.Address, ours []crm.Address, fields map[Field]bool) []xeroapi.Address {
	var out []xeroapi.Address
	for _, kind := range []crm.AddressKind{crm.Postal, crm.Street} {
		empty := address(crm.Address{Kind: kind})
		i := slices.IndexFunc(ours, func(a crm.Address) bool { return a.Kind == kind })
		j := slices.IndexFunc(there, func(a xeroapi.Address) bool { return a.AddressType == empty.AddressType })
		switch {
		case !fields[addressField(kind)] && j >= 0:
			out = append(out, there[j])
		case fields[addressField(kind)] && i >= 0:
			out = append(out, address(ours[i]))
		case fields[addressField(kind)] && j >= 0:
			out = append(out, empty)
		}
	}
	return out
}

// mostPersons is how many further people Xero keeps of a contact.
const mostPersons = 5

func address(a crm.Address) xeroapi.Address {
	kind := "STREET"
	if a.Kind == crm.Postal {
		kind = "POBOX"
	}
	return xeroapi.Address{AddressType: kind, AddressLine1: a.Line1, AddressLine2: a.Line2, City: a.City, Region: a.Region, PostalCode: a.PostalCode, Country: a.Country}
}

// contactName avoids what Xero refuses in names: angle brackets and repeated
// blanks.
func contactName(name string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("<", "(", ">", ")").Replace(name)), " ")
}

// remoteContact is a contact that was found to be ours: what it says is where
// both sides start from.
func remoteContact(c xeroapi.Contact) link.Remote {
	return link.Remote{ID: c.ContactID, Number: c.ContactNumber, Version: version(c.UpdatedDateUTC), Snapshot: snapshot(ValuesOfContact(c))}
}

func version(t xeroapi.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func snapshot(fields any) string {
	text, err := json.Marshal(fields)
	if err != nil { // strings always encode
		return ""
	}
	return string(text)
}
