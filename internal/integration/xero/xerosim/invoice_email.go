package xerosim

import (
	"fmt"
	"net/http"
	"time"
)

// Emails an organisation may send a day, by its plan.
// https://developer.xero.com/documentation/api/accounting/invoices#emailing-an-invoice
const (
	emailsPaid  = 1000
	emailsTrial = 20
	classTrial  = "TRIAL"
	classDemo   = "DEMO"
)

// emailLimit is how many e-mails a day the organisation may send; negative means no limit.
func (o Organisation) emailLimit() int {
	switch {
	case o.EmailsPerDay != 0:
		return o.EmailsPerDay
	case o.Class == classDemo:
		return 0
	case o.Class == classTrial:
		return emailsTrial
	}
	return emailsPaid
}

// emailDay counts what was sent on one UTC day.
type emailDay struct {
	day  time.Time
	sent int
}

// emailsLeft starts a new day when the old one is over.
func (b *books) emailsLeft(now time.Time) bool {
	if today := now.Truncate(24 * time.Hour); !today.Equal(b.emails.day) {
		b.emails = emailDay{day: today}
	}
	limit := b.org.emailLimit()
	return limit < 0 || b.emails.sent < limit
}

// email marks an invoice as sent; nothing leaves the simulator.
func (c *change) email(row *Invoice) []string {
	contact := c.b.contacts.rows[row.Contact.ContactID]
	if row.Type != typeSale || (row.Status != statusSubmitted && row.Status != statusAuthorised && row.Status != statusPaid) {
		return []string{"Only approved sales invoices can be emailed"}
	}
	if contact == nil || contact.EmailAddress == "" {
		return []string{"The contact of this invoice has no email address"}
	}
	if !c.b.emailsLeft(c.now) {
		return []string{fmt.Sprintf("The daily email limit of %d for this organisation has been reached", c.b.org.emailLimit())}
	}
	c.b.emails.sent++
	c.undo = append(c.undo, func() { c.b.emails.sent-- })
	next := *row
	next.SentToContact, next.UpdatedDateUTC = true, newDate(c.now)
	c.putInvoice(&next)
	c.announce(announcement{category: "INVOICE", id: row.InvoiceID, kind: "UPDATE"})
	return nil
}

// emailInvoice serves POST Invoices/{id}/Email.
func (c *call) emailInvoice() answer {
	row := c.books.invoice(c.r.PathValue("id"))
	if row == nil {
		return notFound()
	}
	ch := c.change()
	if problems := ch.email(row); len(problems) > 0 {
		return validationAnswer([]any{map[string]any{"InvoiceID": row.InvoiceID, "ValidationErrors": validationErrors(problems)}})
	}
	c.keep(ch)
	return emptyAnswer(http.StatusNoContent)
}
