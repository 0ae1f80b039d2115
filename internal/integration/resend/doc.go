// Package resend sends the e-mail of the business through Resend and learns what
// became of it.
//
//	wish ─► Queue: address, suppression, consent; frozen ─► mails: queued
//	        (in the transaction of the wish)                    │
//	                                                            ▼
//	          Push: parcels of ≤ 100, transactional first ─► Resend
//	                                                            │
//	        Look: keep the event, fold it, suppress  ◄── webhook, inbox
//
// A parcel's members, their order and its key never change. When the outcome of
// a request is not known, the same request is made again under the same key, of
// which Resend remembers for a day that it was carried out; after that a person
// decides. Requests that certainly did not arrive are dissolved, so that an
// address that was suppressed meanwhile gets nothing.
//
// Events come in any order, more than once, and before the answer that tells
// whose they are. What follows from them depends on their times alone: the state
// by rank, suppressions by the gravest reason and by bounces on both sides of an
// event, machines by the clicks around a click.
//
// Suppressions that stop everything are exchanged with Resend's own list: what
// changed here waits in its row until it was told, and what is new there comes by
// webhooks and every hour. What a person decided here is newer than what was there
// before.
//
//	bounce, complaint, person ─► suppression: adding ─► Resend's list ─► there
//	                                  ▲ person lifts it: removing ─► gone  │
//	                                  └── webhook, every hour ◄────────────┤
//	                            taken off there: holds until a person lifts it
//
// It owns when and how mail leaves, pauses, and what an event leads to. What a
// message is belongs to package mail, its words to package template.
package resend
