package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/renoz/renoz/internal/crm"
)

const problemType = "application/problem+json"

var (
	errTooLarge = crm.Errorf(crm.TooLarge, "The body is larger than 1 MiB. Send less at a time.")
	errUnread   = crm.Errorf(crm.Malformed, "The body did not arrive whole. Send it again.")
)

// statusOf is the status of each kind of error; 500 for any other.
func statusOf(kind crm.Kind) int {
	switch kind {
	case crm.Invalid:
		return http.StatusUnprocessableEntity
	case crm.NotFound:
		return http.StatusNotFound
	case crm.Conflict:
		return http.StatusConflict
	case crm.Forbidden:
		return http.StatusForbidden
	case crm.Unauthenticated:
		return http.StatusUnauthorized
	case crm.TooMany:
		return http.StatusTooManyRequests
	case crm.Unavailable:
		return http.StatusServiceUnavailable
	case crm.Malformed:
		return http.StatusBadRequest
	case crm.TooLarge:
		return http.StatusRequestEntityTooLarge
	case crm.Precondition:
		return http.StatusPreconditionFailed
	}
	return http.StatusInternalServerError
}

// problem is an error as problem details, see
// https://www.rfc-editor.org/rfc/rfc9457. What is no crm.Error, or an internal
// one, is logged and its text withheld.
func (a *API) problem(ctx context.Context, err error) *huma.ErrorModel {
	var e *crm.Error
	if !errors.As(err, &e) || statusOf(e.Kind) == http.StatusInternalServerError {
		id := requestOf(ctx).id
		if ctx.Err() == nil { // otherwise the caller left
			a.log.ErrorContext(ctx, "request failed", "path", requestOf(ctx).url.Path, "error", err, "request_id", id)
		}
		return model(http.StatusInternalServerError, withheld(id))
	}
	p := model(statusOf(e.Kind), e.Message)
	for field, message := range e.Fields {
		p.Errors = append(p.Errors, &huma.ErrorDetail{Message: message, Location: location(field)})
	}
	slices.SortFunc(p.Errors, func(x, y *huma.ErrorDetail) int { return strings.Compare(x.Location, y.Location) })
	return p
}

func withheld(id string) string {
	return fmt.Sprintf("It is our fault and has been noted as %s. Try again; if it stays, tell us that number.", id)
}

func model(status int, detail string) *huma.ErrorModel {
	return &huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: detail}
}

// location makes body.lines[0].quantity of lines.0.quantity.
func location(field string) string {
	if field == "after" || field == "limit" {
		return "query." + field
	}
	var b strings.Builder
	b.WriteString("body")
	for part := range strings.SplitSeq(field, ".") {
		if part != "" && strings.Trim(part, "0123456789") == "" {
			b.WriteString("[" + part + "]")
			continue
		}
		b.WriteString("." + part)
	}
	return b.String()
}

// refuse answers with an error outside of an operation.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	a.send(w, a.problem(r.Context(), err))
}

// write answers with a status that no kind of error has.
func (a *API) write(w http.ResponseWriter, status int, detail string) {
	a.send(w, model(status, detail))
}

func (a *API) send(w http.ResponseWriter, p *huma.ErrorModel) {
	w.Header().Set("Content-Type", problemType)
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Renoz"`)
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the reader may be gone
}

// speak puts what huma found wrong with a request into words that say what to
// do, and does not send back what was sent.
func speak(_ huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	for _, d := range p.Errors {
		if d.Value == nil && d.Message != "" && strings.HasSuffix(d.Message, ".") {
			continue // ours already
		}
		d.Message, d.Value = words(d), nil
	}
	switch {
	case p.Status == http.StatusUnsupportedMediaType:
		p.Detail, p.Errors = "Send the body as application/json.", nil
	case p.Status == http.StatusBadRequest && len(p.Errors) == 1 && p.Errors[0].Location == "body":
		p.Detail, p.Errors = "The body is not JSON that can be read: "+p.Errors[0].Message, nil
	case p.Detail == "validation failed":
		p.Detail = "One field needs attention."
		if n := len(p.Errors); n > 1 {
			p.Detail = fmt.Sprintf("%d fields need attention.", n)
		}
	}
	p.Detail = sentence(p.Detail)
	return p, nil
}

var missing = regexp.MustCompile(`^expected required property (\S+) to be present$`)

func words(d *huma.ErrorDetail) string {
	switch {
	case d.Message == validation.MsgUnexpectedProperty:
		return "There is no such field; check its name or leave it out."
	case d.Message == "unknown query parameter":
		return "There is no such parameter; check its name or leave it out."
	}
	if strings.Contains(strings.ToLower(d.Message), "uuid") {
		return "This is not an id; ids look like 0198c0de-0000-7000-8000-000000000000."
	}
	if m := missing.FindStringSubmatch(d.Message); m != nil {
		if !strings.HasSuffix(d.Location, m[1]) {
			d.Location = strings.TrimPrefix(d.Location+"."+m[1], ".")
		}
		return "This field is required."
	}
	return sentence(d.Message)
}

// sentence begins with a capital letter and ends with a full stop.
func sentence(text string) string {
	if text == "" {
		return text
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return text
}
