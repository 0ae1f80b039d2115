// Package crm is the business itself: organisations, customers, products,
// orders, invoices, credit notes and payments, with the money they are counted
// in, the states they pass through and the rules that hold between them.
//
// It owns types and rules only. It knows no database, no web and none of the
// services; everything else in the program may know it.
//
// Orders:
//
//	draft ─► confirmed ─► picking ─► picked ─► partially_shipped ─► shipped ─► delivered
//	   └─────────┴───────────┴─────────┴─► cancelled
//
// Invoices:
//
//	draft ─► issued ─► part_paid ─► paid
//	  │        │ ▲         │ ▲        │     a payment taken back leads left again;
//	  └────────┴─► voided  └─┴────────┘     overdue is issued or part_paid after the due date
//
// Credit notes:
//
//	draft ─► issued ◄─► applied     applied: all of it is allocated or refunded
//	  └────────┴─► voided
package crm
