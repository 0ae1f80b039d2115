package crm

import (
	"strings"
	"unicode"
)

// ParseABN reads an Australian Business Number with or without spaces and
// returns its eleven digits. It returns an Error of kind Invalid when the
// digits are not eleven or do not check. The rule: take 1 from the first digit,
// weigh the digits, and the sum divides by 89; see
// https://abr.business.gov.au/Help/AbnFormat
func ParseABN(text string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	if len(digits) != 11 || !onlyDigits(digits) {
		return "", Errorf(Invalid, "An ABN has eleven digits, such as 51 824 753 556.")
	}
	weights := [11]int{10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19}
	sum := -weights[0]
	for i, weight := range weights {
		sum += int(digits[i]-'0') * weight
	}
	if digits[0] == '0' || sum%89 != 0 {
		return "", Errorf(Invalid, "That ABN has a wrong digit; check it against abr.business.gov.au.")
	}
	return digits, nil
}

// FormatABN is an ABN for people: "51 824 753 556". Any other text stays as it
// is.
func FormatABN(abn string) string {
	if len(abn) != 11 {
		return abn
	}
	return abn[:2] + " " + abn[2:5] + " " + abn[5:8] + " " + abn[8:]
}
