package xerosim

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ErrUnknown says that an organisation or a record does not exist.
var ErrUnknown = errors.New("not found in the Xero simulator")

// Refusal is what the rules of the service have against a change made through Go.
type Refusal struct{ Reasons []string }

func (r *Refusal) Error() string { return "refused: " + strings.Join(r.Reasons, "; ") }

// Tenants lists the tenant ids, in the order of Options.Organisations.
func (s *Server) Tenants() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.order...)
}

// make runs one change in the books of an organisation. An empty tenant means the first.
func (s *Server) make(tenant string, work func(*change) []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if tenant == "" {
		tenant = s.order[0]
	}
	b := s.tenants[tenant]
	if b == nil {
		return fmt.Errorf("organisation %s: %w", tenant, ErrUnknown)
	}
	ch := &change{b: b, now: s.now(), rules: rules{rejectWrongTotal: s.opts.RejectWrongTotal, silentPayments: s.opts.SilentPayments, fourDecimals: true}}
	if problems := work(ch); len(problems) > 0 {
		ch.rollback(mark{})
		return &Refusal{problems}
	}
	s.commit(ch)
	return nil
}

// AddContact puts a contact into the books as a person at Xero would. It returns a *Refusal when a rule is
// broken. An empty tenant means the first organisation, here and in the methods below.
func (s *Server) AddContact(tenant string, contact Contact) (Contact, error) {
	contact.ContactID = ""
	raw, err := json.Marshal(contact)
	if err != nil {
		return Contact{}, fmt.Errorf("encode the contact: %w", err)
	}
	return s.saveContact(tenant, raw)
}

// ChangeContact overwrites the fields that are set; contact.ContactID names the record.
func (s *Server) ChangeContact(tenant string, contact Contact) (Contact, error) {
	raw, err := json.Marshal(contact)
	if err != nil {
		return Contact{}, fmt.Errorf("encode the contact: %w", err)
	}
	return s.saveContact(tenant, raw)
}

func (s *Server) saveContact(tenant string, raw []byte) (out Contact, err error) {
	err = s.make(tenant, func(ch *change) []string {
		row, problems := ch.saveContact(raw, true)
		if problems == nil {
			out = row.view()
		}
		return problems
	})
	return out, err
}

// MergeContacts archives one contact into another, which takes over its documents.
func (s *Server) MergeContacts(tenant, from, into string) error {
	return s.make(tenant, func(ch *change) []string { return ch.merge(from, into) })
}

// AddInvoice puts an invoice into the books; Contact.ContactID names its contact.
func (s *Server) AddInvoice(tenant string, invoice Invoice) (out Invoice, err error) {
	raw, err := json.Marshal(invoice)
	if err != nil {
		return Invoice{}, fmt.Errorf("encode the invoice: %w", err)
	}
	err = s.make(tenant, func(ch *change) []string {
		row, problems := ch.saveInvoice(raw, invoice.InvoiceID != "")
		if problems == nil {
			out = ch.b.invoiceView(row, true, true)
		}
		return problems
	})
	return out, err
}

// Pay records a payment into the first account that takes payments, as the finance team would: the number of
// a sale, an amount (zero: all that is due) and a day (zero: today).
func (s *Server) Pay(tenant, invoiceNumber string, amount Amount, date Date) (out Payment, err error) {
	err = s.make(tenant, func(ch *change) []string {
		invoice := ch.b.invoice(invoiceNumber)
		if invoice == nil {
			return []string{"the invoice " + invoiceNumber + " does not exist"}
		}
		row, problems := ch.pay(invoice, amount, date)
		if problems == nil {
			out = ch.b.paymentView(row)
		}
		return problems
	})
	return out, err
}

func (c *change) pay(invoice *Invoice, amount Amount, date Date) (*Payment, []string) {
	if amount == 0 {
		amount = amountOf(invoice.AmountDue)
	}
	if date.IsZero() {
		date = c.b.org.today(c.now)
	}
	raw, err := json.Marshal(Payment{Invoice: &Invoice{InvoiceID: invoice.InvoiceID}, Account: &Account{Code: c.bank()}, Amount: amount, Date: &date})
	if err != nil {
		return nil, []string{err.Error()}
	}
	return c.addPayment(raw)
}

// bank is the code of the first account that money comes to.
func (c *change) bank() string {
	for _, a := range c.b.org.Accounts {
		if a.Type == "BANK" && a.Status == statusActive {
			return a.Code
		}
	}
	return ""
}

// ReversePayment deletes a payment.
func (s *Server) ReversePayment(tenant, paymentID string) error {
	return s.make(tenant, func(ch *change) []string {
		row := ch.b.payments.rows[paymentID]
		if row == nil {
			return []string{"the payment " + paymentID + " does not exist"}
		}
		return ch.deletePayment(row)
	})
}

// Reconcile marks a payment as matched with the bank, after which it cannot be deleted.
func (s *Server) Reconcile(tenant, paymentID string) error {
	return s.make(tenant, func(ch *change) []string { return ch.reconcile(paymentID, true) })
}

// Void voids an invoice by its number.
func (s *Server) Void(tenant, invoiceNumber string) error {
	return s.make(tenant, func(ch *change) []string {
		invoice := ch.b.invoice(invoiceNumber)
		if invoice == nil {
			return []string{"the invoice " + invoiceNumber + " does not exist"}
		}
		_, problems := ch.void(invoice)
		return problems
	})
}

func (c *change) void(invoice *Invoice) (*Invoice, []string) {
	raw, err := json.Marshal(map[string]string{"InvoiceID": invoice.InvoiceID, "Status": statusVoided})
	if err != nil {
		return nil, []string{err.Error()}
	}
	return c.saveInvoice(raw, true)
}

// SetLockDates closes periods; both are YYYY-MM-DD, or empty for none.
func (s *Server) SetLockDates(tenant, period, endOfYear string) error {
	for _, text := range []string{period, endOfYear} {
		if _, err := ParseDate(text); text != "" && err != nil {
			return fmt.Errorf("set the lock dates: %w", err)
		}
	}
	return s.make(tenant, func(ch *change) []string {
		ch.b.org.PeriodLockDate, ch.b.org.EndOfYearLockDate = period, endOfYear
		return nil
	})
}

// Invoices lists the invoices of an organisation as the service would answer them, oldest first.
func (s *Server) Invoices(tenant string) (out []Invoice) {
	s.look(tenant, func(b *books) {
		b.invoices.all(func(row *Invoice) { out = append(out, b.invoiceView(row, true, true)) })
	})
	return out
}

// InvoiceNumbered is the invoice of an organisation with a number. Asking for it
// often costs the simulator little.
func (s *Server) InvoiceNumbered(tenant, number string) (found Invoice, ok bool) {
	s.look(tenant, func(b *books) {
		b.invoices.all(func(row *Invoice) {
			if !ok && row.InvoiceNumber == number {
				found, ok = b.invoiceView(row, true, true), true
			}
		})
	})
	return found, ok
}

// Contacts lists the contacts of an organisation, archived ones too.
func (s *Server) Contacts(tenant string) (out []Contact) {
	s.look(tenant, func(b *books) {
		b.contacts.all(func(row *Contact) { out = append(out, row.view()) })
	})
	return out
}

// CreditNotes lists the credit notes of an organisation.
func (s *Server) CreditNotes(tenant string) (out []CreditNote) {
	s.look(tenant, func(b *books) {
		b.notes.all(func(row *CreditNote) { out = append(out, b.noteView(row, true, true)) })
	})
	return out
}

// Payments lists the payments of an organisation, deleted ones too.
func (s *Server) Payments(tenant string) (out []Payment) {
	s.look(tenant, func(b *books) {
		b.payments.all(func(row *Payment) { out = append(out, b.paymentView(row)) })
	})
	return out
}

func (s *Server) look(tenant string, visit func(*books)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if tenant == "" {
		tenant = s.order[0]
	}
	if b := s.tenants[tenant]; b != nil {
		visit(b)
	}
}

// Connect connects a client to organisations without a person: it returns an access token that works for half
// an hour and a refresh token, as tests and demos need them. No tenants means all.
func (s *Server) Connect(clientID string, tenants ...string) (access, refresh string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client(clientID) == nil {
		return "", "", fmt.Errorf("client %s: %w", clientID, ErrUnknown)
	}
	if len(tenants) == 0 {
		tenants = s.order
	}
	event := newCorrelation()
	for _, tenant := range tenants {
		if s.tenants[tenant] == nil {
			return "", "", fmt.Errorf("organisation %s: %w", tenant, ErrUnknown)
		}
		s.connect(clientID, tenant, event)
	}
	grant := accessToken{Client: clientID, AuthEvent: event, Expires: s.now().Add(accessLife), Scopes: []string{"offline_access",
		"accounting.invoices", "accounting.payments", "accounting.contacts", "accounting.settings", "accounting.attachments"}}
	access, refresh = randomText(32), randomText(32)
	s.identity.Access[access] = &grant
	s.identity.Refresh[refresh] = &refreshToken{Client: clientID, AuthEvent: event, Scopes: grant.Scopes, Issued: s.now()}
	s.markDirty()
	return access, refresh, nil
}
