package claude

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"
	"github.com/anthropics/anthropic-sdk-go/v2/packages/param"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/store"
)

// tries is how often a request is made in all, where it may be repeated.
const tries = 3

// answer asks the model for the next message and keeps it, with what it cost.
func (t *turn) answer(ctx context.Context) (more bool, err error) {
	for try := 1; ; try++ {
		got, err := t.request(ctx)
		if err != nil {
			return false, err
		}
		if got.fault == nil {
			return t.keep(ctx, got)
		}
		if try == tries || !t.recover(ctx, *got.fault) {
			return false, t.giveUp(ctx, got)
		}
		if err := t.payFor(ctx, got); err != nil {
			return false, err
		}
	}
}

// recover does what lets a request be made again, and reports whether it may.
func (t *turn) recover(ctx context.Context, f fault) bool {
	switch {
	case ctx.Err() != nil:
		return false
	case f.remedy == unbind && !t.plain:
		t.plain = true
		return true
	case f.remedy == fallback || f.remedy == again && f.wait > patience:
		return t.fallBack()
	case f.remedy == again:
		return t.Wait(ctx, f.wait) == nil
	default:
		return false
	}
}

// fallBack lets another model go on, which cannot read what the first one thought.
func (t *turn) fallBack() bool {
	if t.Fallback == "" || t.model == t.Fallback {
		return false
	}
	t.model, t.plain = t.Fallback, true
	return true
}

// outcome is what a request came to.
type outcome struct {
	message anthropic.Message // as far as it came
	fault   *fault
	hold    assistant.Hold
	used    assistant.Usage
	bytes   int  // of the request
	begun   bool // the service told what the request cost
}

// request sets money aside, and reads an answer while it is being said. An error
// is ours; what the service did wrong is in the outcome.
func (t *turn) request(ctx context.Context) (*outcome, error) {
	body, err := request{model: t.model, tools: t.toolsFor(t.who), messages: t.messages, user: t.c.User.String(), plain: t.plain}.body()
	if err != nil {
		return nil, err
	}
	got := &outcome{used: t.newUsage(t.c, string(t.who.Role), t.model, "chat"), bytes: len(body)}
	fresh := len(body) - t.size
	if t.known.Prompt() == 0 || fresh < 0 {
		t.known, fresh = assistant.Tokens{}, len(body)
	}
	got.used.Input = (t.known.Prompt() + int64(fresh)) / bytesPerToken
	got.hold, err = t.reserve(context.WithoutCancel(ctx), t.org, got.used, t.demand(t.model, t.known, fresh, got.used.At))
	var refused *assistant.Refused
	if errors.As(err, &refused) {
		f := faultOf(err, t.Now())
		got.fault = &f
		return got, nil
	}
	if err != nil {
		return nil, err
	}
	if err := t.read(ctx, body, got); err != nil {
		f := faultOf(err, t.Now())
		got.fault = &f
		if !f.sent && !got.begun {
			got.used.Tokens = assistant.Tokens{}
		}
		got.used.Estimated = f.sent || got.begun
	}
	if got.begun {
		got.used.Tokens = tokensOf(got.message.Usage)
	}
	return got, nil
}

// bytesPerToken is about how many bytes of a request are a token, for estimates
// of what the service did not tell.
const bytesPerToken = 3

// flush is how often what is being said is kept, for whoever follows from
// another process.
const flush = 500 * time.Millisecond

// read follows the stream. It returns errCut when it ends before its end, which
// the client does not take for an error.
func (t *turn) read(ctx context.Context, body []byte, got *outcome) error {
	stream := t.client.Messages.NewStreaming(ctx, param.Override[anthropic.MessageNewParams](json.RawMessage(body)), option.WithRequestTimeout(maxTurn))
	defer func() { _ = stream.Close() }() // it was only read
	kept, whole := t.Now(), false
	for stream.Next() {
		event := stream.Current()
		if err := got.message.Accumulate(event); err != nil {
			return fmt.Errorf("read an answer: %w", err)
		}
		got.begun = true
		whole = whole || event.Type == "message_stop"
		t.show(event)
		if now := t.Now(); now.Sub(kept) >= flush {
			kept = now
			if err := t.keepDraft(ctx, got.message); err != nil {
				return err
			}
		}
	}
	switch {
	case stream.Err() != nil:
		return stream.Err()
	case !whole:
		return errCut
	default:
		return nil
	}
}

func (t *turn) show(event anthropic.MessageStreamEventUnion) {
	switch {
	case event.Type == "content_block_delta" && event.Delta.Text != "":
		t.feed.add(EventText, event.Delta.Text)
	case event.Type == "content_block_delta" && event.Delta.Thinking != "":
		t.feed.add(EventThinking, event.Delta.Thinking)
	}
}

func (t *turn) keepDraft(ctx context.Context, m anthropic.Message) error {
	said := textOf(m)
	if said == "" {
		return nil
	}
	return t.Store.InTx(ctx, func(tx *store.Tx) error { return tx.SaveDraft(ctx, t.c, said) })
}

func textOf(m anthropic.Message) string {
	var said []string
	for _, b := range m.Content {
		if b.Type == "text" && b.Text != "" {
			said = append(said, b.Text)
		}
	}
	return strings.Join(said, "\n")
}

func tokensOf(u anthropic.Usage) assistant.Tokens {
	t := assistant.Tokens{Input: u.InputTokens, Output: u.OutputTokens, CacheRead: u.CacheReadInputTokens, CacheWrite5m: u.CacheCreation.Ephemeral5mInputTokens,
		CacheWrite1h: u.CacheCreation.Ephemeral1hInputTokens}
	if t.CacheWrite5m+t.CacheWrite1h == 0 {
		t.CacheWrite5m = u.CacheCreationInputTokens
	}
	return t
}

// keep adds an answer that is whole to the conversation.
func (t *turn) keep(ctx context.Context, got *outcome) (more bool, err error) {
	content, err := received(got.message)
	if err != nil {
		return false, fmt.Errorf("keep an answer: %w", err)
	}
	blocks, err := blocksOf(content)
	if err != nil {
		return false, err
	}
	t.known, t.size = got.used.Tokens, got.bytes
	m := assistant.Message{From: assistant.FromAssistant, Content: content, Model: t.model, StopReason: string(got.message.StopReason), Said: saidIn(blocks)}
	m.Problem = problemOf(got.message)
	m.Complete = m.Problem == "" && len(blocks) > 0
	if m.Problem == "" && len(blocks) == 0 {
		m.Problem = "The assistant said nothing. Ask again in other words."
	}
	pay := func(ctx context.Context, tx *store.Tx) error { return t.pay(ctx, tx, got.hold, got.used) }
	asked := uses(blocks)
	if goesOn := m.Complete && (len(asked) > 0 || got.message.StopReason == anthropic.StopReasonPauseTurn); !goesOn {
		return false, t.close(ctx, m, true, pay)
	}
	keeping := context.WithoutCancel(ctx)
	return true, t.change(keeping, func(tx *store.Tx, c *assistant.Conversation) error {
		if err := t.add(keeping, tx, c, m); err != nil {
			return err
		}
		for i, use := range asked {
			call := assistant.Call{ID: use.ID, Message: c.Head, Tool: use.Name, Input: use.Input, State: assistant.Called}
			if err := tx.InsertToolCall(keeping, *c, call, i); err != nil {
				return err
			}
		}
		if err := tx.DeleteDraft(keeping, c.ID); err != nil {
			return err
		}
		return pay(keeping, tx)
	})
}

// problemOf tells people why an answer is not one, though the service ended it.
// https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
func problemOf(m anthropic.Message) string {
	switch m.StopReason {
	case anthropic.StopReasonMaxTokens:
		return "The answer became too long and was cut. Ask for less at a time."
	case anthropic.StopReasonRefusal:
		return "Claude does not answer this."
	case "model_context_window_exceeded":
		return "The conversation has become too long. Begin a new one."
	default:
		return ""
	}
}

// giveUp keeps what was said of an answer that did not come, and why.
func (t *turn) giveUp(ctx context.Context, got *outcome) error {
	said := textOf(got.message)
	content := json.RawMessage("[]")
	if said != "" {
		var err error
		if content, err = textBlocks(said); err != nil {
			return err
		}
	}
	m := assistant.Message{From: assistant.FromAssistant, Content: content, Model: t.model, Problem: got.fault.words, Said: said}
	return t.close(ctx, m, true, func(ctx context.Context, tx *store.Tx) error { return t.pay(ctx, tx, got.hold, got.used) })
}

// payFor pays for a try that is followed by another.
func (t *turn) payFor(ctx context.Context, got *outcome) error {
	ctx = context.WithoutCancel(ctx)
	return t.Store.InTx(ctx, func(tx *store.Tx) error { return t.pay(ctx, tx, got.hold, got.used) })
}
