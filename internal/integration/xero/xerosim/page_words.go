package xerosim

import (
	"strconv"
	"strings"
)

// grouped writes money for people: 10,439.55.
func (a Amount) grouped() string {
	text := a.round2().String()
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "−", text[1:]
	}
	whole, cents, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + "." + cents
}

// short writes a quantity or percentage without needless zeros: 2, 0.5.
func (a Amount) short() string {
	return strings.TrimRight(strings.TrimRight(a.String(), "0"), ".")
}

// people writes a day as Australians do: 22/11/2026.
func (d *Date) people() string {
	if d == nil {
		return ""
	}
	return d.Format("02/01/2006")
}

func decimalText(n int) string { return strconv.Itoa(n) }
