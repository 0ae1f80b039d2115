// Package walltest walks every address of the wired program: every page and
// every operation of the API as every role, as somebody of another
// organisation and as nobody; every door that asks for no sign-in; and every
// page in a browser, with the records of the demonstration. What is expected
// follows from the tables of the program alone, so that a new address is
// tested, or fails the tests, without anybody thinking of it.
package walltest
