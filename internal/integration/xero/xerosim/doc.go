// Package xerosim is a stateful HTTP server that behaves as Xero does: sign-in, tokens and connections,
// the accounting API with its rules and limits, webhooks, and faults on demand. It serves the demo, the tests
// and any developer; official Xero client libraries can talk to it.
//
// It owns its own wire types, books and clock, and imports nothing else from this repository, so that it
// can disagree with the code it tests. It does not own: quotes, bills of suppliers beyond storing them, bank
// feeds, currencies other than the organisation's own, attachments, reports.
//
// Vendor rules come from https://developer.xero.com/documentation/api/accounting/overview and the OpenAPI
// description at https://github.com/XeroAPI/Xero-OpenAPI.
//
// Invoices and credit notes:
//
//	DRAFT ──► SUBMITTED ──► AUTHORISED ◄──► PAID (by itself, when nothing is due any more)
//	  │  └────────┼────────────▲   │
//	  └► DELETED ◄┘                └──► VOIDED (only without payments, credits or allocations)
//
// Overpayments and prepayments, which a person makes: AUTHORISED ◄──► PAID, AUTHORISED ──► VOIDED while unused.
// Payments: AUTHORISED ──► DELETED, but not when reconciled or in a batch. Contacts: ACTIVE ◄──► ARCHIVED; merged
// ones stay archived, erased ones (GDPRREQUEST) are final.
//
// The books can be changed in three ways that keep the same rules and announce the same webhooks: through the
// API, by a person on the pages (page.go), and by Go methods that stand for such a person (person.go), with
// which tests let somebody edit while our program does. /sim/… counts, breaks and reads, for demonstrations.
//
// The folder officialclient holds a script that drives all of it with Xero's own Node client.
//
// A request passes, in this order: token, tenant, limits, faults before the write, idempotency cache, rules,
// faults after the write. Records are never changed in place: every change replaces the record and leaves an
// undo behind, which is how one bad element takes back a whole request.
package xerosim
