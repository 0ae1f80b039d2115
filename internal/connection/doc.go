// Package connection is an organisation's access to a service: which account
// there, with which tokens, in which state and with which settings.
//
//	(none) ─► choosing ─► connected ◄──► paused     the service asked to wait, or is away
//	   ▲          │          │  ▲          │
//	   │          │          ▼  │          │
//	   └──────────┴── needs_reconnect ◄────┘        a person has to give access again
//
// Tokens are sealed before they come here. Refreshing them is the integration's
// business; the lease that lets only one process do it is kept with them.
package connection
