// Package workflow holds the stories that cross records and services: what
// follows from a step that somebody took. A story is a reaction in the
// transaction of the step, so that the step and what follows hold or fail
// together.
//
//	order shipped or delivered ─► its invoice is made and issued ─► (xero) sent
//
// What services do with a change is theirs; see the integrations.
package workflow
