// Package dns asks servers of the Domain Name System what a name holds. It is
// there beside net.Resolver because that follows aliases to their end, and so
// cannot say what a CNAME record itself holds, and knows no CAA records.
//
// It owns the question, the wire and the time limits. It does not own what an
// answer means, nor a cache: the server that is asked has one.
//
// Nothing found is an empty answer. No answer is an error, which tells nothing
// about the name.
package dns
