// Package jobs runs work outside requests. A job says "bring this into line",
// never "do this step", so running it twice or not being needed any more does
// no harm. River keeps and runs the jobs; this package is the few words of it
// that the rest of the program uses.
//
// What must survive is kept in links and in the inbox. A job is only the call
// to look there now, which is why losing one costs at most a sweep's delay.
package jobs
