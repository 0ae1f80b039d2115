// Package crmpages shows customers, products, orders and invoices to people:
// lists, records, forms and the steps that records take.
//
// It owns the addresses below /customers, /products, /orders and /invoices,
// what a form asks for, how it is read, and the words of what was done. It does
// not own the rules of records or who may do what (package records decides
// both; pages only leave out buttons that would be refused), nor what other
// services know of a record, which Config.Links tells.
//
// Every address is a whole page. htmx asks the same address for a fragment:
//
//	GET  list           ─► #customers, #products, #orders, #invoices
//	GET  record         ─► #order, #invoice, #links (asked again while it is sent)
//	POST form           ─► refused: the form at 422 or 409 │ saved: the record's page
//	POST form, new line ─► #lines, #contacts, #addresses, nothing saved
//	POST step           ─► 303 to the record, with the notice of what was done
package crmpages
