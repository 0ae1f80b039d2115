// Package resendsim is a stateful HTTP server that behaves as Resend does: sending, batches, schedules, domains,
// suppressions, metrics, signed webhooks, limits, and faults on demand. It serves the demo, the tests and any
// developer; Resend's own client libraries can talk to it. No mail ever leaves it.
package resendsim
