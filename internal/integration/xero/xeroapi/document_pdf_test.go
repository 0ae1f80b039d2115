package xeroapi

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
)

// failing is a writer whose reader has gone.
type failing struct{ after int }

var errGone = errors.New("the reader has gone")

func (f *failing) Write(p []byte) (int, error) {
	if f.after -= len(p); f.after < 0 {
		return 0, errGone
	}
	return len(p), nil
}

func TestPDFIsTakenOnlyWhole(t *testing.T) {
	t.Parallel()
	good := "%PDF-1.4\n" + strings.Repeat("x", 100_000)
	large := "%PDF-1.4\n" + strings.Repeat("x", MaxPDF)
	cases := map[string]struct {
		answer step
		kind   Kind
		code   string
		size   int
	}{
		"a PDF":             {step{status: 200, body: good}, "", "", len(good)},
		"a page instead":    {step{status: 200, body: "<html>maintenance</html>"}, KindUnavailable, CodeUnreadable, 0},
		"nothing":           {step{status: 200}, KindUnavailable, CodeUnreadable, 0},
		"said to be large":  {step{status: 200, header: map[string]string{"Content-Length": strconv.Itoa(len(large))}, body: large}, KindBug, CodeTooLarge, 0},
		"found to be large": {step{status: 200, body: large}, KindBug, CodeTooLarge, MaxPDF},
		"not there":         {step{status: 404, body: "not found"}, KindNotFound, CodeDocumentMissing, 0},
		"cut before it all": {step{status: 200, header: map[string]string{"Content-Length": "200000"}, body: good}, KindUnavailable, CodeNoAnswer, len(good)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, c.answer)
			var got bytes.Buffer
			size, err := s.client(Config{}).InvoicePDF(t.Context(), "i-1", &got)
			var failure *Error
			if c.kind == "" && err != nil || c.kind != "" && (!errors.As(err, &failure) || failure.Kind != c.kind || failure.Code != c.code) {
				t.Fatalf("the error is %v", err)
			}
			if int(size) != c.size || got.Len() != c.size {
				t.Errorf("%d bytes written, %d said, want %d", got.Len(), size, c.size)
			}
			if heard := s.heard(t, 1)[0]; heard.header.Get("Accept") != "application/pdf" || heard.path != "/api.xro/2.0/Invoices/i-1" {
				t.Errorf("asked for %s as %s", heard.path, heard.header.Get("Accept"))
			}
		})
	}
}

func TestPDFWithoutLength(t *testing.T) {
	t.Parallel()
	s := &sink{to: new(bytes.Buffer), most: 10, opening: "%PDF-"}
	if err := s.fill(bodyOf("%PDF-12345")); err != nil || s.written != 10 {
		t.Errorf("exactly the most: %v, %d written", err, s.written)
	}
	s = &sink{to: new(bytes.Buffer), most: 10, opening: "%PDF-"}
	if err := s.fill(bodyOf("%PDF-123456")); !errors.Is(err, errTooLarge) {
		t.Errorf("one byte more: %v", err)
	}
}

func TestPDFStopsWithItsReader(t *testing.T) {
	t.Parallel()
	s := newScript(t, jsonOK("%PDF-"+strings.Repeat("x", 200_000)))
	if _, err := s.client(Config{}).CreditNotePDF(t.Context(), "n-1", &failing{after: 10}); !errors.Is(err, errGone) {
		t.Errorf("the error is %v", err)
	}
	if _, err := s.client(Config{}).InvoicePDF(t.Context(), "", new(bytes.Buffer)); KindOf(err) != KindBug {
		t.Errorf("without an id: %v", err)
	}
}

func TestPDFAfterAnExpiredToken(t *testing.T) {
	t.Parallel()
	s := newScript(t, step{status: 401, body: `{"Title":"Unauthorized","Status":401,"Detail":"TokenExpired: token expired"}`}, jsonOK("%PDF-1"))
	var got bytes.Buffer
	if _, err := s.client(Config{}).InvoicePDF(t.Context(), "i-1", &got); err != nil || got.String() != "%PDF-1" {
		t.Errorf("%q, %v", got.String(), err)
	}
}

func FuzzPDFSink(f *testing.F) {
	f.Add("%PDF-1.4 short")
	f.Add("%PDF")
	f.Add("")
	f.Fuzz(func(t *testing.T, body string) {
		var got bytes.Buffer
		s := &sink{to: &got, most: 64, opening: "%PDF-"}
		err := s.fill(bodyOf(body))
		if whole := strings.HasPrefix(body, "%PDF-") && len(body) <= 64; whole != (err == nil) {
			t.Errorf("%q gives %v", body, err)
		}
		if int64(got.Len()) != s.written || got.Len() > 64 || !strings.HasPrefix(body, got.String()) {
			t.Errorf("%q was written as %q", body, got.String())
		}
	})
}
