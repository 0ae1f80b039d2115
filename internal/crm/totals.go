package crm

import (
	"math/big"
	"strconv"
)

// Totals are the sums of a document.
type Totals struct {
	Subtotal MinorUnits // without tax
	Tax      MinorUnits
	Total    MinorUnits // Subtotal and Tax
}

// Compute returns the lines with Net and Tax filled in, and their sums. It
// counts as Xero does, so that both sides agree to the cent: the net of a line
// is quantity × unit price × (1 − discount), or less the discount amount, and
// it and its tax are each rounded half away from zero to the minor unit before
// they are added up. Rounding per line is documented at
// https://developer.xero.com/documentation/api-guides/rounding-in-xero and
// 2.165 becoming 2.17 at https://community.xero.com/developer/discussion/66891/;
// what happens to negative halves is not written anywhere.
//
// Digits are those of the currency's minor unit. It returns an Error of kind
// Invalid, with fields such as lines.0.quantity, for lines that break a rule
// or whose sums are too large or negative.
func Compute(lines []Line, rates TaxRates, digits int) ([]Line, Totals, error) {
	fields := map[string]string{}
	checkLines(fields, lines)
	computed := make([]Line, len(lines))
	copy(computed, lines)
	var totals Totals
	for i := range computed {
		line := &computed[i]
		if hasFieldsOf(fields, i) {
			continue
		}
		if field, message := line.compute(rates, digits); message != "" {
			fields[lineField(i, field)] = message
			continue
		}
		totals.Subtotal += line.Net
		totals.Tax += line.Tax
	}
	totals.Total = totals.Subtotal + totals.Tax
	if err := FieldErrors(fields); err != nil {
		return nil, Totals{}, err
	}
	if totals.Total < 0 || totals.Subtotal < 0 {
		return nil, Totals{}, FieldErrors(map[string]string{"lines": "The discounts are more than what is sold; make them smaller."})
	}
	if totals.Total > maxScaled {
		return nil, Totals{}, FieldErrors(map[string]string{"lines": "The total is too large; make the lines smaller."})
	}
	return computed, totals, nil
}

func (l *Line) compute(rates TaxRates, digits int) (field, message string) {
	rate, err := rates.Of(l.TaxClass)
	if err != nil {
		return "tax_class", err.Error()
	}
	gross, ok := extend(l.Quantity, l.UnitPrice, 0, digits)
	if !ok {
		return "unit_price", "Quantity times price is too large."
	}
	if l.DiscountAmount > 0 && l.DiscountAmount > gross {
		return "discount_amount", "The discount is more than the line."
	}
	l.Net = gross - l.DiscountAmount
	if l.DiscountAmount == 0 {
		l.Net, _ = extend(l.Quantity, l.UnitPrice, l.DiscountPercent, digits)
	}
	tax := new(big.Int).Mul(big.NewInt(int64(l.Net)), big.NewInt(int64(rate)))
	l.Tax = MinorUnits(roundedQuotient(tax, 4).Int64())
	return "", ""
}

// extend is quantity × price × (1 − discount) in minor units. It reports false
// beyond the largest amount there may be.
func extend(quantity Quantity, price Price, discount Percent, digits int) (MinorUnits, bool) {
	product := new(big.Int).Mul(big.NewInt(int64(quantity)), big.NewInt(int64(price)))
	product.Mul(product, big.NewInt(int64(100_00-discount)))
	net := roundedQuotient(product, 12-digits)
	if net.CmpAbs(big.NewInt(maxScaled)) > 0 {
		return 0, false
	}
	return MinorUnits(net.Int64()), true
}

// roundedQuotient is n / 10^places, halves going away from zero.
func roundedQuotient(n *big.Int, places int) *big.Int {
	divisor := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	half := new(big.Int).Rsh(divisor, 1)
	if n.Sign() < 0 {
		half.Neg(half)
	}
	return new(big.Int).Quo(new(big.Int).Add(n, half), divisor)
}

const (
	maxLines       = 500
	maxDescription = 4000 // https://developer.xero.com/documentation/api/accounting/invoices
)

// checkLines adds what is wrong with each line to fields.
func checkLines(fields map[string]string, lines []Line) {
	if len(lines) > maxLines {
		fields["lines"] = "A document may have 500 lines; split it."
		return
	}
	for i, line := range lines {
		line.check(func(field, message string) {
			if message != "" {
				fields[lineField(i, field)] = message
			}
		})
	}
}

func (l Line) check(wrong func(field, message string)) {
	wrong("description", paragraph(l.Description, maxDescription, "Say what the line is for."))
	if !l.TaxClass.Valid() {
		wrong("tax_class", "Choose a tax class.")
	}
	if l.Quantity <= 0 || l.Quantity > maxScaled {
		wrong("quantity", "Enter a quantity above 0.")
	}
	if l.DiscountPercent < 0 || l.DiscountPercent > 100_00 {
		wrong("discount_percent", "Enter a discount between 0 and 100 %.")
	}
	if l.DiscountAmount < 0 {
		wrong("discount_amount", "Enter the discount as an amount above 0.")
	}
	switch l.Kind {
	case Item, Shipping:
		if l.UnitPrice < 0 || l.UnitPrice > maxScaled {
			wrong("unit_price", "Enter a price of 0 or more; a reduction is a discount.")
		}
	case Discount:
		if l.UnitPrice >= 0 || l.UnitPrice < -maxScaled {
			wrong("unit_price", "Enter a discount as an amount below 0.")
		}
		if l.DiscountPercent != 0 || l.DiscountAmount != 0 {
			wrong("discount_percent", "A discount has no discount of its own.")
		}
	default:
		wrong("kind", "Choose item, shipping or discount.")
	}
}

func lineField(i int, field string) string { return "lines." + strconv.Itoa(i) + "." + field }

func hasFieldsOf(fields map[string]string, i int) bool {
	for _, name := range []string{"description", "tax_class", "quantity", "discount_percent", "discount_amount", "unit_price", "kind"} {
		if _, wrong := fields[lineField(i, name)]; wrong {
			return true
		}
	}
	return false
}
