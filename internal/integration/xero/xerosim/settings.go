package xerosim

import (
	"encoding/json"
	"net/http"
	"strings"
)

func (c *call) listAccounts() answer {
	q, err := c.readQuery()
	if err != nil {
		return badQuery(err)
	}
	out := []Account{}
	for _, a := range c.books.org.Accounts {
		value := func(path string) (any, bool) {
			switch path {
			case "Code":
				return a.Code, true
			case "Name":
				return a.Name, true
			case "Type":
				return a.Type, true
			case "Class":
				return a.Class, true
			case "Status":
				return a.Status, true
			case "TaxType":
				return a.TaxType, true
			case "EnablePaymentsToAccount":
				return a.EnablePaymentsToAccount != nil && *a.EnablePaymentsToAccount, true
			}
			return nil, false
		}
		if q.wants(row{updated: a.UpdatedDateUTC, value: value}) {
			out = append(out, a)
		}
	}
	return c.envelope(http.StatusOK, field{"Accounts", out})
}

func (c *call) getAccount() answer {
	account := c.books.accountsByID[c.r.PathValue("id")]
	if account == nil {
		return notFound()
	}
	return c.envelope(http.StatusOK, field{"Accounts", []Account{*account}})
}

func (c *call) listTaxRates() answer {
	where, err := parseWhere(c.r.URL.Query().Get("where"))
	if err != nil {
		return badQuery(err)
	}
	out, only := []TaxRate{}, c.r.URL.Query().Get("TaxType")
	for _, rate := range c.books.org.TaxRates {
		value := func(path string) (any, bool) {
			switch path {
			case "Name":
				return rate.Name, true
			case "TaxType":
				return rate.TaxType, true
			case "Status":
				return rate.Status, true
			case "CanApplyToRevenue":
				return rate.CanApplyToRevenue, true
			}
			return nil, false
		}
		if (only == "" || only == rate.TaxType) && (where == nil || where(value)) {
			out = append(out, rate)
		}
	}
	return c.envelope(http.StatusOK, field{"TaxRates", out})
}

func (c *call) listItems() answer {
	q, err := c.readQuery()
	if err != nil {
		return badQuery(err)
	}
	out := []Item{}
	for _, item := range c.books.org.Items {
		value := func(path string) (any, bool) {
			switch path {
			case "Code":
				return item.Code, true
			case "Name":
				return item.Name, true
			}
			return nil, false
		}
		if q.wants(row{updated: item.UpdatedDateUTC, value: value}) {
			out = append(out, item)
		}
	}
	return c.envelope(http.StatusOK, field{"Items", out})
}

func (c *call) getItem() answer {
	key := c.r.PathValue("id")
	for _, item := range c.books.org.Items {
		if item.ItemID == key || item.Code == key {
			return c.envelope(http.StatusOK, field{"Items", []Item{item}})
		}
	}
	return notFound()
}

// getActions says what the connected person may do: here, everything.
func (c *call) getActions() answer {
	type action struct{ Name, Status string }
	out := []action{}
	for _, name := range []string{"CreateApprovedInvoice", "UseMulticurrency", "AttachFilesToInvoices", "CreateDraftInvoice", "UpdateContact", "CreatePayment"} {
		status := "ALLOWED"
		if name == "UseMulticurrency" {
			status = "NOT-ALLOWED"
		}
		out = append(out, action{name, status})
	}
	return c.envelope(http.StatusOK, field{"Actions", out})
}

// historyNote is one remark on a record, at most 2,500 characters.
type historyNote struct {
	Changes       string `json:"Changes"`
	DateUTCString string `json:"DateUTCString"`
	DateUTC       *Date  `json:"DateUTC"`
	User          string `json:"User"`
	Details       string `json:"Details"`
}

func (c *call) historyKey() (string, bool) {
	kind, id := c.r.PathValue("type"), c.r.PathValue("id")
	known := false
	switch kind {
	case "Invoices":
		known = c.books.invoices.rows[id] != nil
	case "Contacts":
		known = c.books.contacts.rows[id] != nil
	case "CreditNotes":
		known = c.books.notes.rows[id] != nil
	case "Payments":
		known = c.books.payments.rows[id] != nil
	case "Overpayments", "Prepayments":
		_, known = c.creditID(kind)
	}
	return kind + " " + id, known
}

func (c *call) getHistory() answer {
	key, known := c.historyKey()
	if !known {
		return notFound()
	}
	return c.envelope(http.StatusOK, field{"HistoryRecords", append([]historyNote{}, c.books.history[key]...)})
}

func (c *call) addHistory() answer {
	key, known := c.historyKey()
	if !known {
		return notFound()
	}
	return c.writeEach("HistoryRecords", func(ch *change, raw json.RawMessage) (any, []string) {
		var sent struct{ Details string }
		if err := json.Unmarshal(raw, &sent); err != nil || strings.TrimSpace(sent.Details) == "" {
			return nil, []string{"Details must be specified"}
		}
		if len([]rune(sent.Details)) > 2500 {
			return nil, []string{"Details must not be longer than 2500 characters"}
		}
		note := historyNote{Changes: "Note", DateUTCString: newDate(ch.now).text(), DateUTC: newDate(ch.now), User: "System Generated", Details: sent.Details}
		before := ch.b.history[key]
		ch.b.history[key] = append(append([]historyNote(nil), before...), note)
		ch.undo = append(ch.undo, func() { ch.b.history[key] = before })
		return note, nil
	})
}
