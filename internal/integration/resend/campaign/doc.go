// Package campaign sends a template to many customers.
//
//	wish ─► loading ─► preparing ─► ready ─► (scheduled) ─► running ─► done
//	        list,      each recipient:  a person      slices of 200 are written and
//	        500 lines  would it go,     looks, and    queued while fewer than 1,000 mails
//	        at a time  and why not      starts        of the campaign have yet to leave
//
// Whom a campaign goes to is found out once, in steps, each of which is kept
// with the place that it came to. An address is in it once, which the database
// keeps. Before it starts nothing is sent. While it runs, a recipient is settled
// in the transaction that queues its mail, so that whoever goes on after a crash
// finds what was done. States change only from the state that was seen, so that
// of two people, or of a person and a job, one is told that the other was faster.
//
// Mails of a paused or cancelled campaign are held back where mail leaves, in
// package resend.
//
// It owns who gets a campaign and when it is queued. How mail leaves, consent
// and suppression are those of package resend, what a template says is its own.
package campaign
