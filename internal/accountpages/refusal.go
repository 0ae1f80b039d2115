package accountpages

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

// refusal is why a form was not accepted, as its page shows it.
type refusal struct {
	Wrong map[string]string // by field
	Text  string            // what no field is to blame for
}

// refused turns an error that the reader can do something about into a status
// and what the form shows. It reports false for every other error.
func refused(err error) (int, refusal, bool) {
	var e *crm.Error
	if !errors.As(err, &e) {
		return 0, refusal{}, false
	}
	switch e.Kind {
	case crm.Invalid:
		if len(e.Fields) > 0 {
			return http.StatusUnprocessableEntity, refusal{Wrong: e.Fields}, true
		}
		return http.StatusUnprocessableEntity, refusal{Text: e.Message}, true
	case crm.Conflict:
		return http.StatusConflict, refusal{Text: e.Message}, true
	case crm.Forbidden:
		return http.StatusForbidden, refusal{Text: e.Message}, true
	case crm.TooMany:
		return http.StatusTooManyRequests, refusal{Text: e.Message}, true
	}
	return 0, refusal{}, false
}

// orShow shows the form again when the reader can do something about err, and
// returns err otherwise.
func orShow(err error, show func(int, refusal) error) error {
	status, why, ok := refused(err)
	if !ok {
		return err
	}
	return show(status, why)
}

// retryAfter tells programs when a refused attempt may be repeated, in seconds.
func (p *Pages) retryAfter(w http.ResponseWriter, err error) {
	if at, ok := auth.RetryAt(err); ok {
		seconds := max(1, int((at.Sub(p.now())+time.Second-1)/time.Second))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
}
