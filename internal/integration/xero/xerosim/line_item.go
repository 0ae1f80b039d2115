package xerosim

import (
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/google/uuid"
)

const (
	statusActive     = "ACTIVE"
	statusArchived   = "ARCHIVED"
	statusDraft      = "DRAFT"
	statusSubmitted  = "SUBMITTED"
	statusAuthorised = "AUTHORISED"
	statusPaid       = "PAID"
	statusVoided     = "VOIDED"
	statusDeleted    = "DELETED"

	typeSale         = "ACCREC"
	typeBill         = "ACCPAY"
	typeSaleCredit   = "ACCRECCREDIT"
	typeBillCredit   = "ACCPAYCREDIT"
	amountsExclusive = "Exclusive"
	amountsInclusive = "Inclusive"
	amountsNoTax     = "NoTax"
)

// document is what invoices and credit notes have in common while their lines are worked out.
type document struct {
	lineAmountTypes string
	approved        bool
	sale            bool
	discounts       bool
	lines           []LineItem

	subTotal, totalTax, total, totalDiscount Amount
}

// readLines overlays the sent lines on the old ones: a line with a known LineItemID is changed, every other
// line is new, and lines that were not sent are gone. sent is false when the request has no LineItems at all.
func readLines(raw json.RawMessage, old []LineItem) (lines []LineItem, sent bool, err error) {
	var body struct {
		LineItems *[]json.RawMessage
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, false, fmt.Errorf("read the line items: %w", err)
	}
	if body.LineItems == nil {
		return old, false, nil
	}
	known := map[string]LineItem{}
	for _, line := range old {
		known[line.LineItemID] = line
	}
	lines = make([]LineItem, 0, len(*body.LineItems))
	for _, part := range *body.LineItems {
		var key struct{ LineItemID string }
		if err := json.Unmarshal(part, &key); err != nil {
			return nil, true, fmt.Errorf("read a line item: %w", err)
		}
		line := known[key.LineItemID].detached()
		if line.LineItemID != "" {
			line.TaxAmount, line.LineAmount = nil, nil
		}
		if err := json.Unmarshal(part, &line); err != nil {
			return nil, true, fmt.Errorf("read a line item: %w", err)
		}
		if _, ok := known[line.LineItemID]; !ok {
			line.LineItemID = ""
		}
		lines = append(lines, line)
	}
	return lines, true, nil
}

// detached copies the pointers, so that decoding over a line does not change the stored one.
func (l LineItem) detached() LineItem {
	copied := func(a *Amount) *Amount {
		if a == nil {
			return nil
		}
		value := *a
		return &value
	}
	l.Quantity, l.UnitAmount, l.TaxAmount = copied(l.Quantity), copied(l.UnitAmount), copied(l.TaxAmount)
	l.LineAmount, l.DiscountRate, l.DiscountAmount = copied(l.LineAmount), copied(l.DiscountRate), copied(l.DiscountAmount)
	l.Tracking = append([]Tracking(nil), l.Tracking...)
	return l
}

// workOut fills and checks every line, then adds up: tax is rounded on each line and the rounded amounts are
// summed. https://developer.xero.com/documentation/guides/how-to-guides/rounding-in-xero
func (c *change) workOut(doc *document) (problems []string) {
	switch doc.lineAmountTypes {
	case "":
		doc.lineAmountTypes = amountsExclusive
	case amountsExclusive, amountsInclusive, amountsNoTax:
	default:
		return []string{"LineAmountTypes must be Exclusive, Inclusive or NoTax"}
	}
	doc.subTotal, doc.totalTax, doc.total, doc.totalDiscount = 0, 0, 0, 0
	lines := make([]LineItem, len(doc.lines))
	for i := range doc.lines {
		line := doc.lines[i].detached()
		problems = append(problems, c.workOutLine(doc, &line)...)
		lines[i] = line
		doc.totalTax += *line.TaxAmount
		if doc.lineAmountTypes == amountsInclusive {
			doc.total += *line.LineAmount
		} else {
			doc.subTotal += *line.LineAmount
		}
	}
	if doc.lineAmountTypes == amountsInclusive {
		doc.subTotal = doc.total - doc.totalTax
	} else {
		doc.total = doc.subTotal + doc.totalTax
	}
	doc.lines = lines
	if doc.approved && len(lines) == 0 {
		problems = append(problems, "One or more line items must be specified")
	}
	if doc.total < 0 {
		problems = append(problems, "The document total must not be negative")
	}
	return problems
}

func (c *change) workOutLine(doc *document, line *LineItem) (problems []string) {
	if line.LineItemID == "" {
		line.LineItemID = uuid.NewString()
	}
	if line.textOnly() {
		zero := Amount(0)
		line.Quantity, line.UnitAmount, line.LineAmount, line.TaxAmount = &zero, &zero, &zero, &zero
		return nil
	}
	if line.ItemCode != "" {
		problems = append(problems, c.fillFromItem(doc, line)...)
	}
	if line.Description == "" && doc.approved {
		problems = append(problems, "Description must be specified for each line item")
	}
	if len(line.Description) > 4000 {
		problems = append(problems, "Description must not be longer than 4000 characters")
	}
	if len(line.Tracking) > 2 {
		problems = append(problems, "A line item takes at most two tracking categories")
	}
	problems = append(problems, c.price(doc, line)...)
	rate, taxProblems := c.taxOf(doc, line)
	problems = append(problems, taxProblems...)
	tax := lineTax(doc.lineAmountTypes, *line.LineAmount, rate)
	if line.TaxAmount == nil || doc.lineAmountTypes == amountsNoTax {
		line.TaxAmount = &tax
	} else {
		given := line.TaxAmount.round2()
		line.TaxAmount = &given
	}
	return problems
}

// price works out LineAmount = quantity × unit price − discount, rounded to cents.
func (c *change) price(doc *document, line *LineItem) (problems []string) {
	if line.Quantity == nil {
		one := Amount(amountScale)
		line.Quantity = &one
	}
	if line.UnitAmount == nil {
		unit := amountOf(line.LineAmount)
		line.UnitAmount = &unit
	}
	unit := *line.UnitAmount
	if !c.rules.fourDecimals {
		unit = unit.round2()
		line.UnitAmount = &unit
	}
	rate, fixed := amountOf(line.DiscountRate), amountOf(line.DiscountAmount)
	if (rate != 0 || fixed != 0) && !doc.discounts {
		problems = append(problems, "Discounts are only allowed on invoices of type ACCREC")
	}
	if rate < 0 || rate > 100*amountScale {
		problems = append(problems, "DiscountRate must be between 0 and 100")
		rate = 0
	}
	gross := new(big.Rat).Mul(line.Quantity.rat(), unit.rat())
	if limit := big.NewRat(1_000_000_000_000, 1); new(big.Rat).Abs(gross).Cmp(limit) > 0 {
		problems = append(problems, "The line amount is too large")
		gross = new(big.Rat)
	}
	net := new(big.Rat).Sub(gross, fixed.rat())
	if rate != 0 {
		left := new(big.Rat).SetFrac64(int64(100*amountScale-rate), 100*amountScale)
		net = new(big.Rat).Mul(gross, left)
	}
	amount := roundCents(net)
	if line.LineAmount != nil && line.LineAmount.round2() != amount {
		problems = append(problems, fmt.Sprintf("The line total %s does not match the expected line total %s", line.LineAmount.round2(), amount))
	}
	line.LineAmount = &amount
	doc.totalDiscount += roundCents(gross) - amount
	return problems
}

// taxOf finds account and tax rate of a line and checks that they go together; the rate is in percent.
func (c *change) taxOf(doc *document, line *LineItem) (Amount, []string) {
	var problems []string
	account := c.b.accounts[line.AccountCode]
	if line.AccountCode == "" && line.AccountID != "" {
		account = c.b.accountsByID[line.AccountID]
	}
	switch {
	case line.AccountCode == "" && line.AccountID == "":
		if doc.approved {
			problems = append(problems, "Account code or ID must be specified")
		}
	case account == nil || account.Type == "BANK" || account.SystemAccount == "DEBTORS" || account.SystemAccount == "CREDITORS":
		problems = append(problems, fmt.Sprintf("Account code '%s' is not a valid code for this document.", line.AccountCode+line.accountIDAlone()))
		account = nil
	case account.Status != statusActive:
		problems = append(problems, fmt.Sprintf("Account code '%s' has been archived, or deleted.", account.Code))
	}
	if account != nil {
		line.AccountCode, line.AccountID = account.Code, account.AccountID
	}
	if doc.lineAmountTypes == amountsNoTax {
		line.TaxType = "NONE"
		return 0, problems
	}
	if (line.TaxType == "" || line.TaxType == "NONE") && account != nil {
		line.TaxType = account.TaxType
	}
	if line.TaxType == "" {
		return 0, problems
	}
	rate := c.b.taxRates[line.TaxType]
	if rate == nil || rate.Status != statusActive {
		return 0, append(problems, fmt.Sprintf("The TaxType code '%s' does not exist or is not active", line.TaxType))
	}
	if account != nil && !rate.fits(account.Class) {
		problems = append(problems, fmt.Sprintf("The TaxType code '%s' cannot be used with account code '%s'.", line.TaxType, account.Code))
	}
	return rate.EffectiveRate, problems
}

// textOnly reports a line that has nothing but words, which any document may have.
// https://developer.xero.com/documentation/api/accounting/invoices#creating-updating-and-deleting-line-items-when-updating-invoices
func (l *LineItem) textOnly() bool {
	figures := amountOf(l.Quantity) != 0 || amountOf(l.UnitAmount) != 0 || amountOf(l.LineAmount) != 0 || amountOf(l.TaxAmount) != 0
	return l.Description != "" && !figures && l.AccountCode == "" && l.AccountID == "" && l.ItemCode == "" && l.TaxType == ""
}

func (l *LineItem) accountIDAlone() string {
	if l.AccountCode != "" {
		return ""
	}
	return l.AccountID
}

func (r *TaxRate) fits(class string) bool {
	switch class {
	case "REVENUE":
		return r.CanApplyToRevenue
	case "EXPENSE":
		return r.CanApplyToExpenses
	case "ASSET":
		return r.CanApplyToAssets
	case "LIABILITY":
		return r.CanApplyToLiabilities
	case "EQUITY":
		return r.CanApplyToEquity
	}
	return true
}

func lineTax(lineAmountTypes string, amount, percent Amount) Amount {
	switch lineAmountTypes {
	case amountsExclusive:
		return roundCents(new(big.Rat).Mul(amount.rat(), big.NewRat(int64(percent), 100*amountScale)))
	case amountsInclusive:
		return roundCents(new(big.Rat).Mul(amount.rat(), big.NewRat(int64(percent), 100*amountScale+int64(percent))))
	}
	return 0
}

func (c *change) fillFromItem(doc *document, line *LineItem) []string {
	item := c.b.items[line.ItemCode]
	if item == nil {
		return []string{fmt.Sprintf("Item code '%s' is not valid", line.ItemCode)}
	}
	if line.Description == "" {
		line.Description = item.Description
	}
	if item.SalesDetails == nil || !doc.sale {
		return nil
	}
	if line.UnitAmount == nil && line.LineAmount == nil {
		price := item.SalesDetails.UnitPrice
		line.UnitAmount = &price
	}
	if line.AccountCode == "" && line.AccountID == "" {
		line.AccountCode = item.SalesDetails.AccountCode
	}
	if line.TaxType == "" {
		line.TaxType = item.SalesDetails.TaxType
	}
	return nil
}

// viewLines is how lines are answered: unit prices with two decimals unless four were asked for.
func viewLines(lines []LineItem, fourDecimals bool) []LineItem {
	view := make([]LineItem, len(lines))
	copy(view, lines)
	if fourDecimals {
		return view
	}
	for i := range view {
		if view[i].UnitAmount != nil {
			rounded := view[i].UnitAmount.round2()
			view[i].UnitAmount = &rounded
		}
	}
	return view
}
