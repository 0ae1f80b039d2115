// Package story shows every component of the kit on pages with made-up records,
// for browser tests and for looking at. It owns no behaviour of the product and
// is not part of it.
package story
