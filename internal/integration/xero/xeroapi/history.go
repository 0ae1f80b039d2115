package xeroapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"unicode/utf8"
)

// MaxHistory is how many characters a note of history holds.
const MaxHistory = 2500

// Documented is a record that has a history.
type Documented string

// Records that notes can be added to.
const (
	DocumentedContact     Documented = "Contacts"
	DocumentedInvoice     Documented = "Invoices"
	DocumentedCreditNote  Documented = "CreditNotes"
	DocumentedPayment     Documented = "Payments"
	DocumentedOverpayment Documented = "Overpayments"
	DocumentedPrepayment  Documented = "Prepayments"
)

// HistoryRecord is one thing that happened to a record, or a note about it.
// Notes cannot be changed or removed.
// https://developer.xero.com/documentation/api/accounting/historyandnotes
type HistoryRecord struct {
	Details string `json:",omitempty"`
	Changes string `json:",omitempty"` // "Note", "Approved", …; set by Xero
	User    string `json:",omitempty"` // set by Xero
	DateUTC Time   `json:",omitzero"`  // set by Xero
}

func (h HistoryRecord) forWrite() HistoryRecord { return HistoryRecord{Details: h.Details} }

// History reads what happened to a record.
func (c *Client) History(ctx context.Context, of Documented, id string) ([]HistoryRecord, error) {
	const op = "read the history"
	if id == "" {
		return nil, missingID(op)
	}
	page, err := list[HistoryRecord](ctx, c, c.read(op, path(string(of), id, "History"), url.Values{}), "HistoryRecords")
	return page.Records, err
}

// HistoryNote is a note to add: at most MaxHistory characters.
type HistoryNote struct {
	Of   Documented
	ID   string
	Text string
}

// AddHistory adds a note to a record.
func (c *Client) AddHistory(ctx context.Context, key string, note HistoryNote) (HistoryRecord, error) {
	const op = "add a note to the history"
	if note.ID == "" {
		return HistoryRecord{}, missingID(op)
	}
	if length := utf8.RuneCountInString(note.Text); length == 0 || length > MaxHistory {
		return HistoryRecord{}, &Error{
			Kind: KindInvalid, Op: op, Code: CodeTooLong, notSent: true,
			cause: errors.New("a note has 1 to 2,500 characters"),
		}
	}
	e := c.writing(op, http.MethodPut, path(string(note.Of), note.ID, "History"))
	b := batch{exchange: e, key: key, name: "HistoryRecords"}
	results, err := write(ctx, c, b, []HistoryRecord{{Details: note.Text}})
	return single(results, err, op)
}
