package walltest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/synclog"
)

// records gives the first organisation one record of each kind and notes the
// values of the parameters that patterns have.
func (w *world) records() {
	w.Helper()
	ctx, book := w.as(w.first), w.app.Book
	c := must(book.CreateCustomer(ctx, records.CustomerInput{
		Name: quokka + " Solar", LegalName: quokka + " Solar Pty Ltd", Email: "accounts@quokka-solar.example",
		Contacts:  []records.ContactInput{{FirstName: quokka, LastName: "Smith", Email: "smith@quokka-solar.example"}},
		Addresses: []records.AddressInput{{Kind: crm.Postal, Line1: "1 " + quokka + " Street"}},
	}))(w)
	p := must(book.CreateProduct(ctx, records.ProductInput{SKU: "QUOKKA-1", Name: quokka + " battery", Price: 49950000, TaxClass: crm.GST}))(w)
	lines := []records.LineInput{{ProductID: &p.ID, Kind: crm.Item, Description: quokka + " battery", Quantity: 20000}}
	draft := must(book.CreateOrder(ctx, records.OrderInput{CustomerID: c.ID, Reference: quokka + " PO 1", Notes: quokka, Lines: lines}))(w)
	sent := w.shipped(c.ID, lines)
	w.push()
	for _, of := range []string{"online", "pdf"} { // Xero answers for invoices that it has
		w.values["/invoices/{id}/"+of] = "/invoices/" + sent.ID.String() + "/" + of
	}
	remote := must(w.app.Store.Link(w.Context(), link.Key{Org: w.first, Service: xero.Name, Kind: link.Contact, Record: c.ID.UUID}))(w).RemoteID
	w.check(w.sim.ArchiveContact(w.sim.Tenants()[0], remote)) // what is issued now is refused there
	i, old := w.shipped(c.ID, lines), w.shipped(c.ID, lines)
	w.push()
	w.check(w.sim.RestoreContact(w.sim.Tenants()[0], remote))
	dismissal := must(w.app.Xero.DismissAll(ctx, []link.Key{{Kind: link.Invoice, Record: old.ID.UUID}}, quokka+" booked it by hand"))(w)
	w.values["dismissals/{id}"] = dismissal.ID.String()
	paid := must(book.RecordPayment(ctx, records.PaymentInput{InvoiceID: i.ID, Amount: 100, Method: "Cash", Reference: quokka}))(w)
	w.values["customers/{id}"], w.values["products/{id}"] = c.ID.String(), p.ID.String()
	w.values["orders/{id}"], w.values["invoices/{id}"] = draft.ID.String(), i.ID.String()
	w.values["payments/{id}"], w.values["payments/{payment}"] = paid.ID.String(), paid.ID.String()
	w.credits(sent, i)
	w.differs(i)
	w.failure(i.ID)
	w.matches(c.ID)
	w.bulk()
	w.mail(c.ID, i)
	w.people()
	w.values["webhooks/{id}"] = w.hook(w.sim.Tenants()[0], i.ID.String())
	w.values["jobs/{path...}"] = ""
	w.check(w.app.Notifier.Tell(ctx, notify.Notice{Org: w.first, Cause: "test", Level: notify.Urgent, Title: quokka, Text: quokka + " needs you."}))
}

// credits gives one invoice a credit note, of which parts are set against
// another and paid back.
func (w *world) credits(corrected, other crm.Invoice) {
	w.Helper()
	ctx, book := w.as(w.first), w.app.Book
	n := must(book.CreateCreditNote(ctx, records.CreditNoteInput{InvoiceID: &corrected.ID, Reference: quokka + " RMA", Reason: quokka}))(w)
	n = must(book.IssueCreditNote(ctx, n.ID, false))(w)
	a := must(book.Allocate(ctx, records.AllocationInput{CreditNoteID: n.ID, InvoiceID: other.ID, Amount: 100}))(w)
	x := must(book.RecordRefund(ctx, records.RefundInput{CreditNoteID: n.ID, Amount: 50, Method: "Cash", Reference: quokka}))(w)
	w.values["credit-notes/{id}"] = n.ID.String()
	draft := must(book.CreateCreditNote(ctx, records.CreditNoteInput{CustomerID: corrected.CustomerID, Reason: quokka, Lines: records.LineInputsOf(corrected.Lines)}))(w)
	w.values["/credit-notes/{id}/edit"] = "/credit-notes/" + draft.ID.String() + "/edit" // an issued one is not changed any more
	w.values["allocations/{allocation}"], w.values["allocations/{id}"] = a.ID.String(), a.ID.String()
	w.values["refunds/{refund}"], w.values["refunds/{id}"] = x.ID.String(), x.ID.String()
	w.values["/xero/records/{kind}/{id}/sync"] = "/xero/records/credit-notes/" + n.ID.String() + "/sync"
}

// differs keeps a reconciliation with one difference.
func (w *world) differs(i crm.Invoice) {
	w.Helper()
	run := store.Reconciliation{ID: crm.NewID[crm.Change]().UUID, Org: w.first, Service: xero.Name, State: store.Compared, Found: 1, Actor: quokka}
	l := must(w.app.Store.Link(w.Context(), link.Key{Org: w.first, Service: xero.Name, Kind: link.Invoice, Record: i.ID.UUID}))(w)
	w.check(w.app.Store.InTx(w.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.BeginReconciliation(w.Context(), run),
			tx.KeepDifferences(w.Context(), run, []store.Difference{{Kind: link.Invoice, What: "paid", Record: i.ID.UUID, RemoteID: l.RemoteID, Label: quokka, Ours: "$1.00", Theirs: "$2.00"}}),
			tx.AcceptDifference(w.Context(), xero.Name, store.Difference{Org: w.first, Kind: link.Invoice, What: "paid", Record: i.ID.UUID}, quokka, quokka),
			tx.EndReconciliation(w.Context(), run))
	}))
	for _, parameter := range []string{"reconciliation/{run}", "reconciliations/{id}"} {
		w.values[parameter] = run.ID.String()
	}
	w.values["reconciliation/{position}"], w.values["differences/{position}"] = "1", "1"
}

// matches keeps a contact that is only in Xero, a conflict and a run.
func (w *world) matches(c crm.CustomerID) {
	w.Helper()
	ctx, now := w.Context(), time.Now()
	conflict, run := crm.NewID[crm.Change]().UUID, crm.NewID[crm.Change]().UUID
	const contact = "5f1c2b1e-7d57-4a39-9f0e-3c6c1d1f4a10"
	w.check(w.app.Store.InTx(ctx, func(tx *store.Tx) error {
		return errors.Join(
			tx.KeepRemoteContact(ctx, store.RemoteContact{Org: w.first, Service: xero.Name, ID: contact, Name: quokka + " Freight", Status: "ACTIVE", Body: `{"Name":"` + quokka + ` Freight"}`, Updated: now}),
			tx.InsertConflict(ctx, store.Conflict{ID: conflict, Org: w.first, Customer: c, Field: "email", Ours: "a@quokka.example", Theirs: "b@quokka.example", OursBy: quokka, OursAt: now, TheirsAt: now, State: store.ConflictOpen}),
			tx.BeginContactRun(ctx, store.ContactRun{ID: run, Org: w.first, Kind: store.ImportContacts, Total: 1, Actor: quokka}),
		)
	}))
	for _, parameter := range []string{"contacts/{contact}", "contacts/{id}"} {
		w.values[parameter] = contact
	}
	w.values["conflicts/{conflict}"], w.values["conflicts/{id}"], w.values["runs/{run}"] = conflict.String(), conflict.String(), run.String()
	w.values["runs/{id}"] = run.String()
}

// bulk prepares a run, which is not started.
func (w *world) bulk() {
	w.Helper()
	ctx := w.as(w.first)
	run := must(w.app.Xero.PreviewBulk(ctx, xero.BulkWish{Direction: store.BulkPush, Kind: xero.BulkEverything}))(w)
	w.check(w.app.Xero.Bulk(ctx, xero.BulkArgs{Org: w.first}))
	w.values["bulk/{run}"], w.values["bulk/{id}"] = run.ID.String(), run.ID.String()
}

// shipped makes an order, sends it out and returns its invoice.
func (w *world) shipped(c crm.CustomerID, lines []records.LineInput) crm.Invoice {
	w.Helper()
	ctx := w.as(w.first)
	o := must(w.app.Book.CreateOrder(ctx, records.OrderInput{CustomerID: c, Reference: quokka + " PO 2", Lines: lines}))(w)
	for _, next := range []crm.OrderState{crm.OrderConfirmed, crm.OrderPicking, crm.OrderPicked, crm.OrderShipped} {
		must(w.app.Book.AdvanceOrder(ctx, o.ID, next))(w)
	}
	i, _, err := w.app.Store.InvoiceOfOrder(ctx, w.first, o.ID)
	w.check(err)
	return i
}

func (w *world) push() {
	w.Helper()
	w.check(done(w.app.Xero.Push(w.as(w.first), xero.PushArgs{Org: w.first})))
}

// done leaves out the wish to go on later.
func done(err error) error {
	if snooze := (*river.JobSnoozeError)(nil); errors.As(err, &snooze) {
		return nil
	}
	return err
}

// failure notes the link that was refused and its place in the history.
func (w *world) failure(i crm.InvoiceID) {
	w.Helper()
	l := must(w.app.Store.Link(w.Context(), link.Key{Org: w.first, Service: xero.Name, Kind: link.Invoice, Record: i.UUID}))(w)
	if l.State != link.Rejected {
		w.Fatalf("the invoice is %s in Xero, not rejected: %s", l.State, l.Problem)
	}
	w.values["errors/{kind}"], w.values["errors/{record}"], w.values["errors/{record_id}"] = string(link.Invoice), i.String(), i.String()
	w.values["links/{record_id}"] = i.String()
	rows := must(w.app.Store.Entries(w.Context(), w.first, synclog.Filter{Status: synclog.Failed, Limit: 1}))(w)
	if len(rows) == 0 {
		w.Fatal("the refusal is not in the history")
	}
	w.values["history/{id}"] = rows[0].ID.String()
}

// people adds somebody and a token that nobody acts with.
func (w *world) people() {
	w.Helper()
	ctx := w.as(w.first)
	user := must(w.app.Auth.CreateUser(ctx, auth.NewUser{Email: "new@quokka.example", Name: quokka + " New", Password: password, Role: auth.Viewer}))(w)
	_, token, err := w.app.Auth.CreateToken(ctx, auth.NewToken{Name: quokka + " shop", Role: auth.Viewer})
	w.check(err)
	w.values["users/{id}"], w.values["tokens/{id}"] = user.String(), token.ID.String()
}

// hook keeps a webhook of a tenant and has it looked at.
func (w *world) hook(tenant, resource string) string {
	w.Helper()
	id := crm.NewID[crm.Event]()
	storetest.Keep(w.T, w.app.Store, []inbox.Event{{
		ID: id, Service: xero.Name, DeliveryKey: id.String(), Tenant: tenant, Category: "INVOICE", Type: "UPDATE", Resource: resource,
		OccurredAt: time.Now(), State: inbox.Received, DueAt: time.Now(), ReceivedAt: time.Now(), Payload: `{"note":"` + quokka + `"}`,
	}})
	w.check(done(w.app.Xero.Look(w.Context())))
	return id.String()
}

// address fills the parameters of a pattern with the first organisation's
// records. A parameter is known by the part of the path before it.
func (w *world) address(pattern string) string {
	w.Helper()
	for _, card := range framedCards() {
		if pattern == card.path {
			return card.link(w, w.app, w.as(w.first))
		}
	}
	path, err := fill(pattern, w.values)
	if err != nil {
		w.Fatal(err)
	}
	return path
}

func fill(pattern string, values map[string]string) (string, error) {
	if whole := values[pattern]; whole != "" {
		return whole, nil
	}
	parts := strings.Split(strings.TrimSuffix(pattern, "{$}"), "/")
	fixed := ""
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") {
			fixed = part
			continue
		}
		value, known := values[fixed+"/"+part]
		if !known {
			return "", fmt.Errorf("%s: the walls have no value for %s; give it the id of a record in records_test.go", pattern, fixed+"/"+part)
		}
		parts[i] = value
	}
	return strings.Join(parts, "/"), nil
}

func TestUnknownParameterIsNamed(t *testing.T) {
	t.Parallel()
	_, err := fill("/quotes/{id}/lines/{line}", map[string]string{"quotes/{id}": "7"})
	if err == nil || !strings.Contains(err.Error(), "lines/{line}") {
		t.Errorf("got %v", err)
	}
	if path, err := fill("/quotes/{id}/lines/{line}", map[string]string{"quotes/{id}": "7", "lines/{line}": "8"}); path != "/quotes/7/lines/8" {
		t.Errorf("got %q, %v", path, err)
	}
}

// kept is everything of the first organisation that others might change.
func (w *world) kept() string {
	w.Helper()
	s, ctx := w.app.Store, w.Context()
	id := func(name string) string { return w.values[name] }
	all := []any{
		must(s.Customer(ctx, w.first, parse[crm.Customer](w, id("customers/{id}"))))(w),
		must(s.Product(ctx, w.first, parse[crm.Product](w, id("products/{id}"))))(w),
		must(s.Order(ctx, w.first, parse[crm.Order](w, id("orders/{id}"))))(w),
		must(s.Invoice(ctx, w.first, parse[crm.Invoice](w, id("invoices/{id}"))))(w),
		must(s.Payment(ctx, w.first, parse[crm.Payment](w, id("payments/{id}"))))(w),
		must(s.CreditNote(ctx, w.first, parse[crm.CreditNote](w, id("credit-notes/{id}"))))(w),
		must(s.Allocation(ctx, w.first, parse[crm.Allocation](w, id("allocations/{id}"))))(w),
		must(s.Refund(ctx, w.first, parse[crm.Refund](w, id("refunds/{id}"))))(w),
		must(s.Event(ctx, w.first, parse[crm.Event](w, id("webhooks/{id}"))))(w),
		must(s.Members(ctx, w.first))(w), must(s.Organisation(ctx, w.first))(w), must(s.UnreadNotices(ctx, w.first))(w),
	}
	for _, t := range must(s.Tokens(ctx, w.first))(w) {
		all = append(all, t.ID, t.RevokedAt)
	}
	for _, l := range must(s.LinksOf(ctx, w.first, parse[crm.Invoice](w, id("invoices/{id}")).UUID))(w) {
		l.SeenAt = nil // looking at the page of errors is no change
		all = append(all, l)
	}
	all = append(all, w.keptMail()...)
	c := must(s.Connection(ctx, w.first, xero.Name))(w)
	if c.State != connection.Connected {
		w.Errorf("the connection is %s", c.State)
	}
	return fmt.Sprintf("%+v", append(all, c.Settings, c.Tenant))
}

func parse[K any](w *world, text string) crm.ID[K] {
	w.Helper()
	return must(crm.ParseID[K](text))(w)
}
