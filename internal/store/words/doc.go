// Package words says what a word of a text is, for indexes that are searched by
// words. What is kept and what is typed are taken apart by the same rules, and
// on both engines alike, because neither engine does it.
//
// A word is a run of letters, marks and digits in lower case; all else parts
// words. So INV-01024 is inv and 01024, and, because people leave out zeros,
// 1024 as well. A UUID is one word.
package words
