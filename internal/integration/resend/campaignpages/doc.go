// Package campaignpages shows campaigns: the list, the form that makes one, one
// campaign with its preview and then its progress, whom it goes to, and what a
// recipient gets.
//
// It owns those pages and the words of what they report. The rules are those of
// package campaign; a single mail has its page in resendpages.
package campaignpages
