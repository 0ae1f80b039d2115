package app

import (
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
)

// jobsAt is where River's own pages are.
const jobsAt = "/jobs"

// jobsPolicy lets River's pages set styles from scripts, which ours never do.
const jobsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// jobPages shows administrators what River knows of jobs. River knows no
// organisations, so where there are several nobody may see its pages: they
// would show, and let one stop, the jobs of others.
type jobPages struct {
	handler http.Handler
	store   *store.Store
}

// Routes takes every address below /jobs.
func (p jobPages) Routes() []web.Route {
	return []web.Route{{Pattern: jobsAt + "/{path...}", Permission: string(auth.JobsView), BodyLimit: 1 << 20, Handle: p.show}}
}

func (p jobPages) show(w http.ResponseWriter, r *http.Request) error {
	all, err := p.store.Organisations(r.Context())
	if err != nil {
		return err
	}
	if len(all) > 1 {
		return crm.Errorf(crm.Forbidden, "Jobs are shown only where there is one organisation, because they belong to all of them. What waits for yours is under Xero and Errors.")
	}
	w.Header().Set("Content-Security-Policy", jobsPolicy)
	p.handler.ServeHTTP(w, r)
	return nil
}
