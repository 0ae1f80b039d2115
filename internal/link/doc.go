// Package link keeps what each record is to each service: its remote id, what
// was last agreed, where the exchange stands and what a person can do about it.
//
//	     change                 claimed              ok
//	synced ──────► pending ─────────────► sending ───────────► synced
//	               ▲  ▲  precondition      │ not sent, 429, 5xx before a write: by schedule
//	               │  └──── blocked ◄──────┤ refused by validation ──► rejected (a person)
//	               │                       │ outcome not known ──► unknown ─ look it up ─► synced | pending
//	               └── retry / edited ◄────┴ 5 tries gone ──► dead (a person)      any error ─► dismissed
//
// A claim belongs to a process. When that process is gone, its claims become
// unknown: whether the service received the record must be looked up before
// anything is sent again.
//
// The package owns the states and the steps between them. Where links are kept
// is the store's business, what is sent is the integration's.
package link
