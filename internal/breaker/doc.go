// Package breaker stops sending requests to a service that has failed several
// times in a row, for all processes at once, and finds out when it works
// again.
//
// It owns the state of each (service, tenant) and its rules. It does not own
// where that is kept, which is for a Store to know, nor the schedule of
// retries: a request that was held back is not sent, and the job that asked
// tries again after Open.Until.
//
//	          5 failures in a row                 30 s later, one request claims the probe
//	closed ─────────────────────────► open ──────────────────────────► half_open
//	  ▲ ▲                              ▲ ▲                               │ │ │
//	  │ └── reset by an administrator ─┘ └── the probe fails: 30 s more ─┘ │ └── the probe is lost:
//	  └────────────────── the probe succeeds ──────────────────────────────┘     another may claim it
//
// A success while closed starts the count anew. Answers to requests that left
// before the breaker opened change nothing once it is open.
package breaker
