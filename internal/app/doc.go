// Package app wires the program together: it is the only place that knows all
// of its parts. A command opens an App, uses or runs it, and closes it.
//
// Run starts, in this order: the announcement of the process and the release
// of what dead ones claimed, the inbox, the jobs, the HTTP server. It stops
// them in the opposite order, so that nothing is accepted that could not be
// kept.
package app
