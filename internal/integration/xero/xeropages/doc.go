// Package xeropages shows the connection to Xero: giving access and ending it,
// choosing the organisation, the settings of what is sent, limits, contacts,
// bulk runs, and the card that sums the exchange up, also for frames in other
// sites.
//
// It owns those pages, the words of what they report, and where a record's
// state in Xero leads (Links). It does not own the rules, which package xero
// keeps, nor history, errors and webhooks, which are pages of their own.
//
// A person gives access like this; every arrow is a request of the browser:
//
//	/xero ─► /xero/connect ─► consent at Xero ─► /xero/callback ─┬► /xero
//	                                             │               └► /xero/tenants ─► /xero
//	                                             └► refused or too late: why, and how to go on
package xeropages
