// Command loadtest sends signed webhooks to the built program as fast as it
// answers them, and to a server that only checks the signature and answers 200,
// which is the most that this machine, its network stack and this client can do.
//
//	loadtest ─┬─► renoz serve          fsync on, jobs on: what is asked about
//	          └─► loadtest -baseline   the same verification and server settings
//
// The three are processes of their own. Rounds of both alternate, so that
// whatever else the machine does meets both. Every webhook is a distinct event.
// Afterwards the kept events are counted: each that was acknowledged must be
// there.
//
// It owns the measuring only; it knows the program by its command line and the
// database that it leaves behind.
package main
