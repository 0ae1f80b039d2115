package cli_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// buyer makes a contact in Xero and a customer of nearly the same name, with
// the same address or none, and returns their id and number.
func (o *office) buyer(name, email string) (contact, number string) {
	o.Helper()
	contact = o.contact(name, email)
	o.inside(false, func(ctx context.Context, a *app.App) error {
		c, err := a.Book.CreateCustomer(ctx, records.CustomerInput{Name: name + " Pty", Email: email})
		number = c.Number
		return err
	})
	return contact, number
}

// contact makes a contact in Xero.
func (o *office) contact(name, email string) string {
	o.Helper()
	c, err := o.sim.AddContact(o.sim.Tenants()[0], xerosim.Contact{Name: name, EmailAddress: email})
	if err != nil {
		o.Fatal(err)
	}
	return c.ContactID
}

// pulls reads what changed in Xero.
func (o *office) pulls() {
	o.Helper()
	o.inside(false, func(ctx context.Context, a *app.App) error {
		err := a.Xero.Pull(ctx, xero.PullArgs{Org: o.org})
		if snooze := (*river.JobSnoozeError)(nil); errors.As(err, &snooze) {
			return nil
		}
		return err
	})
}

func TestContactsAreDecided(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.does("contacts", "There is no such contact.")
	annThere, ann := o.buyer("Ann Battery Store", "ann@ann.example")
	bobThere, bob := o.buyer("Bob Marine", "")
	carlThere, carl := o.buyer("Carl Electrical", "carl@carl.example")
	dora, emil, fred := o.contact("Dora Farms", ""), o.contact("Emil Quarries", ""), o.contact("Fred Towing", "")
	o.pulls()
	o.does("contacts list", ann, annThere, bob, bobThere, carl, "60 points", "82 points", "name")
	if text := o.does("contacts list --score 80", ann); strings.Contains(text, bob) {
		t.Errorf("a score below is listed: %s", text)
	}
	o.does("contacts list --of xero", dora, "Emil Quarries", fred)
	o.does("contacts list --of renoz", bob)
	o.does("contacts list --of linked", o.customer.Number)
	o.does("contacts compare "+bob, "60 points speak for the contact "+bobThere+" of Bob Marine Pty", "Bob Marine Pty  Bob Marine\n")
	if text := o.does("contacts compare "+o.customer.Number, "is the contact"); o.after(text, "email") != "yes" {
		t.Errorf("the sides are %s", text)
	}
	o.refuses("contacts compare C-nobody", "There is no customer")
	o.does("contacts skip "+carlThere, "1 contact is skipped")
	o.does("contacts list --of skipped", carl)
	o.does("contacts unskip "+carlThere, "suggested again")
	o.does("contacts link "+carlThere+" "+carl, "The two are linked.")
	o.refuses("contacts link "+carlThere+" "+bob, "is linked to")
	o.refuses("contacts accept", "Name contacts")
	o.refuses("contacts accept --above 30", "from 50 to 100")
	o.refuses("contacts accept "+annThere+" "+dora, "No customer is suggested")
	o.does("contacts accept --above 80", "1 of 1 contact is linked; the run is done.")
	o.does("contacts accept "+bobThere, "1 contact is linked")
	o.refuses("contacts import", "Name contacts")
	o.does("contacts import "+dora, "1 of 1 contact is imported; the run is done.")
	o.does("contacts import --all", "2 of 2 contacts are imported")
	o.does("contacts progress", "2 of 2")
	o.refuses("contacts stop", "done already")
	o.refuses("contacts import --all", "nothing to do")
	o.does("contacts list --of linked", emil, fred)
	o.does("contacts unlink "+carl, "Carl Electrical Pty is unlinked")
	o.does("contacts create "+carl, "Carl Electrical Pty goes to Xero as a new contact.")
	o.refuses("contacts create "+o.customer.Number, "in Xero already")
}

func TestConflictsAreKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.does("contacts conflicts", "There are no conflicts.")
	id := crm.NewID[crm.Change]().UUID
	o.inTx(func(ctx context.Context, tx *store.Tx) error {
		return tx.InsertConflict(ctx, store.Conflict{ID: id, Org: o.org, Customer: o.customer.ID, Field: "email", Ours: "a@x.example", Theirs: "b@x.example", OursBy: "Jo", OursAt: time.Now(), TheirsAt: time.Now(), State: store.ConflictOpen})
	})
	o.does("contacts conflicts", id.String(), "Harbour Solar", "a@x.example", "b@x.example", "Jo")
	o.refuses("contacts keep "+uuid.NewString()+" ours", "There is no such")
	o.does("contacts keep "+id.String()+" ours", "Both sides")
	o.does("contacts conflicts", "There are no conflicts.")
	o.does("contacts settings", "ask from", "owner of email", "ask")
	o.does("contacts settings --owner email=xero --owner phone=renoz --ask-from 70 --archive", "70")
	if text := o.does("contacts settings"); o.after(text, "owner of email") != "xero" || o.after(text, "owner of phone") != "renoz" || o.after(text, "archive") != "true" {
		t.Errorf("the settings are %s", text)
	}
	if text := o.does("contacts settings --no-archive"); o.after(text, "archive") != "false" || o.after(text, "ask from") != "70" {
		t.Errorf("the settings are %s", text)
	}
	o.refuses("contacts settings --owner colour=xero", "There is no field")
	o.refuses("contacts settings --owner email=nobody", "Choose whose value counts")
}
