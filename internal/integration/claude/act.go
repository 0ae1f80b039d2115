package claude

import (
	"context"
	"strings"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// Conversations lists those of the person that acts, the last used first.
func (s *Service) Conversations(ctx context.Context, f store.ConversationFilter) (store.Page[assistant.Conversation], error) {
	me, err := person(ctx)
	if err != nil {
		return store.Page[assistant.Conversation]{}, err
	}
	return s.Store.Conversations(ctx, me.Org, owner(me), f)
}

// Rename gives a conversation a title of the person's own.
func (s *Service) Rename(ctx context.Context, id assistant.ConversationID, title string) error {
	title = strings.Join(strings.Fields(title), " ")
	if title == "" || len([]rune(title)) > 2*titleLength {
		return crm.FieldErrors(map[string]string{"title": "Enter a title of at most 120 characters."})
	}
	return s.edit(ctx, id, func(c *assistant.Conversation, _ *store.Tx) { c.Title, c.TitledBy = title, "person" })
}

// Pin keeps a conversation at the top of the list, or no longer.
func (s *Service) Pin(ctx context.Context, id assistant.ConversationID, pinned bool) error {
	return s.edit(ctx, id, func(c *assistant.Conversation, _ *store.Tx) { c.Pinned = pinned })
}

// Archive takes a conversation out of the list, or brings it back.
func (s *Service) Archive(ctx context.Context, id assistant.ConversationID, archived bool) error {
	return s.edit(ctx, id, func(c *assistant.Conversation, tx *store.Tx) {
		c.ArchivedAt = nil
		if now := tx.Now(); archived {
			c.ArchivedAt = &now
		}
	})
}

// Delete takes a conversation away from its person; Restore brings it back.
func (s *Service) Delete(ctx context.Context, id assistant.ConversationID) error {
	return s.edit(ctx, id, func(c *assistant.Conversation, tx *store.Tx) {
		now := tx.Now()
		c.DeletedAt, c.StopAsked = &now, c.State != assistant.Idle
	})
}

// Restore undoes Delete.
func (s *Service) Restore(ctx context.Context, id assistant.ConversationID) error {
	return s.edit(ctx, id, func(c *assistant.Conversation, _ *store.Tx) { c.DeletedAt = nil })
}

// edit changes a conversation of the person that acts.
func (s *Service) edit(ctx context.Context, id assistant.ConversationID, change func(*assistant.Conversation, *store.Tx)) error {
	me, err := person(ctx)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		c, worker, err := tx.HoldConversation(ctx, id)
		if err != nil {
			return err
		}
		if c.Org != me.Org || c.User != owner(me) {
			return crm.Errorf(crm.NotFound, "There is no such conversation, or no longer.")
		}
		change(&c, tx)
		return tx.UpdateConversation(ctx, c, worker)
	})
}

// Branch begins a conversation that shares the messages of another up to a
// number, to ask something else from there. It returns an Error of kind Conflict
// where nothing can follow that message.
func (s *Service) Branch(ctx context.Context, id assistant.ConversationID, most int) (assistant.Conversation, error) {
	me, err := person(ctx)
	if err != nil {
		return assistant.Conversation{}, err
	}
	from, err := s.Store.Conversation(ctx, me.Org, owner(me), id)
	if err != nil {
		return assistant.Conversation{}, err
	}
	messages, err := s.Store.Messages(ctx, id, 0)
	if err != nil {
		return assistant.Conversation{}, err
	}
	if most < 0 || most > len(messages) || most > 0 && !endsTurn(messages[most-1]) {
		return assistant.Conversation{}, crm.Errorf(crm.Conflict, "A branch begins after a whole answer, or at the beginning.")
	}
	c := assistant.Conversation{ID: crm.NewID[assistant.Conversation](), Org: me.Org, User: owner(me), Title: from.Title, TitledBy: from.TitledBy, Persona: from.Persona,
		Model: from.Model, Parent: &from.ID, BranchedAt: most, State: assistant.Idle, Head: most}
	return c, s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.InsertConversation(ctx, c); err != nil {
			return err
		}
		return copyTo(ctx, tx, c, messages[:most])
	})
}

// copyTo gives a branch the messages of its parent, byte for byte, and what tools
// were used in them.
func copyTo(ctx context.Context, tx *store.Tx, branch assistant.Conversation, messages []assistant.Message) error {
	for _, m := range messages {
		if err := tx.InsertMessage(ctx, branch, m); err != nil {
			return err
		}
	}
	calls, err := tx.ToolCalls(ctx, *branch.Parent)
	if err != nil {
		return err
	}
	for i, call := range calls {
		if call.Message > len(messages) {
			break
		}
		if err := tx.InsertToolCall(ctx, branch, call, i); err != nil {
			return err
		}
		if call.State != assistant.Answered {
			continue
		}
		if _, err := tx.AnswerToolCall(ctx, branch.ID, call); err != nil {
			return err
		}
	}
	return nil
}

// endsTurn reports whether a person may speak after a message.
func endsTurn(m assistant.Message) bool {
	blocks, err := blocksOf(m.Content)
	return err == nil && m.From == assistant.FromAssistant && len(uses(blocks)) == 0
}
