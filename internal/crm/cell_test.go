package crm_test

import (
	"testing"

	"github.com/renoz/renoz/internal/crm"
)

func TestInertCell(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "INV-1": "INV-1", "=1+1": "'=1+1", "+61 2": "'+61 2", "@x": "'@x", "-2": "'-2", "\tx": "'\tx", "\rx": "'\rx"} {
		if got := crm.InertCell(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}
