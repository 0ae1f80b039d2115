package cli

import (
	"fmt"
	"runtime"

	"github.com/renoz/renoz/internal/app"
)

type version struct{}

// Run says which version this is.
func (version) Run(out output) error {
	_, err := fmt.Fprintf(out, "renoz %s (%s, %s/%s)\n", app.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
