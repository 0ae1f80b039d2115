// Package synclog is the history of what was exchanged with the services: each
// call as it went over the wire, and each record's operation within it.
//
// A call that wrote 50 invoices is one Call and 50 Entries. Secrets and personal
// data are masked before anything is kept, see Mask. Entries are kept 90 days,
// and are written to files for people and programs.
package synclog
