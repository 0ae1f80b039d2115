// Package demo makes a business to try the program with: a year of Voltway
// Batteries Pty Ltd, a made-up wholesaler of batteries in Sydney, and the
// books that its bookkeeper kept in the simulated Xero meanwhile.
//
// It owns what the business sells, to whom, and what happened day by day. All
// of it goes through package records with a clock that moves through the year,
// so every rule of the live program holds; only the reactions are missing,
// because nothing is connected yet. The same clock gives the same business,
// ids aside. Nobody in it exists: telephone numbers are those that are kept
// free for fiction, e-mail addresses end in .example, and ABNs only check.
//
// An order takes the way that package crm draws, and what happens to it
// afterwards is planned before anything is kept:
//
//	plan: minutes of business hours ─► steps, sorted by minute ─► Work, minute by minute
package demo
