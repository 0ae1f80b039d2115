package xeroapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// MaxRecords is the most records that one write takes. Xero advises 50 and
// bodies of at most 3.5 MB.
const MaxRecords = 50

// Result is what became of one record of a write. With Problems the record was
// refused and nothing of it was written; Record then holds Xero's echo.
type Result[T any] struct {
	Record   T
	Problems []Problem
}

// OK reports that the record was written.
func (r Result[T]) OK() bool { return len(r.Problems) == 0 }

// outcome is what Xero adds to a record in the answer to a write.
type outcome struct {
	StatusAttributeString string // OK, WARNING, ERROR
	HasErrors             bool
	HasValidationErrors   bool
	ValidationErrors      []complaint
}

func (o outcome) problems(index int) []Problem {
	problems := readProblems(index, o.ValidationErrors)
	refused := o.HasErrors || o.HasValidationErrors || o.StatusAttributeString == "ERROR"
	if refused && len(problems) == 0 {
		problems = []Problem{{Index: index, Code: CodeValidation, Message: "Xero refused the record and did not say why."}}
	}
	return problems
}

// writable is a record that can leave out what only Xero may set.
type writable[T any] interface{ forWrite() T }

// batch is a write of several records.
type batch struct {
	exchange
	key  string // the Idempotency-Key
	name string // "Invoices"
}

func (c *Client) batch(op, method, path, name string) batch {
	e := c.writing(op, method, path)
	e.query.Set("summarizeErrors", "false")
	return batch{exchange: e, name: name}
}

// write sends the records in one request and returns a result for each, in
// their order.
func write[T writable[T]](ctx context.Context, c *Client, b batch, records []T) ([]Result[T], error) {
	if len(records) == 0 {
		return nil, nil
	}
	if len(records) > MaxRecords {
		return nil, &Error{
			Kind: KindBug, Op: b.op, Code: CodeTooMany, notSent: true,
			cause: fmt.Errorf("%d records, at most %d go in one write", len(records), MaxRecords),
		}
	}
	sent := make([]T, len(records))
	for i, record := range records {
		sent[i] = record.forWrite()
	}
	e, err := b.withBody(b.key, map[string]any{b.name: sent})
	if err != nil {
		return nil, err
	}
	got, err := c.do(ctx, e)
	if err != nil {
		return refused[T](got, err, len(records))
	}
	return readResults[T](e, got, b.name, len(records))
}

// readResults pairs the answer's records with those sent. An answer of another
// length cannot be paired, so what was written is not known.
func readResults[T any](e exchange, got answer, name string, sent int) ([]Result[T], error) {
	page, err := readPage[json.RawMessage](e, got, name)
	if err != nil {
		return nil, err
	}
	if len(page.Records) != sent {
		return nil, lostAnswer(e, got, CodeUnreadable, fmt.Errorf("%d records sent, %d answered", sent, len(page.Records)))
	}
	results := make([]Result[T], sent)
	for i, record := range page.Records {
		if results[i], err = readResult[T](i, record); err != nil {
			return nil, lostAnswer(e, got, CodeUnreadable, jsonProblem(err))
		}
	}
	return results, nil
}

func readResult[T any](index int, data json.RawMessage) (Result[T], error) {
	var result Result[T]
	var told outcome
	if err := json.Unmarshal(data, &told); err != nil {
		return result, err
	}
	result.Problems = told.problems(index)
	if err := json.Unmarshal(data, &result.Record); err != nil && result.OK() {
		return result, err // a refused record may echo what made it unreadable
	}
	return result, nil
}

// refused turns a 400 that gives each record its own problems into results, so
// that a write of one record reads the same whichever way Xero refuses it. In
// any other 400 some records have no problem and yet were not written.
func refused[T any](got answer, err error, sent int) ([]Result[T], error) {
	failure := asError(err)
	if failure == nil || failure.Kind != KindInvalid || got.status != http.StatusBadRequest {
		return nil, err
	}
	if sent == 1 {
		for i := range failure.Problems {
			failure.Problems[i].Index = 0
		}
	}
	var body struct{ Elements []json.RawMessage }
	if json.Unmarshal(got.body, &body) != nil || len(body.Elements) != sent {
		return nil, err
	}
	results := make([]Result[T], sent)
	var problems []Problem
	all := true
	for i, element := range body.Elements {
		result, readErr := readResult[T](i, element)
		if readErr != nil {
			return nil, err
		}
		all = all && !result.OK()
		problems = append(problems, result.Problems...)
		results[i] = result
	}
	if all {
		return results, nil
	}
	failure.Problems = problems
	return nil, err
}

// single is a write of one record; its problems become a KindInvalid error.
func single[T any](results []Result[T], err error, op string) (T, error) {
	var none T
	if err != nil {
		return none, err
	}
	if len(results) != 1 {
		return none, &Error{Kind: KindUnknownOutcome, Op: op, Code: CodeUnreadable, cause: errors.New("no record in the answer")}
	}
	if !results[0].OK() {
		return results[0].Record, &Error{
			Kind: KindInvalid, Op: op, Status: http.StatusOK,
			Code: results[0].Problems[0].Code, Problems: results[0].Problems,
		}
	}
	return results[0].Record, nil
}

// path joins the parts, each escaped.
func path(parts ...string) string {
	joined := ""
	for _, part := range parts {
		joined += "/" + url.PathEscape(part)
	}
	return joined
}
