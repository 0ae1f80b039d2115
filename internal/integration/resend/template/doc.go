// Package template turns a template, a brand and data into an e-mail, and
// judges the result as a mail client would.
//
// It owns the language of templates (Liquid, strict and bounded), the layout
// around their content, the styles and their inlining, the plain-text part, the
// data that each category of mail offers, sample data, the checks before
// sending, and the templates to start from. It does not own where templates and
// their versions are kept, who receives a mail, or its sending. It knows no
// database and no HTTP; the same input gives the same mail.
//
//	subject, preheader, body, text            the template
//	      │ scan: tags, filters, variables, where in the HTML each value stands
//	      │ data: every variable known, every required one filled
//	      ▼ Liquid, escaped in HTML
//	   content ─► links ─► layout ─► inlined styles ─► HTML ─┐
//	      └─────► plain text ─────────────────────────► text ─┴─► Check ─► findings
//
// A template never prints an empty value: a variable that is unknown, or has no
// value where it is printed, is a Problem with its part, line and name, and all
// problems are told together. Optional values stand inside {% if %} or have a
// default.
package template
