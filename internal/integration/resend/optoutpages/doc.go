// Package optoutpages is where the links in marketing mail lead, without sign-in:
// a page on which its reader chooses which kinds to get, or none; the address that
// mail clients call for one click; and the page that confirms a wish for mail.
// Opening a page changes nothing.
//
//	mail ─► /unsubscribe/{token} ─┬► less mail: at once
//	                              └► more mail: a mail asks to confirm ─► /subscribe/{token} ─► consent
package optoutpages
