// Package store keeps everything, in a SQLite file or in PostgreSQL, with one
// schema and one set of queries for both. It is the only place with SQL.
//
// A Store reads; what changes goes through InTx, where rows and the jobs they
// cause commit together or not at all. Reader and Tx speak in the types of the
// packages they serve: crm, link, inbox, synclog, auth and the others, whose
// small Store interfaces this package satisfies.
//
// SQLite: one connection writes, several read beside it. Transactions take the
// write lock when they begin, because one that reads first and writes later
// fails when another wrote in between. Every commit is synced to the disk.
package store
