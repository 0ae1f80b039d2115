package crm

import (
	"slices"
	"strings"
)

// OrderState is how far an order is; the package's comment draws the way.
type OrderState string

// The states of an order.
const (
	OrderDraft            OrderState = "draft"
	OrderConfirmed        OrderState = "confirmed"
	OrderPicking          OrderState = "picking"
	OrderPicked           OrderState = "picked"
	OrderPartiallyShipped OrderState = "partially_shipped"
	OrderShipped          OrderState = "shipped"
	OrderDelivered        OrderState = "delivered"
	OrderCancelled        OrderState = "cancelled"
)

// OrderStates are all states in the order in which an order passes them.
func OrderStates() []OrderState {
	return []OrderState{OrderDraft, OrderConfirmed, OrderPicking, OrderPicked, OrderPartiallyShipped, OrderShipped, OrderDelivered, OrderCancelled}
}

// Valid reports whether the state is one of OrderStates.
func (s OrderState) Valid() bool { return slices.Contains(OrderStates(), s) }

// Label is the state in words, such as "Partially shipped".
func (s OrderState) Label() string { return label(string(s)) }

// Next are the states that may follow, the usual one first. An order that goes
// out at once skips partially_shipped.
func (s OrderState) Next() []OrderState {
	switch s {
	case OrderDraft:
		return []OrderState{OrderConfirmed, OrderCancelled}
	case OrderConfirmed:
		return []OrderState{OrderPicking, OrderCancelled}
	case OrderPicking:
		return []OrderState{OrderPicked, OrderCancelled}
	case OrderPicked:
		return []OrderState{OrderShipped, OrderPartiallyShipped, OrderCancelled}
	case OrderPartiallyShipped:
		return []OrderState{OrderShipped}
	case OrderShipped:
		return []OrderState{OrderDelivered}
	}
	return nil
}

// CanBecome reports whether next may follow.
func (s OrderState) CanBecome(next OrderState) bool { return slices.Contains(s.Next(), next) }

// Become returns an Error of kind Conflict that says what is possible when
// next may not follow, and one of kind Invalid when there is no such state.
func (s OrderState) Become(next OrderState) error {
	if !next.Valid() {
		return Errorf(Invalid, "%q is not a state of an order.", clip(string(next), 30))
	}
	if s.CanBecome(next) {
		return nil
	}
	return refusal("order", s, next, s.Next())
}

// Editable reports whether customer and lines may still change.
func (s OrderState) Editable() bool { return s == OrderDraft || s == OrderConfirmed }

// InvoiceState is how far an invoice is; the package's comment draws the way.
type InvoiceState string

// The states of an invoice. InvoiceOverdue is shown and searched for, see
// StateOn, but an invoice is never kept in it.
const (
	InvoiceDraft    InvoiceState = "draft"
	InvoiceIssued   InvoiceState = "issued"
	InvoicePartPaid InvoiceState = "part_paid"
	InvoicePaid     InvoiceState = "paid"
	InvoiceVoided   InvoiceState = "voided"
	InvoiceOverdue  InvoiceState = "overdue"
)

// InvoiceStates are the states an invoice is kept in.
func InvoiceStates() []InvoiceState {
	return []InvoiceState{InvoiceDraft, InvoiceIssued, InvoicePartPaid, InvoicePaid, InvoiceVoided}
}

// Valid reports whether an invoice can be kept in the state.
func (s InvoiceState) Valid() bool { return slices.Contains(InvoiceStates(), s) }

// Label is the state in words, such as "Part paid".
func (s InvoiceState) Label() string { return label(string(s)) }

// Next are the states that may follow. Payments lead right, one or more states
// at a time, and payments taken back lead left again.
func (s InvoiceState) Next() []InvoiceState {
	switch s {
	case InvoiceDraft:
		return []InvoiceState{InvoiceIssued, InvoiceVoided}
	case InvoiceIssued:
		return []InvoiceState{InvoicePartPaid, InvoicePaid, InvoiceVoided}
	case InvoicePartPaid:
		return []InvoiceState{InvoicePaid, InvoiceIssued}
	case InvoicePaid:
		return []InvoiceState{InvoicePartPaid, InvoiceIssued}
	}
	return nil
}

// CanBecome reports whether next may follow.
func (s InvoiceState) CanBecome(next InvoiceState) bool { return slices.Contains(s.Next(), next) }

// Become returns an Error of kind Conflict that says what is possible when
// next may not follow, and one of kind Invalid when there is no such state.
func (s InvoiceState) Become(next InvoiceState) error {
	switch {
	case !next.Valid():
		return Errorf(Invalid, "%q is not a state of an invoice.", clip(string(next), 30))
	case s.CanBecome(next):
		return nil
	case next == InvoiceVoided && (s == InvoicePartPaid || s == InvoicePaid):
		return Errorf(Conflict, "The invoice has payments or credits; take them back before voiding it.")
	}
	return refusal("invoice", s, next, s.Next())
}

// Open reports whether money may still come in.
func (s InvoiceState) Open() bool { return s == InvoiceIssued || s == InvoicePartPaid }

// StateOn is the state to show on a day: InvoiceOverdue when the due date has
// passed and something is still owed, otherwise the state it is kept in.
func (i Invoice) StateOn(today Day) InvoiceState {
	if i.State.Open() && i.Due() > 0 && !i.DueOn.IsZero() && i.DueOn.Before(today) {
		return InvoiceOverdue
	}
	return i.State
}

// InvoiceStateAfter is the state of an issued invoice after what was paid and
// credited. One that comes to nothing is paid, as in Xero.
func InvoiceStateAfter(total, paid, credited MinorUnits) InvoiceState {
	switch settled := paid + credited; {
	case settled >= total:
		return InvoicePaid
	case settled > 0:
		return InvoicePartPaid
	}
	return InvoiceIssued
}

func refusal[S interface {
	~string
	Label() string
}](noun string, from, to S, next []S) *Error {
	words := func(s S) string { return strings.ToLower(s.Label()) }
	if from == to {
		return Errorf(Conflict, "The %s is already %s.", noun, words(from))
	}
	if len(next) == 0 {
		return Errorf(Conflict, "The %s is %s, which is final; it cannot become %s.", noun, words(from), words(to))
	}
	possible := make([]string, len(next))
	for i, state := range next {
		possible[i] = words(state)
	}
	return Errorf(Conflict, "The %s is %s and cannot become %s; it can become %s.", noun, words(from), words(to), strings.Join(possible, " or "))
}

// label makes "Part paid" of "part_paid".
func label(state string) string {
	if state == "" {
		return ""
	}
	words := strings.ReplaceAll(state, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}
