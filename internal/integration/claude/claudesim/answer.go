package claudesim

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"strings"
)

// answer is a whole response before it is sent, or a stream of events.
type answer struct {
	status      int
	contentType string
	header      http.Header
	body        []byte
	cut         bool // the connection is dropped instead
	stream      func(http.ResponseWriter)
}

func (a answer) send(w http.ResponseWriter) {
	for key, values := range a.header {
		w.Header()[key] = values
	}
	if a.contentType != "" {
		w.Header().Set("Content-Type", a.contentType)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the reader has gone; nothing to do
}

// encode writes JSON as the service does, without escaping of <, > and &.
func encode(value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return []byte(`{"type":"error","error":{"type":"api_error","message":"The answer could not be encoded"},"request_id":null}`)
	}
	return bytes.TrimSpace(out.Bytes())
}

func jsonAnswer(status int, value any) answer {
	return answer{status: status, contentType: "application/json", body: encode(value), header: http.Header{}}
}

// reply is an answer of the API, with the headers that all of them have.
func (c *call) reply(value any) answer { return c.with(jsonAnswer(http.StatusOK, value), nil) }

func (c *call) with(out answer, more http.Header) answer {
	if out.header == nil {
		out.header = http.Header{}
	}
	out.header.Set("Request-Id", c.id)
	if c.key.Token != "" {
		out.header.Set("Anthropic-Organization-Id", c.key.organization())
	}
	for name, values := range more {
		out.header[name] = values
	}
	return out
}

// problem is an error of the API. The code names the cause where the type is not enough.
// https://platform.claude.com/docs/en/api/errors
type problem struct {
	status              int
	kind, message, code string
	header              http.Header
}

type errorDetails struct {
	Code string `json:"error_code"`
}

type errorWords struct {
	Type    string        `json:"type"`
	Message string        `json:"message"`
	Details *errorDetails `json:"details,omitempty"`
}

type errorBody struct {
	Type      string     `json:"type"`
	Error     errorWords `json:"error"`
	RequestID string     `json:"request_id"`
}

func (p problem) body(requestID string) errorBody {
	out := errorBody{Type: "error", Error: errorWords{Type: p.kind, Message: p.message}, RequestID: requestID}
	if p.code != "" {
		out.Error.Details = &errorDetails{p.code}
	}
	return out
}

func (c *call) refuse(p problem) answer {
	c.record.Problem, c.record.Message = p.kind, p.message
	if p.code != "" {
		c.record.Problem = p.code
	}
	out := c.with(jsonAnswer(p.status, p.body(c.id)), p.header)
	out.header.Set("X-Should-Retry", shouldRetry(p))
	return out
}

// shouldRetry is what the service tells its client libraries.
func shouldRetry(p problem) string {
	switch {
	case p.code != "":
		return "false"
	case p.status == http.StatusRequestTimeout, p.status == http.StatusConflict, p.status == http.StatusTooManyRequests, p.status >= http.StatusInternalServerError:
		return "true"
	}
	return "false"
}

func invalid(message string) *problem {
	return &problem{status: http.StatusBadRequest, kind: "invalid_request_error", message: message}
}

// at is a problem with one field: its place, then what is wrong with it.
func at(path, message string) *problem { return invalid(path + ": " + message) }

func notFound(message string) *problem {
	return &problem{status: http.StatusNotFound, kind: "not_found_error", message: message}
}

// nextID makes an id that no other simulator with another seed or start makes.
func (s *Server) nextID(prefix string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.makeID(prefix)
}

func (s *Server) makeID(prefix string) string {
	s.issued++
	var seed [24]byte
	binary.BigEndian.PutUint64(seed[:], s.opts.Seed)
	binary.BigEndian.PutUint64(seed[8:], uint64(s.born.UnixMilli()))
	binary.BigEndian.PutUint64(seed[16:], s.issued)
	sum := sha256.Sum256(append(seed[:], prefix...))
	return prefix + "01" + strings.TrimRight(base32.StdEncoding.EncodeToString(sum[:14]), "=")
}
