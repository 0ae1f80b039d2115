package xeropages_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeropages"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web/webtest"
)

// matched is a world in which contacts and customers are alike in several ways.
type matched struct {
	*world
	likely, other, strange xerosim.Contact
	customer, second       crm.Customer
	conflict               store.Conflict
}

func newMatched(t *testing.T) matched {
	t.Helper()
	m := matched{world: newWorld(t)}
	add := func(c xerosim.Contact) xerosim.Contact {
		kept, err := m.sim.AddContact("", c)
		m.must(err)
		return kept
	}
	m.likely = add(xerosim.Contact{Name: "HARBOUR MARINE PTY LTD", EmailAddress: "accounts@harbour.example"})
	m.other = add(xerosim.Contact{Name: "Bright Solar Pty Ltd", EmailAddress: "pay@bright.example"})
	m.strange = add(xerosim.Contact{Name: "Harbourline Couriers", EmailAddress: "billing@couriers.example"})
	m.connect()
	make := func(in records.CustomerInput) crm.Customer {
		c, err := m.book.CreateCustomer(m.ctx, in)
		m.must(err)
		return c
	}
	m.customer = make(records.CustomerInput{Name: "Harbour Marine", Email: "accounts@harbour.example", Phone: "(02) 5550 1234"})
	m.second = make(records.CustomerInput{Name: "Bright Solar", Email: "pay@bright.example"})
	changed := make(records.CustomerInput{Name: "Dockside Power", Email: "old@dockside.example"})
	m.push()
	l, err := m.store.Link(m.ctx, link.Key{Org: m.org, Service: xero.Name, Kind: link.Contact, Record: changed.ID.UUID})
	m.must(err)
	in := records.CustomerInputOf(changed)
	in.Email = "ours@dockside.example"
	_, err = m.book.UpdateCustomer(m.ctx, changed.ID, changed.Version, in)
	m.must(err)
	_, err = m.sim.ChangeContact("", xerosim.Contact{ContactID: l.RemoteID, EmailAddress: "theirs@dockside.example"})
	m.must(err)
	m.must(ignoreSnooze(m.xero.Pull(m.ctx, xero.PullArgs{Org: m.org})))
	page, err := m.store.OpenConflicts(m.ctx, m.org, store.MatchFilter{})
	m.must(err)
	if len(page.Rows) != 1 {
		t.Fatalf("the conflicts are %+v", page.Rows)
	}
	m.conflict = page.Rows[0]
	return m
}

func TestContactPagesLookRight(t *testing.T) {
	m := newMatched(t)
	webtest.Check(t, m.url,
		m.view("/xero/contacts"), m.view("/xero/contacts?tab=xero"), m.view("/xero/contacts?tab=renoz"), m.view("/xero/contacts?tab=linked"),
		m.view("/xero/contacts?tab=conflicts"), m.view("/xero/contacts?q=nothing"), m.view("/xero/contacts/"+m.likely.ContactID),
		m.view("/xero/contacts/"+m.strange.ContactID+"?q=bright"), m.view("/xero/customers/"+m.customer.ID.String()),
		m.view("/xero/customers/"+m.conflict.Customer.String()), m.view("/xero/contacts/settings"),
	)
}

func toast(text string) webtest.Step {
	return webtest.Eventually(`[...document.querySelectorAll('.toast h2')].some(h => h.textContent === '` + text + `')`)
}

// TestContactsInTheBrowser accepts, skips with undo, imports and decides.
func TestContactsInTheBrowser(t *testing.T) {
	m := newMatched(t)
	p := webtest.Open(t, m.url, m.view("/xero/contacts"))
	likely, other := `[id="contact-`+m.likely.ContactID+`"]`, `[id="contact-`+m.other.ContactID+`"]`
	gone := func(row string) webtest.Step { return webtest.Eventually(`!document.querySelector('` + row + `')`) }
	p.Do(chromedp.Click(other+` form[action$="/skip"] button`), gone(other), toast("Skipped"))
	p.Do(webtest.Settled(), chromedp.Click(`.toast form button`), webtest.Eventually(`document.querySelector('`+other+`')`))
	p.Go("/xero/contacts")
	p.Do(chromedp.Click(likely+` form[action$="/link"] button`), gone(likely), toast("Linked"))
	if l, err := m.store.Link(m.ctx, link.Key{Org: m.org, Service: xero.Name, Kind: link.Contact, Record: m.customer.ID.UUID}); err != nil || l.RemoteID != m.likely.ContactID {
		t.Errorf("the link is %+v, %v", l, err)
	}
	p.Go("/xero/contacts")
	p.Do(chromedp.Click(other+` input[type=checkbox]`), chromedp.Click(`#ticked button`), gone(other), toast("Linked"))
	p.Go("/xero/contacts?tab=xero")
	strange := `[id="contact-` + m.strange.ContactID + `"]`
	p.Do(chromedp.Click(strange+` form button`), gone(strange), toast("The customer was made"))
	p.Go("/xero/contacts?tab=conflicts")
	row := `[id="conflict-` + m.conflict.ID.String() + `"]`
	p.Do(chromedp.Click(row+` form button`), gone(row), toast("Decided"))
	if c, err := m.store.Conflict(m.ctx, m.org, m.conflict.ID); err != nil || c.State != store.ConflictOurs {
		t.Errorf("the conflict is %+v, %v", c, err)
	}
}

// TestOneClickFreesTheInvoice ships to a customer that is perhaps in Xero
// already: the invoice leads to the decision, and one click there sends it.
func TestOneClickFreesTheInvoice(t *testing.T) {
	w := newWorld(t)
	theirs, err := w.sim.AddContact("", xerosim.Contact{Name: "HARBOUR MARINE PTY LTD", EmailAddress: "accounts@buyer.example"})
	w.must(err)
	w.connect()
	i := w.shipped("Harbour Marine")
	w.push()
	links, err := xeropages.Links{Xero: w.xero, Store: w.store}.RecordLinks(w.ctx, crm.InvoiceRecord, i.ID.UUID)
	w.must(err)
	if len(links) != 1 || links[0].State != link.Blocked || links[0].NextURL != "/xero/customers/"+i.CustomerID.String() {
		t.Fatalf("the invoice leads to %+v", links)
	}
	p := webtest.Open(t, w.url, w.view(links[0].NextURL))
	p.Do(chromedp.Click(`form[action="/xero/contacts/`+theirs.ContactID+`/link"] button`), toast("Linked"))
	w.push()
	if got := w.sim.Invoices(""); len(got) != 1 || got[0].Contact.ContactID != theirs.ContactID {
		t.Errorf("Xero has the invoices %+v", got)
	}
}
