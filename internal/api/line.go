package api

import (
	"strconv"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
)

// Line is a line of an order or invoice.
type Line struct {
	ID              crm.LineID     `json:"id" format:"uuid"`
	ProductID       *crm.ProductID `json:"product_id,omitempty" format:"uuid"`
	Kind            string         `json:"kind" enum:"item,shipping,discount"`
	Description     string         `json:"description"`
	Quantity        string         `json:"quantity" example:"2.5"`
	UnitPrice       Money          `json:"unit_price" doc:"Without tax."`
	DiscountPercent string         `json:"discount_percent,omitempty" example:"12.5"`
	DiscountAmount  *Money         `json:"discount_amount,omitempty" doc:"Off the line, without tax."`
	TaxClass        string         `json:"tax_class" enum:"gst,gst_free,input_taxed,export"`
	Net             Money          `json:"net" doc:"Of the line, after discount and without tax."`
	Tax             Money          `json:"tax"`
}

// LineInput is a line to write. What is left out of a line with a product comes
// from the product.
type LineInput struct {
	ProductID       *crm.ProductID `json:"product_id,omitempty" format:"uuid"`
	Kind            string         `json:"kind,omitempty" enum:"item,shipping,discount" doc:"An item when left out. A discount on the whole has a negative unit price."`
	Description     string         `json:"description,omitempty"`
	Quantity        string         `json:"quantity" pattern:"^-?[0-9]{1,11}([.][0-9]{1,4})?$" patternDescription:"a decimal number such as 2.5" example:"2.5"`
	UnitPrice       *Money         `json:"unit_price,omitempty" doc:"Without tax; needed without a product."`
	DiscountPercent string         `json:"discount_percent,omitempty" pattern:"^[0-9]{1,3}([.][0-9]{1,2})?$" patternDescription:"a percentage such as 12.5" example:"12.5"`
	DiscountAmount  *Money         `json:"discount_amount,omitempty" doc:"Off the line, without tax; used instead of discount_percent."`
	TaxClass        string         `json:"tax_class,omitempty" enum:"gst,gst_free,input_taxed,export" doc:"Needed without a product."`
}

// Totals are the sums of an order or invoice.
type Totals struct {
	Subtotal Money `json:"subtotal" doc:"Without tax."`
	Tax      Money `json:"tax"`
	Total    Money `json:"total"`
}

func totals(t crm.Totals, c crm.Currency) Totals {
	return Totals{money(t.Subtotal, c), money(t.Tax, c), money(t.Total, c)}
}

func lines(of []crm.Line, c crm.Currency) []Line {
	out := make([]Line, len(of))
	for i, l := range of {
		out[i] = Line{
			ID: l.ID, ProductID: l.ProductID, Kind: string(l.Kind), Description: l.Description, Quantity: l.Quantity.String(),
			UnitPrice: price(l.UnitPrice, c), TaxClass: string(l.TaxClass), Net: money(l.Net, c), Tax: money(l.Tax, c),
		}
		if l.DiscountPercent != 0 {
			out[i].DiscountPercent = l.DiscountPercent.String()
		}
		if l.DiscountAmount != 0 {
			off := money(l.DiscountAmount, c)
			out[i].DiscountAmount = &off
		}
	}
	return out
}

// lines reads lines in a currency and notes what is wrong with them.
func (w wrongs) lines(in []LineInput, c crm.Currency) []records.LineInput {
	out := make([]records.LineInput, len(in))
	for i, l := range in {
		at := "lines." + strconv.Itoa(i) + "."
		quantity, err := crm.ParseQuantity(l.Quantity)
		w.add(at+"quantity", err)
		out[i] = records.LineInput{
			ProductID: l.ProductID, Kind: crm.LineKind(l.Kind), Description: l.Description, Quantity: quantity,
			UnitPrice: w.price(at+"unit_price", l.UnitPrice, c), DiscountAmount: w.minor(at+"discount_amount", l.DiscountAmount, c),
			TaxClass: crm.TaxClass(l.TaxClass),
		}
		if l.DiscountPercent != "" {
			out[i].DiscountPercent, err = crm.ParsePercent(l.DiscountPercent)
			w.add(at+"discount_percent", err)
		}
	}
	return out
}
