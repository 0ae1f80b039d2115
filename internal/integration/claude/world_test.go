package claude_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/claude"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

type world struct {
	testing.TB
	store  *store.Store
	claude *claude.Service
	ctx    context.Context
	org    crm.OrgID
	model  *model
}

// model answers from a list.
type model struct {
	mu       sync.Mutex
	answers  []func(w http.ResponseWriter)
	requests []string
}

func (m *model) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	m.mu.Lock()
	m.requests = append(m.requests, string(body))
	var next func(http.ResponseWriter)
	if len(m.answers) > 0 {
		next, m.answers = m.answers[0], m.answers[1:]
	}
	m.mu.Unlock()
	if next == nil {
		http.Error(w, `{"type":"error","error":{"type":"api_error","message":"nothing to say"}}`, 500)
		return
	}
	next(w)
}

func sse(w http.ResponseWriter, events ...string) {
	w.Header().Set("Content-Type", "text/event-stream")
	for _, e := range events {
		var kind struct{ Type string }
		_ = json.Unmarshal([]byte(e), &kind)
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", kind.Type, e)
	}
}

const start = `{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude-sonnet-5-5","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":100,"output_tokens":1,"cache_creation_input_tokens":50,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":50,"ephemeral_1h_input_tokens":0}}}}`

func end(reason string) []string {
	return []string{`{"type":"message_delta","delta":{"stop_reason":"` + reason + `","stop_sequence":null},"usage":{"output_tokens":20}}`, `{"type":"message_stop"}`}
}

func says(text string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		sse(w, append([]string{start, `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`,
			fmt.Sprintf(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":%q}}`, text), `{"type":"content_block_stop","index":0}`}, end("end_turn")...)...)
	}
}

func asks(tool, input string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		sse(w, append([]string{start,
			`{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}`,
			`{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}`,
			`{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}`, `{"type":"content_block_stop","index":0}`,
			fmt.Sprintf(`{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":%q,"input":{}}}`, tool),
			fmt.Sprintf(`{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":%q}}`, input), `{"type":"content_block_stop","index":1}`}, end("tool_use")...)...)
	}
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	w := &world{TB: t, model: &model{}}
	w.store = storetest.Open(t, url)
	server := httptest.NewServer(w.model)
	t.Cleanup(server.Close)
	process := store.NewProcess()
	w.must(w.store.Announce(t.Context(), process))
	book := records.New(records.Config{Store: w.store})
	w.claude = claude.New(claude.Config{URL: server.URL, Key: "sk-ant-demo", Store: w.store, Book: book, Process: process, Transport: http.DefaultTransport,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: time.Now, Wait: func(context.Context, time.Duration) error { return nil }})
	t.Cleanup(w.claude.Close)
	w.org = crm.NewID[crm.Organisation]()
	w.must(w.store.AddOrganisation(t.Context(), crm.Organisation{ID: w.org, Name: "Voltway", Currency: "AUD", TimeZone: "Australia/Sydney", Country: "AU", TermsDays: 30,
		YearStart: time.July, InvoicePrefix: "INV-", OrderPrefix: "ORD-", CreatedAt: time.Now()}, crm.AustralianTaxRates()))
	account := auth.Account{User: crm.User{ID: crm.NewID[crm.User](), Email: "ada@voltway.example", Name: "Ada"}}
	w.must(w.store.AddUser(t.Context(), account, w.org, auth.Finance))
	w.ctx = auth.With(t.Context(), auth.Identity{Org: w.org, OrgName: "Voltway", User: account.ID, Name: "Ada", Email: account.Email, Role: auth.Finance})
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		w.model.answers = append(w.model.answers, asks("invoice_figures", `{}`), says("You are owed nothing."))
		c, err := w.claude.Begin(w.ctx)
		w.must(err)
		w.must(w.claude.Ask(w.ctx, c.ID, "What are we owed?"))
		var seen []string
		w.must(w.claude.Follow(w.ctx, c.ID, 0, func(e claude.Event) error { seen = append(seen, e.Kind); return nil }))
		shown, err := w.claude.Conversation(w.ctx, c.ID)
		w.must(err)
		if shown.State != assistant.Idle || len(shown.Messages) != 4 || shown.Messages[3].Said != "You are owed nothing." || shown.Title != "What are we owed?" {
			t.Fatalf("%+v", shown)
		}
		t.Log(strings.Join(seen, " "), shown.Cost, shown.Calls[0].Result)
		for _, r := range w.model.requests {
			t.Log(len(r), r[len(r)-700:])
		}
	})
}
