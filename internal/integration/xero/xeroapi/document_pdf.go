package xeroapi

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// MaxPDF is the most bytes of a printed document that are taken from Xero.
const MaxPDF = 10 << 20

// InvoicePDF writes the printed invoice to w as it comes in, and returns how
// many bytes those were. Nothing is written when Xero refuses, or answers with
// something else than a PDF. A failure on the way may leave a part behind.
// https://developer.xero.com/documentation/api/accounting/invoices#retrieve-an-invoice-as-pdf
func (c *Client) InvoicePDF(ctx context.Context, invoiceID string, w io.Writer) (int64, error) {
	return c.documentPDF(ctx, "read the invoice's PDF", [2]string{"Invoices", invoiceID}, w)
}

// CreditNotePDF is InvoicePDF for credit notes.
func (c *Client) CreditNotePDF(ctx context.Context, creditNoteID string, w io.Writer) (int64, error) {
	return c.documentPDF(ctx, "read the credit note's PDF", [2]string{"CreditNotes", creditNoteID}, w)
}

func (c *Client) documentPDF(ctx context.Context, op string, document [2]string, w io.Writer) (int64, error) {
	if document[1] == "" {
		return 0, missingID(op)
	}
	e := c.read(op, path(document[0], document[1]), url.Values{})
	e.header.Set("Accept", "application/pdf")
	e.sink = &sink{to: w, most: MaxPDF, opening: "%PDF-"}
	_, err := c.do(ctx, e)
	return e.sink.written, err
}

// sink takes a good answer's body instead of memory.
type sink struct {
	to      io.Writer
	most    int64
	opening string // what the body must begin with
	written int64
}

var errTooLarge = errors.New("the answer is too large")

// fill copies the body once its opening is right.
func (s *sink) fill(response *http.Response) error {
	body := bufio.NewReader(response.Body)
	opening, err := body.Peek(len(s.opening))
	if string(opening) != s.opening {
		if err == nil {
			err = errors.New("another kind of content")
		}
		return fmt.Errorf("the answer does not begin with %q: %w", s.opening, err)
	}
	if response.ContentLength > s.most {
		return fmt.Errorf("%w: %d bytes, at most %d", errTooLarge, response.ContentLength, s.most)
	}
	s.written, err = io.Copy(s.to, io.LimitReader(body, s.most))
	if err != nil {
		return err
	}
	if _, err := body.ReadByte(); err == nil {
		return fmt.Errorf("%w: more than %d bytes", errTooLarge, s.most)
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// taken says how a good answer ended that went into a sink.
func (s *sink) taken(e exchange, got answer, response *http.Response) *Error {
	err := s.fill(response)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errTooLarge):
		return &Error{Kind: KindBug, Op: e.op, Code: CodeTooLarge, Status: got.status, CorrelationID: correlationID(got.header), cause: err}
	case s.written == 0:
		return lostAnswer(e, got, CodeUnreadable, err)
	}
	return lostAnswer(e, got, CodeNoAnswer, err)
}
