// Package api is the JSON API below /api/v1/ for other programs.
//
// It owns the addresses, the shapes of requests and answers, the OpenAPI
// document made from those shapes, what is answered to errors, and the keys
// that make a request safe to repeat. It does not own what happens to records
// (records), what goes to Xero (xero) or leaves as mail (resend), or who a token
// belongs to: the middleware of auth has put that in the context.
//
//	request ─► known? 401 ─► address? 404, 405 ─► body? 413
//	        ─► permission? 403 ─► Idempotency-Key known? answered before
//	        ─► shape? 400, 422 ─► records, xero ─► answer, or problem+json
//
// One table of operations registers every address with the permission that it
// needs; an operation without one cannot be registered.
package api
