package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// InsertConversation begins a conversation without messages.
func (t *Tx) InsertConversation(ctx context.Context, c assistant.Conversation) error {
	return doing(t.q.InsertConversation(ctx, db.InsertConversationParams{
		ID: c.ID, OrgID: c.Org, UserID: c.User, Title: c.Title, TitledBy: c.TitledBy, Persona: c.Persona, Model: c.Model,
		ParentID: c.Parent, BranchedAt: int64(c.BranchedAt), Head: int64(c.Head), Now: instant.At(t.Now()),
	}), "begin a conversation")
}

// Conversation is one of a person's conversations. One that is missing, deleted
// or another's is an Error of kind NotFound.
func (r Reader) Conversation(ctx context.Context, org crm.OrgID, user crm.UserID, id assistant.ConversationID) (assistant.Conversation, error) {
	row, err := r.q.Conversation(ctx, org, user, id)
	return conversationOf(row), notFound(err, "conversation")
}

// ConversationFilter selects conversations. Empty fields select all that are not
// archived.
type ConversationFilter struct {
	Text     string // part of the title, or of what was said
	Archived bool
	After    string
	Limit    int
}

// Conversations is a page of a person's conversations, the last used first.
func (r Reader) Conversations(ctx context.Context, org crm.OrgID, user crm.UserID, f ConversationFilter) (Page[assistant.Conversation], error) {
	keys, err := parseCursor(f.After, 2)
	if err != nil {
		return Page[assistant.Conversation]{}, err
	}
	at, before := endOfTime, assistant.ConversationID{UUID: uuid.Max}
	if f.After != "" {
		if at, err = time.Parse(time.RFC3339Nano, keys[0]); err != nil {
			return Page[assistant.Conversation]{}, badCursor()
		}
		if before, err = crm.ParseID[assistant.Conversation](keys[1]); err != nil {
			return Page[assistant.Conversation]{}, badCursor()
		}
	}
	size := limit(f.Limit)
	rows, err := r.q.Conversations(ctx, db.ConversationsParams{OrgID: org, UserID: user, UpdatedAt: instant.At(at), Before: before, Archived: f.Archived,
		Pattern: contains(f.Text), MaxRows: size + 1})
	if err != nil {
		return Page[assistant.Conversation]{}, fmt.Errorf("list conversations: %w", err)
	}
	return page(each(rows, conversationOf), size, func(c assistant.Conversation) string {
		return cursorOf(c.UpdatedAt.Format(time.RFC3339Nano), c.ID.String())
	}), nil
}

// HoldConversation is a conversation that nobody else changes until the end of
// the transaction, and the process that works on it.
func (t *Tx) HoldConversation(ctx context.Context, id assistant.ConversationID) (assistant.Conversation, *uuid.UUID, error) {
	row, err := t.q.HoldConversation(ctx, id)
	return conversationOf(row), row.ClaimedBy, notFound(err, "conversation")
}

// UpdateConversation keeps a conversation that was held, with the process that
// works on it now.
func (t *Tx) UpdateConversation(ctx context.Context, c assistant.Conversation, worker *uuid.UUID) error {
	return doing(t.q.UpdateConversation(ctx, db.UpdateConversationParams{
		Title: c.Title, TitledBy: c.TitledBy, Pinned: c.Pinned, ArchivedAt: instant.Maybe(c.ArchivedAt), DeletedAt: instant.Maybe(c.DeletedAt),
		State: string(c.State), Head: int64(c.Head), StopAsked: c.StopAsked, ClaimedBy: worker, Now: instant.At(t.Now()), ID: c.ID, OrgID: c.Org,
	}), "keep a conversation")
}

// AskToStop has whoever works on a conversation stop. It reports false when
// nobody does.
func (t *Tx) AskToStop(ctx context.Context, org crm.OrgID, user crm.UserID, id assistant.ConversationID) (bool, error) {
	n, err := t.q.AskToStop(ctx, org, user, id)
	return n > 0, doing(err, "ask to stop")
}

// StopIsAsked reports whether work on a conversation should stop.
func (r Reader) StopIsAsked(ctx context.Context, id assistant.ConversationID) (bool, error) {
	asked, err := r.q.StopIsAsked(ctx, id)
	return asked, doing(err, "read whether to stop")
}

// OrphanedConversations are those whose process ended while it worked on them.
func (r Reader) OrphanedConversations(ctx context.Context) ([]assistant.ConversationID, error) {
	ids, err := r.q.OrphanedConversations(ctx, maxRows)
	return ids, doing(err, "find conversations that nobody works on")
}

func conversationOf(row db.AssistantConversation) assistant.Conversation {
	return assistant.Conversation{
		ID: row.ID, Org: row.OrgID, User: row.UserID, Title: row.Title, TitledBy: row.TitledBy, Persona: row.Persona, Model: row.Model, Parent: row.ParentID,
		BranchedAt: int(row.BranchedAt), Pinned: row.Pinned, ArchivedAt: row.ArchivedAt.Std(), DeletedAt: row.DeletedAt.Std(), State: assistant.State(row.State),
		Head: int(row.Head), StopAsked: row.StopAsked, CreatedAt: row.CreatedAt.Time, UpdatedAt: row.UpdatedAt.Time,
	}
}

// InsertMessage adds a message under its number, which must be the next one.
func (t *Tx) InsertMessage(ctx context.Context, c assistant.Conversation, m assistant.Message) error {
	return doing(t.q.InsertAssistantMessage(ctx, db.InsertAssistantMessageParams{
		ConversationID: c.ID, Number: int64(m.Number), OrgID: c.Org, Author: string(m.From), Content: string(m.Content), Model: m.Model,
		StopReason: m.StopReason, Complete: m.Complete, Problem: m.Problem, Said: m.Said, Now: instant.At(t.Now()),
	}), "keep a message")
}

// Messages are those of a conversation after a number, in order.
func (r Reader) Messages(ctx context.Context, id assistant.ConversationID, after int) ([]assistant.Message, error) {
	rows, err := r.q.AssistantMessages(ctx, id, int64(after))
	return each(rows, func(row db.AssistantMessage) assistant.Message {
		return assistant.Message{Number: int(row.Number), From: assistant.Author(row.Author), Content: json.RawMessage(row.Content), Model: row.Model,
			StopReason: row.StopReason, Complete: row.Complete, Problem: row.Problem, Said: row.Said, At: row.CreatedAt.Time}
	}), doing(err, "read a conversation")
}

// InsertToolCall keeps a use of a tool, at a place among those of its message.
func (t *Tx) InsertToolCall(ctx context.Context, c assistant.Conversation, call assistant.Call, position int) error {
	return doing(t.q.InsertToolCall(ctx, db.InsertToolCallParams{
		ConversationID: c.ID, CallID: call.ID, OrgID: c.Org, Message: int64(call.Message), Position: int64(position), Tool: call.Tool,
		Input: string(call.Input), State: string(call.State), Now: instant.At(t.Now()),
	}), "keep the use of a tool")
}

// AnswerToolCall keeps the result of a tool. It reports false when there is one
// already.
func (t *Tx) AnswerToolCall(ctx context.Context, id assistant.ConversationID, call assistant.Call) (bool, error) {
	n, err := t.q.AnswerToolCall(ctx, db.AnswerToolCallParams{ConversationID: id, CallID: call.ID, Result: call.Result, Failed: call.Failed, Now: instant.Ptr(t.Now())})
	return n > 0, doing(err, "keep the result of a tool")
}

// ToolCalls are all uses of tools in a conversation, in order.
func (r Reader) ToolCalls(ctx context.Context, id assistant.ConversationID) ([]assistant.Call, error) {
	rows, err := r.q.ToolCalls(ctx, id)
	return each(rows, func(row db.AssistantCall) assistant.Call {
		return assistant.Call{ID: row.CallID, Message: int(row.Message), Tool: row.Tool, Input: json.RawMessage(row.Input), State: assistant.CallState(row.State),
			Result: row.Result, Failed: row.Failed, Started: row.StartedAt.Time, Ended: row.EndedAt.Std()}
	}), doing(err, "read the uses of tools")
}

// SaveDraft keeps what the model has said so far.
func (t *Tx) SaveDraft(ctx context.Context, c assistant.Conversation, content string) error {
	return doing(t.q.SaveDraft(ctx, db.SaveDraftParams{ConversationID: c.ID, OrgID: c.Org, Content: content, Now: instant.At(t.Now())}), "keep what is being said")
}

// Draft is what the model has said so far, or "".
func (r Reader) Draft(ctx context.Context, id assistant.ConversationID) (string, error) {
	rows, err := r.q.Draft(ctx, id)
	if err != nil || len(rows) == 0 {
		return "", doing(err, "read what is being said")
	}
	return rows[0], nil
}

// DeleteDraft forgets it, when the message is whole.
func (t *Tx) DeleteDraft(ctx context.Context, id assistant.ConversationID) error {
	return doing(t.q.DeleteDraft(ctx, id), "forget what was being said")
}
