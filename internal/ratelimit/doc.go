// Package ratelimit keeps all processes together under the limits of other
// services, and a reserve of them for people.
//
// It owns the rules of budgets and their use before a request leaves. It does
// not own where budgets are kept, which is for a Store to know, nor what to do
// with a request that was denied: it never sleeps, and the job that asked
// tries again after Denied.RetryAfter.
//
// A budget is a number of requests in a window of time, for one tenant of one
// service: 60 a minute, 5,000 a day. Windows are cut from the clock in UTC.
// Processes lease a few requests at a time, so that most requests cost no
// query:
//
//	shared row: used of limit ──lease 5──► memory of a process ──1──► request ──► answer
//	      ▲           ▲                         │ window turns: gone                 │
//	      │           └── closing: given back ──┘                                    │
//	      └── X-MinLimit-Remaining: used at least so many; 429: blocked until ───────┘
//
// The last requests of a window are kept back: jobs leave Reserve, bulk jobs
// twice that, people nothing. A budget of the window Concurrent counts
// requests under way instead; each holds a slot until its answer was read, or
// until the slot expires because the process died.
package ratelimit
