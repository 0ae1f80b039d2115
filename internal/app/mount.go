package app

import (
	"context"

	"github.com/renoz/renoz/internal/web"
)

// mounters are the parts of the site.
func (a *App) mounters(ctx context.Context, first ...web.Mounter) ([]web.Mounter, error) {
	jobs, err := a.Store.JobPages(ctx, jobsAt, a.Config.Log)
	if err != nil {
		return nil, err
	}
	return append(first, jobPages{jobs}), nil
}
