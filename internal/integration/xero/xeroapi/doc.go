// Package xeroapi is our client of Xero's accounting API, consent (OAuth 2)
// and webhooks: the calls the sync makes, in Xero's own words.
//
// It owns the wire: addresses, headers, JSON shapes, exact amounts, dates,
// paging, and what each failure means. It does not own what is worth sending
// (mapping, link), when to send it again (jobs), how fast (the http.Client's
// transport holds rate limits and breakers), or where tokens are kept
// (TokenSource). It knows nothing else of this program.
//
// A call, and how it can end:
//
//	token ──► request ──► 2xx ─────────────────────────► records, or a Result for each
//	  ▲          │        401 token expired, once
//	  └──────────┼────────── (same key, same body)
//	             ├─ never left ────────────────────────► KindUnavailable, NotSent
//	             ├─ read: no answer, 5xx ──────────────► KindUnavailable
//	             ├─ write: no answer, 5xx, unreadable ─► KindUnknownOutcome: look it up
//	             ├─ 503, offline ──────────────────────► KindUnavailable
//	             ├─ 429 ───────────────────────────────► KindLimited, nothing written
//	             ├─ 400 ───────────────────────────────► KindInvalid (a person), KindBug (us)
//	             ├─ 401, 403 ──────────────────────────► KindReconnect, KindPause
//	             └─ 404 ───────────────────────────────► KindNotFound
//
// Writes take up to 50 records and answer for each, since a batch may be
// refused in part. Each write needs an Idempotency-Key; Xero remembers it for
// 6 minutes from its first use, so a later repeat must look first.
//
// Neither Error() nor a log of an Error quotes Xero's words, which may hold a
// customer's name; Error.Words has them for the person concerned.
//
// https://developer.xero.com/documentation/api/accounting/overview
package xeroapi
