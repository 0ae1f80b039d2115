// Package mail owns what an e-mail of the business is from the moment it is
// queued: to whom, in which stream, where it stands, what the mail service told
// of it, and which addresses must not be written to. Each message has one
// recipient, and its bytes are frozen when it is queued, so that a repeated
// request is the same request.
//
// It does not own sending, which is the integration's, nor what mails say.
//
//	          claimed            accepted
//	queued ───────────► sending ──────────► sent ─► delayed ─► delivered ─► opened ─► clicked
//	  │ ▲                 │ │                 └──────► bounced, failed, suppressed, cancelled
//	  │ └── try again ────┘ │                          (outrank progress)
//	  │                     └─ refused, or tries gone ──► failed
//	  └─ suppressed address, or a person ──► suppressed, cancelled
//
// What the service tells may come in any order and more than once. Fold takes
// each event by rank: a state is never lowered by a late one.
package mail
