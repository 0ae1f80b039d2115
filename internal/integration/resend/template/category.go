package template

import (
	"maps"
	"slices"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// Category is what an e-mail is about, which decides the data it is given.
type Category string

// The categories.
const (
	Invoice      Category = "invoice"
	Receipt      Category = "receipt"
	CreditNote   Category = "credit_note"
	Reminder     Category = "reminder"
	Quote        Category = "quote"
	FollowUp     Category = "follow_up"
	Order        Category = "order"
	Installation Category = "installation"
	Warranty     Category = "warranty"
	Support      Category = "support"
	Notice       Category = "notice" // to staff
	Report       Category = "report" // to staff
	Marketing    Category = "marketing"
	Custom       Category = "custom" // a customer, and whatever the caller adds
)

// Categories are all of them, in the order that people choose from.
func Categories() []Category {
	return []Category{Invoice, Receipt, CreditNote, Reminder, Quote, FollowUp, Order, Installation, Warranty, Support, Notice, Report, Marketing, Custom}
}

// Valid reports whether it is one of Categories.
func (c Category) Valid() bool { return slices.Contains(Categories(), c) }

// schemas are the fields of every category. They are made anew each time, so
// that no caller can change another's.
func schemas() map[Category][]Field {
	all := map[Category][]Field{}
	maps.Copy(all, accountSchemas())
	maps.Copy(all, salesSchemas())
	maps.Copy(all, staffSchemas())
	all[Marketing] = append([]Field{customer()}, marketingFields()...)
	all[Custom] = []Field{customer()}
	return all
}

func accountSchemas() map[Category][]Field {
	return map[Category][]Field{
		Invoice: {customer(), invoice(1078000, optional(notYet(money("paid", "What was paid so far", 0))))},
		Receipt: {customer(), invoice(0, money("paid", "What was paid so far", 1078000)), record("payment", "The payment that arrived",
			day("date", "The day it arrived", crm.NewDay(2026, time.November, 20)),
			money("amount", "How much arrived", 1078000),
			optional(text("method", "How it was paid", "Bank transfer")),
			optional(text("reference", "The payer's reference", "INV-10241")),
		)},
		Reminder: {customer(), invoice(878000, optional(money("paid", "What was paid so far", 200000))),
			optional(number("days_until_due", "Days until the due date, before it", 3)),
			optional(number("days_overdue", "Days since the due date, after it", 7)),
			optional(day("final_day", "The last day to pay before the next step", crm.NewDay(2027, time.January, 15))),
		},
		CreditNote: {customer(), record("credit_note", "The credit note", append([]Field{
			text("number", "Its number", "CN-1042"),
			day("date", "The day it was issued", crm.NewDay(2026, time.November, 22)),
			text("reason", "Why it was given", "One battery module arrived damaged."),
			optional(text("invoice_number", "The invoice that it reduces", "INV-10241")),
			optional(money("remaining", "What is left to use", 0)),
			optional(link("url", "Where the customer sees it", "credit-notes/CN-1042")),
		}, sums([]any{sold("BM-050", "Battery module 5 kWh", 1, 499500)}, 499500)...)...)},
	}
}

func salesSchemas() map[Category][]Field {
	goods := sums(goods(), 980000)
	quote := record("quote", "The quote", append([]Field{
		text("number", "Its number", "Q-2087"),
		day("date", "The day it was made", crm.NewDay(2026, time.November, 9)),
		day("valid_until", "The last day it holds", crm.NewDay(2026, time.December, 9)),
		link("url", "Where the customer sees it", "quotes/Q-2087"),
		optional(link("accept_url", "Where the customer accepts it", "quotes/Q-2087/accept")),
	}, goods...)...)
	order := record("order", "The order", append([]Field{
		text("number", "Its number", "SO-5521"),
		day("date", "The day it was placed", crm.NewDay(2026, time.November, 10)),
		optional(text("reference", "The customer's own reference", "PO 7741")),
		text("delivery_address", "Where it goes", "Harbour Solar Pty Ltd\n22 Wharf Street\nNewcastle NSW 2300"),
		optional(day("expected", "The day it should arrive", crm.NewDay(2026, time.November, 18))),
		link("url", "Where the customer sees it", "orders/SO-5521"),
	}, goods...)...)
	return map[Category][]Field{
		Quote:    {customer(), seller(), quote},
		FollowUp: {customer(), seller(), optional(quote)},
		Order: {customer(), order, optional(record("shipment", "What was sent, once it was",
			day("date", "The day it left", crm.NewDay(2026, time.November, 16)),
			text("carrier", "Who carries it", "StarTrack"),
			optional(text("tracking_number", "The carrier's number", "STK4471920")),
			optional(link("tracking_url", "Where to follow it", "track/STK4471920")),
		))},
		Installation: {customer(), record("installation", "The visit",
			moment("time", "When it begins", time.Date(2026, time.November, 25, 21, 30, 0, 0, time.UTC)),
			text("address", "Where it is", "22 Wharf Street, Newcastle NSW 2300"),
			text("installer", "Who comes", "Dan Okafor"),
			optional(text("phone", "The installer's telephone number", "0491 570 156")),
		)},
		Warranty: {customer(), record("warranty", "The warranty",
			text("product", "What it is for", "Battery module 5 kWh"),
			text("serial", "The serial number", "WB-22-004178"),
			day("start", "Its first day", crm.NewDay(2026, time.November, 18)),
			day("end", "Its last day", crm.NewDay(2036, time.November, 17)),
			link("url", "Where the terms are", "warranty/WB-22-004178"),
		)},
		Support: {customer(), record("ticket", "The request for help",
			text("number", "Its number", "T-3318"),
			text("subject", "What it is about", "Inverter shows error 44"),
			text("reply", "What we answer", "Please restart the inverter at the isolator, wait one minute and start it again.\nIf error 44 comes back, reply with a photo of the display."),
			link("url", "Where the conversation is", "tickets/T-3318"),
		)},
	}
}

func staffSchemas() map[Category][]Field {
	reader := record("recipient", "The person who reads it",
		text("name", "Their first name", "Alex"),
	)
	return map[Category][]Field{
		Notice: {reader, record("notice", "What needs a person",
			text("title", "What happened, in a few words", "Invoice INV-10243 was refused by Xero"),
			text("what", "What happened", "Xero refused invoice INV-10243 for Harbour Solar Pty Ltd."),
			text("why", "Why it happened", "Account 200 was archived in Xero, and lines must name an active one."),
			text("action", "The one thing to do next", "Choose another account for sales"),
			link("url", "Where to do it", "settings/xero/accounts"),
			moment("time", "When it happened", time.Date(2026, time.November, 22, 4, 12, 0, 0, time.UTC)),
			optional(number("count", "How many records wait for it", 3)),
		)},
		Report: {reader, record("report", "The report",
			text("title", "Its name", "Daily summary"),
			day("from", "Its first day", crm.NewDay(2026, time.November, 21)),
			day("to", "Its last day", crm.NewDay(2026, time.November, 21)),
			text("summary", "What it says, in a few sentences", "Sales were above the average of the last four Saturdays. Two invoices became overdue."),
			Field{Name: "figures", Type: TypeList, Description: "The main figures", Fields: []Field{
				text("name", "What it counts", ""), text("value", "The figure as it is read", ""), optional(text("change", "Against the period before", "")),
			}, Sample: []any{
				Data{"name": "Invoiced", "value": "$48,210.00", "change": "+12%"},
				Data{"name": "Paid", "value": "$31,945.50", "change": "−4%"},
				Data{"name": "Overdue", "value": "$8,780.00", "change": "2 invoices"},
				Data{"name": "Orders shipped", "value": "14", "change": nil},
			}},
			link("url", "Where the whole report is", "reports/2026-11-21"),
		)},
	}
}

// marketingFields are what every marketing e-mail needs besides its content.
func marketingFields() []Field {
	return []Field{
		link("unsubscribe_url", "Where the reader stops these e-mails in one step; required by law", "unsubscribe/SAMPLE"),
		optional(link("preferences_url", "Where the reader chooses what to receive", "preferences/SAMPLE")),
		optional(text("reason", "Why the reader receives it; a general sentence otherwise", "You agreed to product news when you ordered from us.")),
	}
}

func customer() Field {
	return record("customer", "Who receives the e-mail",
		text("name", "The business name", "Harbour Solar Pty Ltd"),
		optional(text("contact", "The first name of the person", "Priya")),
		text("email", "The address it goes to", "ap@harboursolar.example"),
		optional(text("number", "Our customer number", "C-0417")),
	)
}

func seller() Field {
	return record("seller", "Who looks after the customer",
		text("name", "Their name", "Mia Tran"),
		optional(text("phone", "Their telephone number", "(02) 5550 1240")),
		text("email", "Their address", "mia@wattlebatteries.example"),
	)
}

// notYet is a field whose sample is without a value.
func notYet(f Field) Field {
	f.Sample = nil
	return f
}

// invoice takes the amount due in cents and the field of what was paid.
func invoice(due crm.MinorUnits, paid Field) Field {
	fields := append([]Field{
		text("number", "Its number", "INV-10241"),
		day("date", "The day it was issued", crm.NewDay(2026, time.November, 16)),
		day("due_date", "The last day to pay", crm.NewDay(2026, time.December, 16)),
		optional(text("reference", "The customer's own reference", "PO 7741")),
		optional(link("url", "Where the customer sees it", "invoices/INV-10241")),
		optional(link("pay_url", "Where the customer pays online", "pay/INV-10241")),
	}, sums(goods(), 980000)...)
	return record("invoice", "The invoice", append(fields, paid,
		optional(notYet(Field{Name: "attached", Type: TypeFlag, Description: "Whether its document goes with the mail"})),
		money("due", "What is still to pay", due),
		optional(record("bank", "Where to transfer to",
			text("account_name", "The account's name", "Wattle Batteries Pty Ltd"),
			text("bsb", "The BSB", "082-001"),
			text("account_number", "The account's number", "12 345 6789"),
		)),
	)...)
}

// sums are the lines of a document and what they add up to, with a tenth of
// tax on top of the net amount in cents.
func sums(lines []any, net crm.MinorUnits) []Field {
	return []Field{
		{Name: "lines", Type: TypeList, Description: "What was sold; the filter lines makes a table of them", Sample: lines, Fields: []Field{
			optional(text("sku", "The product's code", "")),
			text("description", "What it is", ""),
			{Name: "quantity", Type: TypeNumber, Description: "How many"},
			{Name: "unit_price", Type: TypePrice, Description: "The price of one, without tax"},
			money("amount", "The line's amount, without tax", 0),
		}},
		money("subtotal", "The lines together", net),
		money("tax", "The tax on them", net/10),
		money("total", "With tax", net+net/10),
	}
}

func goods() []any {
	return []any{
		sold("BM-050", "Battery module 5 kWh", 1, 499500),
		sold("INV-H5", "Hybrid inverter 5 kW", 2, 214000),
		sold("", "Delivery to Newcastle", 1, 52500),
	}
}

func sold(sku, description string, quantity int, cents crm.MinorUnits) Data {
	return Data{
		"sku": sku, "description": description, "quantity": crm.Quantity(quantity * 10000),
		"unit_price": crm.Price(cents * 100),
		"amount":     crm.Money{Amount: cents * crm.MinorUnits(quantity), Currency: "AUD"},
	}
}
