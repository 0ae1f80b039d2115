package inbox

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// MaxBody is the largest webhook that is read, in bytes.
const MaxBody = 1 << 20

// Source is one service that sends webhooks.
type Source interface {
	// Verify checks the signature over the raw body.
	Verify(header http.Header, body []byte, now time.Time) bool
	// Parse reads the events in a verified body. None is right for a test call.
	Parse(header http.Header, body []byte) ([]Event, error)
}

// Handler answers the webhooks of a service: 200 when they are kept, 401 for a
// wrong signature, 413 above MaxBody, 400 for a signed body that cannot be read
// and 503 when too many wait. Every answer has an empty body.
func (in *Inbox) Handler(service string, source Source) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(in.receive(w, r, service, source))
	})
}

func (in *Inbox) receive(w http.ResponseWriter, r *http.Request, service string, source Source) int {
	now := in.now()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		in.refuse(r, service, "too large", len(body))
		return http.StatusRequestEntityTooLarge
	case err != nil:
		return http.StatusBadRequest
	case !source.Verify(r.Header, body, now):
		in.refuse(r, service, "wrong signature", len(body))
		return http.StatusUnauthorized
	}
	events, err := source.Parse(r.Header, body)
	if err != nil {
		in.refuse(r, service, "unreadable", len(body))
		return http.StatusBadRequest
	}
	if len(events) == 0 {
		return http.StatusOK
	}
	for i := range events {
		complete(&events[i], service, now)
	}
	return in.status(w, in.keep(r.Context(), events))
}

// complete adds what the inbox knows. Keys that begin with the time stand side
// by side in the index that finds repeats; keys in no order would have each
// commit write a page of it for each event.
func complete(e *Event, service string, now time.Time) {
	e.ID, e.Service, e.State, e.ReceivedAt, e.DueAt = crm.NewID[crm.Event](), service, Received, now, now
	for _, text := range []*string{&e.DeliveryKey, &e.Tenant, &e.Category, &e.Type, &e.Resource, &e.Payload} {
		*text = storable(*text)
	}
	if e.OccurredAt.IsZero() {
		e.OccurredAt = now
		return
	}
	e.DeliveryKey = e.OccurredAt.UTC().Format("20060102150405.000 ") + e.DeliveryKey
}

// storable leaves out what PostgreSQL refuses in a text: a webhook that was
// acknowledged must not fail when it is filed.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

func (in *Inbox) status(w http.ResponseWriter, err error) int {
	if err == nil {
		return http.StatusOK
	}
	if !errors.Is(err, errFull) {
		in.log.Error("webhooks could not be kept", "error", err)
	}
	w.Header().Set("Retry-After", "1")
	return http.StatusServiceUnavailable
}

// refuse counts what was turned away. Only counts and one sample a day reach
// the disk, however many come.
func (in *Inbox) refuse(r *http.Request, service, reason string, size int) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	now := in.now()
	key := refusalKey{service, reason, crm.DayIn(now, time.UTC)}
	in.mu.Lock()
	defer in.mu.Unlock()
	counted := in.refusals[key]
	counted.Service, counted.Reason, counted.Day, counted.LastAt = service, reason, key.day, now
	counted.Times++
	counted.Sample = fmt.Sprintf("from %s, %d bytes", host, size)
	in.refusals[key] = counted
}
