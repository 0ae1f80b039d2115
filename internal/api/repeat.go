package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

const (
	keyHeader    = "Idempotency-Key"
	maxKey       = 255
	repeatHeader = "Idempotency-Replayed"
	jsonType     = "application/json"
)

// repeat is a request with an Idempotency-Key, see
// https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
type repeat struct {
	key      store.RequestKey
	answered bool // the answer is kept already, with what the request changed
}

// once does a POST with an Idempotency-Key once, and repeats its answer. The
// same key with another body is 422, a request that still runs 409.
func (a *API) once(c huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(c)
	text := r.Header.Get(keyHeader)
	if text == "" {
		next(c)
		return
	}
	again, err := newRepeat(r, text)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	kept, err := a.store.BeginRequest(r.Context(), again.key)
	switch {
	case err != nil:
		a.refuse(w, r, err)
	case kept.Status != 0:
		replay(w, r, kept)
	default:
		requestOf(r.Context()).repeat = again
		a.keep(w, r, func(w http.ResponseWriter) { next(humago.NewContext(c.Operation(), r, w)) })
	}
}

func newRepeat(r *http.Request, text string) (*repeat, error) {
	if len(text) > maxKey || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
		return nil, crm.Errorf(crm.Malformed, "The Idempotency-Key is not usable. Send at most %d ASCII characters, such as a UUID.", maxKey)
	}
	who, err := auth.SignedIn(r.Context())
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, errUnread
	}
	r.Body = newBody(body)
	sum := sha256.New()
	for _, part := range []string{r.Method, r.URL.Path, r.URL.RawQuery, ""} {
		sum.Write([]byte(part + "\n"))
	}
	sum.Write(body)
	return &repeat{key: store.RequestKey{Org: who.Org, Key: text, Fingerprint: hex.EncodeToString(sum.Sum(nil))}}, nil
}

// keep does the request, keeps its answer and sends it. An answer that another
// try may better is not kept, so that the key can be used again.
func (a *API) keep(w http.ResponseWriter, r *http.Request, do func(http.ResponseWriter)) {
	again := requestOf(r.Context()).repeat
	ctx := context.WithoutCancel(r.Context()) // the caller may leave; the answer is for when it asks again
	settled := false
	defer func() {
		if !settled && !again.answered { // a panic
			a.forget(ctx, again)
		}
	}()
	out := &recorder{header: w.Header(), status: http.StatusOK}
	do(out)
	settled = true
	switch {
	case again.answered:
	case passing(out.status):
		a.forget(ctx, again)
	default:
		err := a.store.FinishRequest(ctx, again.key, store.KeptAnswer{Status: out.status, ContentType: w.Header().Get("Content-Type"), Body: out.body.String()})
		if err != nil {
			a.log.ErrorContext(ctx, "an answer could not be kept", "error", err, "request_id", requestOf(ctx).id)
		}
	}
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body.Bytes()) // the reader may be gone
}

func (a *API) forget(ctx context.Context, again *repeat) {
	if err := a.store.DropRequest(ctx, again.key); err != nil {
		a.log.ErrorContext(ctx, "a request key could not be dropped", "error", err, "request_id", requestOf(ctx).id)
	}
}

// passing are answers that may be others on the next try.
func passing(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		return true
	}
	return status >= http.StatusInternalServerError
}

// replay sends a kept answer, with the headers that follow from its body.
func replay(w http.ResponseWriter, r *http.Request, kept store.KeptAnswer) {
	var made struct {
		ID      string `json:"id"`
		Version int64  `json:"version"`
	}
	_ = json.Unmarshal([]byte(kept.Body), &made) // not every answer has them
	h := w.Header()
	if kept.Status == http.StatusCreated && made.ID != "" {
		h.Set("Location", madeAt(r.URL.Path, made.ID))
	}
	if kept.Status < http.StatusMultipleChoices && made.Version > 0 {
		h.Set("ETag", string(versionTag(made.Version)))
	}
	if kept.ContentType != "" {
		h.Set("Content-Type", kept.ContentType)
	}
	h.Set(repeatHeader, "true")
	w.WriteHeader(kept.Status)
	_, _ = io.WriteString(w, kept.Body) // the reader may be gone
}

// madeAt is the address of what a POST to path made.
func madeAt(path, id string) string {
	for _, kind := range []string{"/payments", "/allocations", "/refunds"} { // made below another record
		if strings.HasSuffix(path, kind) {
			return prefix + kind + "/" + id
		}
	}
	return path + "/" + id
}

// recorder holds an answer back.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (o *recorder) Header() http.Header         { return o.header }
func (o *recorder) WriteHeader(status int)      { o.status = status }
func (o *recorder) Write(b []byte) (int, error) { return o.body.Write(b) }

// step changes a record in one transaction with the answer that is kept for its
// Idempotency-Key, so that no crash can part the two.
type step[R, B any] struct {
	permission auth.Permission
	status     int
	do         func(records.Work) (R, error)
	show       func(R) B
}

func take[R, B any](ctx context.Context, a *API, s step[R, B]) (shown B, err error) {
	who, err := auth.Require(ctx, s.permission)
	if err != nil {
		return shown, err
	}
	again := requestOf(ctx).repeat
	err = a.store.InTx(ctx, func(tx *store.Tx) error {
		done, err := s.do(a.book.In(tx, records.By{Org: who.Org, Actor: who.Actor()}))
		if err != nil {
			return err
		}
		shown = s.show(done)
		if again == nil {
			return nil
		}
		body, err := encode(shown)
		if err != nil {
			return err
		}
		return tx.FinishRequest(ctx, again.key, store.KeptAnswer{Status: s.status, ContentType: jsonType, Body: body})
	})
	if err == nil && again != nil {
		again.answered = true
	}
	return shown, err
}

// encode writes what huma will write.
func encode(v any) (string, error) {
	var b strings.Builder
	err := huma.DefaultJSONFormat.Marshal(&b, v)
	return b.String(), err
}
