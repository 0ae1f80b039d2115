// Package webtest drives pages in the system's Chromium, for tests of the
// packages that serve them. Import it from _test files only.
//
// It owns the browser (one for each test binary, one profile for each test),
// the console watch, the accessibility audit and the measurements of overflow,
// touch targets, weight and first paint. It does not own servers: a test brings
// the address of its own.
//
// A binary with browser tests hands its TestMain to Main, which ends the
// browser. Tests are skipped where Chromium or axe-core is missing, and fail
// there when RENOZ_TEST_STRICT=1. CHROMIUM names another browser binary; SHOTS
// names a directory for screenshots.
package webtest
