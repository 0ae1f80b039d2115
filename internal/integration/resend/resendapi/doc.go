// Package resendapi is our client of Resend's HTTP API and the verifier of its
// webhooks, in Resend's own words.
//
// It owns the wire: addresses, headers, JSON shapes, times, paging, frozen
// payloads, what each failure means, and which webhook is genuine. It does not
// own what is worth mailing, to whom it may go (suppression, consent), when to
// send it again (jobs), how fast (the http.Client's transport holds rate limits
// and breakers), or where keys are kept. It knows nothing else of this program.
//
// An e-mail is encoded once (Encode, EncodeBatch). The bytes are kept with
// their Idempotency-Key and sent as they are each time, because Resend refuses
// a key that comes with other bytes. It remembers a key for 24 hours (KeyLife).
//
// A send, and how it can end; "gone" is what MayHaveGone answers:
//
//	Encode ─► bytes, key ─► 2xx ──────────────────────► the id, or a BatchItem for each
//	              ▲  │      ├─ never left ────────────► KindRetry
//	              │  │      ├─ 429 rate ──────────────► KindRetry after RetryAfter
//	              └──┼──────┼─ 409 key or row in use ─► KindRetry in seconds (key: gone)
//	       same key, │      ├─ 5xx ───────────────────► KindRetry (gone)
//	      same bytes │      ├─ no answer, unreadable ─► KindUnknown (gone)
//	                 │      ├─ quota, or in the way ──► KindPause: the whole queue
//	                 │      ├─ key refused ───────────► KindStopKey: a person
//	                 │      ├─ sender refused ────────► KindStopSender: a person
//	                 │      ├─ content refused ───────► KindFix: a person, this mail
//	                 │      └─ key with other bytes ──► KindBug (gone)
//	                 └─ local rule broken ────────────► KindFix or KindBug, never left
//
// Nothing is retried here. net/http alone may repeat a request, with the same
// key and bytes, when a connection it had kept turns out to be closed.
//
// Neither Error() nor a log of an Error quotes Resend's words, which may hold a
// customer's address; Error.Words has them for the person concerned.
//
// https://resend.com/docs/api-reference/introduction
package resendapi
