package xeroapi_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

// world is a simulator with a consented client and a clock of its own.
type world struct {
	sim    *xerosim.Server
	base   string
	auth   *xeroapi.Auth
	client *xeroapi.Client
	tenant string
	tokens *tokens

	mu  sync.Mutex
	now time.Time
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// tokens refreshes as a program would: each refresh token once.
type tokens struct {
	auth    *xeroapi.Auth
	token   xeroapi.Token
	renewed int
}

func (s *tokens) Token(context.Context) (string, error) { return s.token.AccessToken, nil }

func (s *tokens) Refreshed(ctx context.Context, _ string) (string, error) {
	token, err := s.auth.Refresh(ctx, s.token.RefreshToken)
	if err != nil {
		return "", err
	}
	s.token, s.renewed = token, s.renewed+1
	return token.AccessToken, nil
}

// newWorld connects by the code flow, through the consent page's form.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)}
	w.sim = xerosim.New(xerosim.Options{Now: w.clock, MinuteLimit: -1})
	server := httptest.NewServer(w.sim)
	t.Cleanup(server.Close)
	w.base = server.URL
	config := xeroapi.Config{
		ClientID: "demo", ClientSecret: "demo", RedirectURL: "http://localhost/callback",
		PageSize: 10, Now: w.clock,
	}.WithBase(server.URL)
	w.auth = xeroapi.NewAuth(config, nil)
	w.tenant = w.sim.Tenants()[0]
	w.tokens = &tokens{auth: w.auth, token: w.consent(t)}
	w.client = xeroapi.New(config, nil, w.tokens, w.tenant)
	return w
}

func (w *world) consent(t *testing.T) xeroapi.Token {
	t.Helper()
	verifier := xeroapi.NewVerifier()
	page, err := url.Parse(w.auth.AuthCodeURL("state-1", verifier))
	if err != nil {
		t.Fatal(err)
	}
	form := page.Query()
	form.Set("decision", "allow")
	form["tenant"] = w.sim.Tenants()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.base+page.Path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	back, err := response.Location()
	if err != nil || back.Query().Get("state") != "state-1" {
		t.Fatalf("consent answered %d, sent back to %v (%v)", response.StatusCode, back, err)
	}
	token, err := w.auth.Exchange(t.Context(), back.Query().Get("code"), verifier)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func must[T any](t *testing.T, value T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// allOK returns the records of results, none of which may have been refused.
func allOK[T any](t *testing.T, results []xeroapi.Result[T], err error) []T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var records []T
	for _, result := range results {
		if !result.OK() {
			t.Fatalf("refused: %+v", result.Problems)
		}
		records = append(records, result.Record)
	}
	return records
}

func (w *world) contact(t *testing.T) xeroapi.Contact {
	t.Helper()
	results, err := w.client.CreateContacts(t.Context(), t.Name()+"-contact", []xeroapi.Contact{{
		Name: `Ridge "Sun" Pty Ltd`, ContactNumber: "C-1", EmailAddress: "jo@ridge.example", TaxNumber: "51824753556",
		Addresses: []xeroapi.Address{{AddressType: "STREET", City: "Perth", Region: "WA", PostalCode: "6000"}},
	}})
	return allOK(t, results, err)[0]
}

func sale(number string, contact xeroapi.Contact, unit xeroapi.Decimal4) xeroapi.Invoice {
	return xeroapi.Invoice{
		Type: xeroapi.TypeSale, Status: xeroapi.StatusAuthorised, InvoiceNumber: number, Reference: "ORD-" + number,
		Contact: contact, Date: xeroapi.Date{Year: 2026, Month: 11, Day: 22}, DueDate: xeroapi.Date{Year: 2026, Month: 12, Day: 22},
		LineAmountTypes: xeroapi.AmountsExclusive, CurrencyCode: "AUD",
		LineItems: []xeroapi.LineItem{
			{Description: "BESS 50 kWh", Quantity: xeroapi.Whole(2), UnitAmount: unit, AccountCode: "200", TaxType: "OUTPUT"},
		},
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	organisation := must2(w.client.Organisation(ctx))(t)
	if organisation.BaseCurrency != "AUD" || !strings.HasPrefix(organisation.ShortCode, "!") {
		t.Errorf("the organisation is %+v", organisation)
	}
	accounts := must2(w.client.Accounts(ctx))(t)
	if !slices.ContainsFunc(accounts, func(a xeroapi.Account) bool { return a.Code == "090" && a.TakesPayments() }) {
		t.Errorf("no bank account among %+v", accounts)
	}
	rates := must2(w.client.TaxRates(ctx))(t)
	if !slices.ContainsFunc(rates, func(r xeroapi.TaxRate) bool {
		return r.TaxType == "OUTPUT" && r.EffectiveRate == xeroapi.Whole(10) && r.CanApplyToRevenue
	}) {
		t.Errorf("no GST among %+v", rates)
	}
	actions := must2(w.client.OrganisationActions(ctx))(t)
	if len(actions) == 0 || !actions[0].Allowed() {
		t.Errorf("the actions are %+v", actions)
	}
}

// must2 lets a call with two results stand inside an expression.
func must2[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T { t.Helper(); return must(t, value, err) }
}

func TestContacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	made := w.contact(t)
	for name, found := range map[string][]xeroapi.Contact{
		"id":     must2(w.client.ContactsByID(ctx, []string{made.ContactID}))(t),
		"number": must2(w.client.ContactsByNumber(ctx, []string{"C-1", "C-2"}))(t),
		"e-mail": must2(w.client.ContactsByEmail(ctx, "jo@ridge.example"))(t),
		"name":   must2(w.client.ContactsByName(ctx, `Ridge "Sun" Pty Ltd`))(t),
	} {
		if len(found) != 1 || found[0].ContactID != made.ContactID || found[0].TaxNumber != "51824753556" {
			t.Errorf("by %s found %+v", name, found)
		}
	}
	results, err := w.client.UpdateContacts(ctx, "clear", []xeroapi.Contact{{ContactID: made.ContactID, Clear: []string{"EmailAddress"}}})
	if after := allOK(t, results, err)[0]; after.EmailAddress != "" || after.TaxNumber != "51824753556" {
		t.Errorf("after clearing the address: %+v", after)
	}
	results, err = w.client.CreateContacts(ctx, "again", []xeroapi.Contact{{Name: made.Name, ContactNumber: "C-9"}})
	if err != nil || len(results) != 1 || results[0].OK() || results[0].Problems[0].Code != xeroapi.CodeContactNameTaken {
		t.Errorf("a second contact of the name gives %+v, %v", results, err)
	}
	if _, err := w.client.Contact(ctx, "7cb59f93-2964-421d-bb5e-a0f7a4572a44"); xeroapi.KindOf(err) != xeroapi.KindNotFound {
		t.Errorf("a contact that is not there gives %v", err)
	}
}

// TestSaleToPaid follows a sale: sent, mailed, paid, unpaid, credited, voided.
func TestSaleToPaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	contact := w.contact(t)
	results, err := w.client.CreateInvoices(ctx, "inv", []xeroapi.Invoice{sale("RNZ-1", contact, 49_950_000), sale("RNZ-2", contact, 10_123_450)})
	invoices := allOK(t, results, err)
	first := invoices[0]
	if first.SubTotal != 999_000 || first.TotalTax != 99_900 || first.Total != 1_098_900 || first.AmountDue != 1_098_900 {
		t.Errorf("the first sale is %+v", first)
	}
	if got := invoices[1].LineItems[0].UnitAmount; got != 10_123_450 {
		t.Errorf("the second sale's unit amount became %s", got)
	}
	results, err = w.client.CreateInvoices(ctx, "inv-again", []xeroapi.Invoice{sale("RNZ-1", contact, 1)})
	if err != nil || results[0].OK() || results[0].Problems[0].Code != xeroapi.CodeInvoiceNumberTaken {
		t.Errorf("the same number again gives %+v, %v", results, err)
	}
	if found := must2(w.client.InvoicesByNumber(ctx, []string{"RNZ-1", "RNZ-2", "RNZ-3"}))(t); len(found) != 2 || len(found[0].LineItems) != 1 {
		t.Errorf("by number found %+v", found)
	}
	if link := must2(w.client.OnlineInvoice(ctx, first.InvoiceID))(t); link == "" {
		t.Error("no online invoice")
	}
	if err := w.client.EmailInvoice(ctx, "mail", first.InvoiceID); err != nil {
		t.Error(err)
	}
	paid := w.pay(t, first, 98_900)
	if _, err := w.client.VoidInvoice(ctx, "void-early", first.InvoiceID); xeroapi.KindOf(err) != xeroapi.KindInvalid {
		t.Errorf("voiding a paid invoice gives %v", err)
	}
	deleted := must2(w.client.DeletePayment(ctx, "unpay", paid.PaymentID))(t)
	if deleted.Status != xeroapi.PaymentDeleted {
		t.Errorf("the deleted payment is %+v", deleted)
	}
	w.credit(t, first, contact)
	voided := must2(w.client.VoidInvoice(ctx, "void", invoices[1].InvoiceID))(t)
	if voided.Status != xeroapi.StatusVoided {
		t.Errorf("the voided invoice is %+v", voided)
	}
}

func (w *world) pay(t *testing.T, invoice xeroapi.Invoice, amount xeroapi.Money) xeroapi.Payment {
	t.Helper()
	payment := xeroapi.Payment{
		Invoice: &xeroapi.Invoice{InvoiceID: invoice.InvoiceID}, Account: &xeroapi.Account{Code: "090"},
		Date: xeroapi.Date{Year: 2026, Month: 11, Day: 22}, Amount: amount, Reference: "bank 1",
	}
	tooMuch := payment
	tooMuch.Amount = invoice.Total + 1
	results, err := w.client.CreatePayments(t.Context(), "pay", []xeroapi.Payment{payment, tooMuch})
	if err != nil || len(results) != 2 || !results[0].OK() || results[1].OK() || results[1].Problems[0].Code != xeroapi.CodePaymentExceeds {
		t.Fatalf("paying gives %+v, %v", results, err)
	}
	of := must2(w.client.PaymentsOfInvoice(t.Context(), invoice.InvoiceID))(t)
	if len(of) != 1 || of[0].Amount != amount || of[0].Reference != "bank 1" || of[0].PaymentID != results[0].Record.PaymentID {
		t.Errorf("the invoice's payments are %+v", of)
	}
	after := must2(w.client.Invoice(t.Context(), invoice.InvoiceID))(t)
	if after.AmountPaid != amount || after.AmountDue != invoice.Total-amount {
		t.Errorf("after paying: %+v", after)
	}
	return results[0].Record
}

func (w *world) credit(t *testing.T, invoice xeroapi.Invoice, contact xeroapi.Contact) {
	t.Helper()
	ctx := t.Context()
	results, err := w.client.CreateCreditNotes(ctx, "note", []xeroapi.CreditNote{{
		Type: xeroapi.TypeSaleCredit, Status: xeroapi.StatusAuthorised, Contact: contact, CreditNoteNumber: "CN-1",
		Date: xeroapi.Date{Year: 2026, Month: 11, Day: 22}, LineAmountTypes: xeroapi.AmountsExclusive,
		LineItems: []xeroapi.LineItem{{Description: "Returned", Quantity: xeroapi.Whole(1), UnitAmount: 1_000_000, AccountCode: "200", TaxType: "OUTPUT"}},
	}})
	note := allOK(t, results, err)[0]
	parts, err := w.client.AllocateCredit(ctx, "allocate", xeroapi.CreditAllocation{CreditNoteID: note.CreditNoteID, Parts: []xeroapi.Allocation{{
		Invoice: &xeroapi.Invoice{InvoiceID: invoice.InvoiceID}, Amount: 5_000, Date: xeroapi.Date{Year: 2026, Month: 11, Day: 22},
	}}})
	allOK(t, parts, err)
	byNumber := must2(w.client.CreditNotesByNumber(ctx, []string{"CN-1"}))(t)
	byID := must2(w.client.CreditNotesByID(ctx, []string{note.CreditNoteID, contact.ContactID}))(t)
	for _, found := range [][]xeroapi.CreditNote{byNumber, byID} {
		if len(found) != 1 || found[0].Total != 11_000 || found[0].RemainingCredit != 6_000 || len(found[0].Allocations) != 1 {
			t.Fatalf("the credit note is %+v", found)
		}
	}
	if err := w.client.DeleteAllocation(ctx, note.CreditNoteID, byID[0].Allocations[0].AllocationID); err != nil {
		t.Error(err)
	}
	if voided := must2(w.client.VoidCreditNote(ctx, "void-note", note.CreditNoteID))(t); voided.Status != xeroapi.StatusVoided {
		t.Errorf("the voided credit note is %+v", voided)
	}
}

func TestChangesSince(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	contact := w.contact(t)
	var batch []xeroapi.Invoice
	for i := range 25 {
		batch = append(batch, sale(fmt.Sprintf("RNZ-%02d", i), contact, 1_000_000))
	}
	results, err := w.client.CreateInvoices(t.Context(), "batch", batch)
	allOK(t, results, err)
	w.pass(time.Hour)
	before := w.clock()
	w.pass(time.Hour)
	results, err = w.client.CreateInvoices(t.Context(), "late", []xeroapi.Invoice{sale("RNZ-99", contact, 1_000_000)})
	allOK(t, results, err)
	count := func(since time.Time) int {
		total := 0
		for group, err := range w.client.InvoicesSince(t.Context(), since, xeroapi.SalesInvoices) {
			if err != nil {
				t.Fatal(err)
			}
			total += len(group)
		}
		return total
	}
	if all, late := count(time.Time{}), count(before); all != 26 || late != 1 {
		t.Errorf("read %d of all and %d since", all, late)
	}
}
