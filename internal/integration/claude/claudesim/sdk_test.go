package claudesim_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"

	"github.com/renoz/renoz/internal/integration/claude/claudesim"
)

// goClient is Anthropic's own Go client at the simulator.
func (b *bench) goClient(retries int) anthropic.Client {
	return anthropic.NewClient(option.WithBaseURL(b.web.URL), option.WithAPIKey(b.key), option.WithHTTPClient(b.web.Client()), option.WithMaxRetries(retries))
}

func goTools() []anthropic.ToolUnionParam {
	return []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{Name: "list_invoices", Description: anthropic.String("Lists invoices by their state."), Strict: anthropic.Bool(true),
		InputSchema: anthropic.ToolInputSchemaParam{Properties: m{"state": m{"type": "string", "enum": l{"draft", "sent", "overdue", "paid"}}}, Required: []string{"state"},
			ExtraFields: m{"additionalProperties": false}}}}}
}

// TestGoClientTalks lets Anthropic's own Go client ask, call a tool that it streams, and answer it.
func TestGoClientTalks(t *testing.T) {
	t.Parallel()
	b := newBench(t, claudesim.Options{})
	if err := b.sim.Plan(claudesim.Plan{Opening: "overdue", Turns: []claudesim.Turn{
		{Blocks: []claudesim.Block{claudesim.Think("Two tools at once."), claudesim.Use("list_invoices", m{"state": "overdue"}), claudesim.Use("list_invoices", m{"state": "sent", "note": "schön \"quoted\" 12345.678"})}, Interleave: true},
		claudesim.Answer(claudesim.Say("Two invoices are overdue.")),
	}}); err != nil {
		t.Fatal(err)
	}
	client := b.goClient(0)
	params := anthropic.MessageNewParams{Model: sonnet, MaxTokens: 1000, Tools: goTools(), Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("What is overdue?"))},
		Thinking: anthropic.ThinkingConfigParamUnion{OfAdaptive: &anthropic.ThinkingConfigAdaptiveParam{Display: "summarized"}}}
	stream := client.Messages.NewStreaming(t.Context(), params)
	var first anthropic.Message
	for stream.Next() {
		if err := first.Accumulate(stream.Current()); err != nil {
			t.Fatal(err)
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	if first.StopReason != "tool_use" || len(first.Content) != 3 || first.Content[0].Thinking != "Two tools at once." || first.Content[0].Signature == "" {
		t.Fatalf("the turn is %s", first.RawJSON())
	}
	var second m
	if err := json.Unmarshal(first.Content[2].Input, &second); err != nil || second["note"] != "schön \"quoted\" 12345.678" {
		t.Errorf("the second call is %s", first.Content[2].Input)
	}
	params.Messages = append(params.Messages, first.ToParam(), anthropic.NewUserMessage(
		anthropic.NewToolResultBlock(first.Content[1].ID, `[]`, false), anthropic.NewToolResultBlock(first.Content[2].ID, `[]`, false)))
	last, err := client.Messages.New(t.Context(), params)
	if err != nil {
		t.Fatal(err)
	}
	if last.StopReason != "end_turn" || last.Content[0].Text != "Two invoices are overdue." {
		t.Errorf("the answer is %s", last.RawJSON())
	}
	count, err := client.Messages.CountTokens(t.Context(), anthropic.MessageCountTokensParams{Model: sonnet, Messages: params.Messages, Thinking: params.Thinking,
		Tools: []anthropic.MessageCountTokensToolUnionParam{{OfTool: params.Tools[0].OfTool}}})
	if err != nil || count.InputTokens != last.Usage.InputTokens {
		t.Errorf("%v: counted %d, the message used %d", err, count.InputTokens, last.Usage.InputTokens)
	}
	if talks := b.sim.Conversations(); len(talks) != 1 || len(talks[0].Exchanges) != 2 {
		t.Errorf("the simulator saw %d conversations", len(talks))
	}
}

// TestGoClientErrors looks at what the client makes of every way to fail.
func TestGoClientErrors(t *testing.T) {
	t.Parallel()
	b := newBench(t, claudesim.Options{})
	client := b.goClient(0)
	ask := func() error {
		_, err := client.Messages.New(t.Context(), anthropic.MessageNewParams{Model: sonnet, MaxTokens: 100, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("Hello"))}})
		return err
	}
	for kind, want := range map[claudesim.FaultKind]struct {
		status int
		kind   string
	}{
		claudesim.FaultRateLimit: {429, "rate_limit_error"}, claudesim.FaultSpendLimit: {429, "rate_limit_error"}, claudesim.FaultOverloaded: {529, "overloaded_error"},
		claudesim.FaultBilling: {402, "billing_error"}, claudesim.FaultPermission: {403, "permission_error"}, claudesim.FaultErrorBefore: {500, "api_error"},
		claudesim.FaultErrorAfter: {500, "api_error"}, claudesim.FaultUnavailable: {503, "overloaded_error"}, claudesim.FaultNoModel: {404, "not_found_error"},
		claudesim.FaultGatewayTime: {504, "timeout_error"}, claudesim.FaultBound: {400, "invalid_request_error"}, claudesim.FaultOwnLimit: {400, "invalid_request_error"},
	} {
		if err := b.sim.Fail(claudesim.Fault{Kind: kind, Count: 1}); err != nil {
			t.Fatal(err)
		}
		var told *anthropic.Error
		if err := ask(); !errors.As(err, &told) || told.StatusCode != want.status || string(told.Type()) != want.kind || told.RequestID == "" {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if kind == claudesim.FaultSpendLimit && (told.Details.ErrorCode != "enforced_spend_limit_reached" || told.Response.Header.Get("Retry-After") != "") {
			t.Errorf("the spend limit is %+v", told.Details)
		}
		if kind == claudesim.FaultRateLimit && told.Response.Header.Get("Retry-After") != "1" {
			t.Error("no Retry-After")
		}
	}
	for _, kind := range []claudesim.FaultKind{claudesim.FaultCutBefore, claudesim.FaultCutAfter, claudesim.FaultGateway} {
		if err := b.sim.Fail(claudesim.Fault{Kind: kind, Count: 1}); err != nil {
			t.Fatal(err)
		}
		if ask() == nil {
			t.Errorf("%s: no error", kind)
		}
	}
	if err := ask(); err != nil {
		t.Errorf("at last: %v", err)
	}
}

// TestGoClientStreamsBreak cuts streams and sends errors in them.
func TestGoClientStreamsBreak(t *testing.T) {
	t.Parallel()
	b := newBench(t, claudesim.Options{Script: func(*claudesim.Request) (claudesim.Turn, bool) {
		return claudesim.Answer(claudesim.Say(strings.Repeat("A long answer. ", 50))), true
	}})
	client := b.goClient(2)
	read := func(fault claudesim.Fault) (anthropic.Message, error) {
		if err := b.sim.Fail(fault); err != nil {
			t.Fatal(err)
		}
		stream := client.Messages.NewStreaming(t.Context(), anthropic.MessageNewParams{Model: opus, MaxTokens: 1000, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("Hello"))}})
		var got anthropic.Message
		for stream.Next() {
			if err := got.Accumulate(stream.Current()); err != nil {
				t.Fatal(err)
			}
		}
		return got, stream.Err()
	}
	got, err := read(claudesim.Fault{Kind: claudesim.FaultStreamError, After: 5, Count: 1})
	var told *anthropic.Error
	if !errors.As(err, &told) || told.StatusCode != http.StatusOK || told.Type() != "overloaded_error" || got.Content[0].Text == "" || got.StopReason != "" {
		t.Errorf("an error in the stream is %v", err)
	}
	got, err = read(claudesim.Fault{Kind: claudesim.FaultStreamCut, After: 5, Count: 1})
	if got.StopReason != "" || got.Content[0].Text == "" || err == nil {
		t.Errorf("a cut stream ends with %q, %v", got.StopReason, err)
	}
	// A stream that only stops looks like a whole one to the client, but for the reason that is missing.
	got, err = read(claudesim.Fault{Kind: claudesim.FaultStreamEnd, After: 5, Count: 1})
	if got.StopReason != "" || got.Content[0].Text == "" || err != nil {
		t.Errorf("a stream that ends too early ends with %q, %v", got.StopReason, err)
	}
	if got, err = read(claudesim.Fault{Kind: claudesim.FaultOverloaded, Count: 1}); err != nil || got.StopReason != "end_turn" {
		t.Errorf("the client does not try again before a stream begins: %v", err)
	}
}
