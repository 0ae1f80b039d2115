package xerosim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/google/uuid"
)

// answer is a whole response before it is sent, so that faults and the idempotency cache can hold it.
type answer struct {
	Status      int         `json:"status"`
	ContentType string      `json:"contentType"`
	Header      http.Header `json:"header,omitempty"`
	Body        []byte      `json:"body"`
}

func (a answer) with(key, value string) answer {
	header := a.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set(key, value)
	a.Header = header
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
		return textAnswer(http.StatusInternalServerError, "An error occurred in Xero: "+err.Error())
	}
	return answer{Status: status, ContentType: "application/json; charset=utf-8", Body: body.Bytes()}
}

func textAnswer(status int, text string) answer {
	return answer{Status: status, ContentType: "text/plain; charset=utf-8", Body: []byte(text)}
}

func emptyAnswer(status int) answer { return answer{Status: status} }

// field is one named part of an envelope; order is kept as Xero writes it.
type field struct {
	name  string
	value any
}

// envelope wraps records as every accounting answer does.
func (c *call) envelope(status int, fields ...field) answer {
	all := append([]field{
		{"Id", uuid.NewString()}, {"Status", "OK"}, {"ProviderName", "Xero simulator"},
		{"DateTimeUTC", Date{c.now}},
	}, fields...)
	var body bytes.Buffer
	body.WriteByte('{')
	for i, f := range all {
		if i > 0 {
			body.WriteByte(',')
		}
		part := jsonAnswer(status, f.value)
		if part.Status != status {
			return part
		}
		fmt.Fprintf(&body, "%q:%s", f.name, bytes.TrimSpace(part.Body))
	}
	body.WriteByte('}')
	return answer{Status: status, ContentType: "application/json; charset=utf-8", Body: body.Bytes()}
}

// problem is the shape of authentication and authorisation errors.
type problem struct {
	Type       *string        `json:"Type"`
	Title      string         `json:"Title"`
	Status     int            `json:"Status"`
	Detail     string         `json:"Detail"`
	Instance   string         `json:"Instance"`
	Extensions map[string]any `json:"Extensions"`
}

func problemAnswer(status int, detail string) answer {
	return jsonAnswer(status, problem{Title: http.StatusText(status), Status: status, Detail: detail,
		Instance: uuid.NewString(), Extensions: map[string]any{}})
}

// apiError is the shape of errors of the accounting API.
type apiError struct {
	ErrorNumber int    `json:"ErrorNumber"`
	Type        string `json:"Type"`
	Message     string `json:"Message"`
	Elements    []any  `json:"Elements,omitempty"`
}

func validationAnswer(elements []any) answer {
	return jsonAnswer(http.StatusBadRequest, apiError{10, "ValidationException", "A validation exception occurred", elements})
}

func badRequest(message string) answer {
	return jsonAnswer(http.StatusBadRequest, apiError{14, "PostDataInvalidException", message, nil})
}

func badQuery(err error) answer {
	return jsonAnswer(http.StatusBadRequest, apiError{16, "QueryParseException", err.Error(), nil})
}

func notFound() answer {
	return textAnswer(http.StatusNotFound, "The resource you're looking for cannot be found")
}
