// Package auth knows who acts, in which organisation, and what they may do.
//
// It owns roles and the one table of permissions, passwords, sessions, API
// tokens, the brake on guessing, and the middleware that puts an Identity in
// the context of a request. It does not own sign-in pages, the answers to
// refused requests, or the tables: package store keeps those and satisfies the
// Store interfaces declared here.
//
// Pages are used with a session cookie, addresses below /api/ with a token:
//
//	request ─► Middleware ─► /api/…: Authorization: Bearer rnz_… ┐
//	                    └──► others: session cookie ─────────────┴► Identity in the context
//	                                                                  └► Require(ctx, permission)
//
// A session:
//
//	sign in ─► live ─► used: lives 14 days more, at most 60 after sign-in
//	            ├────► moved to another organisation of the same person
//	            └────► ended: signed out, 14 days unused, 60 days old, new
//	                   password, disabled, removed from the organisation
//
// The program itself and its command line act as System(org, name), so that
// the same methods and rules serve them.
package auth
