package crm

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// maxScaled bounds every number that people enter, in its smallest unit. Sums
// of thousands of such numbers fit an int64, and each fits the 53 bits of a
// JSON number.
const maxScaled = 999_999_999_999_999

// decimal says how one kind of number is read.
type decimal struct {
	noun   string // such as amount, for messages
	places int    // decimals it may have
	before string // what may stand before it, such as $
	after  string // what may stand after it, such as %
}

// parse reads what people type, such as "$ -1 234.50", and returns it in
// units of 10^-places. Commas and spaces may part thousands; the decimal sign
// is a point.
func (d decimal) parse(text string) (int64, error) {
	if len(text) > 60 {
		return 0, Errorf(Invalid, "The %s is too long to be a number.", d.noun)
	}
	body, negative := d.strip(text)
	if body == "" {
		return 0, Errorf(Invalid, "Enter the %s as a number, such as %s.", d.noun, d.example())
	}
	whole, fraction, point := strings.Cut(body, ".")
	whole, ok := ungroup(whole)
	if !ok || !onlyDigits(fraction) || whole+fraction == "" || (point && fraction == "") {
		return 0, d.unreadable(text, fraction)
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > d.places {
		return 0, d.tooFine(text)
	}
	zeros := strings.Repeat("0", d.places-len(fraction))
	n, err := strconv.ParseInt("0"+whole+fraction+zeros, 10, 64)
	if err != nil || n > maxScaled {
		return 0, Errorf(Invalid, "The %s %s is too large.", d.noun, clip(text, 40))
	}
	if negative {
		n = -n
	}
	return n, nil
}

// strip takes sign, currency and percent sign off.
func (d decimal) strip(text string) (body string, negative bool) {
	body = strings.TrimSpace(text)
	body = strings.TrimSpace(strings.TrimSuffix(body, d.after))
	body, negative = cutSign(body)
	if d.before != "" {
		body = strings.TrimSpace(strings.TrimPrefix(body, d.before))
	}
	if !negative {
		body, negative = cutSign(body)
	}
	return body, negative
}

func cutSign(text string) (rest string, negative bool) {
	for _, minus := range []string{"-", "−"} {
		if rest, found := strings.CutPrefix(text, minus); found {
			return strings.TrimSpace(rest), true
		}
	}
	return text, false
}

func (d decimal) example() string {
	if d.places == 0 {
		return "1,234" + d.after
	}
	if d.after == "%" {
		return "12.5%"
	}
	return "1,234." + "5000"[:min(d.places, 2)] + d.after
}

func (d decimal) unreadable(text, fraction string) error {
	if !strings.Contains(text, ".") && strings.Contains(text, ",") && fraction == "" {
		return Errorf(Invalid, "%q is not clear: use a point for decimals and commas between thousands, such as %s.", clip(text, 40), d.example())
	}
	return Errorf(Invalid, "%q is not a number; enter the %s such as %s.", clip(text, 40), d.noun, d.example())
}

func (d decimal) tooFine(text string) error {
	switch d.places {
	case 0:
		return Errorf(Invalid, "%q has decimals; enter the %s as a whole number.", clip(text, 40), d.noun)
	case 1:
		return Errorf(Invalid, "%q has too many decimals; the %s may have one.", clip(text, 40), d.noun)
	}
	return Errorf(Invalid, "%q has too many decimals; the %s may have %d.", clip(text, 40), d.noun, d.places)
}

// ungroup takes the separators out of "1,234,567" or "1 234 567". Groups after
// the first must have three digits, so that "12,50" is not read as 1250.
func ungroup(whole string) (string, bool) {
	var separator rune
	groups := strings.FieldsFunc(whole, func(r rune) bool {
		if r != ',' && !unicode.Is(unicode.Zs, r) {
			return false
		}
		separator = r
		return true
	})
	if separator == 0 {
		return whole, onlyDigits(whole)
	}
	joined := strings.Join(groups, "")
	if len(groups) < 2 || strings.Join(groups, string(separator)) != whole || !onlyDigits(joined) {
		return "", false
	}
	for i, group := range groups {
		if len(group) > 3 || (i > 0 && len(group) != 3) {
			return "", false
		}
	}
	return joined, true
}

func onlyDigits(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// format writes n units of 10^-places with at least keep decimals, and with
// sep between thousands.
func (d decimal) format(n int64, keep int, sep string) string {
	digits := strconv.FormatUint(magnitude(n), 10)
	if missing := d.places + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	whole, fraction := digits[:len(digits)-d.places], digits[len(digits)-d.places:]
	for len(fraction) > keep && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	if sep != "" {
		for at := len(whole) - 3; at > 0; at -= 3 {
			whole = whole[:at] + sep + whole[at:]
		}
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if n < 0 {
		return "-" + whole
	}
	return whole
}

func magnitude(n int64) uint64 {
	if n == math.MinInt64 {
		return 1 << 63
	}
	if n < 0 {
		n = -n
	}
	return uint64(n)
}
