package resendsim

import (
	"crypto/sha256"
	"net/http"
	"time"
)

// keyLife is how long an Idempotency-Key is remembered from its first call.
// https://resend.com/docs/dashboard/emails/idempotency-keys
const keyLife = 24 * time.Hour

// reply is the first answer to a keyed request; done is false while it is worked on.
type reply struct {
	first  time.Time
	digest [32]byte
	done   bool
	answer answer
}

type replies struct {
	kept  map[string]*reply
	swept time.Time
}

// once runs the work unless the same key asked for it in the last 24 hours. Then the same payload gets the
// answer of the first, another payload 409, and so does one that comes while the first is worked on. Payloads
// are compared byte by byte. Refusals are not kept: nothing was accepted, so a mended request may use the key.
func (s *Server) once(c *call, work func() answer) (out answer, replayed bool) {
	values, sent := c.r.Header["Idempotency-Key"]
	if !sent {
		return work(), false
	}
	key := values[0]
	if key == "" || len(key) > 256 {
		return problem{http.StatusBadRequest, "invalid_idempotency_key", "The key must be between 1-256 chars."}.answer(), false
	}
	digest := sha256.Sum256(append([]byte(c.r.URL.Path+"\n"+c.r.Header.Get("X-Batch-Validation")+"\n"), c.body...))
	entry, early := s.claimKey(key, digest)
	if early != nil {
		return *early, early.Status < http.StatusMultipleChoices
	}
	defer func() { s.settleKey(key, entry, out) }()
	out = work()
	return out, false
}

// claimKey takes the key for a first request, or says what a repeat of it is answered.
func (s *Server) claimKey(key string, digest [32]byte) (*reply, *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	found := s.replies.kept[key]
	if found == nil || now.Sub(found.first) >= keyLife {
		s.replies.sweep(now)
		entry := &reply{first: now, digest: digest}
		s.replies.kept[key] = entry
		return entry, nil
	}
	var out answer
	switch {
	case found.digest != digest:
		out = problem{http.StatusConflict, "invalid_idempotent_request", "Same idempotency key used with a different request payload."}.answer()
	case !found.done:
		out = problem{http.StatusConflict, "concurrent_idempotent_requests", "Same idempotency key used while original request is still in progress."}.answer()
	default:
		out = found.answer
	}
	return nil, &out
}

func (s *Server) settleKey(key string, entry *reply, out answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if out.Status < http.StatusOK || out.Status >= http.StatusMultipleChoices {
		delete(s.replies.kept, key)
		return
	}
	entry.answer, entry.done = out, true
}

// sweep forgets old keys once an hour.
func (r *replies) sweep(now time.Time) {
	if now.Sub(r.swept) < time.Hour {
		return
	}
	r.swept = now
	for key, entry := range r.kept {
		if entry.done && now.Sub(entry.first) >= keyLife {
			delete(r.kept, key)
		}
	}
}
