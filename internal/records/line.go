package records

import (
	"context"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/crm"
)

// LineInput is what people and programs enter for a line of an order or
// invoice. What is left out of a line with a product comes from the product.
type LineInput struct {
	ProductID       *crm.ProductID `json:"product_id,omitempty"`
	Kind            crm.LineKind   `json:"kind,omitempty"` // empty: item
	Description     string         `json:"description,omitempty"`
	Quantity        crm.Quantity   `json:"quantity"`
	UnitPrice       *crm.Price     `json:"unit_price,omitempty"`       // without tax
	DiscountPercent crm.Percent    `json:"discount_percent,omitempty"` // used when DiscountAmount is zero
	DiscountAmount  crm.MinorUnits `json:"discount_amount,omitempty"`  // minor units off the line
	TaxClass        crm.TaxClass   `json:"tax_class,omitempty"`
}

// LineInputsOf are the inputs that would leave lines as they are.
func LineInputsOf(lines []crm.Line) []LineInput {
	inputs := make([]LineInput, len(lines))
	for i, l := range lines {
		inputs[i] = LineInput{
			ProductID: l.ProductID, Kind: l.Kind, Description: l.Description, Quantity: l.Quantity, UnitPrice: &l.UnitPrice,
			DiscountPercent: l.DiscountPercent, DiscountAmount: l.DiscountAmount, TaxClass: l.TaxClass,
		}
	}
	return inputs
}

// ComputeLines shows what lines come to before anything is saved. It returns
// an Error of kind Invalid with fields such as lines.0.quantity.
func (b *Book) ComputeLines(ctx context.Context, inputs []LineInput) ([]crm.Line, crm.Totals, error) {
	type sums struct {
		lines  []crm.Line
		totals crm.Totals
	}
	s, err := read(ctx, b, ordersView, func(org crm.OrgID) (sums, error) {
		seller, err := b.store.Seller(ctx, org)
		if err != nil {
			return sums{}, err
		}
		lines, err := fillLines(inputs, func(id crm.ProductID) (crm.Product, error) { return b.store.Product(ctx, org, id) })
		if err != nil {
			return sums{}, err
		}
		lines, totals, err := crm.Compute(lines, seller.TaxRates, seller.Currency.Digits())
		return sums{lines, totals}, err
	})
	return s.lines, s.totals, err
}

func (w Work) lines(ctx context.Context, inputs []LineInput) ([]crm.Line, error) {
	return fillLines(inputs, func(id crm.ProductID) (crm.Product, error) { return w.tx.Product(ctx, w.by.Org, id) })
}

// fillLines makes lines of inputs and takes what is left out from the products.
// It returns an Error of kind Invalid with fields such as lines.0.product_id.
func fillLines(inputs []LineInput, product func(crm.ProductID) (crm.Product, error)) ([]crm.Line, error) {
	known := map[crm.ProductID]crm.Product{}
	fields := map[string]string{}
	lines := make([]crm.Line, len(inputs))
	for i, in := range inputs {
		lines[i] = in.line(i)
		if in.ProductID == nil {
			continue
		}
		p, have := known[*in.ProductID]
		if !have {
			var err error
			p, err = product(*in.ProductID)
			if crm.KindOf(err) == crm.NotFound {
				fields["lines."+strconv.Itoa(i)+".product_id"] = "There is no such product; choose one from the list."
				continue
			}
			if err != nil {
				return nil, err
			}
			known[p.ID] = p
		}
		in.take(&lines[i], p)
	}
	return lines, crm.FieldErrors(fields)
}

func (in LineInput) line(position int) crm.Line {
	l := crm.Line{
		ID: crm.NewID[crm.Line](), ProductID: in.ProductID, Position: position, Kind: in.Kind, Description: strings.TrimSpace(in.Description),
		Quantity: in.Quantity, DiscountPercent: in.DiscountPercent, DiscountAmount: in.DiscountAmount, TaxClass: in.TaxClass,
	}
	if l.Kind == "" {
		l.Kind = crm.Item
	}
	if in.UnitPrice != nil {
		l.UnitPrice = *in.UnitPrice
	}
	return l
}

func (in LineInput) take(l *crm.Line, p crm.Product) {
	if l.Description == "" {
		l.Description = p.Name
	}
	if in.UnitPrice == nil {
		l.UnitPrice = p.Price
	}
	if l.TaxClass == "" {
		l.TaxClass = p.TaxClass
	}
}
