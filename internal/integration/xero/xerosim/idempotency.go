package xerosim

import (
	"crypto/sha256"
	"net/http"
	"time"
)

// keyLife is how long an Idempotency-Key is remembered from its first call.
// https://developer.xero.com/documentation/guides/idempotent-requests/idempotency
const keyLife = 6 * time.Minute

// reply is the first answer to a keyed request; done closes when it is there.
type reply struct {
	first  time.Time
	digest [32]byte
	done   chan struct{}
	answer answer
}

type replies struct{ kept map[string]*reply }

// once runs the work unless the same key asked for it in the last six minutes: then the first answer is given
// again, whatever it was. A repeat that comes while the first is running waits for it.
func (s *Server) once(c *call, client string, work func() answer) (out answer, replayed bool) {
	key := c.r.Header.Get("Idempotency-Key")
	if key == "" || c.r.Method == http.MethodGet || c.r.Method == http.MethodDelete {
		return work(), false
	}
	if len(key) > 128 {
		return badRequest("The Idempotency-Key must not be longer than 128 characters"), false
	}
	digest := sha256.Sum256([]byte(c.r.Method + " " + c.r.URL.RequestURI() + "\n" + c.r.Header.Get("Xero-Tenant-Id") + "\n" + string(c.body)))
	entry, mine := s.claimKey(client+" "+key, digest)
	if mine {
		defer close(entry.done)
		entry.answer = internalError() // what a repeat sees should the work panic
		entry.answer = work()
		return entry.answer, false
	}
	if entry.digest != digest {
		return badRequest("The Idempotency-Key has already been used with a different request"), false
	}
	select {
	case <-entry.done:
		return entry.answer, true
	case <-c.r.Context().Done():
		return internalError(), false
	}
}

func (s *Server) claimKey(key string, digest [32]byte) (*reply, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if found := s.replies.kept[key]; found != nil && now.Sub(found.first) < keyLife {
		return found, false
	}
	if len(s.replies.kept) > 10_000 {
		for old, entry := range s.replies.kept {
			if now.Sub(entry.first) >= keyLife {
				delete(s.replies.kept, old)
			}
		}
	}
	entry := &reply{first: now, digest: digest, done: make(chan struct{})}
	s.replies.kept[key] = entry
	return entry, true
}
