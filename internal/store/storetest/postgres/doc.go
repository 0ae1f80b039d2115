// Package postgres starts a PostgreSQL server for tests, in a folder of its
// own under the temporary one, reachable only through the socket in that
// folder. It owns the server's life; databases and their schema belong to
// package storetest.
//
// The server ends with the process that started it, whether that stops it,
// panics or is killed: a shell watches over it and holds one end of a pipe
// whose other end only this process holds.
//
//	Start ─► initdb ─► pg_ctl start ─► ready ─► pipe closes ─► stop ─► folder removed
//	                        └─ fails ─► error with its words, folder removed
package postgres
