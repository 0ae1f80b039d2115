// Package claudesim is a stateful HTTP server that behaves as Claude's API does: messages at once or as a stream of
// events, tools, thinking, the prompt cache, counts of tokens, models, batches, limits, and faults on demand. It serves
// the demo, the tests and any developer; Anthropic's own client libraries can talk to it. No model is behind it: what it
// answers is scripted, or said by a plain stand-in that says so.
//
// It owns its own wire types, records and clock, and imports nothing else from this repository, so that it can
// disagree with the code it tests. It does not own: server tools, files, citations, compaction and the editing of
// contexts, managed agents, the admin API. A request that asks for them is refused.
//
// Vendor rules come from https://platform.claude.com/docs and the API description that Anthropic's Go client carries.
//
// A request passes, in this order: key, version, faults before, the shape of its fields, the rules of its model, the
// order of its messages, the signatures of its thinking, the length of its prompt, the limits of its pool, the turn,
// faults after. A turn is said by Options.Script, else by the first Plan that matches, else by the stand-in:
//
//	request ──► script ──► plans ──► stand-in ──► compose ──► message, or events
//	                                              │ thoughts are signed, calls get ids,
//	                                              └ max_tokens, the context window and stop sequences cut
//
// The stand-in picks tools of the request by words of the question, fills their arguments by their JSON schemas, and
// makes a short answer of their results. It knows no tool by name, and takes nothing that a result says for an order.
//
// Signatures cover everything before a thinking block but other thinking, so that a changed prefix is refused. A prompt
// is kept by its exact bytes, in the order tools, system, messages, for five minutes or an hour of Options.Now.
//
// A batch: in_progress ──its time is over, or 24 hours──► ended; or ──cancel──► canceling ──► ended. Its requests are
// worked off in their order, evenly over its time, and told in another.
//
// Everything happens by the clock of Options.Now, and waits pass by Options.Wait, so that a test moves its clock and
// nothing sleeps. The pages do for people what /sim/… does for programs.
//
// The folder officialclient holds a script that drives all of it with Anthropic's own TypeScript client.
package claudesim
