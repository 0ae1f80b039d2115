package claudesim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/integration/claude/claudesim"
)

// FuzzMessage sends bodies that are nearly requests. Whatever is accepted must be answered, go on and be shown without
// harm.
func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		`{"model":"claude-sonnet-5-5","max_tokens":100,"messages":[{"role":"user","content":"Which invoices of \"Bright\" are overdue since 1 October?"}],"tools":[{"name":"list_invoices","description":"Lists invoices","input_schema":{"type":"object","properties":{"customer":{"type":["string","null"]},"from":{"type":"string","format":"date"},"state":{"enum":["overdue"]}},"required":["customer"]}}]}`,
		`{"model":"claude-haiku-4-5","max_tokens":9,"stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral","ttl":"1h"}}]},{"role":"assistant","content":"y"}],"stop_sequences":["z"]}`,
		`{"model":"claude-opus-5-5","max_tokens":100,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"list","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"[{\"total\":{\"amount\":\"1\",\"currency\":\"AUD\"},\"url\":\"/a\"},{\"total\":null}]"}]}]}`,
		`{"model":"claude-sonnet-5-5","max_tokens":100,"messages":[{"role":"user","content":"x"}],"output_config":{"format":{"type":"json_schema","schema":{"type":"object","additionalProperties":false,"properties":{"a":{"$ref":"#/$defs/b"},"c":{"type":"array","minItems":3,"items":{"type":"number"}}},"$defs":{"b":{"$ref":"#/$defs/b"}}}}}}`,
		`{"model":"claude-sonnet-5-5","max_tokens":100,"messages":[{"role":"user","content":"credit note for INV-1 of $5 because x"}],"tools":[{"name":"credit_note","input_schema":{"type":"object","properties":{"lines":{"type":"array","items":{"type":"object","properties":{"amount_cents":{"type":"integer"}},"required":["amount_cents"]}},"note":{"type":"string"}},"required":["lines","note"]}}]}`,
		`{"messages":null}`, `[`, `{"model":"claude-sonnet-5-5","max_tokens":1,"messages":[{"role":"system","content":[]}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		sim := claudesim.New(claudesim.Options{Settings: claudesim.Unlimited()})
		serve := func(method, path, body string) *httptest.ResponseRecorder {
			req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
			req.Header.Set("X-Api-Key", claudesim.DefaultKey)
			req.Header.Set("Anthropic-Version", "2026-10-21")
			out := httptest.NewRecorder()
			sim.ServeHTTP(out, req)
			return out
		}
		out := serve("POST", "/v1/messages", body)
		if out.Code >= http.StatusInternalServerError {
			t.Errorf("answers %d", out.Code)
		}
		if counted := serve("POST", "/v1/messages/count_tokens", body); counted.Code >= http.StatusInternalServerError {
			t.Errorf("the count answers %d", counted.Code)
		}
		if out.Code == http.StatusOK && strings.Contains(out.Header().Get("Content-Type"), "json") && !json.Valid(out.Body.Bytes()) {
			t.Errorf("no JSON: %s", out.Body)
		}
		for _, path := range []string{"/conversations", "/requests"} {
			if page := serve("GET", path, ""); page.Code != http.StatusOK {
				t.Errorf("%s answers %d", path, page.Code)
			}
		}
		for _, talk := range sim.Conversations() {
			if page := serve("GET", "/conversations/"+talk.ID, ""); page.Code != http.StatusOK {
				t.Errorf("a conversation answers %d", page.Code)
			}
		}
	})
}
