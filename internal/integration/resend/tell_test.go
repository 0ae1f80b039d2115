package resend_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
)

// hook is a webhook that a test writes itself.
type hook struct {
	id     string // svix-id
	kind   string // after "email."
	remote string
	tag    mail.ID // zero: without our tag
	to     string
	at     time.Time
	more   map[string]any // such as "click"
}

func (h hook) body() []byte {
	data := map[string]any{"email_id": h.remote, "created_at": "2026-11-22T01:00:00.000Z", "from": "a@b.example", "to": []string{h.to}, "subject": "s"}
	if !h.tag.IsZero() {
		data["tags"] = map[string]string{"email_id": h.tag.String()}
	}
	for name, value := range h.more {
		data[name] = value
	}
	body, err := json.Marshal(map[string]any{"type": "email." + h.kind, "created_at": h.at.UTC().Format("2006-01-02T15:04:05.000Z"), "data": data})
	if err != nil {
		panic(err)
	}
	return body
}

func clicked(link, agent string) map[string]any {
	return map[string]any{"click": map[string]any{"link": link, "userAgent": agent, "ipAddress": "192.0.2.7", "timestamp": "2026-11-22T01:00:00.000Z"}}
}

func bounced(kind string) map[string]any {
	return map[string]any{"bounce": map[string]any{"type": kind, "subType": "General", "message": "it came back"}}
}

// post signs a webhook and brings it to the inbox; status is the answer.
func (w *world) post(h hook) (status int) {
	w.Helper()
	body, at := h.body(), w.clock.Now()
	return w.postSigned(h.id, body, resendsim.Sign(secret, h.id, at, body))
}

func (w *world) postSigned(id string, body []byte, signature string) (status int) {
	w.Helper()
	r, err := http.NewRequestWithContext(w.ctx, http.MethodPost, w.sim.Webhooks()[0].URL, bytes.NewReader(body))
	w.must(err)
	r.Header.Set("svix-id", id)
	r.Header.Set("svix-timestamp", strconv.FormatInt(w.clock.Now().Unix(), 10))
	r.Header.Set("svix-signature", signature)
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	w.must(answer.Body.Close())
	return answer.StatusCode
}

// tell posts webhooks and has them looked at.
func (w *world) tell(all ...hook) {
	w.Helper()
	for _, h := range all {
		if status := w.post(h); status != http.StatusOK {
			w.Fatalf("%s: %d", h.id, status)
		}
	}
	w.look()
}

// suppressed is why an address is suppressed; "" when it is not.
func (w *world) suppressed(address string) mail.Reason {
	w.Helper()
	held, err := w.store.SuppressionsOf(w.ctx, w.org, address)
	w.must(err)
	if len(held) == 0 {
		return ""
	}
	return held[0].Reason
}
