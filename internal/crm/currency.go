package crm

import "strings"

// Currency is an ISO 4217 code, such as AUD.
type Currency string

// The active codes of ISO 4217 by the digits of their minor unit, as listed at
// https://www.iso.org/iso-4217-currency-codes.html. Metals, funds and codes
// for testing are left out: nobody sends an invoice in them.
const (
	currenciesOf0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
	currenciesOf2 = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN " +
		"BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP " +
		"GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD " +
		"KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN " +
		"NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG " +
		"SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH " +
		"USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
	currenciesOf3 = "BHD IQD JOD KWD LYD OMR TND"
)

// ParseCurrency reads a code in either case. It returns an Error of kind
// Invalid for a code that ISO 4217 does not list.
func ParseCurrency(text string) (Currency, error) {
	c := Currency(strings.ToUpper(strings.TrimSpace(text)))
	if !c.Valid() {
		return "", Errorf(Invalid, "%q is not a currency; use a code of three letters such as AUD.", clip(text, 20))
	}
	return c, nil
}

// Currencies are all valid codes in alphabetical order within each number of
// digits, those with two digits first.
func Currencies() []Currency {
	var all []Currency
	for _, list := range []string{currenciesOf2, currenciesOf0, currenciesOf3} {
		for code := range strings.FieldsSeq(list) {
			all = append(all, Currency(code))
		}
	}
	return all
}

// Valid reports whether ISO 4217 lists the code.
func (c Currency) Valid() bool {
	return c.in(currenciesOf2) || c.in(currenciesOf0) || c.in(currenciesOf3)
}

// Digits is how many digits the minor unit has: 2 for AUD, 0 for JPY, 3 for
// KWD. A currency that is not valid has 2.
func (c Currency) Digits() int {
	switch {
	case c.in(currenciesOf0):
		return 0
	case c.in(currenciesOf3):
		return 3
	}
	return 2
}

// Symbol is the sign that people at home with the currency write before an
// amount, or "" when they write the code.
func (c Currency) Symbol() string {
	switch c {
	case "AUD", "NZD", "USD", "CAD", "SGD", "HKD", "FJD":
		return "$"
	case "GBP":
		return "£"
	case "EUR":
		return "€"
	case "JPY", "CNY":
		return "¥"
	case "INR":
		return "₹"
	}
	return ""
}

func (c Currency) in(list string) bool {
	return len(c) == 3 && !strings.Contains(string(c), " ") && strings.Contains(list, string(c))
}
