// Package xero keeps an organisation's customers, invoices, payments and credit
// notes the same in Renoz and in Xero.
//
//	change ─► React: link pending, job ─► Push: contacts, then invoices, then payments and credit notes
//	webhook ─► inbox ─► Look: which records ─┐
//	hourly, "sync now" ─► Pull: what changed ┴► read from Xero, apply to our record
//	written in Xero ─► Reconcile lists it ─► TakeOver: a record here, linked; or by itself as it is read
//	bulk run ─► Bulk: plan by the rules of Push, nothing sent ─► Push marks a few links at a time
//	       └──► Bulk: read everything, page by page
//
// It owns connecting, mapping, sending, reading back and what each failure
// means. It does not own the calls themselves (xeroapi), the records (records)
// or where anything is kept (store). It never writes to Xero before it knows
// the outcome of an earlier write of the same record.
package xero
