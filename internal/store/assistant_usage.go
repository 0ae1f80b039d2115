package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// AssistantLimits are all limits of an organisation.
func (r Reader) AssistantLimits(ctx context.Context, org crm.OrgID) ([]assistant.Limit, error) {
	rows, err := r.q.AssistantLimits(ctx, org)
	return each(rows, func(row db.AssistantLimit) assistant.Limit {
		return assistant.Limit{Place: assistant.Place{Scope: assistant.Scope(row.Scope), Key: row.Who, Span: assistant.Span(row.Span)},
			Requests: row.Requests, Tokens: row.Tokens, Soft: assistant.Nano(row.Soft), Hard: assistant.Nano(row.Hard), By: row.ChangedBy, Reason: row.Reason, At: row.ChangedAt.Time}
	}), doing(err, "read the limits of the assistant")
}

// SaveAssistantLimit sets a limit.
func (t *Tx) SaveAssistantLimit(ctx context.Context, org crm.OrgID, l assistant.Limit) error {
	return doing(t.q.SaveAssistantLimit(ctx, db.SaveAssistantLimitParams{OrgID: org, Scope: string(l.Scope), Who: l.Key, Span: string(l.Span), Requests: l.Requests,
		Tokens: l.Tokens, Soft: int64(l.Soft), Hard: int64(l.Hard), ChangedBy: l.By, Reason: l.Reason, Now: instant.At(t.Now())}), "set a limit of the assistant")
}

// AssistantCount is what was used at a place in the span that begins at start.
func (r Reader) AssistantCount(ctx context.Context, org crm.OrgID, p assistant.Place, start time.Time) (assistant.Count, error) {
	rows, err := r.q.AssistantCount(ctx, db.AssistantCountParams{OrgID: org, Scope: string(p.Scope), Who: p.Key, Span: string(p.Span), StartsAt: instant.At(start)})
	if err != nil || len(rows) == 0 {
		return assistant.Count{Place: p, Start: start}, doing(err, "read what the assistant used")
	}
	return countOf(rows[0]), nil
}

// LockCounts are what was used at places, which nobody else changes until the end
// of the transaction. They are locked in one order, whatever the order of places.
func (t *Tx) LockCounts(ctx context.Context, org crm.OrgID, places []assistant.Count) ([]assistant.Count, error) {
	sorted := slices.SortedFunc(slices.Values(places), comparePlaces)
	for i, p := range sorted {
		row, err := t.q.LockCount(ctx, db.LockCountParams{OrgID: org, Scope: string(p.Scope), Who: p.Key, Span: string(p.Span), StartsAt: instant.At(p.Start)})
		if err != nil {
			return nil, fmt.Errorf("lock what the assistant used: %w", err)
		}
		sorted[i] = countOf(row)
	}
	return sorted, nil
}

func comparePlaces(a, b assistant.Count) int {
	text := func(c assistant.Count) string {
		return string(c.Scope) + "\x00" + c.Key + "\x00" + string(c.Span) + "\x00" + c.Start.Format(time.RFC3339Nano)
	}
	switch x, y := text(a), text(b); {
	case x < y:
		return -1
	case x > y:
		return 1
	default:
		return 0
	}
}

// SaveCount keeps what was used, of a count that is locked.
func (t *Tx) SaveCount(ctx context.Context, org crm.OrgID, c assistant.Count) error {
	return doing(t.q.SaveCount(ctx, db.SaveCountParams{Requests: c.Requests, Tokens: c.Tokens, Spent: int64(c.Spent), HeldTokens: c.HeldTokens, Held: int64(c.Held),
		Warned: int64(c.Warned), OrgID: org, Scope: string(c.Scope), Who: c.Key, Span: string(c.Span), StartsAt: instant.At(c.Start)}), "keep what the assistant used")
}

func countOf(row db.AssistantCount) assistant.Count {
	return assistant.Count{Place: assistant.Place{Scope: assistant.Scope(row.Scope), Key: row.Who, Span: assistant.Span(row.Span)}, Start: row.StartsAt.Time,
		Requests: row.Requests, Tokens: row.Tokens, Spent: assistant.Nano(row.Spent), HeldTokens: row.HeldTokens, Held: assistant.Nano(row.Held), Warned: int(row.Warned)}
}

// InsertUsage adds a request to the ledger.
func (t *Tx) InsertUsage(ctx context.Context, u assistant.Usage) error {
	return doing(t.q.InsertUsage(ctx, db.InsertUsageParams{
		ID: u.ID.UUID, OrgID: u.Org, UserID: u.User, Role: u.Role, Persona: u.Persona, Model: u.Model, ConversationID: u.Conversation, Feature: u.Feature,
		TokensIn: u.Input, TokensOut: u.Output, TokensRead: u.CacheRead, Tokens5m: u.CacheWrite5m, Tokens1h: u.CacheWrite1h, Cost: int64(u.Cost),
		Estimated: u.Estimated, UnknownPrice: u.Unknown, RequestID: u.RequestID, Now: instant.At(u.At),
	}), "add to the ledger of the assistant")
}

// UsageOfConversation is what a conversation used, in order.
func (r Reader) UsageOfConversation(ctx context.Context, org crm.OrgID, id assistant.ConversationID) ([]assistant.Usage, error) {
	rows, err := r.q.UsageOfConversation(ctx, org, &id)
	return each(rows, usageOf), doing(err, "read what a conversation used")
}

// LedgerAfter is the ledger from a moment on, at most 200 entries after an id.
func (r Reader) LedgerAfter(ctx context.Context, org crm.OrgID, since time.Time, after uuid.UUID) ([]assistant.Usage, error) {
	rows, err := r.q.UsageAfter(ctx, db.UsageAfterParams{OrgID: org, Since: instant.At(since), After: after, MaxRows: maxRows})
	return each(rows, usageOf), doing(err, "read the ledger of the assistant")
}

func usageOf(row db.AssistantUsage) assistant.Usage {
	return assistant.Usage{
		ID: crm.ID[assistant.Usage]{UUID: row.ID}, Org: row.OrgID, User: row.UserID, Role: row.Role, Persona: row.Persona, Model: row.Model, Conversation: row.ConversationID,
		Feature: row.Feature, Cost: assistant.Nano(row.Cost), Estimated: row.Estimated, Unknown: row.UnknownPrice, RequestID: row.RequestID, At: row.At.Time,
		Tokens: assistant.Tokens{Input: row.TokensIn, Output: row.TokensOut, CacheRead: row.TokensRead, CacheWrite5m: row.Tokens5m, CacheWrite1h: row.Tokens1h},
	}
}

// InsertHold sets aside what a request uses at most, for a process.
func (t *Tx) InsertHold(ctx context.Context, h assistant.Hold, process uuid.UUID) error {
	return doing(t.q.InsertHold(ctx, db.InsertHoldParams{
		ID: h.ID.UUID, OrgID: h.Org, UserID: h.User, Role: h.Role, Persona: h.Persona, Model: h.Model, ConversationID: h.Conversation, Feature: h.Feature,
		TokensIn: h.Input, Tokens: h.Demand.Tokens, Cost: int64(h.Demand.Cost), ProcessID: process, Now: instant.At(h.At),
	}), "set money aside")
}

// EndHold reports false for one that has ended before.
func (t *Tx) EndHold(ctx context.Context, id crm.ID[assistant.Hold]) (bool, error) {
	n, err := t.q.DeleteHold(ctx, id.UUID)
	return n > 0, doing(err, "end what was set aside")
}

// DeadHolds are those of processes that are gone.
func (r Reader) DeadHolds(ctx context.Context) ([]assistant.Hold, error) {
	rows, err := r.q.DeadHolds(ctx, maxRows)
	return each(rows, func(row db.AssistantHold) assistant.Hold {
		return assistant.Hold{
			ID: crm.ID[assistant.Hold]{UUID: row.ID}, Demand: assistant.Demand{Tokens: row.Tokens, Cost: assistant.Nano(row.Cost)},
			Usage: assistant.Usage{Org: row.OrgID, User: row.UserID, Role: row.Role, Persona: row.Persona, Model: row.Model, Conversation: row.ConversationID,
				Feature: row.Feature, Tokens: assistant.Tokens{Input: row.TokensIn}, At: row.At.Time},
		}
	}), doing(err, "find what dead processes set aside")
}
