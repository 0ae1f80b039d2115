// Package notify tells people of an organisation what they should know, such as
// a sync that has failed for good or a connection that is about to end.
//
// It owns what a notice is, that one cause is told at most once an hour, and
// the list in the app with what is unread. It does not own the page that shows
// it, nor the causes: whoever finds one tells it. A Sender carries notices
// further; without one they stay in the app.
//
//	found ─► told within the last hour? ─ yes ─► dropped
//	                                   └─ no ──► unread ─► read
package notify
