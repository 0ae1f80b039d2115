package app

import (
	"github.com/renoz/renoz/internal/web"
)

// mounters are the parts of the site.
func (a *App) mounters(first ...web.Mounter) []web.Mounter {
	return first
}
