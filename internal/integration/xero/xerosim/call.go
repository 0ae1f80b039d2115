package xerosim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
	"unicode"
)

// call is one request to the accounting API, after token and tenant are known.
type call struct {
	server   *Server
	r        *http.Request
	books    *books
	body     []byte
	now      time.Time
	rules    rules
	elements int
}

func (c *call) change() *change { return &change{b: c.books, now: c.now, rules: c.rules} }

// keep makes a change final: it is announced and saved.
func (c *call) keep(ch *change) { c.server.commit(ch) }

// writeEach runs a write over every element of the body. By default one bad element takes everything back;
// with summarizeErrors=false each element stands alone.
// https://developer.xero.com/documentation/api/accounting/requests-and-responses#summarize-errors
func (c *call) writeEach(name string, write func(*change, json.RawMessage) (any, []string)) answer {
	elements, err := readElements(c.body, name)
	if err != nil {
		return badRequest(err.Error())
	}
	c.elements = len(elements)
	alone := c.r.URL.Query().Get("summarizeErrors") == "false"
	ch := c.change()
	views, failed := make([]any, len(elements)), make([]any, 0)
	for i, raw := range elements {
		before := ch.mark()
		view, problems := write(ch, raw)
		if len(problems) > 0 {
			ch.rollback(before)
			view = refused(raw, name, problems)
			failed = append(failed, view)
		}
		views[i] = view
	}
	if len(failed) > 0 && !alone {
		ch.rollback(mark{})
		return validationAnswer(failed)
	}
	c.keep(ch)
	return c.envelope(http.StatusOK, field{name, views})
}

// refused is the sent element with the reasons why it was not taken.
func refused(raw json.RawMessage, name string, problems []string) map[string]any {
	element := map[string]any{}
	_ = json.Unmarshal(raw, &element) // what cannot be read is answered empty
	element["ValidationErrors"] = validationErrors(problems)
	element["StatusAttributeString"] = "ERROR"
	switch name {
	case "Invoices", "CreditNotes":
		element["HasErrors"] = true
	case "Contacts", "Payments":
		element["HasValidationErrors"] = true
	}
	key := map[string]string{"Invoices": "InvoiceID", "CreditNotes": "CreditNoteID", "Contacts": "ContactID",
		"Payments": "PaymentID", "Allocations": "AllocationID"}[name]
	if _, sent := element[key]; !sent {
		element[key] = "00000000-0000-0000-0000-000000000000"
	}
	return element
}

func validationErrors(problems []string) []ValidationError {
	out := make([]ValidationError, len(problems))
	for i, text := range problems {
		out[i] = ValidationError{text}
	}
	return out
}

// readElements takes {"Invoices":[…]}, a bare list or one bare element, as the live service does.
func readElements(body []byte, name string) ([]json.RawMessage, error) {
	body, err := properCase(body)
	if err != nil {
		return nil, err
	}
	if len(body) > 0 && body[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(body, &list); err != nil {
			return nil, fmt.Errorf("the request body could not be read: %w", err)
		}
		return notEmpty(list)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("the request body must be a JSON object: %w", err)
	}
	wrapped, ok := fields[name]
	if !ok {
		if len(fields) == 0 {
			return nil, fmt.Errorf("no data has been provided for updating; send {%q:[…]}", name)
		}
		return []json.RawMessage{body}, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(wrapped, &list); err != nil {
		return nil, fmt.Errorf("%s must be a list: %w", name, err)
	}
	return notEmpty(list)
}

func notEmpty(list []json.RawMessage) ([]json.RawMessage, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("no data has been provided for updating")
	}
	return list, nil
}

// properCase drops fields that do not start with a capital: Xero does not know them, while Go's decoder would
// match them and so hide a client's mistake.
func properCase(body []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("the request body is not JSON: %w", err)
	}
	return json.Marshal(onlyProper(value))
}

func onlyProper(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			first := []rune(name + " ")[0]
			if !unicode.IsUpper(first) {
				delete(v, name)
				continue
			}
			v[name] = onlyProper(inner)
		}
	case []any:
		for i := range v {
			v[i] = onlyProper(v[i])
		}
	}
	return value
}

// nameElement sets the id in a body of one element, wrapped or bare.
func nameElement(body []byte, list, key, id string) ([]byte, error) {
	elements, err := readElements(body, list)
	if err != nil {
		return nil, err
	}
	if len(elements) != 1 {
		return nil, fmt.Errorf("a request about one record takes exactly one element, not %d", len(elements))
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(elements[0], &fields); err != nil || fields == nil {
		return nil, fmt.Errorf("the element must be a JSON object")
	}
	fields[key], _ = json.Marshal(id) // a string always encodes
	return json.Marshal(map[string]any{list: []any{fields}})
}
