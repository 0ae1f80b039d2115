// Package analyticspages shows what became of mail: the report with its rates,
// trends and comparison, by template, category, campaign and recipient's domain,
// and the report of bounces.
//
// It owns those pages and their files. What is counted, and how, is the
// integration's.
package analyticspages
