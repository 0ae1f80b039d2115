package crm

import (
	"errors"
	"testing"
)

func item(quantity Quantity, price Price) Line {
	return Line{Kind: Item, Description: "BESS 50 kWh", Quantity: quantity, UnitPrice: price, TaxClass: GST}
}

func TestComputeRoundsPerLine(t *testing.T) {
	t.Parallel()
	lines := []Line{item(1_0000, 25_0600), item(1_0000, 25_6100), item(1_0000, 25_6300)}
	_, totals, err := Compute(lines, TaxRates{GST: 15_00}, 2)
	if want := (Totals{7630, 1144, 8774}); err != nil || totals != want {
		t.Errorf("totals = %+v, %v; want %+v", totals, err, want)
	}
	if lines[0].Net != 0 {
		t.Error("the caller's lines changed")
	}
}

func TestCompute(t *testing.T) {
	t.Parallel()
	discounted := item(2_0000, 4995_0000)
	discounted.DiscountPercent = 5_00
	reduced := item(2_0000, 4995_0000)
	reduced.DiscountAmount = 90_00
	reduced.DiscountPercent = 50_00
	free := item(1_0000, 100_0000)
	free.TaxClass = GSTFree
	freight := item(1_0000, 49_9500)
	freight.Kind = Shipping
	header := item(1_0000, -100_0000)
	header.Kind = Discount
	for name, c := range map[string]struct {
		lines  []Line
		digits int
		want   Totals
	}{
		"nothing":          {nil, 2, Totals{}},
		"percent":          {[]Line{discounted}, 2, Totals{949050, 94905, 1043955}},
		"amount wins":      {[]Line{reduced}, 2, Totals{990000, 99000, 1089000}},
		"tax free":         {[]Line{free}, 2, Totals{10000, 0, 10000}},
		"header, shipping": {[]Line{discounted, freight, header}, 2, Totals{949050 + 4995 - 10000, 94905 + 500 - 1000, 1038450}},
		"half up":          {[]Line{item(5000, 100)}, 2, Totals{1, 0, 1}},
		"below half":       {[]Line{item(4999, 100)}, 2, Totals{0, 0, 0}},
		"yen":              {[]Line{item(3_0000, 333_5000)}, 0, Totals{1001, 100, 1101}},
		"dinar":            {[]Line{item(1_0000, 1_2345)}, 3, Totals{1235, 124, 1359}},
	} {
		_, got, err := Compute(c.lines, AustralianTaxRates(), c.digits)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
}

func TestComputeRefuses(t *testing.T) {
	t.Parallel()
	with := func(change func(*Line)) []Line {
		bad := item(1_0000, 10_0000)
		change(&bad)
		return []Line{item(1_0000, 1_0000), bad}
	}
	for field, lines := range map[string][]Line{
		"lines.1.description":      with(func(l *Line) { l.Description = " " }),
		"lines.1.quantity":         with(func(l *Line) { l.Quantity = 0 }),
		"lines.1.unit_price":       with(func(l *Line) { l.UnitPrice = -1 }),
		"lines.1.tax_class":        with(func(l *Line) { l.TaxClass = "vat" }),
		"lines.1.kind":             with(func(l *Line) { l.Kind = "gift" }),
		"lines.1.discount_percent": with(func(l *Line) { l.DiscountPercent = 100_01 }),
		"lines.1.discount_amount":  with(func(l *Line) { l.DiscountAmount = 10_01 }),
		"lines":                    with(func(l *Line) { l.Kind, l.UnitPrice = Discount, -1_0001_00 }),
	} {
		_, _, err := Compute(lines, AustralianTaxRates(), 2)
		var e *Error
		if !errors.As(err, &e) || e.Fields[field] == "" {
			t.Errorf("%s: %v %v", field, err, e)
		}
	}
	huge := []Line{item(maxScaled, maxScaled)}
	if _, _, err := Compute(huge, AustralianTaxRates(), 2); KindOf(err) != Invalid {
		t.Errorf("an overflow: %v", err)
	}
	if _, _, err := Compute(make([]Line, maxLines+1), AustralianTaxRates(), 2); KindOf(err) != Invalid {
		t.Errorf("too many lines: %v", err)
	}
	for _, rates := range []TaxRates{nil, {GST: -1}, {GST: 100_01}} {
		if _, _, err := Compute(with(func(*Line) {}), rates, 2); KindOf(err) != Invalid {
			t.Errorf("rates %v: %v", rates, err)
		}
	}
}

func FuzzCompute(f *testing.F) {
	f.Add(int64(1_0000), int64(25_0600), int64(0), int64(0))
	f.Add(int64(maxScaled), int64(maxScaled), int64(9999), int64(1))
	f.Fuzz(func(t *testing.T, quantity, price, percent, amount int64) {
		line := item(Quantity(quantity), Price(price))
		line.DiscountPercent, line.DiscountAmount = Percent(percent), MinorUnits(amount)
		lines, totals, err := Compute([]Line{line, line}, AustralianTaxRates(), 2)
		if err != nil {
			return
		}
		if totals.Total != 2*(lines[0].Net+lines[0].Tax) || totals.Total < 0 {
			t.Fatalf("%+v of %+v", totals, lines)
		}
	})
}
