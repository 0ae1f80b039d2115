package crm

import "github.com/google/uuid"

// RecordKind names a kind of record, in the words of lists and addresses.
type RecordKind string

// The kinds of record that change and are linked to services.
const (
	CustomerRecord   RecordKind = "customer"
	OrderRecord      RecordKind = "order"
	InvoiceRecord    RecordKind = "invoice"
	PaymentRecord    RecordKind = "payment"
	ProductRecord    RecordKind = "product"
	CreditNoteRecord RecordKind = "credit_note"
	AllocationRecord RecordKind = "allocation"
	RefundRecord     RecordKind = "refund"
)

// RecordKinds are all kinds of record that change.
func RecordKinds() []RecordKind {
	return []RecordKind{
		CustomerRecord, OrderRecord, InvoiceRecord, PaymentRecord, ProductRecord, CreditNoteRecord, AllocationRecord, RefundRecord}
}

// ChangeKind says what happened to a record.
type ChangeKind string

// The kinds of change.
const (
	Created        ChangeKind = "created"
	Updated        ChangeKind = "updated"
	Confirmed      ChangeKind = "confirmed"       // an order
	Shipped        ChangeKind = "shipped"         // an order, in full
	Delivered      ChangeKind = "delivered"       // an order
	Cancelled      ChangeKind = "cancelled"       // an order
	Issued         ChangeKind = "issued"          // an invoice or a credit note
	Voided         ChangeKind = "voided"          // an invoice or a credit note
	BalanceChanged ChangeKind = "balance_changed" // an invoice or a credit note: what was paid, credited or used, nothing that was sold
	Paid           ChangeKind = "paid"            // an invoice: as BalanceChanged, and nothing is owed any more
	Reversed       ChangeKind = "reversed"        // a payment, an allocation or a refund
	Archived       ChangeKind = "archived"        // a customer
	Restored       ChangeKind = "restored"        // a customer, to the active ones
)

// Change says that a record changed, for those who must act on it in the same
// transaction.
type Change struct {
	OrgID   OrgID
	Record  RecordKind
	ID      uuid.UUID
	What    ChangeKind
	Version int64  // of the record after the change; 0 for a product, which has none
	Label   string // what people call the record, such as INV-00042
	Actor   string // who did it, in words for people
	Origin  string // the service that the change comes from, such as xero, which need not be told; empty: from here
}
