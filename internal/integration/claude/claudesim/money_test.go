package claudesim_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/claude/claudesim"
)

// waits adds up what would have been waited for.
type waits struct {
	mu    sync.Mutex
	total time.Duration
}

func (w *waits) wait(_ context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.total += d
	return nil
}

func (w *waits) sum() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.total
	w.total = 0
	return out
}

// paid is how the input of an answer was paid for: plain, written for 5 minutes and an hour, read.
func paid(answer m) [4]int {
	split := answer["usage"].(m)["cache_creation"].(m)
	out := [4]int{usage(answer, "input_tokens"), int(split["ephemeral_5m_input_tokens"].(float64)), int(split["ephemeral_1h_input_tokens"].(float64)), usage(answer, "cache_read_input_tokens")}
	if usage(answer, "cache_creation_input_tokens") != out[1]+out[2] {
		panic("the split of the cache's writes is not their sum")
	}
	return out
}

// TestPromptCache follows a conversation through the cache by the clock.
func TestPromptCache(t *testing.T) {
	t.Parallel()
	b := newBench(t, say(claudesim.Answer(claudesim.Say("Yes."))))
	rules := strings.Repeat("word ", 1000)
	block := func(text, ttl string) m {
		mark := m{"type": "ephemeral"}
		if ttl != "" {
			mark["ttl"] = ttl
		}
		return m{"type": "text", "text": text, "cache_control": mark}
	}
	count := func(body m) int {
		body = with(body, m{"max_tokens": nil})
		return int(b.must("POST", "/v1/messages/count_tokens", body).json(t)["input_tokens"].(float64))
	}
	base := with(message("one"), m{"system": l{block(rules, "1h")}})
	system := count(base) - count(message("one"))
	first, again := paid(b.ask(base)), paid(b.ask(base))
	whole := count(base)
	if first != [4]int{whole - system, 0, system, 0} || again != [4]int{whole - system, 0, 0, system} {
		t.Errorf("first %v, again %v, the prompt has %d of which %d are marked", first, again, whole, system)
	}
	// A conversation's end is marked too: it is written after what is read, and read the next time.
	talk := with(base, m{"messages": l{user("one"), assistant("Yes."), user(l{block(strings.Repeat("two ", 300), "")})}})
	one := paid(b.ask(talk))
	if one != [4]int{0, count(talk) - system, 0, system} {
		t.Errorf("the longer one %v of %d", one, count(talk))
	}
	longer := with(talk, m{"messages": append(talk["messages"].(l), assistant("Yes."), user(l{block("three", "")}))})
	two := paid(b.ask(longer))
	if two[3] != count(talk) || two[0] != 0 || two[1] != count(longer)-count(talk) {
		t.Errorf("the longest %v", two)
	}
	b.clock.pass(6 * time.Minute)
	if late := paid(b.ask(talk)); late[3] != system {
		t.Errorf("after five minutes %v", late)
	}
	b.clock.pass(time.Hour)
	if late := paid(b.ask(base)); late[3] != 0 || late[2] != system {
		t.Errorf("after an hour %v", late)
	}
	for name, more := range map[string]m{"another model": {"model": opus}, "other tools": {"tools": l{tool("a", "", m{})}}, "other rules": {"system": l{block(rules+"x", "1h")}}} {
		if got := paid(b.ask(with(base, more))); got[3] != 0 {
			t.Errorf("%s reads %d from the cache", name, got[3])
		}
	}
	if got := paid(b.ask(with(base, m{"thinking": m{"type": "between_tools"}}))); got[3] != system {
		t.Errorf("another way of thinking reads %v of the system prompt", got)
	}
	if got := paid(b.ask(with(message("one"), m{"system": l{block("short", "")}}))); got[1] != 0 || got[3] != 0 {
		t.Errorf("a short prompt is cached: %v", got)
	}
	warm := b.ask(with(base, m{"max_tokens": 0, "system": l{block(rules+" warm", "")}}))
	if warm["stop_reason"] != "max_tokens" || len(blocks(warm)) != 0 || paid(warm)[1] == 0 {
		t.Errorf("warming up: %v", warm)
	}
	if got := paid(b.ask(with(base, m{"system": l{block(rules+" warm", "")}}))); got[3] == 0 {
		t.Error("what was warmed up is not read")
	}
}

// TestLookBack marks the end of a message with more blocks than are looked at.
func TestLookBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, say(claudesim.Answer(claudesim.Say("Yes."))))
	many := func(n int) m {
		var list l
		for i := range n {
			list = append(list, m{"type": "text", "text": fmt.Sprint(i, strings.Repeat(" word", 50))})
		}
		list[n-1].(m)["cache_control"] = m{"type": "ephemeral"}
		return with(message("x"), m{"messages": l{user(list)}})
	}
	b.ask(many(20))
	if got := paid(b.ask(many(39))); got[3] == 0 {
		t.Errorf("19 blocks further %v", got)
	}
	b.sim.ForgetPrompts()
	b.ask(many(20))
	if got := paid(b.ask(many(40))); got[3] != 0 {
		t.Errorf("20 blocks further %v", got)
	}
}

// TestLimits empties the pools of a model and waits.
func TestLimits(t *testing.T) {
	t.Parallel()
	opts := say(claudesim.Answer(claudesim.Say(strings.Repeat("word ", 40))))
	opts.Settings = claudesim.Settings{PoolLimits: map[string]claudesim.Limits{sonnet: {Requests: 2, InputTokens: -1, OutputTokens: -1}, opus: {Requests: -1, InputTokens: 1000, OutputTokens: -1},
		"claude-fable-5-1": {Requests: -1, InputTokens: -1, OutputTokens: 60}}}
	b := newBench(t, opts)
	first := b.must("POST", "/v1/messages", message("x"))
	if h := first.header; h.Get("Anthropic-Ratelimit-Requests-Limit") != "2" || h.Get("Anthropic-Ratelimit-Requests-Remaining") != "1" || h.Get("Anthropic-Ratelimit-Requests-Reset") != "2026-11-25T10:00:30Z" {
		t.Errorf("headers %v", h)
	}
	b.must("POST", "/v1/messages", message("x"))
	full := b.do("POST", "/v1/messages", message("x"))
	if kind, code, _ := full.problem(); full.status != http.StatusTooManyRequests || kind != "rate_limit_error" || code != "" || full.header.Get("Retry-After") != "30" {
		t.Errorf("%d %s, Retry-After %q", full.status, full.body, full.header.Get("Retry-After"))
	}
	b.clock.pass(30 * time.Second)
	b.must("POST", "/v1/messages", message("x"))
	b.must("POST", "/v1/messages", with(message("x"), m{"model": "claude-sonnet-5"})) // a pool of its own
	wide := with(message(strings.Repeat("word ", 600)), m{"model": opus})
	b.must("POST", "/v1/messages", wide)
	if out := b.do("POST", "/v1/messages", wide); out.status != http.StatusTooManyRequests {
		t.Errorf("input: %d", out.status)
	}
	fable := with(message("x"), m{"model": "claude-fable-5-1"})
	b.must("POST", "/v1/messages", fable)
	b.must("POST", "/v1/messages", fable)
	if out := b.do("POST", "/v1/messages", fable); out.status != http.StatusTooManyRequests || !strings.Contains(string(out.body), "output tokens") {
		t.Errorf("output: %d %s", out.status, out.body)
	}
}

// TestBatch works a batch off, cancels one and lets one expire.
func TestBatch(t *testing.T) {
	t.Parallel()
	b := newBench(t, say(claudesim.Answer(claudesim.Say("Yes."))))
	request := func(id string, params any) m { return m{"custom_id": id, "params": params} }
	var list l
	for i := range 10 {
		list = append(list, request(fmt.Sprint("r", i), message("x")))
	}
	list = append(list, request("bad", with(message("x"), m{"max_tokens": 999_999})))
	made := b.must("POST", "/v1/messages/batches", m{"requests": list}).json(t)
	id := made["id"].(string)
	if made["processing_status"] != "in_progress" || made["request_counts"].(m)["processing"] != 11.0 || made["results_url"] != nil {
		t.Errorf("made %v", made)
	}
	if out := b.do("GET", "/v1/messages/batches/"+id+"/results", nil); out.status != http.StatusBadRequest {
		t.Errorf("results before the end: %d", out.status)
	}
	b.clock.pass(time.Minute)
	ended := b.must("GET", "/v1/messages/batches/"+id, nil).json(t)
	if counts := ended["request_counts"].(m); ended["processing_status"] != "ended" || counts["succeeded"] != 10.0 || counts["errored"] != 1.0 {
		t.Errorf("ended %v", ended)
	}
	results := b.must("GET", "/v1/messages/batches/"+id+"/results", nil)
	order := ""
	for line := range strings.Lines(string(results.body)) {
		order += strings.Split(line, `"`)[3] + " "
	}
	if strings.Contains(order, "r0 r1 r2 r3") || len(strings.Fields(order)) != 11 || !strings.Contains(string(results.body), `"service_tier":"batch"`) {
		t.Errorf("results in the order %s", order)
	}
	canceled := b.must("POST", "/v1/messages/batches", m{"requests": list}).json(t)["id"].(string)
	b.clock.pass(30 * time.Second)
	if out := b.must("POST", "/v1/messages/batches/"+canceled+"/cancel", nil).json(t); out["processing_status"] != "canceling" {
		t.Errorf("canceling %v", out)
	}
	b.clock.pass(time.Second)
	if counts := b.must("GET", "/v1/messages/batches/"+canceled, nil).json(t)["request_counts"].(m); counts["succeeded"] != 5.0 || counts["canceled"] != 6.0 {
		t.Errorf("canceled %v", counts)
	}
	settings := b.sim.Settings()
	settings.BatchTime = 48 * time.Hour
	b.sim.SetSettings(settings)
	slow := b.must("POST", "/v1/messages/batches", m{"requests": list}).json(t)["id"].(string)
	b.clock.pass(24 * time.Hour)
	if counts := b.must("GET", "/v1/messages/batches/"+slow, nil).json(t)["request_counts"].(m); counts["succeeded"] != 5.0 || counts["expired"] != 6.0 {
		t.Errorf("expired %v", counts)
	}
	page := b.must("GET", "/v1/messages/batches?limit=2", nil).json(t)
	if page["first_id"] != slow || page["has_more"] != true {
		t.Errorf("listed %v", page)
	}
	b.clock.pass(29 * 24 * time.Hour)
	if out := b.do("GET", "/v1/messages/batches/"+id+"/results", nil); out.status != http.StatusNotFound {
		t.Errorf("old results: %d", out.status)
	}
	b.must("DELETE", "/v1/messages/batches/"+id, nil)
	if out := b.do("GET", "/v1/messages/batches/"+id, nil); out.status != http.StatusNotFound {
		t.Errorf("a deleted batch: %d", out.status)
	}
	for name, body := range map[string]m{"none": {"requests": l{}}, "same": {"requests": l{list[0], list[0]}}, "name": {"requests": l{request("a b", message("x"))}}, "field": {"requests": list, "x": 1}} {
		if out := b.do("POST", "/v1/messages/batches", body); out.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, out.status)
		}
	}
}
