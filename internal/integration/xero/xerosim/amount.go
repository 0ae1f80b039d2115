package xerosim

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Amount is a decimal number in ten-thousandths: money, a quantity or a percentage. 1.5 is Amount(15000).
type Amount int64

const amountScale = 10_000

// Cents makes an amount from a number of cents.
func Cents(n int64) Amount { return Amount(n * 100) }

// Cents returns the amount in cents, rounded half away from zero.
func (a Amount) Cents() int64 { return int64(a.round2()) / 100 }

// String writes the amount with at least two decimals: "10.00", "0.3333".
func (a Amount) String() string {
	sign := ""
	n := int64(a)
	if n < 0 {
		sign, n = "-", -n
	}
	text := fmt.Sprintf("%s%d.%04d", sign, n/amountScale, n%amountScale)
	for i := 0; i < 2 && strings.HasSuffix(text, "0"); i++ {
		text = text[:len(text)-1]
	}
	return text
}

// MarshalJSON writes a JSON number.
func (a Amount) MarshalJSON() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalJSON reads a JSON number, or a number in a string as some client libraries send it.
func (a *Amount) UnmarshalJSON(raw []byte) error {
	text := string(bytes.TrimSpace(raw))
	if text == "null" {
		return nil
	}
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	parsed, err := ParseAmount(text)
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// ParseAmount reads a decimal number and rounds it to four decimals.
func ParseAmount(text string) (Amount, error) {
	text = strings.TrimSpace(text)
	if len(text) > 40 || strings.ContainsAny(text, "/_xXpP") || exponentTooLarge(text) {
		return 0, fmt.Errorf("%q is not an amount", text)
	}
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, fmt.Errorf("%q is not an amount", text)
	}
	scaled := roundRat(value.Mul(value, big.NewRat(amountScale, 1)))
	if !scaled.IsInt64() {
		return 0, errors.New("the amount is too large")
	}
	return Amount(scaled.Int64()), nil
}

// exponentTooLarge keeps a few bytes such as 1e999999999 from becoming gigabytes.
func exponentTooLarge(text string) bool {
	at := strings.IndexAny(text, "eE")
	if at < 0 {
		return false
	}
	exponent, err := strconv.Atoi(text[at+1:])
	return err != nil || exponent > 15 || exponent < -30
}

func (a Amount) rat() *big.Rat { return big.NewRat(int64(a), amountScale) }

// round2 rounds to cents, half away from zero.
func (a Amount) round2() Amount {
	n := int64(a)
	if n < 0 {
		return Amount(-((-n + 50) / 100 * 100))
	}
	return Amount((n + 50) / 100 * 100)
}

// roundCents rounds any number to cents, half away from zero.
func roundCents(value *big.Rat) Amount {
	cents := roundRat(new(big.Rat).Mul(value, big.NewRat(100, 1)))
	return Amount(cents.Int64() * 100)
}

// roundRat rounds to a whole number, half away from zero.
func roundRat(value *big.Rat) *big.Int {
	doubled := new(big.Int).Lsh(new(big.Int).Abs(value.Num()), 1)
	doubled.Add(doubled, value.Denom())
	whole := doubled.Div(doubled, new(big.Int).Lsh(value.Denom(), 1))
	if value.Sign() < 0 {
		whole.Neg(whole)
	}
	return whole
}

func amountOf(a *Amount) Amount {
	if a == nil {
		return 0
	}
	return *a
}
