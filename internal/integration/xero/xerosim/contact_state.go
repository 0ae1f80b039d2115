package xerosim

import (
	"encoding/json"
	"slices"
)

const statusErased = "GDPRREQUEST"

// setContactStatus archives or restores a contact; anything else about it stays.
func (c *change) setContactStatus(id, status string) (*Contact, []string) {
	raw, err := json.Marshal(map[string]string{"ContactID": id, "ContactStatus": status})
	if err != nil {
		return nil, []string{err.Error()}
	}
	return c.saveContact(raw, true)
}

// checkContactState holds what may become of a contact: a merged one stays archived and an erased one erased.
func checkContactState(next, old *Contact) []string {
	switch {
	case old == nil:
		return nil
	case old.ContactStatus == statusErased:
		return []string{"The contact has been erased and cannot be changed"}
	case next.ContactStatus == statusErased:
		return []string{"ContactStatus must be ACTIVE or ARCHIVED; a contact is erased in Xero only"}
	case old.MergedToContactID != "" && next.ContactStatus == statusActive:
		return []string{"The contact has been merged into another and cannot be un-archived"}
	}
	return nil
}

// merge archives one contact into another, which takes over its documents. Merging cannot be undone.
// https://central.xero.com/s/article/Merge-contacts
func (c *change) merge(from, into string) []string {
	old, target := c.b.contacts.rows[from], c.b.contacts.rows[into]
	switch {
	case old == nil || target == nil || from == into:
		return []string{"merging needs two different contacts that exist"}
	case target.ContactStatus != statusActive:
		return []string{"a contact can only be merged into an active one"}
	case old.MergedToContactID != "" || old.ContactStatus == statusErased:
		return []string{"the contact has been merged or erased already"}
	}
	next := *old
	next.ContactStatus, next.MergedToContactID, next.UpdatedDateUTC = statusArchived, into, newDate(c.now)
	c.putContact(&next)
	c.announce(announcement{category: "CONTACT", id: from, kind: "UPDATE"})
	for _, id := range c.documentsOf(from) {
		c.moveDocument(id, into)
	}
	return nil
}

// documentsOf lists the ids of a contact's documents in a fixed order.
func (c *change) documentsOf(contact string) (ids []string) {
	for id := range c.b.invoiced[contact] {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// moveDocument gives a document to another contact. It announces nothing and leaves UpdatedDateUTC alone.
func (c *change) moveDocument(id, contact string) {
	owner := &Contact{ContactID: contact}
	if invoice := c.b.invoices.rows[id]; invoice != nil {
		moved := *invoice
		moved.Contact = owner
		c.putInvoice(&moved)
		c.markCustomer(contact, moved.Type == typeSale)
	}
	if note := c.b.notes.rows[id]; note != nil {
		moved := *note
		moved.Contact = owner
		c.putNote(&moved)
		c.markCustomer(contact, moved.Type == typeSaleCredit)
	}
	if advance := c.b.advances.rows[id]; advance != nil {
		moved := *advance
		moved.Contact = owner
		c.putAdvance(&moved)
	}
}

// erase empties a contact of personal data for good, at the person's own request. What its new name is on the
// live service is not documented; its documents stay.
func (c *change) erase(id string) []string {
	old := c.b.contacts.rows[id]
	switch {
	case old == nil:
		return []string{"The contact could not be found"}
	case old.ContactStatus == statusErased:
		return []string{"The contact has been erased already"}
	}
	next := Contact{ContactID: id, Name: "Erased contact " + id[:8], ContactStatus: statusErased, MergedToContactID: old.MergedToContactID,
		IsCustomer: old.IsCustomer, IsSupplier: old.IsSupplier, UpdatedDateUTC: newDate(c.now)}
	c.putContact(&next)
	key := "Contacts " + id
	notes := c.b.history[key]
	delete(c.b.history, key)
	c.undo = append(c.undo, func() { c.b.history[key] = notes })
	c.announce(announcement{category: "CONTACT", id: id, kind: "UPDATE"})
	return nil
}
