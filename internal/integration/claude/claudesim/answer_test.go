package claudesim_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/claude/claudesim"
)

func say(turns ...claudesim.Turn) claudesim.Options {
	n := 0
	return claudesim.Options{Script: func(*claudesim.Request) (claudesim.Turn, bool) {
		n++
		return turns[min(n, len(turns))-1], true
	}}
}

// TestStreamOrder looks at every event of a turn of all kinds of blocks, one after the other and interleaved.
func TestStreamOrder(t *testing.T) {
	t.Parallel()
	turn := claudesim.Answer(claudesim.Think("First, some thought."), claudesim.Say("Then words — with ünicode."), claudesim.Use("a", m{"q": "x \"y\" é", "n": 1234.5}), claudesim.Use("b", nil))
	interleaved := turn
	interleaved.Interleave = true
	b := newBench(t, say(turn, interleaved, turn))
	body := with(message("go"), m{"thinking": m{"type": "adaptive", "display": "summarized"}})
	for _, want := range []string{
		"message_start content_block_start ping content_block_delta content_block_stop content_block_start content_block_delta content_block_stop ping content_block_start content_block_delta content_block_stop ping content_block_start content_block_delta content_block_stop message_delta message_stop",
		"message_start content_block_start ping content_block_start ping content_block_start ping content_block_start content_block_delta content_block_stop message_delta message_stop",
	} {
		events, _, err := b.stream(body)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(events); got != want {
			t.Errorf("events\n%s\nwant\n%s", got, want)
		}
		blocks := map[float64]string{}
		for _, e := range events {
			if e.data["type"] != e.name {
				t.Errorf("event %s is of type %v", e.name, e.data["type"])
			}
			if delta, is := e.data["delta"].(m); is && e.name == "content_block_delta" {
				for _, name := range []string{"thinking", "text", "partial_json"} {
					piece, _ := delta[name].(string)
					blocks[e.data["index"].(float64)] += piece
				}
			}
		}
		var input m
		if err := json.Unmarshal([]byte(blocks[2]), &input); err != nil || input["q"] != "x \"y\" é" || blocks[3] != "{}" || blocks[0] != "First, some thought." || blocks[1] != "Then words — with ünicode." {
			t.Errorf("blocks %v", blocks)
		}
		start, end := events[0].data["message"].(m), events[len(events)-2].data
		if start["stop_reason"] != nil || end["delta"].(m)["stop_reason"] != "tool_use" || usage(end, "output_tokens") < 20 {
			t.Errorf("begins with %v, ends with %v", start, end)
		}
		if _, told := end["usage"].(m)["cache_creation"]; told {
			t.Error("message_delta splits the cache's writes")
		}
	}
	whole := b.ask(body)
	if got := blocks(whole); len(got) != 4 || whole["stop_reason"] != "tool_use" || got[2]["caller"].(m)["type"] != "direct" {
		t.Errorf("at once: %v", whole)
	}
}

// TestStops sends every reason to stop.
func TestStops(t *testing.T) {
	t.Parallel()
	long := claudesim.Say(strings.Repeat("word ", 400))
	b := newBench(t, say(claudesim.Answer(long), claudesim.Answer(claudesim.Use("a", m{"text": strings.Repeat("word ", 400)})), claudesim.Refuse("general_harms"), claudesim.Pause(claudesim.Say("Half.")),
		claudesim.Answer(claudesim.Say("Whole.")), claudesim.Answer(), claudesim.Answer(claudesim.Say("one STOP two"))))
	cut := b.ask(with(message("x"), m{"max_tokens": 50}))
	if cut["stop_reason"] != "max_tokens" || usage(cut, "output_tokens") > 50 || usage(cut, "output_tokens") < 40 || len(text(cut)) < 50 {
		t.Errorf("cut text: %v", cut)
	}
	events, _, err := b.stream(with(message("x"), m{"max_tokens": 50}))
	if err != nil {
		t.Fatal(err)
	}
	partial := ""
	for _, e := range events {
		if delta, is := e.data["delta"].(m); is && delta["type"] == "input_json_delta" {
			partial += delta["partial_json"].(string)
		}
	}
	if json.Valid([]byte(partial)) || !strings.HasPrefix(partial, `{"text":"word`) || events[len(events)-2].data["delta"].(m)["stop_reason"] != "max_tokens" {
		t.Errorf("a cut call is %s", partial)
	}
	refusal := b.ask(message("x"))
	if refusal["stop_reason"] != "refusal" || refusal["stop_details"].(m)["category"] != "general_harms" || len(blocks(refusal)) != 0 {
		t.Errorf("refusal: %v", refusal)
	}
	half := b.ask(message("x"))
	whole := b.ask(with(message("x"), m{"messages": l{user("x"), assistant(half["content"])}}))
	if half["stop_reason"] != "pause_turn" || text(whole) != "Whole." {
		t.Errorf("a paused turn goes on with %v", whole)
	}
	if empty := b.ask(message("x")); empty["stop_reason"] != "end_turn" || len(blocks(empty)) != 0 {
		t.Errorf("an empty answer is %v", empty)
	}
	if stopped := b.ask(with(message("x"), m{"stop_sequences": l{"STOP"}})); stopped["stop_reason"] != "stop_sequence" || stopped["stop_sequence"] != "STOP" || text(stopped) != "one " {
		t.Errorf("a stop sequence: %v", stopped)
	}
}

// TestContextWindow fills a small model's window.
func TestContextWindow(t *testing.T) {
	t.Parallel()
	b := newBench(t, say(claudesim.Answer(claudesim.Say(strings.Repeat("word ", 3000)))))
	small := claudesim.DefaultModels()[1]
	small.MaxInput = 1000
	b.sim.SetModel(small)
	if out := b.ask(message(strings.Repeat("word ", 500))); out["stop_reason"] != "model_context_window_exceeded" {
		t.Errorf("stops with %v", out["stop_reason"])
	}
	out := b.do("POST", "/v1/messages", message(strings.Repeat("word ", 2000)))
	if _, _, words := out.problem(); out.status != http.StatusBadRequest || !strings.Contains(words, "prompt is too long") {
		t.Errorf("%d %s", out.status, out.body)
	}
}

// TestThinking shows and hides thoughts, and holds a client to the conversation they belong to.
func TestThinking(t *testing.T) {
	t.Parallel()
	turn := claudesim.Answer(claudesim.Think("Let me see."), claudesim.Say("Yes."))
	b := newBench(t, say(turn))
	shown := m{"thinking": m{"type": "adaptive", "display": "summarized"}}
	lookup := tool("lookup", "Looks up.", m{})
	base := with(message("one"), with(shown, m{"system": "Rules.", "tools": l{lookup}}))
	for name, test := range map[string]struct {
		more m
		want any
	}{
		"omitted": {m{"thinking": m{"type": "adaptive"}}, ""}, "unsaid": {m{"thinking": nil}, ""}, "summarized": {shown, "Let me see."},
		"on opus 4.6": {m{"model": opus46, "thinking": m{"type": "adaptive"}}, "Let me see."}, "off": {m{"model": "claude-sonnet-5", "thinking": m{"type": "disabled"}}, nil},
		"between tools": {m{"thinking": m{"type": "between_tools"}}, nil},
	} {
		got := blocks(b.ask(with(base, test.more)))
		if test.want == nil {
			if got[0]["type"] != "text" {
				t.Errorf("%s: %v", name, got)
			}
		} else if got[0]["thinking"] != test.want || got[0]["signature"] == "" {
			t.Errorf("%s: %v", name, got)
		}
	}
	first := b.ask(base)
	history := l{user("one"), assistant(first["content"]), user("two")}
	second := b.ask(with(base, m{"messages": history}))
	history = append(history, assistant(second["content"]), user("three"))
	third := b.ask(with(base, m{"messages": history}))
	history = append(history, assistant(third["content"]), user("four"))
	changed := func(i int, message m) l {
		out := append(l{}, history...)
		out[i] = message
		return out
	}
	without := func(answer m) m { return assistant(answer["content"].(l)[1:]) }
	altered := blocks(first)[0]
	altered = with(altered, m{"thinking": "Let me see!"})
	for name, test := range map[string]struct {
		more m
		want string
	}{
		"as it was":          {m{"messages": history}, ""},
		"system as blocks":   {m{"messages": history, "system": l{m{"type": "text", "text": "Rules.", "cache_control": m{"type": "ephemeral"}}}}, ""},
		"another system":     {m{"messages": history, "system": "Other rules."}, "bound to a different conversation"},
		"another tool":       {m{"messages": history, "tools": l{lookup, tool("b", "", m{})}}, "bound to a different conversation"},
		"another question":   {m{"messages": changed(0, user("1"))}, "bound to a different conversation"},
		"from the start":     {m{"messages": changed(1, without(first))}, ""},
		"from the middle":    {m{"messages": changed(3, without(second))}, "bound to a different conversation"},
		"altered":            {m{"messages": changed(1, assistant(l{altered, blocks(first)[1]}))}, "Invalid `signature`"},
		"other model":        {m{"messages": history, "model": opus}, ""},
		"other model's cost": {m{"messages": history, "system": "Other rules.", "model": opus}, ""},
	} {
		out := b.do("POST", "/v1/messages", with(base, test.more))
		_, _, words := out.problem()
		if (test.want == "") != (out.status == http.StatusOK) || !strings.Contains(words, test.want) {
			t.Errorf("%s: %d %s", name, out.status, words)
		}
	}
	drop := b.request("POST", "/v1/messages", with(base, m{"messages": history, "system": "Other rules.",
		"thinking": m{"type": "adaptive", "block_binding": m{"prefix_mismatch_behavior": "drop_block"}}}))
	drop.Header.Set("Anthropic-Beta", "thinking-binding-controls-2026-08-01")
	if out, err := b.send(drop); err != nil || out.status != http.StatusOK {
		t.Errorf("drop_block: %v %s", err, out.body)
	}
	settings := b.sim.Settings()
	settings.OldAccount = true
	b.sim.SetSettings(settings)
	b.ask(with(base, m{"messages": history, "system": "Other rules."}))
	b.sim.SetKey(claudesim.Key{Token: "sk-other", Account: "other"})
	b.key = "sk-other"
	b.ask(with(base, m{"messages": history}))
}

// TestWaits looks at what passes before and between the pieces of an answer.
func TestWaits(t *testing.T) {
	t.Parallel()
	opts := say(claudesim.Turn{Blocks: []claudesim.Block{claudesim.Say("Some words to send.")}, Delay: 2 * time.Second})
	opts.Settings = claudesim.Settings{FirstToken: time.Second, Pace: 10 * time.Millisecond, Limits: claudesim.Unlimited().Limits}
	waited := &waits{}
	opts.Wait = waited.wait
	b := newBench(t, opts)
	if err := b.sim.Fail(claudesim.Fault{Kind: claudesim.FaultStall, After: 1, Delay: time.Minute, Count: 1}, claudesim.Fault{Kind: claudesim.FaultSlow, Delay: time.Hour, Count: 1}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.stream(message("x")); err != nil {
		t.Fatal(err)
	}
	if got := waited.sum(); got != 3*time.Second+20*time.Millisecond+time.Minute {
		t.Errorf("the stream waited %v", got)
	}
	b.ask(message("x"))
	if got := waited.sum(); got != time.Hour+3*time.Second {
		t.Errorf("the answer waited %v", got)
	}
}
