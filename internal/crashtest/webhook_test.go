package crashtest

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
	"github.com/renoz/renoz/internal/store/storetest"
)

// TestWebhooksRefused sends the program what it must not believe, and what
// belongs to nobody.
func TestWebhooksRefused(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		t.Parallel()
		w := newWorld(t, url, options{})
		w.serve()
		tenant := uuid.NewString()
		event := fmt.Sprintf(`{"events":[{"resourceId":%q,"resourceUrl":"","tenantId":%q,"tenantType":"ORGANISATION","eventCategory":"INVOICE","eventType":"UPDATE","eventDateUtc":"2026-11-22T00:44:09.923"}],"firstEventSequence":1,"lastEventSequence":1,"entropy":"A"}`, uuid.NewString(), tenant)
		large := `{"events":[],"entropy":"` + strings.Repeat("A", inbox.MaxBody) + `"}`
		for _, test := range []struct {
			name, body, signature string
			status                int
		}{
			{"no signature", event, "", http.StatusUnauthorized},
			{"wrong signature", event, xerosim.Sign([]byte(event), "another key"), http.StatusUnauthorized},
			{"signature of another body", event, xerosim.Sign([]byte(event+" "), webhookKey), http.StatusUnauthorized},
			{"too large", large, xerosim.Sign([]byte(large), webhookKey), http.StatusRequestEntityTooLarge},
			{"unreadable", "{", xerosim.Sign([]byte("{"), webhookKey), http.StatusBadRequest},
			{"of nobody", event, xerosim.Sign([]byte(event), webhookKey), http.StatusOK},
			{"of nobody, again", event, xerosim.Sign([]byte(event), webhookKey), http.StatusOK},
		} {
			if status := w.deliver(test.body, test.signature); status != test.status {
				t.Errorf("%s: %d, not %d", test.name, status, test.status)
			}
		}
		until(t, 10*time.Second, "the webhook of nobody is kept as such", func() bool {
			events := w.events()
			return len(events) == 1 && events[0].State == inbox.Unmatched && events[0].Tenant == tenant && events[0].Repeats == 1
		})
		until(t, 10*time.Second, "the refused ones are counted", func() bool {
			refusals, err := w.store.Refusals(w.ctx, xero.Name)
			w.must(err)
			times := map[string]int{}
			for _, r := range refusals {
				times[r.Reason] += r.Times
			}
			return times["wrong signature"] == 3 && times["too large"] == 1 && times["unreadable"] == 1
		})
	})
}

// deliver returns the status of one delivery, whose answer must be empty.
func (w *world) deliver(body, signature string) int {
	w.Helper()
	r, err := http.NewRequestWithContext(w.ctx, http.MethodPost, "http://"+w.addr+"/webhooks/xero", bytes.NewReader([]byte(body)))
	w.must(err)
	if signature != "" {
		r.Header.Set("X-Xero-Signature", signature)
	}
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	defer func() { _ = answer.Body.Close() }()
	if answer.ContentLength > 0 || len(answer.Cookies()) > 0 {
		w.Errorf("the answer %d has %d bytes and %d cookies", answer.StatusCode, answer.ContentLength, len(answer.Cookies()))
	}
	return answer.StatusCode
}
