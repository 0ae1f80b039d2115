package resendsim_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
)

// FuzzSend sends bodies that are nearly messages. Whatever is accepted must be shown, read and opened without harm.
func FuzzSend(f *testing.F) {
	for _, seed := range []string{
		`{"from":"a@mail.voltway.example","to":"jo@acme.example","subject":"s","html":"<p>x</p><a href=\"https://a.example\">y</a>"}`,
		`{"from":"a@mail.voltway.example","to":["Jo <jo@acme.example>"],"subject":"s","text":"","html":"<style>a<b","tags":[{"name":"a","value":"b"}]}`,
		`{"from":"a@mail.voltway.example","to":"jo@acme.example","subject":"s","text":"x","scheduled_at":"in 5 min","headers":{"X-A":"b"}}`,
		`{"from":"a@mail.voltway.example","to":"jo@acme.example","subject":"s","text":"x","attachments":[{"content":{"data":[1,2]}},{"path":"https://a.example/b"}]}`,
		`[{"from":"a@mail.voltway.example","to":"jo@acme.example","subject":"s","text":"x"}]`, `{"to":null}`, `[`, `{"attachments":[{"content":"\/w=="}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		sim := resendsim.New(resendsim.Options{Settings: resendsim.Settings{RateLimit: -1}})
		serve := func(method, path, body string) int {
			req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
			req.Header.Set("Authorization", "Bearer "+resendsim.DefaultKey)
			req.Header.Set("User-Agent", "fuzz")
			out := httptest.NewRecorder()
			sim.ServeHTTP(out, req)
			return out.Code
		}
		for _, path := range []string{"/emails", "/emails/batch"} {
			if status := serve("POST", path, body); status >= http.StatusInternalServerError {
				t.Errorf("%s answers %d", path, status)
			}
		}
		for _, e := range sim.Emails() {
			_ = sim.Open(e.ID) // text alone cannot be opened
			_, _ = sim.Scan(e.ID)
			for _, path := range []string{"/emails/" + e.ID, "/inbox/" + e.ID, "/inbox/" + e.ID + "/html"} {
				if status := serve("GET", path, ""); status != http.StatusOK {
					t.Errorf("%s answers %d", path, status)
				}
			}
		}
	})
}
