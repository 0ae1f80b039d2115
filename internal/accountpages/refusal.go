package accountpages

import (
	"errors"
	"net/http"

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
