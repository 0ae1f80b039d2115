package api

import (
	"errors"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
)

// Money is an amount with its currency. Prices for one unit may have up to
// four decimals, other amounts as many as the currency has.
type Money struct {
	Amount   string `json:"amount" pattern:"^-?[0-9]{1,12}([.][0-9]{1,4})?$" patternDescription:"a decimal number such as 1234.50" example:"1234.50"`
	Currency string `json:"currency" pattern:"^[A-Z]{3}$" patternDescription:"a code of three letters such as AUD" example:"AUD"`
}

func money(m crm.MinorUnits, c crm.Currency) Money { return Money{m.Decimal(c), string(c)} }

func price(p crm.Price, c crm.Currency) Money { return Money{p.Decimal(c), string(c)} }

// wrongs collects what is wrong with fields, by their names.
type wrongs map[string]string

func (w wrongs) add(field string, err error) {
	var e *crm.Error
	if errors.As(err, &e) {
		w[field] = e.Message
	} else if err != nil {
		w[field] = err.Error()
	}
}

func (w wrongs) err() error { return crm.FieldErrors(w) }

// inCurrency notes a currency other than the only one that is possible.
func (w wrongs) inCurrency(field string, m Money, c crm.Currency) bool {
	if m.Currency == string(c) {
		return true
	}
	w[field+".currency"] = fmt.Sprintf("Use %s, which is the currency here.", c)
	return false
}

func (w wrongs) minor(field string, m *Money, c crm.Currency) crm.MinorUnits {
	if m == nil || !w.inCurrency(field, *m, c) {
		return 0
	}
	n, err := crm.ParseAmount(m.Amount, c)
	w.add(field+".amount", err)
	return n
}

func (w wrongs) price(field string, m *Money, c crm.Currency) *crm.Price {
	if m == nil || !w.inCurrency(field, *m, c) {
		return nil
	}
	p, err := crm.ParsePrice(m.Amount, c)
	w.add(field+".amount", err)
	return &p
}
