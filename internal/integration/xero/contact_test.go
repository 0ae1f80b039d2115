package xero_test

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
)

// TestContactNameTaken tells a name that another contact has from one that is
// taken by our own contact, of which the answer was lost.
func TestContactNameTaken(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		_, err := w.sim.AddContact(w.tenant, xerosim.Contact{Name: "Bright Solar"})
		w.must(err)
		theirs := w.customer("Bright Solar")
		ours := w.customer("Harbour Marine")
		_, err = w.sim.AddContact(w.tenant, xerosim.Contact{Name: ours.Name, ContactNumber: ours.Number})
		w.must(err)
		w.push()
		w.clock.pass(3 * time.Second)
		w.push()
		key := link.Key{Org: w.org, Service: xero.Name, Kind: link.Contact, Record: theirs.ID.UUID}
		l, err := w.store.Link(w.ctx, key)
		w.must(err)
		if l.State != link.Rejected || l.Problem.Code != xeroapi.CodeContactNameTaken {
			w.Errorf("a name of somebody else's: the link is %s: %s", l.State, l.Problem.Text)
		}
		key.Record = ours.ID.UUID
		if l, err = w.store.Link(w.ctx, key); err != nil || l.State != link.Synced {
			w.Errorf("a name of our own: the link is %s: %s, %v", l.State, l.Problem.Text, err)
		}
		if n := len(w.sim.Contacts(w.tenant)); n != 2 {
			w.Errorf("%d contacts", n)
		}
	})
}
