package template

import (
	"errors"
	"fmt"
	"html"
	"net/url"
	"strings"

	"github.com/osteele/liquid/values"

	"github.com/renoz/renoz/internal/crm"
)

// button is a link that looks like one on every client:
// {{ "Pay invoice" | button: invoice.pay_url }}. The cell carries the colour,
// because Outlook ignores the padding of a link.
func (r *run) button(label, address string) (any, error) {
	if err := usable(label, address); err != nil || !r.html {
		return label + ": " + address, err
	}
	return values.SafeValue{Value: `<table role="presentation" class="button" cellpadding="0" cellspacing="0" border="0"><tr><td class="button-cell">` +
		`<a class="button-link" href="` + html.EscapeString(address) + `">` + html.EscapeString(label) + `</a></td></tr></table>`}, nil
}

// link is a link in a sentence: {{ "your account" | link: customer.url }}.
func (r *run) link(label, address string) (any, error) {
	if err := usable(label, address); err != nil || !r.html {
		return label + ": " + address, err
	}
	return values.SafeValue{Value: `<a href="` + html.EscapeString(address) + `">` + html.EscapeString(label) + `</a>`}, nil
}

func usable(label, address string) error {
	if address == stand || label == stand {
		return nil
	}
	if strings.TrimSpace(label) == "" {
		return errors.New("a link needs words")
	}
	u, err := url.Parse(address)
	if err == nil && u.Scheme == "http" && local(u.Hostname()) { // a demonstration on one machine
		return nil
	}
	if err != nil || u.Scheme != "https" && u.Scheme != "mailto" && u.Scheme != "tel" {
		return fmt.Errorf("the link of %q does not begin with https://", label)
	}
	return nil
}

// maxLines is how many lines of a document its mail repeats. The document has them
// all, and clients cut off what is longer than some 100 kB.
const maxLines = 100

// lines is the table of what was sold: {{ invoice.lines | lines }}. Quantity
// and price stand under the description, so that the table fits on a telephone.
// Behind the first 100 it tells how many more there are.
func (r *run) lines(list []any) (any, error) {
	var b strings.Builder
	for _, item := range list[:min(len(list), maxLines)] {
		line, ok := item.(map[string]any)
		if !ok {
			return nil, errors.New("lines needs a list of lines")
		}
		cells := [3]string{}
		for i, name := range []string{"description", "quantity", "unit_price"} {
			cells[i] = r.cell(line[name])
		}
		amount := r.cell(line["amount"])
		if cells[0] == "" || amount == "" {
			return nil, errors.New("a line has no description or no amount")
		}
		detail := strings.Join(notEmpty(r.cell(line["sku"]), times(cells[1], cells[2])), " · ")
		r.line(&b, cells[0], detail, amount)
	}
	if more := len(list) - maxLines; more > 0 {
		r.line(&b, fmt.Sprintf("And %d more, which the document itself lists", more), "", "")
	}
	if !r.html {
		return strings.TrimRight(b.String(), "\n"), nil
	}
	return values.SafeValue{Value: `<table class="lines" width="100%" cellpadding="0" cellspacing="0" border="0">` +
		`<tr><th scope="col">Item</th><th scope="col" class="amount">Amount</th></tr>` + b.String() + `</table>`}, nil
}

func (r *run) line(b *strings.Builder, description, detail, amount string) {
	if !r.html {
		fmt.Fprintf(b, "%s\n  %s\n", description, strings.Join(notEmpty(detail, amount), " = "))
		return
	}
	if detail != "" {
		detail = `<br><span class="detail">` + html.EscapeString(detail) + `</span>`
	}
	fmt.Fprintf(b, `<tr><td>%s%s</td><td class="amount">%s</td></tr>`, html.EscapeString(description), detail, html.EscapeString(amount))
}

func times(quantity, price string) string {
	if quantity == "" || price == "" {
		return quantity + price
	}
	return quantity + " × " + price
}

func notEmpty(texts ...string) (kept []string) {
	for _, text := range texts {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

// cell is a value as text, or "" for none.
func (r *run) cell(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(r.written(value))
}

// totals are the sums under the lines: {{ invoice | totals }}. The last one is
// what matters to the reader.
func (r *run) totals(record map[string]any) (any, error) {
	rows := [][2]string{}
	for _, row := range [][2]string{
		{"subtotal", "Subtotal"}, {"tax", r.brand.TaxName}, {"total", "Total"}, {"paid", "Paid"}, {"credited", "Credited"}, {"due", "Amount due"},
	} {
		if amount, ok := record[row[0]].(crm.Money); ok {
			rows = append(rows, [2]string{row[1], r.cell(amount)})
		}
	}
	if len(rows) == 0 {
		return nil, errors.New("totals needs a record with a total")
	}
	var b strings.Builder
	for i, row := range rows {
		class := ""
		if i == len(rows)-1 {
			class = ` class="grand"`
		}
		if !r.html {
			fmt.Fprintf(&b, "%s: %s\n", row[0], row[1])
			continue
		}
		fmt.Fprintf(&b, `<tr%s><th scope="row">%s</th><td class="amount">%s</td></tr>`, class, html.EscapeString(row[0]), html.EscapeString(row[1]))
	}
	if !r.html {
		return strings.TrimRight(b.String(), "\n"), nil
	}
	return values.SafeValue{Value: `<table class="totals" width="100%" cellpadding="0" cellspacing="0" border="0">` + b.String() + `</table>`}, nil
}
