package crmpages

import (
	"context"
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// A line names its product in three values: "product" holds what is chosen,
// "product_text" what stands in the field, and "product_pick" the choice among
// what was found for that text, where it is left open.
const (
	productText = "product_text"
	productPick = "product_pick"
)

// productFields is what the ids of fields for products begin with.
const productFields = "lines-product-"

func productNouns() [2]string { return [2]string{"product", "products"} }

func productLabel(p crm.Product) string { return p.SKU + " · " + p.Name }

// readProduct reads what a line's field for a product holds. What was typed over
// the chosen one counts, and chooses by itself where it names one product.
func (p *Pages) readProduct(ctx context.Context, f *lineForm, row map[string]string) error {
	if picked := row[productPick]; picked != "" {
		row["product"], row[productPick] = picked, ""
		return nil
	}
	text, sent := row[productText]
	typed := strings.TrimSpace(text)
	if !sent || row["product"] != "" && typed == f.label(row["product"]) {
		return nil
	}
	row["product"], row[productText] = "", typed
	if typed == "" {
		return nil
	}
	rows, more, err := p.productsLike(ctx, typed)
	if err != nil {
		return err
	}
	choices := productChoices(typed, rows, f.desk)
	for i, c := range choices {
		first, name, _ := strings.Cut(c.Label, " · ")
		if strings.EqualFold(c.Label, typed) || strings.EqualFold(first, typed) || strings.EqualFold(name, typed) || len(choices) == 1 && !more {
			row["product"] = choices[i].Value
			return nil
		}
	}
	if f.found == nil {
		f.found = map[string][]ui.Option{}
	}
	for _, c := range choices {
		f.found[typed] = append(f.found[typed], ui.Option{Value: c.Value, Label: c.Label})
	}
	return nil
}

// productsLike are the products that are offered and match what was typed.
func (p *Pages) productsLike(ctx context.Context, typed string) (rows []crm.Product, more bool, err error) {
	if sku, _, labelled := strings.Cut(typed, " · "); labelled && sku != "" {
		typed = sku
	}
	page, err := p.book.Products(ctx, store.ProductFilter{Search: typed, State: "active", Limit: mostChoices + 1})
	if err != nil {
		return nil, false, err
	}
	if len(page.Rows) > mostChoices {
		return page.Rows[:mostChoices], true, nil
	}
	return page.Rows, page.Next != "", nil
}

// productChoices are what a line can hold for what was typed: a product, or
// shipping and a discount by their names.
func productChoices(typed string, rows []crm.Product, d desk) []ui.Choice {
	var choices []ui.Choice
	for _, special := range []string{shippingLine, discountLine} {
		if label := specialLabel(special); strings.HasPrefix(strings.ToLower(label), strings.ToLower(typed)) {
			choices = append(choices, ui.Choice{Value: special, Label: label})
		}
	}
	for _, p := range rows {
		choices = append(choices, ui.Choice{Value: p.ID.String(), Label: productLabel(p), Note: p.Price.Format(d.seller.Currency)})
	}
	return choices
}

func specialLabel(value string) string {
	switch value {
	case shippingLine:
		return "Shipping"
	case discountLine:
		return "Discount on all"
	}
	return ""
}

// showProductChoices answers what is typed in a line's field for a product,
// whose id is the first part of the target's.
func (p *Pages) showProductChoices(w http.ResponseWriter, r *http.Request, d desk, target string) error {
	typed := strings.TrimSpace(r.FormValue(productText))
	rows, more, err := p.productsLike(r.Context(), typed)
	if err != nil {
		return err
	}
	return web.ShowFragment(w, r, ui.Choices(strings.TrimSuffix(target, "-choices"), productNouns(), productChoices(typed, rows, d), more))
}

// label is what the field for a product shows when value is chosen.
func (f lineForm) label(value string) string {
	if special := specialLabel(value); special != "" {
		return special
	}
	if p := f.choice(value); !p.ID.IsZero() {
		return productLabel(p)
	}
	return ""
}

// unchosen says what keeps the product of a line open, or nil.
func (f lineForm) unchosen(row map[string]string) error {
	switch {
	case row["product"] != "" || row[productText] == "":
		return nil
	case len(f.found[row[productText]]) > 0:
		return crm.Errorf(crm.Invalid, "Choose one of the products found.")
	}
	return crm.Errorf(crm.Invalid, "No product matches this. Type a part of the SKU or name, or leave it empty.")
}
