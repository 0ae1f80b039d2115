// Package resendpages shows the mail of the business: the list of messages, one
// message with what was told of it, addresses that must not be written to, how
// mail is sent, and the card that sums it up.
//
// It owns those pages and the words of what they report. It does not own the
// rules, which package resend keeps, nor the history of requests and the log of
// webhooks, which are pages of their own.
//
// What a mail says was written by others. It is shown in a frame that may run
// nothing and load nothing, at an address with a policy of its own.
package resendpages
