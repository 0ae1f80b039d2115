// Package assistant is what a conversation with the assistant consists of: its
// messages, its turns, the tools that were used, what they cost, and what may be
// spent.
//
// A conversation is one person's. Its messages are only ever added: what was
// sent to the model is sent again byte for byte, because a changed beginning
// costs its place in the cache and is refused where thinking is bound to it.
//
//	idle ──ask──► running ──answer──► idle
//	                │  ▲
//	   needs a yes  ▼  │ all decided
//	              waiting
//
// Money is in nano-dollars (10⁻⁹ US dollars), the unit in which the price of a
// token is a whole number.
//
// It owns prices, costs, limits and states. It does not know the service, the
// tools or how anything is kept.
package assistant
