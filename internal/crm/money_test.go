package crm

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestParseAmount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		currency Currency
		want     MinorUnits
	}{
		{"1,234.50", "AUD", 123450},
		{"$ 1 234.50", "AUD", 123450},
		{"$1,234,567", "AUD", 123456700},
		{"AUD 12.3", "AUD", 1230},
		{"aud12.30", "AUD", 1230},
		{"-$5", "AUD", -500},
		{"$-5.00", "AUD", -500},
		{"−5", "AUD", -500},
		{".5", "AUD", 50},
		{"0", "AUD", 0},
		{"1.5000", "AUD", 150},
		{"1 234", "AUD", 123400},
		{"¥1,234", "JPY", 1234},
		{"1.234", "KWD", 1234},
		{"9999999999999.99", "AUD", 999999999999999},
	} {
		got, err := ParseAmount(c.text, c.currency)
		if err != nil || got != c.want {
			t.Errorf("ParseAmount(%q, %s) = %d, %v; want %d", c.text, c.currency, got, err, c.want)
		}
	}
}

func TestParseAmountRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                               "Enter the amount",
		"$":                              "Enter the amount",
		"abc":                            "not a number",
		"12,50":                          "use a point for decimals",
		"1,2345":                         "use a point for decimals",
		"1,234 567":                      "use a point for decimals",
		",123":                           "use a point for decimals",
		"1.2.3":                          "not a number",
		"5.":                             "not a number",
		"--5":                            "not a number",
		"1e9":                            "not a number",
		"٣":                              "not a number",
		"1.005":                          "too many decimals",
		"10000000000000":                 "too large",
		strings.Repeat("9", 50):          "too large",
		strings.Repeat("9", 61):          "too long",
		"USD 5":                          "not a number",
		"1.00 \x00":                      "not a number",
		"99999999999999999999999999.999": "too many decimals",
	} {
		_, err := ParseAmount(text, "AUD")
		if KindOf(err) != Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseAmount(%q): %v; want an Invalid error with %q", text, err, want)
		}
	}
	if _, err := ParseAmount("1.5", "JPY"); err == nil || !strings.Contains(err.Error(), "whole number") {
		t.Errorf("half a yen: %v", err)
	}
}

func TestParseOtherNumbers(t *testing.T) {
	t.Parallel()
	if p, err := ParsePrice("$4,995.0125", "AUD"); err != nil || p != 49950125 {
		t.Errorf("price = %d, %v", p, err)
	}
	if _, err := ParsePrice("0.00001", "AUD"); KindOf(err) != Invalid {
		t.Errorf("five decimals: %v", err)
	}
	if q, err := ParseQuantity("1,000.5"); err != nil || q != 10005000 {
		t.Errorf("quantity = %d, %v", q, err)
	}
	for _, text := range []string{"12.5%", "12.5 %", "12.50"} {
		if p, err := ParsePercent(text); err != nil || p != 1250 {
			t.Errorf("ParsePercent(%q) = %d, %v", text, p, err)
		}
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		MinorUnits(123450).Format("AUD"):                "$1,234.50",
		MinorUnits(-123450).Format("AUD"):               "-$1,234.50",
		MinorUnits(5).Format("GBP"):                     "£0.05",
		MinorUnits(1234).Format("JPY"):                  "¥1,234",
		MinorUnits(1234567).Format("KWD"):               "KWD 1,234.567",
		MinorUnits(-9223372036854775808).Decimal("AUD"): "-92233720368547758.08",
		MinorUnits(123450).Decimal("AUD"):               "1234.50",
		Money{123450, "AUD"}.String():                   "AUD 1,234.50",
		Money{123450, "AUD"}.Show("AUD"):                "$1,234.50",
		Money{123450, "USD"}.Show("AUD"):                "USD 1,234.50",
		Price(49950000).String():                        "4995",
		Price(49950000).Decimal("AUD"):                  "4995.00",
		Price(125).Decimal("AUD"):                       "0.0125",
		Price(49950000).Format("AUD"):                   "$4,995.00",
		Quantity(25000).String():                        "2.5",
		Quantity(10005000).Format():                     "1,000.5",
		Percent(1250).Format():                          "12.5%",
		Percent(1000).String():                          "10",
		Percent(0).Format():                             "0%",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestNumbersInJSON(t *testing.T) {
	t.Parallel()
	type shape struct {
		Total    Money
		Price    Price
		Quantity Quantity
		Discount Percent
	}
	const text = `{"Total":{"amount":"1234.50","currency":"AUD"},"Price":"4995.0125","Quantity":"2.5","Discount":"12.5"}`
	var got shape
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if want := (shape{Money{123450, "AUD"}, 49950125, 25000, 1250}); got != want {
		t.Errorf("read %+v, want %+v", got, want)
	}
	back, err := json.Marshal(got)
	if err != nil || string(back) != text {
		t.Errorf("wrote %s, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"Price":12.5,"Quantity":3,"Discount":null}`), &got); err != nil || got.Price != 125000 || got.Quantity != 30000 {
		t.Errorf("bare numbers: %+v, %v", got, err)
	}
	for _, bad := range []string{`{"Price":true}`, `{"Quantity":1e3}`, `{"Total":{"amount":"1","currency":"XXX"}}`, `{"Total":{"amount":"1.234","currency":"AUD"}}`} {
		if err := json.Unmarshal([]byte(bad), &got); KindOf(err) != Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestCurrencies(t *testing.T) {
	t.Parallel()
	for code, digits := range map[Currency]int{"AUD": 2, "JPY": 0, "KWD": 3, "USD": 2, "CLP": 0, "???": 2} {
		if code.Digits() != digits {
			t.Errorf("%s has %d digits, want %d", code, code.Digits(), digits)
		}
	}
	seen := map[Currency]bool{}
	for _, code := range Currencies() {
		if !code.Valid() || seen[code] {
			t.Errorf("%s is invalid or listed twice", code)
		}
		seen[code] = true
	}
	for _, code := range []Currency{"", "AU", "aud", "UD ", "ED A", "XXX"} {
		if code.Valid() {
			t.Errorf("%q is valid", code)
		}
	}
	if c, err := ParseCurrency(" nzd "); err != nil || c != "NZD" {
		t.Errorf("ParseCurrency = %q, %v", c, err)
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, text := range []string{"1,234.50", "$ 1 234.50", "-5", "12,50", "9999999999999.99", "−.01"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range []Currency{"AUD", "JPY", "KWD", "CHF"} {
			n, err := ParseAmount(text, c)
			if err != nil {
				if KindOf(err) != Invalid {
					t.Fatalf("%q: %v", text, err)
				}
				continue
			}
			for _, written := range []string{n.Decimal(c), n.Format(c), Money{n, c}.String()} {
				if again, err := ParseAmount(written, c); err != nil || again != n {
					t.Fatalf("%q is %d, but %q is %d, %v", text, n, written, again, err)
				}
			}
		}
	})
}

func FuzzParsePercent(f *testing.F) {
	f.Add("12.5%")
	f.Add("100")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePercent(text)
		if err != nil {
			return
		}
		if again, err := ParsePercent(p.Format()); err != nil || again != p {
			t.Fatalf("%q is %d, but %q is %d, %v", text, p, p.Format(), again, err)
		}
	})
}
