package crm

import "github.com/google/uuid"

// RecordKind names a kind of record, in the words of lists and addresses.
type RecordKind string

// The kinds of record that change and are linked to services.
const (
	CustomerRecord RecordKind = "customer"
	OrderRecord    RecordKind = "order"
	InvoiceRecord  RecordKind = "invoice"
	PaymentRecord  RecordKind = "payment"
	ProductRecord  RecordKind = "product"
)

// RecordKinds are all kinds of record that change.
func RecordKinds() []RecordKind {
	return []RecordKind{CustomerRecord, OrderRecord, InvoiceRecord, PaymentRecord, ProductRecord}
}

// ChangeKind says what happened to a record.
type ChangeKind string

// The kinds of change.
const (
	Created   ChangeKind = "created"
	Updated   ChangeKind = "updated"
	Shipped   ChangeKind = "shipped"   // an order, in full
	Delivered ChangeKind = "delivered" // an order
	Issued    ChangeKind = "issued"    // an invoice
	Voided    ChangeKind = "voided"    // an invoice
	Reversed  ChangeKind = "reversed"  // a payment
	Archived  ChangeKind = "archived"  // a customer
)

// Change says that a record changed, for those who must act on it in the same
// transaction.
type Change struct {
	OrgID  OrgID
	Record RecordKind
	ID     uuid.UUID
	What   ChangeKind
}
