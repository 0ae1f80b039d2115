// Package syncpages shows what was exchanged with other services: the history
// of operations, the errors that need a person, and the webhooks that came in.
//
// It owns those three lists, their details, and the words of what retrying,
// dismissing and replaying report. It does not own what those steps mean, which
// an integration decides, nor where records are kept.
package syncpages
