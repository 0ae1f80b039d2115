package crmpages

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// lineForm is the lines of an order or an invoice as the reader edits them:
// one map of texts by column for each. The column "product" holds the id of a
// product, shippingLine, discountLine, or nothing; "was" holds what "product"
// was when the line was last shown, so that a new choice can be told.
type lineForm struct {
	desk
	url      string
	rows     []map[string]string
	errors   []map[string]string    // by column; empty or as long as rows
	problem  string                 // about the lines as a whole
	products []crm.Product          // that are on the lines
	found    map[string][]ui.Option // products for what was typed, where it left several
}

const (
	shippingLine = "shipping"
	discountLine = "discount"
)

func lineColumns() []string {
	return []string{"product", productText, productPick, "description", "quantity", "price", "discount", "tax_class", "was"}
}

// offers loads the products that are or were on the lines.
func (p *Pages) offers(ctx context.Context, rows []map[string]string) ([]crm.Product, error) {
	var all []crm.Product
	known := map[string]bool{}
	for _, row := range rows {
		for _, value := range []string{row["product"], row["was"], row[productPick]} {
			id, err := crm.ParseID[crm.Product](value)
			if err != nil || known[value] {
				continue
			}
			known[value] = true
			product, err := p.book.Product(ctx, id)
			if crm.KindOf(err) == crm.NotFound {
				continue
			}
			if err != nil {
				return nil, err
			}
			all = append(all, product)
		}
	}
	return all, nil
}

// linesOf shows lines that are there, or an empty one.
func (p *Pages) linesOf(r *http.Request, d desk, lines []crm.Line) (lineForm, error) {
	f := lineForm{desk: d, url: r.URL.Path}
	for _, l := range lines {
		f.rows = append(f.rows, rowOf(l, d.seller.Currency))
	}
	if len(f.rows) == 0 {
		f.rows = []map[string]string{f.blank()}
	}
	var err error
	f.products, err = p.offers(r.Context(), f.rows)
	return f, err
}

func rowOf(l crm.Line, c crm.Currency) map[string]string {
	price := l.UnitPrice
	row := map[string]string{"description": l.Description, "quantity": l.Quantity.String(), "tax_class": string(l.TaxClass)}
	switch {
	case l.Kind == crm.Shipping:
		row["product"] = shippingLine
	case l.Kind == crm.Discount:
		row["product"], price = discountLine, -price
	case l.ProductID != nil:
		row["product"] = l.ProductID.String()
	}
	row["price"], row["was"] = price.Decimal(c), row["product"]
	switch {
	case l.DiscountAmount != 0:
		row["discount"] = l.DiscountAmount.Decimal(c)
	case l.DiscountPercent != 0:
		row["discount"] = l.DiscountPercent.Format()
	}
	return row
}

func (f lineForm) blank() map[string]string {
	return map[string]string{"quantity": "1", "tax_class": string(crm.GST)}
}

// readLines reads the lines that were sent. Edited says that the reader added,
// removed or changed one and wants to see them again.
func (p *Pages) readLines(r *http.Request, d desk) (f lineForm, edited bool, err error) {
	f = lineForm{desk: d, url: r.URL.Path}
	f.rows, edited = web.Lines(r, lineColumns()...)
	if n := len(f.rows); r.Form.Has("add-line") && n > 0 && len(f.rows[n-1]) == 0 {
		f.rows[n-1] = f.blank()
	}
	if f.products, err = p.offers(r.Context(), f.rows); err != nil {
		return f, edited, err
	}
	for _, row := range f.rows {
		if err = p.readProduct(r.Context(), &f, row); err != nil {
			return f, edited, err
		}
	}
	if f.products, err = p.offers(r.Context(), f.rows); err != nil {
		return f, edited, err
	}
	for _, row := range f.rows {
		f.fill(row)
	}
	return f, edited || r.Form.Has("refresh"), nil
}

// choice is what a line takes from what is chosen in its column "product".
func (f lineForm) choice(value string) crm.Product {
	switch value {
	case shippingLine:
		return crm.Product{Name: "Shipping", TaxClass: crm.GST}
	case discountLine:
		return crm.Product{Name: "Discount", TaxClass: crm.GST}
	}
	for _, p := range f.products {
		if p.ID.String() == value {
			return p
		}
	}
	return crm.Product{TaxClass: crm.GST}
}

// fill writes a product that was just chosen over its line. What the reader
// wrote in place of the product before stays.
func (f lineForm) fill(row map[string]string) {
	if row["product"] == row["was"] {
		return
	}
	before, now := f.choice(row["was"]), f.choice(row["product"])
	if row["description"] == "" || row["description"] == before.Name {
		row["description"] = now.Name
	}
	if row["tax_class"] == "" || row["tax_class"] == string(before.TaxClass) {
		row["tax_class"] = string(now.TaxClass)
	}
	if !now.ID.IsZero() {
		row["price"] = now.Price.Decimal(f.seller.Currency)
	}
	if row["product"] == discountLine {
		row["discount"] = ""
	}
	row["was"] = row["product"]
}

func empty(row map[string]string) bool {
	return strings.TrimSpace(row["product"]+row[productText]+row["description"]+row["price"]+row["discount"]) == ""
}

// input is the lines as records takes them; empty ones do not count. It
// returns an error of kind Invalid for what cannot be read.
func (f *lineForm) input() ([]records.LineInput, error) {
	var kept []map[string]string
	for _, row := range f.rows {
		if !empty(row) {
			kept = append(kept, row)
		}
	}
	f.rows = kept
	inputs := make([]records.LineInput, len(f.rows))
	var why refusal
	for i, row := range f.rows {
		in, wrong := f.line(row)
		for field, err := range wrong {
			why.wrong("lines."+strconv.Itoa(i)+"."+field, err)
		}
		inputs[i] = in
	}
	return inputs, why.err()
}

// line reads one line, and says what cannot be read by the field's name in
// package records.
func (f lineForm) line(row map[string]string) (in records.LineInput, wrong map[string]error) {
	c := f.seller.Currency
	wrong = map[string]error{}
	note := func(field string, err error) {
		if err != nil {
			wrong[field] = err
		}
	}
	var err error
	in.Description, in.TaxClass = row["description"], crm.TaxClass(row["tax_class"])
	in.Quantity, err = crm.ParseQuantity(row["quantity"])
	note("quantity", err)
	price, err := crm.ParsePrice(row["price"], c)
	note("unit_price", err)
	in.UnitPrice = &price
	in.Kind = crm.Item
	switch row["product"] {
	case "":
		note("product_id", f.unchosen(row))
	case shippingLine:
		in.Kind = crm.Shipping
	case discountLine:
		in.Kind = crm.Discount
		price = -max(price, -price)
	default:
		id, err := crm.ParseID[crm.Product](row["product"])
		note("product_id", err)
		in.ProductID = &id
	}
	in.DiscountPercent, in.DiscountAmount, err = discountOf(row["discount"], c)
	note("discount_percent", err)
	return in, wrong
}

// discountOf reads "10%" as a part of the line and "25" as an amount off it.
func discountOf(text string, c crm.Currency) (part crm.Percent, amount crm.MinorUnits, err error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
	case strings.HasSuffix(text, "%"):
		part, err = crm.ParsePercent(text)
	default:
		amount, err = crm.ParseAmount(text, c)
	}
	return part, amount, err
}

// refuse keeps what is wrong with the lines beside them.
func (f *lineForm) refuse(why refusal) {
	f.problem = why.Fields["lines"]
	f.errors = make([]map[string]string, len(f.rows))
	for i := range f.rows {
		f.errors[i] = map[string]string{}
		for field, message := range why.under("lines." + strconv.Itoa(i) + ".") {
			f.errors[i][columnOf(field)] = message
		}
	}
	if len(f.rows) == 0 {
		f.rows = []map[string]string{f.blank()}
	}
}

// columnOf is the column that shows a field of package records.
func columnOf(field string) string {
	switch field {
	case "unit_price":
		return "price"
	case "discount_percent", "discount_amount":
		return "discount"
	case "product_id", "kind":
		return "product"
	}
	return field
}

// sums are the amounts of the lines that can be read, by their place, and what
// they come to.
func (f lineForm) sums() (amounts map[int]crm.MinorUnits, totals crm.Totals) {
	var lines []crm.Line
	var places []int
	for i, row := range f.rows {
		in, wrong := f.line(row)
		l := crm.Line{
			Kind: in.Kind, Description: "-", Quantity: in.Quantity, UnitPrice: *in.UnitPrice,
			DiscountPercent: in.DiscountPercent, DiscountAmount: in.DiscountAmount, TaxClass: in.TaxClass,
		}
		rest := l
		rest.Kind, rest.UnitPrice = crm.Item, max(l.UnitPrice, -l.UnitPrice)
		_, _, err := crm.Compute([]crm.Line{rest}, f.seller.TaxRates, f.seller.Currency.Digits())
		if len(wrong) == 0 && err == nil {
			lines, places = append(lines, l), append(places, i)
		}
	}
	computed, totals, err := crm.Compute(lines, f.seller.TaxRates, f.seller.Currency.Digits())
	if err != nil {
		return nil, crm.Totals{}
	}
	amounts = map[int]crm.MinorUnits{}
	for i, l := range computed {
		amounts[places[i]] = l.Net
	}
	return amounts, totals
}

// editor shows the lines.
func (f lineForm) editor() ui.LineEditor {
	e := ui.LineEditor{
		ID: "lines", URL: f.url, Error: f.problem,
		Columns: []ui.LineColumn{
			{Name: "product", Label: "Product", Width: "wide", Search: "/products", Placeholder: "SKU, name, shipping"},
			{Name: "description", Label: "Description", Width: "wide"},
			{Name: "quantity", Label: "Quantity", InputMode: "decimal", Numeric: true},
			{Name: "price", Label: "Unit price", InputMode: "decimal", Numeric: true},
			{Name: "discount", Label: "Discount", Numeric: true, Placeholder: "% or " + sign(f.seller.Currency)},
			{Name: "tax_class", Label: "Tax", Options: taxOptions()},
			{Name: "amount", Label: "Amount", Numeric: true, ReadOnly: true},
		},
	}
	amounts, totals := f.sums()
	for i, row := range f.rows {
		l := ui.Line{Values: row, Found: f.found[row[productText]]}
		if row["product"] != "" {
			row[productText], l.Found = f.label(row["product"]), nil
		}
		if amount, known := amounts[i]; known {
			row["amount"] = amount.Format(f.seller.Currency)
		} else {
			row["amount"] = "—"
		}
		if i < len(f.errors) {
			l.Errors = f.errors[i]
		}
		e.Lines = append(e.Lines, l)
	}
	e.Totals = document{totals: totals, currency: f.seller.Currency}.sums(f.desk)
	return e
}

func sign(c crm.Currency) string {
	if s := c.Symbol(); s != "" {
		return s
	}
	return string(c)
}

// showLines answers with the lines alone. After a removal the rows are made
// anew, because a morph would keep what a select showed before.
func showLines(w http.ResponseWriter, r *http.Request, f lineForm) error {
	if r.Form.Has("remove-line") {
		w.Header().Set("HX-Reswap", "outerHTML")
	}
	return web.ShowFragment(w, r, ui.Lines(f.editor()), linesWasPartial(f))
}
