package xerosim

import (
	"encoding/json"
	"fmt"
)

// The methods of this file and of person_credit.go do what a person does in Xero's own pages, so that tests
// can let somebody edit the books while our program does too. Each keeps the service's rules, returns a
// *Refusal where they are broken, changes nothing then, and otherwise announces the same webhooks as the API
// would. An empty tenant means the first organisation.

// ArchiveContact archives a contact; its documents stay and it takes no new ones.
func (s *Server) ArchiveContact(tenant, id string) error {
	return s.make(tenant, func(ch *change) []string {
		_, problems := ch.setContactStatus(id, statusArchived)
		return problems
	})
}

// RestoreContact makes an archived contact active again; its name must be free.
func (s *Server) RestoreContact(tenant, id string) error {
	return s.make(tenant, func(ch *change) []string {
		_, problems := ch.setContactStatus(id, statusActive)
		return problems
	})
}

// EraseContact empties a contact of personal data for good (GDPRREQUEST).
func (s *Server) EraseContact(tenant, id string) error {
	return s.make(tenant, func(ch *change) []string { return ch.erase(id) })
}

// ChangeInvoice overwrites the fields that are set, LineItems as a whole; InvoiceID or else InvoiceNumber names
// the invoice. Lines keep their LineItemID; leave LineAmount and TaxAmount of changed ones nil. The status
// approves, voids or deletes it.
func (s *Server) ChangeInvoice(tenant string, invoice Invoice) (out Invoice, err error) {
	key := invoice.InvoiceID
	if key == "" {
		key = invoice.InvoiceNumber
	}
	return s.changeInvoice(tenant, key, func(old *Invoice) any {
		invoice.InvoiceID = old.InvoiceID
		if invoice.Contact != nil {
			invoice.Contact = &Contact{ContactID: invoice.Contact.ContactID} // any other field would edit the contact
		}
		return changedFields(invoice)
	})
}

// MoveDueDate changes the due date of an invoice, by number or id, which is allowed on part-paid ones too.
func (s *Server) MoveDueDate(tenant, invoice string, to Date) (Invoice, error) {
	return s.changeInvoice(tenant, invoice, func(old *Invoice) any {
		return map[string]any{"InvoiceID": old.InvoiceID, "DueDate": to}
	})
}

func (s *Server) changeInvoice(tenant, key string, fields func(*Invoice) any) (out Invoice, err error) {
	err = s.make(tenant, func(ch *change) []string {
		old := ch.b.invoice(key)
		if old == nil {
			return []string{"the invoice " + key + " does not exist"}
		}
		raw, err := json.Marshal(fields(old))
		if err != nil {
			return []string{err.Error()}
		}
		row, problems := ch.saveInvoice(raw, true)
		if problems == nil {
			out = ch.b.invoiceView(row, true, true)
		}
		return problems
	})
	return out, err
}

// changedFields is a record as a request with the fields that are set; the flags that always encode are left
// out while they are false, because nobody set them.
func changedFields(record any) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	raw, err := json.Marshal(record)
	if err != nil || json.Unmarshal(raw, &fields) != nil {
		return fields
	}
	for name, value := range fields {
		if string(value) == "false" {
			delete(fields, name)
		}
	}
	return fields
}

// EmailInvoice sends an invoice to its contact, by number or id, within the day's limit.
func (s *Server) EmailInvoice(tenant, invoice string) error {
	return s.make(tenant, func(ch *change) []string {
		row := ch.b.invoice(invoice)
		if row == nil {
			return []string{"the invoice " + invoice + " does not exist"}
		}
		return ch.email(row)
	})
}

// Overpay pays more than an invoice's amount due, by number or id: it is paid in full and the rest becomes an
// overpayment.
func (s *Server) Overpay(tenant, invoice string, amount Amount, date Date) (paid Payment, beyond Advance, err error) {
	err = s.make(tenant, func(ch *change) []string {
		row := ch.b.invoice(invoice)
		if row == nil {
			return []string{"the invoice " + invoice + " does not exist"}
		}
		payment, advance, problems := ch.overpay(row, amount, date)
		if len(problems) == 0 {
			paid, beyond = ch.b.paymentView(payment), ch.b.advanceView(advance, true, true)
		}
		return problems
	})
	return paid, beyond, err
}

// Unreconcile takes the mark of Reconcile off again.
func (s *Server) Unreconcile(tenant, paymentID string) error {
	return s.make(tenant, func(ch *change) []string { return ch.reconcile(paymentID, false) })
}

// BatchPayments joins payments into a batch, after which none can be deleted alone.
func (s *Server) BatchPayments(tenant string, paymentIDs ...string) error {
	return s.make(tenant, func(ch *change) []string { return ch.batch(paymentIDs) })
}

// SetPlan changes the plan of an organisation (PREMIUM, TRIAL, DEMO, …) and how many e-mails it may send a
// day; zero leaves that to the plan, a negative number means no limit.
func (s *Server) SetPlan(tenant, class string, emailsPerDay int) error {
	if !knownPlan(class) {
		return fmt.Errorf("set the plan: %q is none of Xero's", class)
	}
	return s.make(tenant, func(ch *change) []string {
		ch.b.org.Class, ch.b.org.EmailsPerDay = class, emailsPerDay
		return nil
	})
}

// AddCurrency subscribes an organisation to another currency.
func (s *Server) AddCurrency(tenant, currency string) error {
	return s.make(tenant, func(ch *change) []string {
		ch.b.org.Currencies = append(ch.b.org.Currencies, currency)
		return nil
	})
}

func plans() []string {
	return []string{"STARTER", "STANDARD", "PREMIUM", classTrial, classDemo}
}

func knownPlan(class string) bool {
	for _, plan := range plans() {
		if plan == class {
			return true
		}
	}
	return false
}

// Books is everything an organisation holds, each list in the order its records were made, as the service
// would answer them one by one.
type Books struct {
	TenantID          string       `json:"tenantId"`
	Name              string       `json:"name"`
	PeriodLockDate    string       `json:"periodLockDate"`
	EndOfYearLockDate string       `json:"endOfYearLockDate"`
	Contacts          []Contact    `json:"contacts"`
	Invoices          []Invoice    `json:"invoices"`
	CreditNotes       []CreditNote `json:"creditNotes"`
	Overpayments      []Advance    `json:"overpayments"`
	Prepayments       []Advance    `json:"prepayments"`
	Payments          []Payment    `json:"payments"`
}

// Books reads the whole state of an organisation at one moment, for comparison. It returns ErrUnknown for a
// tenant that does not exist.
func (s *Server) Books(tenant string) (out Books, err error) {
	err = fmt.Errorf("organisation %s: %w", tenant, ErrUnknown)
	s.look(tenant, func(b *books) { out, err = b.whole(), nil })
	return out, err
}

func (b *books) whole() Books {
	out := Books{TenantID: b.org.TenantID, Name: b.org.Name, PeriodLockDate: b.org.PeriodLockDate, EndOfYearLockDate: b.org.EndOfYearLockDate}
	b.contacts.all(func(row *Contact) { out.Contacts = append(out.Contacts, row.view()) })
	b.invoices.all(func(row *Invoice) { out.Invoices = append(out.Invoices, b.invoiceView(row, true, true)) })
	b.notes.all(func(row *CreditNote) { out.CreditNotes = append(out.CreditNotes, b.noteView(row, true, true)) })
	b.advances.all(func(row *Advance) {
		if row.isOverpayment() {
			out.Overpayments = append(out.Overpayments, b.advanceView(row, true, true))
		} else {
			out.Prepayments = append(out.Prepayments, b.advanceView(row, true, true))
		}
	})
	b.payments.all(func(row *Payment) { out.Payments = append(out.Payments, b.paymentView(row)) })
	return out
}
