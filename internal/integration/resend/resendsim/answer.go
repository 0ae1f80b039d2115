package resendsim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"
)

// answer is a whole response before it is sent, so that faults and the store of idempotency keys can hold it.
type answer struct {
	Status      int
	ContentType string
	Header      http.Header
	Body        []byte
}

// with adds headers without changing the answer it is called on, which a key may still hold.
func (a answer) with(headers http.Header) answer {
	merged := a.Header.Clone()
	if merged == nil {
		merged = http.Header{}
	}
	for key, values := range headers {
		merged[key] = values
	}
	a.Header = merged
	return a
}

func (a answer) send(w http.ResponseWriter) {
	for key, values := range a.Header {
		w.Header()[key] = values
	}
	if a.ContentType != "" {
		w.Header().Set("Content-Type", a.ContentType)
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // the reader has gone; nothing to do
}

func jsonAnswer(status int, value any) answer {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return textAnswer(http.StatusInternalServerError, "The answer could not be encoded: "+err.Error())
	}
	return answer{Status: status, ContentType: "application/json; charset=utf-8", Body: bytes.TrimSpace(body.Bytes())}
}

func textAnswer(status int, text string) answer {
	return answer{Status: status, ContentType: "text/plain; charset=UTF-8", Body: []byte(text)}
}

// problem is an error of the API; clients tell them apart by name.
// https://resend.com/docs/api-reference/errors
type problem struct {
	Status  int    `json:"statusCode"`
	Name    string `json:"name"`
	Message string `json:"message"`
}

func (p problem) answer() answer { return jsonAnswer(p.Status, p) }

func invalid(message string) *problem {
	return &problem{http.StatusUnprocessableEntity, "validation_error", message}
}

func missing(name string) *problem {
	return &problem{http.StatusUnprocessableEntity, "missing_required_field", "Missing `" + name + "` field."}
}

func notFound(what string) *problem {
	return &problem{http.StatusNotFound, "not_found", what + " not found"}
}

// named is the answer to most changes: which record was changed.
type named struct {
	Object  string `json:"object"`
	ID      string `json:"id"`
	Deleted bool   `json:"deleted,omitempty"`
}

// isoTime is how webhooks, suppressions and endpoints write times.
func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// rowTime is how e-mails and domains write times: as PostgreSQL prints them, without zeros at the end.
func rowTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.999999") + "+00" }

// orNull makes an absent text null.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
