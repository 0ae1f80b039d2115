package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/renoz/renoz/internal/app"
)

type backup struct {
	place `embed:""`
	File  string `arg:"" help:"The file to write, which must not be there yet."`
}

// Run copies the database while others work with it. The key stays where it is:
// together with it the copy would open everything.
func (b *backup) Run(ctx context.Context, out output) error {
	s, err := app.OpenStore(ctx, b.config(out.quiet, "127.0.0.1:8080"))
	if err != nil {
		return err
	}
	if err := errors.Join(s.Backup(ctx, b.File), s.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "The database is in %s. Tokens in it open with the key only, which is not in it: keep renoz.key, or RENOZ_KEY, in another place.\n", b.File)
	return err
}
