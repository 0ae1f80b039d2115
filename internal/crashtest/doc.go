// Package crashtest shows from outside that nothing is lost and nothing is
// doubled: its tests build the program, start it against a simulated Xero and
// a real database, and kill it while it works.
//
// RENOZ_TEST_BINARY names a program that is built already. RENOZ_TEST_SEED
// repeats the moments of an earlier run; each run prints its seed. Which
// instruction a kill meets is up to the machine all the same.
//
// The package owns no code of the program.
package crashtest
