package xero

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// codeContactWaits marks documents that wait for their customer.
const codeContactWaits = "contact_waits"

func (r *run) contacts() carrier[xeroapi.Contact] {
	return carrier[xeroapi.Contact]{kind: link.Contact, remote: remoteContact,
		after: func(ctx context.Context, tx *store.Tx, _ []xeroapi.Contact) error {
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
	parcels := make([]parcel[xeroapi.Contact], 0, len(claimed))
	for _, l := range claimed {
		customer, err := r.Store.Customer(ctx, r.org.ID, crm.CustomerID{UUID: l.Record})
		if err != nil {
			return 0, r.release(ctx, &trail{org: r.org.ID, now: r.Now}, claimed, err)
		}
		parcels = append(parcels, parcel[xeroapi.Contact]{link: l, version: customer.Version, body: r.contact(customer, l.RemoteID)})
	}
	creates, updates := split(parcels)
	c := r.contacts()
	client := r.client(r.conn)
	c.send = client.CreateContacts
	if err := deliver(ctx, r, c, creates); err != nil {
		return len(claimed), r.putBack(ctx, linksOf(updates), err)
	}
	c.send = client.UpdateContacts
	return len(claimed), deliver(ctx, r, c, updates)
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

// contact maps a customer: trading name, ABN as the tax number, our number as
// the contact number, the first person as the primary one.
func (r *run) contact(c crm.Customer, remoteID string) xeroapi.Contact {
	out := xeroapi.Contact{
		ContactID: remoteID, ContactNumber: c.Number, Name: contactName(c.Name), EmailAddress: c.Email, TaxNumber: c.ABN,
		ContactStatus: "ACTIVE",
	}
	if c.ArchivedAt != nil && remoteID != "" {
		return xeroapi.Contact{ContactID: remoteID, ContactStatus: "ARCHIVED"}
	}
	if c.Phone != "" {
		out.Phones = []xeroapi.Phone{{PhoneType: "DEFAULT", PhoneNumber: c.Phone}}
	}
	for i, person := range c.Contacts {
		switch {
		case i == 0:
			out.FirstName, out.LastName = person.FirstName, person.LastName
		case len(out.ContactPersons) < mostPersons:
			out.ContactPersons = append(out.ContactPersons, xeroapi.ContactPerson{FirstName: person.FirstName, LastName: person.LastName, EmailAddress: person.Email})
		}
	}
	for _, a := range c.Addresses {
		out.Addresses = append(out.Addresses, address(a))
	}
	if c.TermsDays != nil {
		out.PaymentTerms.Sales = xeroapi.PaymentTerm{Day: *c.TermsDays, Type: "DAYSAFTERBILLDATE"}
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

func remoteContact(c xeroapi.Contact) link.Remote {
	return link.Remote{ID: c.ContactID, Number: c.ContactNumber, Version: version(c.UpdatedDateUTC), Snapshot: snapshot(map[string]string{
		"name": c.Name, "email": c.EmailAddress, "abn": c.TaxNumber, "status": c.ContactStatus})}
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
