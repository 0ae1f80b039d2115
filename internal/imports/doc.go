// Package imports holds the tests that keep the import rules. It has no code
// of its own: `go test ./internal/imports` names each import that breaks one.
//
// Imports go down only:
//
//	cmd/renoz ─► cli ─► app ─► everything below
//	  pages, api ─► web (the kit of pages)
//	  integrations, records, workflow   (no integration knows another)
//	  store
//	  mechanisms: jobs, inbox, link, synclog, ratelimit, breaker, vault, auth, …
//	  crm          clients (…api) and simulators (…sim), which know nothing here
//
// A package that no level names, and a third-party module without a reason in
// the list, break the rules too.
package imports
