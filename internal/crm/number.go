package crm

import (
	"fmt"
	"strconv"
	"strings"
)

// Prefixes of numbers that organisations cannot change.
const (
	CustomerPrefix = "C-"
	PaymentPrefix  = "PAY-"
	RefundPrefix   = "REF-"
)

// DefaultCreditPrefix is before the number of a credit note of an organisation
// that has chosen none.
const DefaultCreditPrefix = "CN-"

const (
	maxPrefix = 12
	maxNumber = 50 // the shortest that Xero allows for a number of ours
)

// FormatNumber makes a document's number of a prefix and a count, with zeros
// to five digits: INV-00042. Longer counts keep all their digits.
func FormatNumber(prefix string, n int64) string { return fmt.Sprintf("%s%05d", prefix, n) }

// ParseNumber is the count in a number that FormatNumber made. It returns an
// Error of kind Invalid for any other text.
func ParseNumber(prefix, text string) (int64, error) {
	digits, found := strings.CutPrefix(text, prefix)
	n, err := strconv.ParseInt(digits, 10, 64)
	if !found || err != nil || n < 0 || FormatNumber(prefix, n) != text {
		return 0, Errorf(Invalid, "%q is not a number such as %s.", clip(text, 40), FormatNumber(prefix, 42))
	}
	return n, nil
}

// CheckPrefix returns an Error of kind Invalid for a prefix that is too long,
// or that has other characters than letters, digits, hyphens, slashes and
// dots, or that ends in a digit, which would run into the count.
func CheckPrefix(prefix string) error {
	if message := prefixTrouble(prefix); message != "" {
		return Errorf(Invalid, "%s", message)
	}
	return nil
}

func prefixTrouble(prefix string) string {
	switch {
	case len(prefix) > maxPrefix:
		return "Use at most 12 characters."
	case !documentText(prefix):
		return "Use only letters, digits, hyphens, slashes and dots."
	case prefix != "" && onlyDigits(prefix[len(prefix)-1:]):
		return "End it with a letter or a sign, because digits follow."
	}
	return ""
}

// CheckNumber returns an Error of kind Invalid for a number that no document
// can have, whoever gave it.
func CheckNumber(number string) error {
	if number == "" || len(number) > maxNumber || !documentText(number) {
		return Errorf(Invalid, "%q is not a document number; use up to 50 letters, digits, hyphens, slashes and dots.", clip(number, 60))
	}
	return nil
}

func documentText(text string) bool {
	for _, r := range text {
		letter := (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z')
		if !letter && !onlyDigits(string(r)) && !strings.ContainsRune("-/.", r) {
			return false
		}
	}
	return true
}
