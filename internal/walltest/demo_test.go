package walltest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/demo"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/synclog"
)

// shop is the demonstration after some weeks with Xero: records were sent,
// refused, dismissed or wait, and webhooks came.
type shop struct {
	*testing.T
	app    *app.App
	site   app.Site
	sim    *xerosim.Server
	url    string
	org    crm.OrgID
	ctx    context.Context
	cookie *http.Cookie
	values map[string]string // ids that addresses are made of, by what they name
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{T: t, values: map[string]string{}}
	s.sim = xerosim.New(xerosim.Options{Organisations: demo.Organisations(), MinuteLimit: 600, Log: slog.New(slog.DiscardHandler)})
	there := httptest.NewServer(s.sim)
	t.Cleanup(there.Close)
	here := httptest.NewUnstartedServer(nil)
	s.url = "http://" + here.Listener.Addr().String()
	c := config(there.URL, t.TempDir())
	c.Resend.URL = serveResend(t, resendsim.Key{Token: resendsim.DefaultKey}, resendsim.DefaultDomain)
	c.URL, c.Serve, c.Xero.MinuteLimit, c.Xero.DayLimit = s.url, true, 600, 0
	s.app = must(app.Open(t.Context(), c))(t)
	t.Cleanup(func() { s.check(s.app.Close(context.WithoutCancel(t.Context()))) })
	s.fill()
	s.site = must(s.app.Site(t.Context()))(t)
	here.Config.Handler = s.site
	here.Start()
	t.Cleanup(func() {
		here.CloseClientConnections()
		here.Close()
	})
	return s
}

func (s *shop) check(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// fill makes the year and what happened since.
func (s *shop) fill() {
	s.Helper()
	s.check(demo.Books(s.sim))
	accounts := must(demo.Fill(s.Context(), demo.Config{Store: s.app.Store, Auth: s.app.Auth}))(s)
	s.org = accounts.Org
	owner := accounts.Of(auth.Owner)
	session := must(s.app.Auth.SignIn(s.Context(), auth.Credentials{Email: owner.Email, Password: accounts.Password}))(s)
	out := httptest.NewRecorder()
	s.app.Auth.SetCookie(out, session)
	s.cookie = out.Result().Cookies()[0]
	s.ctx = auth.With(s.Context(), must(s.app.Auth.Identify(s.Context(), session))(s))
	consent(s.T, s.app, s.ctx, s.sim.Tenants()[0])
	s.check(done(s.app.Xero.Pull(s.ctx, xero.PullArgs{Org: s.org})))
	s.exchange()
	s.webhooks()
	s.others()
	s.name()
	s.mail()
	s.talk()
}

// talk keeps a conversation with an answer that used a tool.
func (s *shop) talk() {
	s.Helper()
	me := must(auth.Require(s.ctx, auth.AssistantUse))(s)
	c := assistant.Conversation{ID: crm.NewID[assistant.Conversation](), Org: s.org, User: me.User, Title: "What are we owed?", Model: "claude-haiku-5-5", Head: 2, State: assistant.Idle}
	const said = "Two invoices are **overdue**:\n\n| Invoice | Owed |\n|---|---|\n| INV-01190 | $1,240.00 |"
	s.check(s.app.Store.InTx(s.ctx, func(tx *store.Tx) error {
		return errors.Join(tx.InsertConversation(s.ctx, c),
			tx.InsertMessage(s.ctx, c, assistant.Message{Number: 1, From: assistant.FromUser, Content: []byte(`[]`), Complete: true, Said: c.Title}),
			tx.InsertMessage(s.ctx, c, assistant.Message{Number: 2, From: assistant.FromAssistant, Content: []byte(`[]`), Complete: true, Said: said}),
			tx.InsertToolCall(s.ctx, c, assistant.Call{ID: "toolu_1", Message: 2, Tool: "invoice_figures", Input: []byte(`{"state":"open"}`), State: assistant.Called}, 0))
	}))
	s.values["assistant/{id}"] = c.ID.String()
}

// exchange sends what goes well, what Xero refuses, and leaves some waiting.
func (s *shop) exchange() {
	s.Helper()
	good := s.ship(3)
	s.push()
	s.values["invoice sent"] = good[0].ID.String()
	s.account("999")
	s.ship(2)
	s.push()
	s.account("200")
	s.check(s.sim.SetLockDates("", time.Now().AddDate(0, 0, 2).Format(time.DateOnly), ""))
	locked := s.ship(4)
	s.push()
	s.check(s.sim.SetLockDates("", "", ""))
	s.values["errors/{kind}"], s.values["errors/{record}"] = string(link.Invoice), locked[1].ID.String()
	s.values["invoice refused"] = locked[1].ID.String()
	s.check(s.app.Xero.Dismiss(s.ctx, link.Key{Kind: link.Invoice, Record: locked[0].ID.UUID}, "Booked by hand before the books were closed"))
	must(s.app.Book.CreateCustomer(s.ctx, records.CustomerInput{Name: "Gullwing Property Management", Email: "owner@gullwing.example"}))(s)
	s.push()
	part := must(s.app.Book.RecordPayment(s.ctx, records.PaymentInput{InvoiceID: good[1].ID, Amount: good[1].Due() / 3, Method: "Bank transfer", Reference: "NAB 0042"}))(s)
	s.push()
	must(s.app.Book.RecordPayment(s.ctx, records.PaymentInput{InvoiceID: good[2].ID, Amount: good[2].Due(), Method: "Card"}))(s)
	s.bulk()
	s.ship(3) // these wait
	s.values["invoice part paid"], s.values["payments/{payment}"] = good[1].ID.String(), part.ID.String()
}

// bulk prepares runs in both directions, pauses one and brings one to its end.
func (s *shop) bulk() {
	s.Helper()
	for name, w := range map[string]xero.BulkWish{
		"bulk/{run}":  {Direction: store.BulkPush, Kind: xero.BulkEverything, Filter: store.BulkFilter{Missing: true}},
		"bulk read":   {Direction: store.BulkPull, Kind: "invoice"},
		"bulk paused": {Direction: store.BulkPush, Kind: "invoice", Filter: store.BulkFilter{State: "open", Missing: true}},
		"bulk done":   {Direction: store.BulkPush, Kind: "payment", Filter: store.BulkFilter{State: "reversed"}},
	} {
		s.values[name] = must(s.app.Xero.PreviewBulk(s.ctx, w))(s).ID.String()
	}
	s.check(done(s.app.Xero.Bulk(s.ctx, xero.BulkArgs{Org: s.org})))
	finished, paused := uuid.MustParse(s.values["bulk done"]), uuid.MustParse(s.values["bulk paused"])
	s.check(s.app.Xero.StartBulk(s.ctx, finished))
	s.push()
	s.check(s.app.Xero.StartBulk(s.ctx, paused))
	s.check(s.app.Xero.PauseBulk(s.ctx, paused))
}

// ship sends out orders that were picked and returns their invoices.
func (s *shop) ship(n int) []crm.Invoice {
	s.Helper()
	rows := must(s.app.Book.Orders(s.ctx, store.OrderFilter{State: string(crm.OrderConfirmed), Limit: n}))(s).Rows
	if len(rows) < n {
		s.Fatalf("the demo has %d confirmed orders, %d are needed", len(rows), n)
	}
	var invoices []crm.Invoice
	for _, o := range rows[:n] {
		for _, next := range []crm.OrderState{crm.OrderPicking, crm.OrderPicked, crm.OrderShipped} {
			must(s.app.Book.AdvanceOrder(s.ctx, o.ID, next))(s)
		}
		i, _, err := s.app.Store.InvoiceOfOrder(s.ctx, s.org, o.ID)
		s.check(err)
		invoices = append(invoices, i)
		s.values["order shipped"] = o.ID.String()
	}
	return invoices
}

func (s *shop) push() {
	s.Helper()
	s.check(done(s.app.Xero.Push(s.ctx, xero.PushArgs{Org: s.org})))
}

// account changes where sales are booked, without asking whether it exists.
func (s *shop) account(code string) {
	s.Helper()
	settings := `{"sales_account":"` + code + `","payment_account":"090","tax_types":{"gst":"OUTPUT","gst_free":"EXEMPTOUTPUT","input_taxed":"INPUTTAXED","export":"EXEMPTEXPORT"}}`
	s.check(s.app.Store.InTx(s.ctx, func(tx *store.Tx) error { return tx.SetConnectionSettings(s.ctx, s.org, xero.Name, settings) }))
}

// webhooks come in every state.
func (s *shop) webhooks() {
	s.Helper()
	sent := must(crm.ParseID[crm.Invoice](s.values["invoice sent"]))(s)
	l := must(s.app.Store.Link(s.ctx, link.Key{Org: s.org, Service: xero.Name, Kind: link.Invoice, Record: sent.UUID}))(s)
	ours := s.sim.Tenants()[0]
	s.values["webhooks/{id}"] = s.hook("INVOICE", ours, l.RemoteID)
	s.values["webhook ignored"] = s.hook("CONTACT", ours, someInvoice)
	s.values["webhook unmatched"] = s.hook("INVOICE", strangeTenant, someInvoice)
	s.check(done(s.app.Xero.Look(s.ctx)))
	s.values["webhook failed"] = s.hook("INVOICE", ours, someInvoice)
	process := store.NewProcess()
	s.check(s.app.Store.Announce(s.ctx, process))
	s.check(s.app.Store.InTx(s.ctx, func(tx *store.Tx) error {
		claimed, err := tx.ClaimEvents(s.ctx, xero.Name, process.ID, 1)
		if err != nil {
			return err
		}
		now := time.Now()
		for i := range claimed {
			claimed[i].Org, claimed[i].State, claimed[i].Attempts, claimed[i].ProcessedAt = &s.org, inbox.Failed, 5, &now
			claimed[i].Result = "Xero could not be asked in five tries. Replay it when Xero is back."
		}
		return tx.SettleEvents(s.ctx, process.ID, claimed)
	}))
	s.values["webhook waiting"] = s.hook("INVOICE", ours, l.RemoteID)
	s.check(s.app.Store.CountRefusal(s.ctx, inbox.Refusal{Service: xero.Name, Reason: "wrong signature", Day: crm.DayIn(time.Now(), time.UTC),
		Times: 1204, LastAt: time.Now(), Sample: "from 203.0.113.9, 512 bytes"}))
}

func (s *shop) hook(category, tenant, resource string) string {
	s.Helper()
	id := crm.NewID[crm.Event]()
	storetest.Keep(s.T, s.app.Store, []inbox.Event{{
		ID: id, Service: xero.Name, DeliveryKey: id.String(), Tenant: tenant, Category: category, Type: "UPDATE", Resource: resource,
		OccurredAt: time.Now(), State: inbox.Received, DueAt: time.Now(), ReceivedAt: time.Now(),
		Payload: `{"resourceUrl":"https://api.xero.com/api.xro/2.0/Invoices/` + resource + `","resourceId":"` + resource + `","tenantId":"` + tenant + `","eventCategory":"` + category + `","eventType":"UPDATE"}`,
	}})
	return id.String()
}

// others are tokens, notices and somebody who may not sign in any more.
func (s *shop) others() {
	s.Helper()
	_, _, err := s.app.Auth.CreateToken(s.ctx, auth.NewToken{Name: "Warehouse scanner", Role: auth.Operations})
	s.check(err)
	_, revoked, err := s.app.Auth.CreateToken(s.ctx, auth.NewToken{Name: "Web shop that closed", Role: auth.Sales})
	s.check(err)
	s.check(s.app.Auth.RevokeToken(s.ctx, revoked.ID))
	left := must(s.app.Auth.CreateUser(s.ctx, auth.NewUser{Email: "left@voltway.example", Name: "Lachlan Featherstonehaugh-Wojciechowski", Password: password, Role: auth.Support}))(s)
	s.check(s.app.Auth.DisableUser(s.ctx, left))
	s.values["user disabled"] = left.String()
	for level, title := range map[notify.Level]string{notify.Info: "A year of records was filled in", notify.Warning: "The day's calls to Xero run out"} {
		s.check(s.app.Notifier.Tell(s.ctx, notify.Notice{Org: s.org, Cause: title, Level: level, Title: title, Text: "This is what happened, and this is what to do about it.", Href: "/xero"}))
	}
}

// reconcile compares both sides twice: once to its end, and once to the
// middle.
func (s *shop) reconcile() {
	s.Helper()
	ctx := auth.With(s.ctx, auth.System(s.org, "Fiona Castellano"))
	done := must(s.app.Xero.BeginReconciliation(ctx))(s)
	s.check(s.app.Xero.Reconcile(ctx, xero.ReconcileArgs{Org: s.org, Run: done.ID}))
	done = must(s.app.Store.Reconciliation(ctx, s.org, done.ID))(s)
	if done.State != store.Compared || done.Found == 0 {
		s.Fatalf("the reconciliation is %s with %d differences", done.State, done.Found)
	}
	begun := must(s.app.Xero.BeginReconciliation(ctx))(s)
	s.check(s.app.Store.InTx(ctx, func(tx *store.Tx) error {
		begun.Stage, begun.Compared, begun.Found = "invoices", 1700, 3
		_, err := tx.AdvanceReconciliation(ctx, begun)
		return err
	}))
	s.values["reconciliation/{run}"], s.values["reconciliation/{position}"] = done.ID.String(), "1"
}

// nameCredits makes the states of credit notes that the demo lacks, and notes
// one of each.
func (s *shop) nameCredits() {
	s.Helper()
	book := s.app.Book
	overdue := must(book.Invoices(s.ctx, store.InvoiceFilter{State: "overdue", Today: crm.DayIn(time.Now(), time.UTC)}))(s).Rows[1].ID
	draft := must(book.CreateCreditNote(s.ctx, records.CreditNoteInput{InvoiceID: &overdue, Reason: "Agreed on the phone with their accounts department"}))(s)
	open := must(book.CreateCreditNote(s.ctx, records.CreditNoteInput{InvoiceID: &overdue, Reason: "Damaged in transit"}))(s)
	_ = must(book.IssueCreditNote(s.ctx, open.ID, false))(s)
	_ = must(book.Allocate(s.ctx, records.AllocationInput{CreditNoteID: open.ID, InvoiceID: overdue, Amount: 100}))(s)
	_ = must(book.RecordRefund(s.ctx, records.RefundInput{CreditNoteID: open.ID, Amount: 100, Method: "Bank transfer"}))(s)
	voided := must(book.CreateCreditNote(s.ctx, records.CreditNoteInput{CustomerID: open.CustomerID, Lines: records.LineInputsOf(open.Lines)}))(s)
	_ = must(book.VoidCreditNote(s.ctx, voided.ID))(s)
	s.values["credit-notes/{id}"], s.values["credit draft"], s.values["credit voided"] = open.ID.String(), draft.ID.String(), voided.ID.String()
	s.values["/credit-notes/{id}/edit"] = "/credit-notes/" + draft.ID.String() + "/edit"
	s.values["credit applied"] = must(book.CreditNotes(s.ctx, store.CreditNoteFilter{State: string(crm.CreditNoteApplied)}))(s).Rows[0].ID.String()
}

// name notes ids of the demo's records.
func (s *shop) name() {
	s.Helper()
	book, members := s.app.Book, must(s.app.Store.Members(s.ctx, s.org))(s)
	s.values["users/{id}"] = members[len(members)-1].User.ID.String()
	s.values["products/{id}"] = must(book.Products(s.ctx, store.ProductFilter{}))(s).Rows[0].ID.String()
	for _, state := range []crm.OrderState{crm.OrderDraft, crm.OrderPicked, crm.OrderCancelled} {
		s.values["order "+string(state)] = must(book.Orders(s.ctx, store.OrderFilter{State: string(state)}))(s).Rows[0].ID.String()
	}
	today := crm.DayIn(time.Now(), time.UTC)
	for _, state := range []string{"draft", "overdue", "paid", "voided"} {
		row := must(book.Invoices(s.ctx, store.InvoiceFilter{State: state, Today: today}))(s).Rows[0]
		s.values["invoice "+state], s.values["customers/{id}"] = row.ID.String(), row.CustomerID.String()
	}
	issued := must(book.Invoices(s.ctx, store.InvoiceFilter{State: string(crm.InvoiceIssued)}))(s).Rows[0]
	s.values["/invoices/{id}/edit"] = "/invoices/" + issued.ID.String() + "/edit"
	s.nameCredits()
	s.reconcile()
	s.values["orders/{id}"], s.values["invoices/{id}"] = s.values["order draft"], s.values["invoice overdue"]
	s.values["contacts/{contact}"] = must(s.app.Store.SuggestedMatches(s.ctx, s.org, store.MatchFilter{Service: xero.Name, MinScore: 50}))(s).Rows[0].RemoteID
	for status, key := range map[synclog.Status]string{synclog.Failed: "history/{id}", synclog.Success: "entry of success"} {
		s.values[key] = must(s.app.Store.Entries(s.ctx, s.org, synclog.Filter{Status: status, EntityType: "invoice", Limit: 1}))(s)[0].ID.String()
	}
}
