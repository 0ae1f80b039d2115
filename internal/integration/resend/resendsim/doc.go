// Package resendsim is a stateful HTTP server that behaves as Resend does: sending, batches, schedules, domains,
// suppressions, metrics, signed webhooks, limits, and faults on demand. It serves the demo, the tests and any
// developer; Resend's own client libraries can talk to it. No mail ever leaves it.
//
// It owns its own wire types, records and clock, and imports nothing else from this repository, so that it can
// disagree with the code it tests. It does not own: contacts, audiences and broadcasts, received mail, the editing of
// templates, DNS but for what the owners of its domains have published, the fetching of attachments by URL.
//
// Vendor rules come from https://resend.com/docs and the OpenAPI description at
// https://github.com/resend/resend-openapi. How webhooks are signed and repeated is Svix's: https://docs.svix.com.
//
// A message, of which every recipient has a fate of its own:
//
//	queued ──► sent ──► delivered ──► opened ──► clicked
//	  │          ├────► delivery_delayed ──► delivered
//	  │          ├────► bounced (Permanent suppresses the address) ── or, when transient, ──► delivered
//	  │          └────► failed
//	  ├──► suppressed (the address is on the list)      delivered ──► complained (suppresses the address)
//	  └──► scheduled ──► canceled, or at its time as queued
//
// Domains: not_started ──verify──► pending ──► verified, failed, partially_verified or partially_failed, as the records
// say. Endpoints: enabled ──an event refused to the last──► disabled ──PATCH──► enabled. Events on their way to one:
// pending ──► success, or attempting ──► success or failed.
//
// Everything happens by the clock of Options.Now. What is due, such as scheduled mail, a further try of a webhook or the
// end of a check, is done by Deliver, or by Run while it runs; requests do what concerns the records first. So a test
// moves its clock, calls Deliver and looks, and nothing sleeps.
//
// A request passes, in this order: User-Agent, key, rate, faults before, idempotency key, the work, faults after. The
// Go methods in person.go, life.go and domain.go stand for recipients, mail servers and owners of DNS; the pages do the
// same for people, and /sim/… for programs.
//
// The folder officialclient holds a script that drives all of it with Resend's own Node client.
package resendsim
