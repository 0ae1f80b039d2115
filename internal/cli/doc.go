// Package cli is the command line: one file a command. Each says what went
// wrong in one line on standard error and ends with status 1, or 2 when the
// command itself cannot be read.
package cli
