// Package domainpages shows the domains that mail is sent from: the list, and one
// domain with its DNS records, what was found of them, what to do at the DNS host,
// and its history.
//
// It owns those pages and the words of what they report. What a record has to
// hold, and what is said about one that does not, is package mail's.
package domainpages
