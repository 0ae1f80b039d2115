package xerosim

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
)

// wantsPDF says that a call asks for the printed form of a document.
// https://developer.xero.com/documentation/api/accounting/invoices#retrieve-an-online-pdf-of-an-invoice
func (c *call) wantsPDF() bool {
	return strings.Contains(strings.ToLower(c.r.Header.Get("Accept")), "application/pdf")
}

// documentPDF serves GET Invoices/{id}/pdf and GET CreditNotes/{id}/pdf.
func documentPDF(get func(*call) answer) func(*call) answer {
	return func(c *call) answer {
		c.r.Header.Set("Accept", "application/pdf")
		return get(c)
	}
}

func pdfAnswer(lines []string) answer {
	return answer{Status: http.StatusOK, ContentType: "application/pdf", Body: writePDF(lines)}
}

func (b *books) invoicePDF(row *Invoice) []string {
	title := "TAX INVOICE"
	if row.Type == typeBill {
		title = "BILL"
	}
	lines := []string{b.org.Name, "ABN " + b.org.TaxNumber, "", title + " " + row.InvoiceNumber, "To " + b.contactName(row.Contact.ContactID).Name,
		"Date " + row.Date.people(), "Due " + row.DueDate.people(), "Reference " + row.Reference, ""}
	lines = append(lines, pdfLines(row.LineItems)...)
	return append(lines, "", "Subtotal "+amountOf(row.SubTotal).grouped(), "GST "+amountOf(row.TotalTax).grouped(),
		"Total "+row.CurrencyCode+" "+amountOf(row.Total).grouped(), "Amount due "+amountOf(row.AmountDue).grouped())
}

func (b *books) notePDF(row *CreditNote) []string {
	lines := []string{b.org.Name, "ABN " + b.org.TaxNumber, "", "CREDIT NOTE " + row.CreditNoteNumber,
		"To " + b.contactName(row.Contact.ContactID).Name, "Date " + row.Date.people(), "Reference " + row.Reference, ""}
	lines = append(lines, pdfLines(row.LineItems)...)
	return append(lines, "", "Total "+row.CurrencyCode+" "+amountOf(row.Total).grouped(), "Remaining credit "+amountOf(row.RemainingCredit).grouped())
}

func pdfLines(items []LineItem) (lines []string) {
	for _, item := range items {
		lines = append(lines, fmt.Sprintf("%s x %s at %s = %s", item.Description, item.Quantity.short(), item.UnitAmount.grouped(), item.LineAmount.grouped()))
	}
	return lines
}

// Sizes of the page in points: A4, with a margin and lines of 14.
const (
	pdfWidth, pdfHeight = 595, 842
	pdfMargin           = 56
	pdfLeading          = 14
	pdfLinesOnPage      = (pdfHeight - 2*pdfMargin) / pdfLeading
)

// writePDF prints lines of text on as many pages as they need. Every reader can open it: one standard font, a
// table of objects, nothing compressed. https://www.iso.org/standard/51502.html
func writePDF(lines []string) []byte {
	var pages [][]string
	for len(lines) > pdfLinesOnPage {
		pages, lines = append(pages, lines[:pdfLinesOnPage]), lines[pdfLinesOnPage:]
	}
	pages = append(pages, lines)
	// Objects 1 to 3 are catalogue, page tree and font; each page has two, itself and its content.
	var kids []string
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"}
	for _, page := range pages {
		own := len(objects) + 1
		kids = append(kids, fmt.Sprintf("%d 0 R", own))
		content := pdfContent(page)
		objects = append(objects,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", pdfWidth, pdfHeight, own+1),
			fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content))
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(kids))
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	starts := make([]int, len(objects))
	for i, object := range objects {
		starts[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, start := range starts {
		fmt.Fprintf(&out, "%010d 00000 n \n", start)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return out.Bytes()
}

func pdfContent(lines []string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "BT /F1 11 Tf %d TL %d %d Td", pdfLeading, pdfMargin, pdfHeight-pdfMargin)
	for _, line := range lines {
		fmt.Fprintf(&out, "\n(%s) Tj T*", pdfText(line))
	}
	out.WriteString("\nET")
	return out.String()
}

// pdfText writes a text in the font's own code: Latin letters as they are, anything else as a question mark.
func pdfText(text string) string {
	var out strings.Builder
	for _, r := range text {
		switch {
		case r == '(' || r == ')' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r >= ' ' && r < 127:
			out.WriteRune(r)
		case r >= 0xa0 && r <= 0xff:
			fmt.Fprintf(&out, "\\%03o", r)
		case r == '−' || r == '–':
			out.WriteByte('-')
		default:
			out.WriteByte('?')
		}
	}
	return out.String()
}
