package storetest

import "testing"

// Size is how much a test handles: the whole, or few with -short. The race detector
// makes work many times as long and sees as much in a little of it, so the whole
// has a pass without it.
func Size(whole, few int) int {
	if testing.Short() {
		return few
	}
	return whole
}
