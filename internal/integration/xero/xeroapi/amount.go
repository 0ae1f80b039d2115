package xeroapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Money is an amount in hundredths of its currency's unit: 1050 is 10.50. It
// is read from and written as a plain JSON number and never passes through a
// float. A number with more than two decimals is rounded half away from zero.
type Money int64

// Decimal4 is a number with four decimals in ten-thousandths: unit amounts
// (Xero keeps four decimals when asked with unitdp=4), quantities, percentages.
// Reading rounds half away from zero, as for Money; writing drops the zeros
// at the end.
type Decimal4 int64

// ErrNumber is wrapped by every failure to read an amount.
var ErrNumber = errors.New("not a decimal number that fits")

// ParseMoney reads "10.5", "-3", "1.5e3" as hundredths.
func ParseMoney(text string) (Money, error) {
	value, err := parseScaled(text, 2)
	return Money(value), err
}

// ParseDecimal4 reads a decimal number as ten-thousandths.
func ParseDecimal4(text string) (Decimal4, error) {
	value, err := parseScaled(text, 4)
	return Decimal4(value), err
}

// Whole is n as a Decimal4: Whole(2) is 2.0000.
func Whole(n int64) Decimal4 { return Decimal4(n * 10_000) }

// String writes two decimals: "10.50".
func (m Money) String() string { return formatScaled(int64(m), 2) }

// String writes as many decimals as are needed: "2", "0.125".
func (d Decimal4) String() string {
	text := strings.TrimRight(formatScaled(int64(d), 4), "0")
	return strings.TrimSuffix(text, ".")
}

// MarshalJSON writes a plain number with two decimals.
func (m Money) MarshalJSON() ([]byte, error) { return []byte(m.String()), nil }

// MarshalJSON writes a plain number.
func (d Decimal4) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalJSON reads a number, the same in a string, or null as zero.
func (m *Money) UnmarshalJSON(data []byte) error {
	value, err := unmarshalScaled(data, 2)
	*m = Money(value)
	return err
}

// UnmarshalJSON reads a number, the same in a string, or null as zero.
func (d *Decimal4) UnmarshalJSON(data []byte) error {
	value, err := unmarshalScaled(data, 4)
	*d = Decimal4(value)
	return err
}

func unmarshalScaled(data []byte, places int) (int64, error) {
	text := string(data)
	if text == "null" {
		return 0, nil
	}
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(data, &text); err != nil {
			return 0, fmt.Errorf("read an amount: %w", err)
		}
		text = strings.TrimSpace(text)
		if text == "" {
			return 0, nil
		}
	}
	return parseScaled(text, places)
}

func formatScaled(value int64, places int) string {
	sign, magnitude := "", uint64(value)
	if value < 0 {
		sign, magnitude = "-", -magnitude
	}
	digits := fmt.Sprintf("%0*d", places+1, magnitude)
	point := len(digits) - places
	return sign + digits[:point] + "." + digits[point:]
}

// parseScaled reads text as a whole number of 10^-places, rounding half away
// from zero. The text of a refused number is not in the error: amounts are
// somebody's business.
func parseScaled(text string, places int) (int64, error) {
	negative, digits, point, err := splitNumber(text)
	if err != nil {
		return 0, err
	}
	keep := point + places
	if len(digits) == 0 || keep < 0 {
		return 0, nil
	}
	if keep > 19 {
		return 0, fmt.Errorf("%w: too large", ErrNumber)
	}
	padded := digits + strings.Repeat("0", max(0, keep+1-len(digits)))
	value, err := strconv.ParseUint("0"+padded[:keep], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: too large", ErrNumber)
	}
	if padded[keep] >= '5' {
		value++
	}
	const largest = 1<<63 - 1
	if value > largest {
		return 0, fmt.Errorf("%w: too large", ErrNumber)
	}
	if negative {
		return -int64(value), nil
	}
	return int64(value), nil
}

// splitNumber takes "-12.30e1" apart into its sign, its digits without zeros
// in front ("1230") and the place of the point among them (3).
func splitNumber(text string) (negative bool, digits string, point int, err error) {
	unsigned, negative := strings.CutPrefix(text, "-")
	mantissa, exponentText, hasExponent := strings.Cut(strings.ToLower(unsigned), "e")
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if !onlyDigits(whole) || (hasPoint && !onlyDigits(fraction)) {
		return false, "", 0, ErrNumber
	}
	exponent := 0
	if hasExponent {
		exponent, err = readExponent(exponentText)
		if err != nil {
			return false, "", 0, err
		}
	}
	digits = strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return negative, "", 0, nil
	}
	zeros := len(whole) + len(fraction) - len(digits)
	return negative, digits, len(whole) - zeros + exponent, nil
}

// readExponent reads the part after "e"; beyond ±2^30 it stops counting, as
// every such number is zero or too large for us.
func readExponent(text string) (int, error) {
	unsigned := strings.TrimPrefix(text, "+")
	negative := false
	if unsigned == text {
		unsigned, negative = strings.CutPrefix(text, "-")
	}
	if !onlyDigits(unsigned) {
		return 0, ErrNumber
	}
	const bound = 1 << 30
	exponent, err := strconv.Atoi(unsigned)
	if err != nil || exponent > bound {
		exponent = bound
	}
	if negative {
		return -exponent, nil
	}
	return exponent, nil
}

func onlyDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// Rate is an exchange rate as the text of a decimal number, in as many decimals
// as Xero has; "" means none.
type Rate string

// MarshalJSON writes a plain number, or null for none.
func (r Rate) MarshalJSON() ([]byte, error) {
	if r == "" {
		return []byte("null"), nil
	}
	if _, _, _, err := splitNumber(string(r)); err != nil {
		return nil, err
	}
	return json.Marshal(json.Number(r))
}

// UnmarshalJSON reads a number, the same in a string, or null as none.
func (r *Rate) UnmarshalJSON(data []byte) error {
	text := strings.TrimSpace(strings.Trim(string(data), `"`))
	if text == "null" || text == "" {
		*r = ""
		return nil
	}
	if _, _, _, err := splitNumber(text); err != nil {
		return err
	}
	*r = Rate(text)
	return nil
}
