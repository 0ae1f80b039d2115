// Package inbox takes webhooks in: it verifies, keeps, rings for a job and only
// then answers 200, so that an event which was acknowledged is never lost.
//
// Requests that arrive together share one transaction. Whatever has queued while
// the last one committed forms the next batch; there is no timer. A disk that
// syncs a thousand times a second thereby keeps many thousand events a second.
//
//	received ─► working ─► done
//	    ▲          │ ─► ignored    nothing here follows from it
//	    │          │ ─► unmatched  no organisation is connected to its tenant
//	    │  later   │ ─► failed     five tries gone; a person replays it
//	    └──────────┘
//
// What an event means is the integration's business: it reads the record that
// the event names from the service, and never trusts the payload or its order.
package inbox
