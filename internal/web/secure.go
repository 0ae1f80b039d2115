package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/renoz/renoz/internal/web/ui"
)

// Policy allows nothing inline. A document of another kind, such as a mail in a
// sandboxed frame, sets its own header.
const Policy = policy + "'none'"

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; " +
	"img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors "

const (
	hsts        = "max-age=31536000; includeSubDomains"
	permissions = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()"
	// formLimit is the size in bytes of a body whose route names no limit.
	formLimit = 1 << 20
)

// secure sets the headers of every response. It replaces neither authentication
// nor authorisation.
func (s *Server) secure(next http.Handler) http.Handler {
	https := strings.HasPrefix(s.config.PublicURL, "https://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", permissions)
		if https {
			h.Set("Strict-Transport-Security", hsts)
		}
		next.ServeHTTP(w, r)
	})
}

// AllowFrames lets pages of the ancestors, which are origins, show this answer in
// a frame. Its address tells nobody where the reader came from, because it may
// hold what opens it.
func AllowFrames(w http.ResponseWriter, ancestors []string) {
	if len(ancestors) == 0 {
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", policy+strings.Join(ancestors, " "))
	h.Set("Referrer-Policy", "no-referrer")
	h.Del("X-Frame-Options") // it knows no list; browsers that know frame-ancestors ignore it
}

// refuseCrossSite stops requests of other sites that would change something.
func (s *Server) refuseCrossSite(next http.Handler) http.Handler {
	csrf := http.NewCrossOriginProtection()
	csrf.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, errCrossSite) }))
	return csrf.Handler(next)
}

type requestIDKey struct{}

// RequestID names the request in logs and on the page that reports a failure.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// identify gives the request its id, and its context what components need.
func (s *Server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()
		w.Header().Set("X-Request-Id", id)
		ctx := context.WithValue(r.Context(), requestIDKey{}, id)
		ctx = context.WithValue(ctx, serverKey{}, s)
		next.ServeHTTP(w, r.WithContext(ui.WithAssets(ctx, s.assets.prefix)))
	})
}

// recovered answers after a panic, unless the answer has begun.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := &recorder{ResponseWriter: w}
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.config.Log.ErrorContext(r.Context(), "panic", "method", r.Method, "panic", fmt.Sprint(p), "stack", string(debug.Stack()), "request_id", RequestID(r.Context()))
			if out.status == 0 {
				s.fail(out, r, errPanic)
			}
		}()
		next.ServeHTTP(out, r)
	})
}

// limitBody bounds what is read. A form of a route without a limit of its own
// is parsed here, so that FormValue cannot hide an error.
func limitBody(w http.ResponseWriter, r *http.Request, limit int64) error {
	if r.Body == nil || r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	if limit > 0 {
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		return nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, formLimit)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
	case "multipart/form-data":
		err = r.ParseMultipartForm(formLimit)
	}
	if tooLarge := (*http.MaxBytesError)(nil); err != nil && !errors.As(err, &tooLarge) {
		return errForm
	}
	return err
}

// recorder remembers whether and how an answer began.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
