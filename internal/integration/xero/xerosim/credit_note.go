package xerosim

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// saveNote creates or changes one credit note; see saveContact for update.
// https://developer.xero.com/documentation/api/accounting/creditnotes
func (c *change) saveNote(raw json.RawMessage, update bool) (*CreditNote, []string) {
	old, problems := c.matchNote(raw, update)
	if problems != nil {
		return nil, problems
	}
	next := CreditNote{Status: statusDraft}
	if old != nil {
		next = *old
	}
	var sent struct{ Contact json.RawMessage }
	if err := json.Unmarshal(raw, &sent); err != nil {
		return nil, []string{"The credit note could not be read: " + err.Error()}
	}
	next.Contact, next.LineItems, next.Payments, next.Allocations = nil, nil, nil, nil
	next.SubTotal, next.TotalTax, next.Total, next.RemainingCredit = nil, nil, nil, nil
	next.AppliedAmount, next.CurrencyRate, next.FullyPaidOnDate, next.UpdatedDateUTC = nil, nil, nil, nil
	next.Date = copyDate(next.Date)
	if err := json.Unmarshal(raw, &next); err != nil {
		return nil, []string{"The credit note could not be read: " + err.Error()}
	}
	if problems := c.noteContact(&next, old, sent.Contact); len(problems) > 0 {
		return nil, problems
	}
	if problems := c.fillNote(&next, old, raw); len(problems) > 0 {
		return nil, problems
	}
	if problems := c.allowNote(&next, old); len(problems) > 0 {
		return nil, problems
	}
	c.storeNote(&next, old)
	return &next, nil
}

func (c *change) matchNote(raw json.RawMessage, update bool) (*CreditNote, []string) {
	var key struct{ CreditNoteID, CreditNoteNumber string }
	if err := json.Unmarshal(raw, &key); err != nil {
		return nil, []string{"The credit note could not be read: " + err.Error()}
	}
	if key.CreditNoteID != "" {
		old := c.b.notes.rows[key.CreditNoteID]
		switch {
		case old == nil:
			return nil, []string{"The credit note with CreditNoteID " + key.CreditNoteID + " could not be found"}
		case !update:
			return nil, []string{"The credit note with CreditNoteID " + key.CreditNoteID + " already exists; use POST to change it"}
		}
		return old, nil
	}
	if id, ok := c.b.noteNumbers.other(key.CreditNoteNumber, ""); ok && update {
		return c.b.notes.rows[id], nil
	}
	return nil, nil
}

func (c *change) noteContact(next, old *CreditNote, raw json.RawMessage) []string {
	if old != nil {
		var key struct{ ContactID string }
		if raw == nil || (json.Unmarshal(raw, &key) == nil && key.ContactID == old.Contact.ContactID) {
			next.Contact = old.Contact
			return nil
		}
	}
	contact, problems := c.documentContact(raw)
	if len(problems) > 0 {
		return problems
	}
	next.Contact = &Contact{ContactID: contact.ContactID}
	return nil
}

func (c *change) fillNote(next, old *CreditNote, raw json.RawMessage) (problems []string) {
	next.Outcome, next.Payments, next.Allocations, next.AppliedAmount = Outcome{}, nil, nil, nil
	var oldLines []LineItem
	if old == nil {
		next.CreditNoteID, next.FullyPaidOnDate = uuid.NewString(), nil
		if next.Date == nil {
			today := c.b.org.today(c.now)
			next.Date = &today
		}
	} else {
		next.CreditNoteID, next.Type, oldLines = old.CreditNoteID, old.Type, old.LineItems
		next.Allocations, next.FullyPaidOnDate = old.Allocations, old.FullyPaidOnDate
	}
	if next.Type != typeSaleCredit && next.Type != typeBillCredit {
		return []string{"Credit note Type must be ACCRECCREDIT or ACCPAYCREDIT"}
	}
	day := next.Date.day()
	next.Date, next.DateString = &day, day.Format("2006-01-02T15:04:05")
	if next.CurrencyCode == "" {
		next.CurrencyCode = c.b.org.BaseCurrency
	}
	if !c.b.org.sells(next.CurrencyCode) {
		problems = append(problems, "Organisation is not subscribed to currency "+next.CurrencyCode)
	}
	one := Amount(amountScale)
	next.CurrencyRate = &one
	lines, _, err := readLines(raw, oldLines)
	if err != nil {
		return append(problems, err.Error())
	}
	doc := document{lineAmountTypes: next.LineAmountTypes, sale: next.Type == typeSaleCredit, lines: lines,
		approved: next.Status == statusAuthorised || next.Status == statusSubmitted}
	problems = append(problems, c.workOut(&doc)...)
	problems = append(problems, c.fillTheme(&next.BrandingThemeID, next.Type == typeSaleCredit)...)
	next.LineAmountTypes, next.LineItems = doc.lineAmountTypes, doc.lines
	next.SubTotal, next.TotalTax, next.Total = &doc.subTotal, &doc.totalTax, &doc.total
	return problems
}

// allowNote checks number, dates and the change of state. An approved note takes a new date or reference only.
func (c *change) allowNote(next, old *CreditNote) (problems []string) {
	if _, taken := c.b.noteNumbers.other(next.CreditNoteNumber, next.CreditNoteID); taken && next.Status != statusDeleted {
		problems = append(problems, "Credit note # must be unique.")
	}
	if old == nil {
		switch next.Status {
		case statusDraft, statusSubmitted:
		case statusAuthorised:
			problems = append(problems, c.checkLock(next.Date)...)
		default:
			problems = append(problems, fmt.Sprintf("A new credit note cannot have the status %s; use DRAFT, SUBMITTED or AUTHORISED", next.Status))
		}
		return problems
	}
	if !slices.Contains(nextStates(old.Status), next.Status) || old.Status == statusPaid {
		return append(problems, "Credit note not of valid status for modification")
	}
	if old.Status == statusAuthorised {
		if !sameNoteMoney(next, old) {
			return append(problems, "Credit note not of valid status for modification")
		}
		if next.Status == statusVoided && (len(old.Allocations) > 0 || *old.RemainingCredit != *old.Total) {
			return append(problems, hasSettlement)
		}
		if !sameDay(next.Date, old.Date) {
			problems = append(problems, c.checkLock(old.Date)...)
		}
	}
	if next.Status == statusVoided || (next.Status == statusAuthorised && (old.Status != statusAuthorised || !sameDay(next.Date, old.Date))) {
		problems = append(problems, c.checkLock(next.Date)...)
	}
	return problems
}

func sameNoteMoney(next, old *CreditNote) bool {
	if next.Contact.ContactID != old.Contact.ContactID || next.LineAmountTypes != old.LineAmountTypes ||
		len(next.LineItems) != len(old.LineItems) || *next.Total != *old.Total {
		return false
	}
	for i, line := range next.LineItems {
		if *line.LineAmount != *old.LineItems[i].LineAmount || line.AccountCode != old.LineItems[i].AccountCode {
			return false
		}
	}
	return true
}

func (c *change) storeNote(next, old *CreditNote) {
	if next.CreditNoteNumber == "" {
		next.CreditNoteNumber = c.freeNumber("CN-", &c.b.nextNote, c.b.noteNumbers)
	}
	next.UpdatedDateUTC = newDate(c.now)
	c.settleNote(next)
	c.putNote(next)
	c.markCustomer(next.Contact.ContactID, next.Type == typeSaleCredit)
	kind := "UPDATE"
	if old == nil {
		kind = "CREATE"
	}
	c.announceNote(next, kind)
}

func (c *change) announceNote(row *CreditNote, kind string) {
	c.announce(announcement{category: "CREDITNOTE", id: row.CreditNoteID, kind: kind,
		data: map[string]string{"Type": row.Type, "Status": row.Status}})
}

// settleNote works out what is left of a note from allocations and refunds, and PAID from that.
func (c *change) settleNote(note *CreditNote) {
	left, last := c.creditLeft(note.CreditNoteID, *note.Total, note.Date, note.Allocations)
	if note.Status == statusVoided || note.Status == statusDeleted {
		left = 0
	}
	note.RemainingCredit = &left
	switch {
	case note.Status == statusAuthorised && left == 0:
		note.Status, note.FullyPaidOnDate = statusPaid, last
	case note.Status == statusPaid && left > 0:
		note.Status, note.FullyPaidOnDate = statusAuthorised, nil
	}
}

// keepNote settles, stores and announces a note after an allocation or a refund changed.
func (c *change) keepNote(note *CreditNote) {
	c.settleNote(note)
	note.UpdatedDateUTC = newDate(c.now)
	c.putNote(note)
	c.announceNote(note, "UPDATE")
}

func (b *books) noteView(row *CreditNote, lines, fourDecimals bool) CreditNote {
	v := *row
	no := false
	v.HasErrors = &no
	v.UpdatedDateString = row.UpdatedDateUTC.text()
	v.Contact = b.contactName(row.Contact.ContactID)
	v.LineItems = []LineItem{}
	if lines {
		v.LineItems = viewLines(row.LineItems, fourDecimals)
	}
	v.Allocations = make([]Allocation, len(row.Allocations))
	for i, a := range row.Allocations {
		v.Allocations[i] = b.allocationView(a)
	}
	v.Payments = b.paymentsOf(row.CreditNoteID)
	return v
}
