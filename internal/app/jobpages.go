package app

import (
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/web"
)

// jobsAt is where River's own pages are.
const jobsAt = "/jobs"

// jobsPolicy lets River's pages set styles from scripts, which ours never do.
const jobsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// jobPages shows administrators what River knows of jobs.
type jobPages struct{ handler http.Handler }

// Routes takes every address below /jobs.
func (p jobPages) Routes() []web.Route {
	return []web.Route{{Pattern: jobsAt + "/{path...}", Permission: string(auth.JobsView), BodyLimit: 1 << 20, Handle: p.show}}
}

func (p jobPages) show(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Security-Policy", jobsPolicy)
	p.handler.ServeHTTP(w, r)
	return nil
}
