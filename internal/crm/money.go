package crm

import (
	"encoding/json"
	"fmt"
	"strings"
)

// MinorUnits is an amount of money in the smallest unit of its currency:
// cents for AUD, yen for JPY. Alone in JSON it is a whole number of minor
// units; interfaces for other programs show it as Money or as Decimal.
type MinorUnits int64

// Price is an amount for one unit in ten-thousandths of the currency's major
// unit, because unit prices may be finer than a cent. In JSON it is a string
// such as "4995" or "0.0125".
type Price int64

// Quantity is how many, in ten-thousandths. In JSON it is a string such as
// "2.5".
type Quantity int64

// Percent is in hundredths of a percent: 1250 is 12.5 %. In JSON it is a
// string such as "12.5".
type Percent int64

// Money is an amount with its currency. In JSON it is
// {"amount": "1234.50", "currency": "AUD"}, with as many decimals as the
// currency has.
type Money struct {
	Amount   MinorUnits
	Currency Currency
}

func amountsOf(c Currency) decimal {
	return decimal{noun: "amount", places: c.Digits(), before: c.Symbol()}
}

func prices(c Currency) decimal { return decimal{noun: "price", places: 4, before: c.Symbol()} }
func quantities() decimal       { return decimal{noun: "quantity", places: 4} }
func percentages() decimal      { return decimal{noun: "percentage", places: 2, after: "%"} }
func withoutCode(text string, c Currency) string {
	text = strings.TrimSpace(text)
	if len(c) == 3 && len(text) >= 3 && strings.EqualFold(text[:3], string(c)) {
		return text[3:]
	}
	return text
}

// ParseAmount reads an amount such as "1,234.50", "$ 1 234.50" or
// "AUD 1234.5". It returns an Error of kind Invalid for anything else, for
// more decimals than the currency has, and beyond 999,999,999,999,999 minor
// units.
func ParseAmount(text string, c Currency) (MinorUnits, error) {
	n, err := amountsOf(c).parse(withoutCode(text, c))
	return MinorUnits(n), err
}

// ParsePrice reads a price such as "$4,995.00" or "0.0125". It returns an
// Error of kind Invalid for anything else and for more than four decimals.
func ParsePrice(text string, c Currency) (Price, error) {
	n, err := prices(c).parse(withoutCode(text, c))
	return Price(n), err
}

// ParseQuantity reads a quantity such as "2" or "1,000.5". It returns an Error
// of kind Invalid for anything else and for more than four decimals.
func ParseQuantity(text string) (Quantity, error) {
	n, err := quantities().parse(text)
	return Quantity(n), err
}

// ParsePercent reads a percentage such as "12.5%" or "10". It returns an Error
// of kind Invalid for anything else and for more than two decimals.
func ParsePercent(text string) (Percent, error) {
	n, err := percentages().parse(text)
	return Percent(n), err
}

// Decimal is the amount for programs and CSV files: "1234.50" for AUD.
func (m MinorUnits) Decimal(c Currency) string {
	d := amountsOf(c)
	return d.format(int64(m), d.places, "")
}

// Format is the amount for people at home with the currency: "$1,234.50" for
// AUD, "CHF 1,234.50" for a currency without a sign.
func (m MinorUnits) Format(c Currency) string {
	d := amountsOf(c)
	return withSymbol(d.format(int64(m), d.places, ","), c)
}

func withSymbol(number string, c Currency) string {
	symbol := c.Symbol()
	if symbol == "" {
		return strings.TrimSpace(string(c) + " " + number)
	}
	if rest, negative := strings.CutPrefix(number, "-"); negative {
		return "-" + symbol + rest
	}
	return symbol + number
}

// String is the amount with its code, clear to anyone: "AUD 1,234.50".
func (m Money) String() string {
	d := amountsOf(m.Currency)
	return strings.TrimSpace(string(m.Currency) + " " + d.format(int64(m.Amount), d.places, ","))
}

// Show is the amount for people of an organisation whose own currency is home:
// "$1,234.50" for that currency, "USD 1,234.50" for another.
func (m Money) Show(home Currency) string {
	if m.Currency == home {
		return m.Amount.Format(home)
	}
	return m.String()
}

type moneyJSON struct {
	Amount   string   `json:"amount"`
	Currency Currency `json:"currency"`
}

// MarshalJSON writes the shape that Money's comment shows.
func (m Money) MarshalJSON() ([]byte, error) {
	return json.Marshal(moneyJSON{m.Amount.Decimal(m.Currency), m.Currency})
}

// UnmarshalJSON reads what MarshalJSON writes. It returns an Error of kind
// Invalid for an unknown currency or an unreadable amount.
func (m *Money) UnmarshalJSON(data []byte) error {
	var shape moneyJSON
	if err := json.Unmarshal(data, &shape); err != nil {
		return fmt.Errorf("read an amount of money: %w", err)
	}
	currency, err := ParseCurrency(string(shape.Currency))
	if err != nil {
		return err
	}
	amount, err := ParseAmount(shape.Amount, currency)
	if err != nil {
		return err
	}
	*m = Money{amount, currency}
	return nil
}

// String is the price for programs and forms: "4995" or "0.0125".
func (p Price) String() string { return prices("").format(int64(p), 0, "") }

// Decimal is the price with at least as many decimals as the currency has:
// "4995.00" or "0.0125".
func (p Price) Decimal(c Currency) string { return prices("").format(int64(p), c.Digits(), "") }

// Format is the price for people at home with the currency: "$4,995.00".
func (p Price) Format(c Currency) string {
	return withSymbol(prices("").format(int64(p), c.Digits(), ","), c)
}

// String is the quantity without needless zeros: "2" or "2.5".
func (q Quantity) String() string { return quantities().format(int64(q), 0, "") }

// Format is the quantity for people: "1,000.5".
func (q Quantity) Format() string { return quantities().format(int64(q), 0, ",") }

// String is the percentage without its sign: "12.5".
func (p Percent) String() string { return percentages().format(int64(p), 0, "") }

// Format is the percentage for people: "12.5%".
func (p Percent) Format() string { return percentages().format(int64(p), 0, ",") + "%" }

// MarshalText writes the decimal number, in JSON as a string.
func (p Price) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// MarshalText writes the decimal number, in JSON as a string.
func (q Quantity) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// MarshalText writes the decimal number, in JSON as a string.
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a decimal number as ParsePrice does.
func (p *Price) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePrice(string(text), "")
	return err
}

// UnmarshalText reads a decimal number as ParseQuantity does.
func (q *Quantity) UnmarshalText(text []byte) (err error) {
	*q, err = ParseQuantity(string(text))
	return err
}

// UnmarshalText reads a decimal number as ParsePercent does.
func (p *Percent) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePercent(string(text))
	return err
}

// UnmarshalJSON reads a decimal number, in quotes or not.
func (p *Price) UnmarshalJSON(data []byte) error { return unquoted(data, p.UnmarshalText) }

// UnmarshalJSON reads a decimal number, in quotes or not.
func (q *Quantity) UnmarshalJSON(data []byte) error { return unquoted(data, q.UnmarshalText) }

// UnmarshalJSON reads a decimal number, in quotes or not.
func (p *Percent) UnmarshalJSON(data []byte) error { return unquoted(data, p.UnmarshalText) }

// unquoted hands the text of a JSON string or number to read; null changes
// nothing.
func unquoted(data []byte, read func([]byte) error) error {
	if string(data) == "null" {
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		text = string(data)
	}
	return read([]byte(text))
}
