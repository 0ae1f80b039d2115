// Package records is what people and programs do with the business records:
// create, change, list and move them along. Pages, the JSON API, the command
// line and the tools of the assistant all come through here, so that the same
// rules and the same words hold everywhere.
//
// A Book answers one person's or program's request: it asks who they are and
// what they may do, then works in a transaction of its own. A Work does the
// same steps inside a transaction that somebody else began and answers for:
// reactions, jobs, imports and demos.
//
// Every change does three things in its transaction: it changes the record, it
// adds a line to the record's history, and it calls the reactions, which mark
// what other services must be told. A change that comes from such a service
// names it as its origin.
//
// The package owns no SQL (see store), no rules that hold without a database
// (see crm), and knows none of the services.
package records
