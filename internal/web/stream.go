package web

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"
)

// heartbeat keeps proxies from cutting a silent stream.
const heartbeat = 15 * time.Second

// Stream writes server-sent events whose data is rendered HTML. Send the whole
// state each time: a reader who reconnects then misses nothing.
type Stream struct {
	w    http.ResponseWriter
	rc   *http.ResponseController
	last []byte    // what Update sent
	sent time.Time // when something was
}

// NewStream begins a stream that outlives the server's WriteTimeout. Its route is
// marked Stream.
func NewStream(w http.ResponseWriter) *Stream {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	s := &Stream{w: w, rc: http.NewResponseController(w)}
	_ = s.rc.SetWriteDeadline(time.Time{}) // outlives the server's WriteTimeout
	return s
}

// Send renders the components as one message.
func (s *Stream) Send(ctx context.Context, parts ...templ.Component) error {
	html, err := renderAll(ctx, parts...)
	if err != nil {
		return err
	}
	return s.write("", html)
}

// Event sends a named event, which htmx dispatches on the connected element.
func (s *Stream) Event(name string) error { return s.write(name, []byte(name)) }

func (s *Stream) write(name string, data []byte) error {
	var b bytes.Buffer
	if name != "" {
		b.WriteString("event: " + name + "\n")
	}
	for line := range bytes.Lines(data) {
		b.WriteString("data: ")
		b.Write(bytes.TrimRight(line, "\r\n"))
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	return s.flush(b.Bytes())
}

func (s *Stream) flush(b []byte) error {
	s.sent = time.Now()
	if _, err := s.w.Write(b); err != nil {
		return err
	}
	return s.rc.Flush()
}

// Update sends the components unless they are what it sent last. Where that is
// long ago, it tells proxies, which cut a silent stream, that it goes on.
func (s *Stream) Update(ctx context.Context, parts ...templ.Component) error {
	html, err := renderAll(ctx, parts...)
	switch {
	case err != nil:
		return err
	case !bytes.Equal(html, s.last):
		s.last = html
		return s.write("", html)
	case time.Since(s.sent) >= heartbeat:
		return s.flush([]byte(": still here\n\n"))
	}
	return nil
}

// Pause waits before the next look at what is shown. It reports false once the
// reader is gone.
func (s *Stream) Pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
