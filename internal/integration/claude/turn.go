package claude

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"golang.org/x/sync/errgroup"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// turn is one question on its way to its answer.
type turn struct {
	*Service
	feed     *feed
	org      crm.Organisation
	who      auth.Identity
	c        assistant.Conversation
	messages []assistant.Message
	known    assistant.Tokens // of the last request, as the service counted them
	size     int              // bytes of that request
	plain    bool             // thinking is left out from now on
	model    string
}

// run works on a conversation until it waits for its person.
func (s *Service) run(ctx context.Context, id assistant.ConversationID, f *feed) error {
	t, err := s.resume(ctx, id, f)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(auth.With(ctx, t.who))
	defer cancel()
	go t.watch(ctx, cancel)
	for range maxSteps {
		more, err := t.step(ctx)
		if err != nil || !more {
			return err
		}
	}
	return t.end(ctx, "The assistant used tools again and again without coming to an answer, so it was stopped. Ask a narrower question.")
}

// resume reads where a conversation stands. Who asks has the role of today.
func (s *Service) resume(ctx context.Context, id assistant.ConversationID, f *feed) (*turn, error) {
	t := &turn{Service: s, feed: f}
	err := s.Store.InTx(ctx, func(tx *store.Tx) error {
		c, worker, err := tx.HoldConversation(ctx, id)
		if err != nil {
			return err
		}
		if worker == nil || *worker != s.Process.ID || c.State != assistant.Running {
			return crm.Errorf(crm.Conflict, "Another process works on the conversation.")
		}
		t.c, t.model = c, c.Model
		if t.messages, err = tx.Messages(ctx, id, 0); err != nil {
			return err
		}
		if t.org, err = tx.Organisation(ctx, c.Org); err != nil {
			return err
		}
		t.who, err = identityOf(ctx, tx, c, t.org)
		return err
	})
	return t, err
}

// identityOf is the owner of a conversation with the role of now; without one
// they may do nothing.
func identityOf(ctx context.Context, tx *store.Tx, c assistant.Conversation, org crm.Organisation) (auth.Identity, error) {
	who := auth.Identity{Org: c.Org, OrgName: org.Name}
	account, err := tx.User(ctx, c.User)
	if crm.KindOf(err) == crm.NotFound {
		return tokenOf(ctx, tx, c, who)
	}
	if err != nil {
		return who, err
	}
	who.User, who.Name, who.Email = c.User, account.Name, account.Email
	memberships, err := tx.Memberships(ctx, c.User)
	for _, m := range memberships {
		if m.Org == c.Org && account.DisabledAt == nil {
			who.Role = m.Role
		}
	}
	return who, err
}

func tokenOf(ctx context.Context, tx *store.Tx, c assistant.Conversation, who auth.Identity) (auth.Identity, error) {
	tokens, err := tx.Tokens(ctx, c.Org)
	for _, t := range tokens {
		if t.ID.UUID == c.User.UUID && t.RevokedAt == nil && (t.ExpiresAt == nil || t.ExpiresAt.After(tx.Now())) {
			who.Token, who.Name, who.Role = t.ID, t.Name, t.Role
		}
	}
	return who, err
}

// watch ends the turn when another process was asked to stop it.
func (t *turn) watch(ctx context.Context, cancel context.CancelFunc) {
	ticker := time.NewTicker(pollStop)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if asked, err := t.Store.StopIsAsked(ctx, t.c.ID); err == nil && asked {
				cancel()
			}
		}
	}
}

// step does the next thing, which the last message tells.
func (t *turn) step(ctx context.Context) (more bool, err error) {
	said := sendable(t.messages)
	if len(said) == 0 {
		return false, t.end(ctx, "There is no question.")
	}
	last := said[len(said)-1]
	if last.From == assistant.FromUser {
		return t.answer(ctx)
	}
	blocks, err := blocksOf(last.Content)
	if err != nil {
		return false, err
	}
	switch asked := uses(blocks); {
	case len(asked) > 0:
		return t.useTools(ctx, last, asked)
	case last.StopReason == string(anthropic.StopReasonPauseTurn):
		return t.answer(ctx)
	default:
		return false, t.end(ctx, "")
	}
}

// end has the conversation wait for its person; a problem is told in a message.
func (t *turn) end(ctx context.Context, problem string) error {
	return t.close(ctx, assistant.Message{From: assistant.FromAssistant, Content: json.RawMessage("[]"), Model: t.model, Problem: problem}, problem != "", nil)
}

// close keeps a last message, if there is one, and makes the conversation idle.
// It also happens when the turn was stopped; not when this process ends, so that
// another one goes on.
func (t *turn) close(ctx context.Context, m assistant.Message, keep bool, also func(context.Context, *store.Tx) error) error {
	if t.base.Err() != nil {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	return t.change(ctx, func(tx *store.Tx, c *assistant.Conversation) error {
		if keep {
			if err := t.add(ctx, tx, c, m); err != nil {
				return err
			}
		}
		if also != nil {
			if err := also(ctx, tx); err != nil {
				return err
			}
		}
		c.State, c.StopAsked = assistant.Idle, false
		return tx.DeleteDraft(ctx, c.ID)
	})
}

// errTaken says that another process works on the conversation meanwhile, which
// took this one for dead.
var errTaken = errors.New("another process has taken the conversation over")

// change keeps what a step did, where this process still works on it.
func (t *turn) change(ctx context.Context, do func(*store.Tx, *assistant.Conversation) error) error {
	var kept assistant.Conversation
	var fresh []assistant.Message
	before := len(t.messages)
	err := t.Store.InTx(ctx, func(tx *store.Tx) error {
		t.messages = t.messages[:before]
		c, worker, err := tx.HoldConversation(ctx, t.c.ID)
		if err != nil {
			return err
		}
		if worker == nil || *worker != t.Process.ID || c.Head != t.c.Head || c.State != assistant.Running {
			return errTaken
		}
		if err := do(tx, &c); err != nil {
			return err
		}
		worker = &t.Process.ID
		if c.State != assistant.Running {
			worker = nil
		}
		kept, fresh = c, t.messages[before:]
		return tx.UpdateConversation(ctx, c, worker)
	})
	if err != nil {
		t.messages = t.messages[:before]
		return err
	}
	t.c = kept
	for _, m := range fresh {
		t.feed.add(EventMessage, m)
	}
	return nil
}

// add appends a message within change.
func (t *turn) add(ctx context.Context, tx *store.Tx, c *assistant.Conversation, m assistant.Message) error {
	c.Head++
	m.Number, m.At = c.Head, tx.Now()
	t.messages = append(t.messages, m)
	return tx.InsertMessage(ctx, *c, m)
}

// useTools answers what the model asked tools for: all at once, each once, in one
// message. A turn that is stopped answers that, because what is asked has to be
// answered before the conversation can go on.
func (t *turn) useTools(ctx context.Context, asking assistant.Message, asked []block) (more bool, err error) {
	calls, err := t.Store.ToolCalls(context.WithoutCancel(ctx), t.c.ID)
	if err != nil {
		return false, err
	}
	answered := map[string]assistant.Call{}
	for _, c := range calls {
		if c.Message == asking.Number && c.State == assistant.Answered {
			answered[c.ID] = c
		}
	}
	results := make([]toolResult, len(asked))
	group, each := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i, use := range asked {
		if c, done := answered[use.ID]; done {
			results[i] = toolResult{"tool_result", c.ID, c.Result, c.Failed}
			continue
		}
		group.Go(func() error {
			var err error
			results[i], err = t.useTool(each, i, use)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return false, err
	}
	content, err := json.Marshal(results)
	if err != nil {
		return false, fmt.Errorf("write results: %w", err)
	}
	m := assistant.Message{From: assistant.FromUser, Content: content, Complete: true}
	if ctx.Err() != nil {
		return false, t.close(ctx, m, true, nil)
	}
	return true, t.change(ctx, func(tx *store.Tx, c *assistant.Conversation) error { return t.add(ctx, tx, c, m) })
}

func (t *turn) useTool(ctx context.Context, position int, use block) (toolResult, error) {
	t.feed.add(EventCall, assistant.Call{ID: use.ID, Tool: use.Name, Input: use.Input})
	call := assistant.Call{ID: use.ID}
	switch {
	case ctx.Err() != nil:
		call.Result, call.Failed = "The person stopped this before it ran.", true
	case position >= maxTools:
		call.Result, call.Failed = fmt.Sprintf("Not run: at most %d tools are used at a time.", maxTools), true
	default:
		call.Result, call.Failed = t.use(ctx, use.Name, use.Input)
	}
	ctx = context.WithoutCancel(ctx)
	err := t.Store.InTx(ctx, func(tx *store.Tx) error {
		_, err := tx.AnswerToolCall(ctx, t.c.ID, call)
		return err
	})
	t.feed.add(EventResult, call)
	return toolResult{"tool_result", call.ID, call.Result, call.Failed}, err
}
