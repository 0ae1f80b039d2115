package demo

import (
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
)

// orderLines are what a client orders, with its shipping and perhaps a
// discount on the whole.
func (f *filling) orderLines(c chance, x *client) []records.LineInput {
	wares, count := f.stock[goods], one(c, []int{1, 1, 1, 2, 2, 2, 2, 3, 3, 4})
	if x.overseas {
		wares, count = f.stock[abroad], c.between(1, 2)
	}
	lines, value := pick(c, wares, count)
	if carriage := f.stock[freight][0]; c.is(65) || x.overseas {
		price := crm.Price(c.between(9, 48)) * 5 * dollar
		line := records.LineInput{ProductID: &carriage.id, Kind: crm.Shipping, Description: "Freight to " + x.town.name, Quantity: each, UnitPrice: &price}
		if x.overseas {
			line.TaxClass = crm.ExportTaxed
		}
		lines = append(lines, line)
	}
	if off := crm.MinorUnits(c.between(2, 16)) * 25_00; c.is(7) && !x.overseas && value > 6*off {
		price := crm.Price(-off * 100)
		lines = append(lines, records.LineInput{Kind: crm.Discount, Description: "Loyalty discount", Quantity: each, UnitPrice: &price, TaxClass: crm.GST})
	}
	return lines
}

// serviceLines are what is invoiced without an order.
func (f *filling) serviceLines(c chance) []records.LineInput {
	lines, _ := pick(c, f.stock[service], one(c, []int{1, 1, 1, 2}))
	return lines
}

// pick makes lines of different wares and says what they come to before
// discounts.
func pick(c chance, wares []stocked, count int) (lines []records.LineInput, value crm.MinorUnits) {
	for _, i := range c.Perm(len(wares))[:count] {
		w := wares[i]
		line := records.LineInput{ProductID: &w.id, Quantity: w.quantity(c)}
		gross := crm.MinorUnits(int64(line.Quantity) * int64(w.price) / 1_000_000)
		off := crm.MinorUnits(c.between(1, 12)) * 5_00
		switch {
		case c.is(18):
			line.DiscountPercent = one(c, []crm.Percent{5_00, 5_00, 7_50, 10_00, 12_50, 15_00})
		case c.is(9) && gross > 5*off:
			line.DiscountAmount = off
		}
		lines, value = append(lines, line), value+gross
	}
	return lines, value
}

// quantity is nearer to the least than to the most, in whole pieces or, where
// one of the two is not whole, in halves.
func (w ware) quantity(c chance) crm.Quantity {
	unit := each
	if w.least%each != 0 || w.most%each != 0 {
		unit = each / 2
	}
	spread := int((w.most-w.least)/unit) + 1
	return w.least + crm.Quantity(min(c.IntN(spread), c.IntN(spread)))*unit
}
