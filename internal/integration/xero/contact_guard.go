package xero

import (
	"context"
	"fmt"
	"slices"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// contactBatches sorts customers that wait: those that can be sent, those that
// cannot or need not, and those that turned out to be in Xero already.
type contactBatches struct {
	parcels []parcel[xeroapi.Contact]
	sent    drafts
	held    []link.Link
	adopted []adoption
	matches []store.RemoteContact // whose match has to be kept for the decision
}

type adoption struct {
	link    link.Link
	contact store.RemoteContact
}

// prepareContact decides what becomes of one customer that waits.
func (r *run) prepareContact(ctx context.Context, l link.Link, b *contactBatches) error {
	customer, err := r.Store.Customer(ctx, r.org.ID, crm.CustomerID{UUID: l.Record})
	if err != nil {
		return err
	}
	if l.RemoteID != "" {
		return r.prepareUpdate(ctx, l, customer, b)
	}
	if customer.ArchivedAt != nil { // never arrived, and need not
		l.Succeed(link.Remote{}, customer.Version, r.Now())
		b.held = append(b.held, l)
		return nil
	}
	return r.prepareCreate(ctx, l, customer, b)
}

// prepareCreate makes sure that the customer is not in Xero already. What
// carries our number, or the same ABN and name, is it; what is likely waits for
// a person; a name that is taken would be refused.
func (r *run) prepareCreate(ctx context.Context, l link.Link, c crm.Customer, b *contactBatches) error {
	like, err := r.Store.RemoteContactsLike(ctx, c, Name, keysOfCustomer(c))
	if err != nil {
		return err
	}
	best, exact, taken := r.judgeLike(c, like)
	switch {
	case slices.ContainsFunc(like, func(x store.RemoteContact) bool { return x.MergedTo != "" && x.Number == c.Number }):
		l.Block(link.Problem{Kind: "blocked", Code: codeMerged, Action: link.Review, Text: mergedText}, r.Now())
	case len(exact) == 1 || len(exact) > 1 && exact[0].Number == c.Number:
		l.RemoteID, l.RemoteNumber = exact[0].ID, exact[0].Number
		b.adopted = append(b.adopted, adoption{l, exact[0]})
		return nil
	case taken != nil:
		l.Reject(link.Problem{Kind: string(xeroapi.KindInvalid), Code: xeroapi.CodeContactNameTaken, Action: link.Review, Text: fmt.Sprintf(
			"Another contact in Xero is called %s, and Xero takes a name once. Decide under Contacts whether it is this customer, or rename one of the two.", taken.Name)}, r.Now())
	case best != nil:
		l.Block(link.Problem{Kind: "blocked", Code: codeMatch, Action: link.Review, Text: fmt.Sprintf(
			"Perhaps it is in Xero already: %s is %d %% likely to be the same. %s Decide under Contacts; nothing is sent twice.", best.Name, best.Match.Score, best.Match.Reasons)}, r.Now())
	default:
		r.addCreate(l, c, b)
		return nil
	}
	b.held = append(b.held, l)
	for _, x := range like {
		if x.Match.Score > 0 {
			b.matches = append(b.matches, x)
		}
	}
	return nil
}

// judgeLike scores what has something in common with a customer. It returns
// the likely one that a person has to decide about, those that are certain,
// and the one that has the name.
func (r *run) judgeLike(c crm.Customer, like []store.RemoteContact) (best *store.RemoteContact, exact []store.RemoteContact, taken *store.RemoteContact) {
	for i := range like {
		x := &like[i]
		if x.Status == contactActive && store.NameKey(x.Name) == store.NameKey(contactName(c.Name)) {
			taken = x
		}
		k := score(*x, c, keysOfCustomer(c))
		suggested := x.Match.Customer == c.ID && x.Match.Score >= suggestFrom
		if x.Match.Customer != c.ID && k.Score > x.Match.Score {
			x.Match = matchOf([]Candidate{k})
		}
		if x.Skipped != "" {
			continue
		}
		if k.exact && (x.Match.Customer == c.ID || k.Score-x.Match.Score >= near) {
			exact = append(exact, *x)
		}
		if (suggested || k.Score >= r.settings.Contacts.AskFrom) && (best == nil || best.Match.Score < x.Match.Score) {
			best = x
		}
	}
	for _, x := range exact {
		if x.Number == c.Number {
			return best, []store.RemoteContact{x}, taken
		}
	}
	return best, exact, taken
}

// mergedText is for a customer whose number Xero keeps on a merged contact.
const mergedText = "Its contact was merged in Xero into another, and Xero keeps our number there. Make a contact for it in Xero and link the two under Contacts."

func (r *run) addCreate(l link.Link, c crm.Customer, b *contactBatches) {
	d := draft{ours: valuesOf(c), base: Values{}, sent: map[Field]bool{}}
	for _, f := range Fields() {
		d.sent[f] = true
	}
	body := contact(c, d.sent, xeroapi.Contact{})
	body.ContactStatus = contactActive
	b.sent[c.Number] = d
	b.parcels = append(b.parcels, parcel[xeroapi.Contact]{link: l, version: c.Version, body: body})
}

// prepareUpdate sends what changed here since both sides agreed. A contact
// that Xero erased or archived takes nothing.
func (r *run) prepareUpdate(ctx context.Context, l link.Link, c crm.Customer, b *contactBatches) error {
	there, err := r.Store.RemoteContact(ctx, r.org.ID, Name, l.RemoteID)
	known := err == nil
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return err
	}
	remote := xeroapi.Contact{ContactID: l.RemoteID}
	theirs := decodeValues(l.Snapshot)
	if known {
		remote = ContactOf(there)
		theirs = ValuesOfContact(remote)
	}
	d := draft{ours: valuesOf(c), base: baseOf(l.Snapshot, theirs), sent: map[Field]bool{}}
	body, held := r.statusOf(&l, c, there)
	if held {
		b.held = append(b.held, l)
		return nil
	}
	if body.ContactStatus != contactArchived {
		if !known {
			for _, f := range Fields() {
				theirs[f] = d.base[f]
			}
		}
		for _, f := range judge(d.base, d.ours, theirs, r.settings.Contacts.Owners).of(send) {
			d.sent[f] = true
		}
		if err := r.numberFree(ctx, c, l.RemoteID, d); err != nil {
			return err
		}
		status := body.ContactStatus
		body = contact(c, d.sent, remote)
		body.ContactStatus = status
	}
	if len(d.sent) == 0 && body.ContactStatus == "" { // both sides say the same
		l.Succeed(link.Remote{ID: l.RemoteID, Number: l.RemoteNumber, Version: l.RemoteVersion, Snapshot: l.Snapshot}, c.Version, r.Now())
		b.held = append(b.held, l)
		return nil
	}
	b.sent[l.RemoteID] = d
	b.parcels = append(b.parcels, parcel[xeroapi.Contact]{link: l, version: c.Version, body: body})
	return nil
}

// numberFree leaves our number out when Xero keeps it on another contact, such
// as one that was merged: it would be refused.
func (r *run) numberFree(ctx context.Context, c crm.Customer, remoteID string, d draft) error {
	if !d.sent[FieldNumber] {
		return nil
	}
	like, err := r.Store.RemoteContactsLike(ctx, c, Name, store.ContactKeys{})
	if slices.ContainsFunc(like, func(x store.RemoteContact) bool { return x.Number == c.Number && x.ID != remoteID }) {
		delete(d.sent, FieldNumber)
	}
	return err
}

// statusOf is what becomes of a contact whose customer, or who itself, is
// archived. It reports true when nothing is sent.
func (r *run) statusOf(l *link.Link, c crm.Customer, there store.RemoteContact) (xeroapi.Contact, bool) {
	body := xeroapi.Contact{ContactID: l.RemoteID}
	block := func(code, text string, a link.Action) (xeroapi.Contact, bool) {
		l.Block(link.Problem{Kind: "blocked", Code: code, Text: text, Action: a}, r.Now())
		return body, true
	}
	switch {
	case there.Status == contactErased:
		return block(codeErased, erasedText, link.Review)
	case there.MergedTo != "":
		return block(codeMerged, "Its contact was merged in Xero into that of another customer. Decide under Contacts which customer the contact belongs to.", link.Review)
	case c.ArchivedAt != nil && r.settings.Contacts.Archive && there.Status != contactArchived:
		body.ContactStatus = contactArchived
		return body, false
	case c.ArchivedAt != nil:
		l.Succeed(link.Remote{ID: l.RemoteID, Number: l.RemoteNumber, Version: l.RemoteVersion, Snapshot: l.Snapshot}, c.Version, r.Now())
		return body, true
	case there.Status == contactArchived && r.settings.Contacts.Archive && l.Problem.Code != codeArchived: // by us, with the customer
		body.ContactStatus = contactActive
		return body, false
	case there.Status == contactArchived:
		return block(codeArchived, archivedText, link.LookRemote)
	}
	return body, false
}

// settleHeld ends the claims of what is not sent. Customers that are in Xero
// already are linked, and compared at once.
func (r *run) settleHeld(ctx context.Context, b contactBatches) error {
	if len(b.held)+len(b.adopted) == 0 {
		return nil
	}
	links := b.held
	for _, a := range b.adopted {
		l := a.link
		l.Succeed(link.Remote{ID: a.contact.ID, Number: a.contact.Number, Version: a.link.RemoteVersion}, l.Wanted, r.Now())
		links = append(links, l)
	}
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	return r.settle(ctx, t, links, func(ctx context.Context, tx *store.Tx) error {
		for _, c := range b.matches {
			if err := tx.SetContactMatch(ctx, c); err != nil {
				return err
			}
		}
		for _, a := range b.adopted {
			if err := r.adopt(ctx, tx, a); err != nil {
				return err
			}
		}
		_, err := tx.UnblockLinks(ctx, r.org.ID, Name, codeContactWaits)
		return err
	})
}

func (r *run) adopt(ctx context.Context, tx *store.Tx, a adoption) error {
	a.link.Snapshot = ""
	a.link.Wanted = 0
	if _, err := r.reconcile(ctx, tx, contactsOf{r.org.ID, r.settings.Contacts}, a.link, ContactOf(a.contact)); err != nil {
		return err
	}
	return r.logPulled(ctx, tx, a.link, "Linked by itself to "+a.contact.Name+" in Xero.")
}
