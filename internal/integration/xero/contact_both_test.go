package xero_test

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

func (w *world) pull() {
	w.Helper()
	w.must(ignoreSnooze(w.xero.Pull(w.ctx, xero.PullArgs{Org: w.org})))
}

func (w *world) contactLink(id crm.CustomerID) link.Link {
	w.Helper()
	l, err := w.store.Link(w.ctx, link.Key{Org: w.org, Service: xero.Name, Kind: link.Contact, Record: id.UUID})
	w.must(err)
	return l
}

func (w *world) buyer(id crm.CustomerID) crm.Customer {
	w.Helper()
	c, err := w.store.Customer(w.ctx, w.org, id)
	w.must(err)
	return c
}

func (w *world) edit(id crm.CustomerID, change func(*records.CustomerInput)) {
	w.Helper()
	c := w.buyer(id)
	in := records.CustomerInputOf(c)
	change(&in)
	_, err := w.book.UpdateCustomer(w.ctx, id, c.Version, in)
	w.must(err)
}

func (w *world) there(id string) xerosim.Contact {
	w.Helper()
	for _, c := range w.sim.Contacts(w.tenant) {
		if c.ContactID == id {
			return c
		}
	}
	w.Fatalf("Xero has no contact %s", id)
	return xerosim.Contact{}
}

func (w *world) editThere(c xerosim.Contact) {
	w.Helper()
	w.clock.pass(time.Minute)
	_, err := w.sim.ChangeContact(w.tenant, c)
	w.must(err)
	w.webhook("CONTACT", c.ContactID)
	w.must(ignoreSnooze(w.xero.Look(w.ctx)))
}

func (w *world) conflicts() []store.Conflict {
	w.Helper()
	page, err := w.store.OpenConflicts(w.ctx, w.org, store.MatchFilter{})
	w.must(err)
	return page.Rows
}

// TestEditEitherSide changes different fields on both sides: each reaches the
// other, and nothing bounces.
func TestEditEitherSide(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.push()
		id := w.contactLink(c.ID).RemoteID
		w.edit(c.ID, func(in *records.CustomerInput) { in.Phone = "(02) 5550 1234" })
		w.editThere(xerosim.Contact{ContactID: id, EmailAddress: "new@harbour.example", Addresses: []xerosim.Address{{AddressType: "STREET", AddressLine1: "1 Quay St", City: "Sydney", Country: "Australia"}}})
		got := w.buyer(c.ID)
		if got.Email != "new@harbour.example" || got.Phone != "(02) 5550 1234" || len(got.Addresses) != 1 || got.Addresses[0].Country != "AU" {
			t.Fatalf("the customer is %+v", got)
		}
		w.push()
		if there := w.there(id); there.EmailAddress != "new@harbour.example" || there.Phones[0].PhoneNumber != "(02) 5550 1234" || there.Addresses[0].City != "Sydney" {
			t.Errorf("the contact is %+v", there)
		}
		w.sim.ResetCounts()
		w.clock.pass(time.Hour)
		w.pull()
		w.push()
		if n := w.sim.Counts().WriteCalls; n != 0 {
			t.Errorf("%d writes although nothing changed", n)
		}
		if v := w.buyer(c.ID).Version; v != got.Version {
			t.Errorf("the customer changed from version %d to %d by itself", got.Version, v)
		}
		if l := w.contactLink(c.ID); l.State != link.Synced || l.Agreed != got.Version {
			t.Errorf("the link is %+v", l)
		}
	})
}

// TestEditBothSides asks about the field that both changed, lets the others
// flow, and does what the person says.
func TestEditBothSides(t *testing.T) {
	t.Parallel()
	for _, keep := range []store.ConflictState{store.ConflictOurs, store.ConflictTheirs} {
		t.Run(string(keep), func(t *testing.T) {
			each(t, func(w *world) {
				c := w.customer("Harbour Marine")
				w.push()
				id := w.contactLink(c.ID).RemoteID
				w.edit(c.ID, func(in *records.CustomerInput) { in.Email, in.Phone = "ours@harbour.example", "(02) 5550 1234" })
				w.editThere(xerosim.Contact{ContactID: id, EmailAddress: "theirs@harbour.example"})
				w.push()
				open := w.conflicts()
				if len(open) != 1 || open[0].Field != "email" || open[0].Ours != "ours@harbour.example" || open[0].Theirs != "theirs@harbour.example" || open[0].OursBy == "" || open[0].TheirsAt.IsZero() {
					t.Fatalf("the conflicts are %+v", open)
				}
				if there := w.there(id); there.EmailAddress != "theirs@harbour.example" || there.Phones[0].PhoneNumber != "(02) 5550 1234" {
					t.Errorf("until decided, the contact is %+v", there)
				}
				if w.buyer(c.ID).Email != "ours@harbour.example" {
					t.Error("our value was overwritten before somebody decided")
				}
				w.clock.pass(time.Second)
				w.must(w.xero.DecideConflict(w.ctx, open[0].ID, keep))
				w.push()
				w.clock.pass(time.Hour)
				w.pull()
				want := map[store.ConflictState]string{store.ConflictOurs: "ours@harbour.example", store.ConflictTheirs: "theirs@harbour.example"}[keep]
				if there, here := w.there(id).EmailAddress, w.buyer(c.ID).Email; there != want || here != want {
					t.Errorf("kept %s: here %s, there %s", keep, here, there)
				}
				if n := len(w.conflicts()); n != 0 {
					t.Errorf("%d conflicts are left", n)
				}
				if err := w.xero.DecideConflict(w.ctx, open[0].ID, keep); crm.KindOf(err) != crm.Conflict {
					t.Errorf("decided twice: %v", err)
				}
			})
		})
	}
}

// TestOwnerDecides leaves a field to its owner without a question, and keeps
// what lost.
func TestOwnerDecides(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		settings := xero.DefaultContactSettings()
		settings.Owners[xero.FieldEmail] = xero.OwnerXero
		settings.Owners[xero.FieldPhone] = xero.OwnerRenoz
		w.must(w.xero.SaveContactSettings(w.ctx, settings))
		c := w.customer("Harbour Marine")
		w.push()
		id := w.contactLink(c.ID).RemoteID
		w.edit(c.ID, func(in *records.CustomerInput) { in.Email, in.Phone = "ours@harbour.example", "(02) 5550 1234" })
		w.editThere(xerosim.Contact{ContactID: id, EmailAddress: "theirs@harbour.example", Phones: []xerosim.Phone{{PhoneType: "DEFAULT", PhoneNumber: "5550 9999"}}})
		w.push()
		if got, there := w.buyer(c.ID), w.there(id); got.Email != "theirs@harbour.example" || got.Phone != "(02) 5550 1234" || there.Phones[0].PhoneNumber != "(02) 5550 1234" {
			t.Errorf("here %+v, there %+v", got, there)
		}
		all, err := w.store.ConflictsOf(w.ctx, w.org, c.ID)
		w.must(err)
		if len(all) != 2 || all[0].State == store.ConflictOpen || all[1].State == store.ConflictOpen {
			t.Errorf("what lost is %+v", all)
		}
	})
}

// TestLikelyMatchWaits holds a customer back that is perhaps in Xero already.
// Its invoice goes as soon as somebody decides.
func TestLikelyMatchWaits(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		theirs, err := w.sim.AddContact(w.tenant, xerosim.Contact{Name: "HARBOUR MARINE PTY LTD", EmailAddress: "accounts@buyer.example"})
		w.must(err)
		c := w.customer("Harbour Marine")
		i := w.shipped(c)
		w.push()
		l := w.contactLink(c.ID)
		if l.State != link.Blocked || l.Problem.Code != "contact_match" || len(w.sim.Contacts(w.tenant)) != 1 || len(w.sim.Invoices(w.tenant)) != 0 {
			t.Fatalf("the link is %s: %s; Xero has %d contacts", l.State, l.Problem.Text, len(w.sim.Contacts(w.tenant)))
		}
		page, err := w.store.SuggestedMatches(w.ctx, w.org, store.MatchFilter{Service: xero.Name, MinScore: 50})
		w.must(err)
		if len(page.Rows) != 1 || page.Rows[0].Customer != c.ID || page.Rows[0].Match.Score < 80 || page.Rows[0].Match.Reasons == "" {
			t.Fatalf("suggested is %+v", page.Rows)
		}
		w.must(w.xero.LinkContact(w.ctx, theirs.ContactID, c.ID))
		w.push()
		if got := w.sim.Invoices(w.tenant); len(got) != 1 || got[0].Contact.ContactID != theirs.ContactID || w.link(link.Invoice, i.ID).State != link.Synced {
			t.Errorf("Xero has the invoices %+v, the link is %s", got, w.link(link.Invoice, i.ID).State)
		}
		if n := w.there(theirs.ContactID).ContactNumber; n != c.Number {
			t.Errorf("the contact's number is %q", n)
		}
	})
}

// TestSkippedMatchIsSent sends a customer as a new contact once somebody says
// that the suggestion is another business; undo suggests it again.
func TestSkippedMatchIsSent(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		theirs, err := w.sim.AddContact(w.tenant, xerosim.Contact{Name: "Harbour Marine Services", TaxNumber: "51 824 753 556", EmailAddress: "accounts@buyer.example"})
		w.must(err)
		c := w.customer("Harbour Marine")
		w.push()
		w.must(w.xero.SkipContact(w.ctx, theirs.ContactID, false))
		w.push()
		if l := w.contactLink(c.ID); l.State != link.Synced || len(w.sim.Contacts(w.tenant)) != 2 {
			t.Errorf("the link is %s: %s", l.State, l.Problem.Text)
		}
		w.must(w.xero.SkipContact(w.ctx, theirs.ContactID, true))
	})
}

// TestCertainMatchIsLinked links by itself what has the ABN and the name.
func TestCertainMatchIsLinked(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		theirs, err := w.sim.AddContact(w.tenant, xerosim.Contact{Name: "Harbour Marine Pty Ltd", TaxNumber: "51 824 753 556"})
		w.must(err)
		c := w.customer("Harbour Marine")
		i := w.shipped(c)
		w.push()
		if l := w.contactLink(c.ID); l.RemoteID != theirs.ContactID || len(w.sim.Contacts(w.tenant)) != 1 {
			t.Fatalf("the link is %+v", l)
		}
		if l := w.link(link.Invoice, i.ID); l.State != link.Synced {
			t.Errorf("the invoice is %s: %s", l.State, l.Problem.Text)
		}
		if n := w.there(theirs.ContactID).ContactNumber; n != c.Number {
			t.Errorf("the contact's number is %q", n)
		}
	})
}

// TestArchivedThere blocks documents before Xero refuses them, and lets them go
// on when the contact is restored.
func TestArchivedThere(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.push()
		id := w.contactLink(c.ID).RemoteID
		w.editThere(xerosim.Contact{ContactID: id, ContactStatus: "ARCHIVED"})
		i := w.shipped(c)
		w.push()
		if l := w.link(link.Invoice, i.ID); l.State != link.Blocked || l.Problem.Text == "" || len(w.sim.Invoices(w.tenant)) != 0 {
			t.Fatalf("the invoice is %s: %s", l.State, l.Problem.Text)
		}
		w.editThere(xerosim.Contact{ContactID: id, ContactStatus: "ACTIVE"})
		w.push()
		if l := w.link(link.Invoice, i.ID); l.State != link.Synced {
			t.Errorf("after it was restored, the invoice is %s: %s", l.State, l.Problem.Text)
		}
		if l := w.contactLink(c.ID); l.State != link.Synced {
			t.Errorf("the customer is %s: %s", l.State, l.Problem.Text)
		}
	})
}

// TestErasedThere never sends a contact again that Xero erased.
func TestErasedThere(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.push()
		id := w.contactLink(c.ID).RemoteID
		w.must(w.sim.EraseContact(w.tenant, id))
		w.webhook("CONTACT", id)
		w.must(ignoreSnooze(w.xero.Look(w.ctx)))
		w.sim.ResetCounts()
		w.edit(c.ID, func(in *records.CustomerInput) { in.Phone = "(02) 5550 1234" })
		w.push()
		if l := w.contactLink(c.ID); l.State != link.Blocked || l.Problem.Code != "contact_erased" || w.sim.Counts().WriteCalls != 0 {
			t.Errorf("the link is %s: %s; %d writes", l.State, l.Problem.Code, w.sim.Counts().WriteCalls)
		}
	})
}

// TestMergedThere follows to the contact that is left, and asks when that is
// another customer's.
func TestMergedThere(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.push()
		id := w.contactLink(c.ID).RemoteID
		survivor, err := w.sim.AddContact(w.tenant, xerosim.Contact{Name: "Harbour Group"})
		w.must(err)
		w.clock.pass(time.Minute)
		w.must(w.sim.MergeContacts(w.tenant, id, survivor.ContactID))
		w.webhook("CONTACT", id)
		w.must(ignoreSnooze(w.xero.Look(w.ctx)))
		if l := w.contactLink(c.ID); l.RemoteID != survivor.ContactID {
			t.Fatalf("the link is %+v", l)
		}
		other, err := w.book.CreateCustomer(w.ctx, records.CustomerInput{Name: "Dockside Power"})
		w.must(err)
		w.push()
		w.clock.pass(time.Minute)
		w.must(w.sim.MergeContacts(w.tenant, w.contactLink(other.ID).RemoteID, survivor.ContactID))
		w.pull()
		var merged []store.Conflict
		for _, x := range w.conflicts() {
			if x.Field == "merge" {
				merged = append(merged, x)
			}
		}
		if l := w.contactLink(other.ID); l.State != link.Blocked || len(merged) != 1 {
			t.Fatalf("the other's link is %s: %s; %+v", l.State, l.Problem.Text, merged)
		}
		w.must(w.xero.DecideConflict(w.ctx, merged[0].ID, store.ConflictOurs))
		w.push()
		if l := w.contactLink(other.ID); l.State != link.Blocked || l.RemoteID != "" || l.Problem.Code != "contact_merged" {
			t.Fatalf("without a contact, the other's link is %s to %q: %s", l.State, l.RemoteID, l.Problem.Text)
		}
		own, err := w.sim.AddContact(w.tenant, xerosim.Contact{Name: "Dockside Power Pty Ltd"})
		w.must(err)
		w.pull()
		w.must(w.xero.LinkContact(w.ctx, own.ContactID, other.ID))
		w.clock.pass(time.Second)
		w.push()
		if l := w.contactLink(other.ID); l.State != link.Synced || l.RemoteID != own.ContactID {
			t.Errorf("with a contact of its own, the other's link is %s to %q: %s", l.State, l.RemoteID, l.Problem.Text)
		}
	})
}

// TestImport makes customers of contacts, goes on after a restart, and stops
// when told.
func TestImport(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		const n = 120
		for i := range n {
			_, err := w.sim.AddContact(w.tenant, xerosim.Contact{Name: "Import " + string(rune('A'+i%26)) + string(rune('A'+i/26)), EmailAddress: "import@example.com"})
			w.must(err)
		}
		w.pull()
		run, err := w.xero.ImportAll(w.ctx)
		w.must(err)
		if run.Total != n {
			t.Fatalf("the run has %d contacts", run.Total)
		}
		w.xero.Rest() // a process that is stopping
		w.must(ignoreSnooze(w.xero.RunContacts(w.ctx, xero.RunArgs{Org: w.org, Run: run.ID})))
		w.restart()
		w.must(w.xero.Sweep(w.ctx))
		w.must(ignoreSnooze(w.xero.RunContacts(w.ctx, xero.RunArgs{Org: w.org, Run: run.ID})))
		got, err := w.store.ContactRun(w.ctx, w.org, run.ID)
		w.must(err)
		counts, err := w.store.MatchCounts(w.ctx, w.org, xero.Name, 50)
		w.must(err)
		if got.State != store.RunDone || got.Done != n || got.Failed != 0 || counts.Linked != n || counts.OnlyRemote != 0 {
			t.Errorf("the run is %+v, the lists %+v", got, counts)
		}
		w.pushAll()
		if made := len(w.sim.Contacts(w.tenant)); made != n {
			t.Errorf("Xero has %d contacts", made)
		}
	})
}

// TestImportStops ends a run; what it had yet to do stays in Xero alone.
func TestImportStops(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		_, err := w.sim.AddContact(w.tenant, xerosim.Contact{Name: "Harbour Marine"})
		w.must(err)
		w.pull()
		run, err := w.xero.ImportAll(w.ctx)
		w.must(err)
		w.must(w.xero.StopRun(w.ctx, run.ID))
		w.must(ignoreSnooze(w.xero.RunContacts(w.ctx, xero.RunArgs{Org: w.org, Run: run.ID})))
		counts, err := w.store.MatchCounts(w.ctx, w.org, xero.Name, 50)
		w.must(err)
		if counts.Linked != 0 || counts.OnlyRemote != 1 {
			t.Errorf("the lists are %+v", counts)
		}
		id, err := w.xero.ImportContact(w.ctx, w.sim.Contacts(w.tenant)[0].ContactID)
		w.must(err)
		if c := w.buyer(id); c.Name != "Harbour Marine" || c.Number == "" {
			t.Errorf("the customer is %+v", c)
		}
	})
}

// TestAcceptAbove links all suggestions from a score on.
func TestAcceptAbove(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for _, name := range []string{"Alpha Solar", "Beta Solar", "Gamma Solar"} {
			_, err := w.book.CreateCustomer(w.ctx, records.CustomerInput{Name: name, Email: name[:4] + "@solar.example"})
			w.must(err)
		}
		for _, c := range []xerosim.Contact{{Name: "ALPHA SOLAR PTY LTD", EmailAddress: "alph@solar.example"}, {Name: "Beta Solar Ltd", EmailAddress: "beta@solar.example"}, {Name: "Gamma Solar Ltd"}} {
			_, err := w.sim.AddContact(w.tenant, c)
			w.must(err)
		}
		w.pull()
		n, err := w.store.CountSuggested(w.ctx, w.org, xero.Name, 80)
		w.must(err)
		run, err := w.xero.AcceptAbove(w.ctx, 80)
		w.must(err)
		if n != 2 || run.Total != 2 {
			t.Fatalf("%d said before, %d in the run", n, run.Total)
		}
		w.must(ignoreSnooze(w.xero.RunContacts(w.ctx, xero.RunArgs{Org: w.org, Run: run.ID})))
		counts, err := w.store.MatchCounts(w.ctx, w.org, xero.Name, 50)
		w.must(err)
		if counts.Linked != 2 || counts.Suggested != 1 {
			t.Errorf("the lists are %+v", counts)
		}
	})
}

// TestUnlink forgets a link and does not make it again by itself.
func TestUnlink(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.push()
		w.must(w.xero.UnlinkContact(w.ctx, c.ID))
		w.pull()
		if _, err := w.store.Link(w.ctx, link.Key{Org: w.org, Service: xero.Name, Kind: link.Contact, Record: c.ID.UUID}); crm.KindOf(err) != crm.NotFound {
			t.Errorf("the link is there again: %v", err)
		}
		w.must(w.xero.LinkContact(w.ctx, w.sim.Contacts(w.tenant)[0].ContactID, c.ID))
		if l := w.contactLink(c.ID); l.State != link.Synced {
			t.Errorf("linked by hand it is %s", l.State)
		}
	})
}

// TestArchiveBoth archives the contact with the customer only where that is
// asked for.
func TestArchiveBoth(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		c := w.customer("Harbour Marine")
		w.push()
		id := w.contactLink(c.ID).RemoteID
		_, err := w.book.ArchiveCustomer(w.ctx, c.ID)
		w.must(err)
		w.push()
		if w.there(id).ContactStatus != "ACTIVE" {
			t.Error("the contact was archived without being asked")
		}
		settings := xero.DefaultContactSettings()
		settings.Archive = true
		w.must(w.xero.SaveContactSettings(w.ctx, settings))
		for _, step := range []struct {
			do   func() (crm.Customer, error)
			want string
		}{
			{func() (crm.Customer, error) { return w.book.RestoreCustomer(w.ctx, c.ID) }, "ACTIVE"},
			{func() (crm.Customer, error) { return w.book.ArchiveCustomer(w.ctx, c.ID) }, "ARCHIVED"},
			{func() (crm.Customer, error) { return w.book.RestoreCustomer(w.ctx, c.ID) }, "ACTIVE"},
		} {
			_, err := step.do()
			w.must(err)
			w.push()
			w.clock.pass(time.Minute)
			w.pull()
			if got := w.there(id).ContactStatus; got != step.want {
				t.Errorf("the contact is %s, want %s", got, step.want)
			}
		}
	})
}

// restart is another process over the same database.
func (w *world) restart() {
	w.Helper()
	w.xero = xero.New(w.xero.Config)
}
