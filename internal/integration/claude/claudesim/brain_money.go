package claudesim

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// moneyOf reads an amount of its own: {"amount":"12.50","currency":"AUD"}, or in cents.
func moneyOf(v map[string]any) (amount float64, currency string, is bool) {
	currency, _ = v["currency"].(string)
	for _, name := range []string{"amount", "value", "total"} {
		if amount, is = numberOf(v[name]); is {
			return amount, currency, true
		}
	}
	for _, name := range []string{"cents", "amount_cents", "minor", "amount_minor"} {
		if amount, is = numberOf(v[name]); is {
			return amount / 100, currency, true
		}
	}
	return 0, currency, false
}

// numberOf reads a number, or a text that is one.
func numberOf(value any) (float64, bool) {
	switch v := value.(type) {
	case float64:
		return v, true
	case string:
		text := strings.ReplaceAll(strings.TrimLeft(v, "$ "), ",", "")
		text, _, _ = strings.Cut(text, " ")
		number, err := strconv.ParseFloat(text, 64)
		return number, err == nil && !math.IsInf(number, 0) && !math.IsNaN(number)
	}
	return 0, false
}

// sumsOf adds the first money field of the rows up, by currency.
func sumsOf(rows []map[string]any) string {
	name := moneyField(rows)
	if name == "" {
		return ""
	}
	cents := map[string]float64{}
	for _, row := range rows {
		amount, currency, is := 0.0, "", false
		if inner, nested := row[name].(map[string]any); nested {
			amount, currency, is = moneyOf(inner)
		} else if amount, is = numberOf(row[name]); is && (has(name, "cents", "minor")) {
			amount /= 100
		}
		if !is {
			continue
		}
		if currency == "" {
			currency, _ = row["currency"].(string)
		}
		if currency == "" {
			if text, told := row[name].(string); told {
				currency = currencies.FindString(text)
			}
		}
		cents[currency] += math.Round(amount * 100)
	}
	var out []string
	for _, currency := range slices.Sorted(maps.Keys(cents)) {
		out = append(out, strings.TrimSpace(amountText(cents[currency]/100)+" "+plain(currency)))
	}
	if len(out) == 0 {
		return ""
	}
	return plain(strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(splitCamel(name), "_cents"), "_minor"), "_", " ")) + " " + strings.Join(out, " and ") + " in all"
}

// moneyField is the field that says best what a row is worth.
func moneyField(rows []map[string]any) string {
	for _, word := range []string{"outstanding", "due", "owed", "owing", "balance", "amount", "total", "revenue", "value", "price"} {
		for _, name := range slices.Sorted(maps.Keys(rows[0])) {
			if !has(name, word) || has(name, "date", "days", "at", "count", "on") {
				continue
			}
			if inner, nested := rows[0][name].(map[string]any); nested {
				if _, _, is := moneyOf(inner); is {
					return name
				}
			} else if _, is := numberOf(rows[0][name]); is {
				return name
			}
		}
	}
	return ""
}

// amountText groups thousands: 12,345.60.
func amountText(amount float64) string {
	text := strconv.FormatFloat(math.Abs(amount), 'f', 2, 64)
	whole, cents, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if amount < 0 {
		return "-" + whole + "." + cents
	}
	return whole + "." + cents
}
