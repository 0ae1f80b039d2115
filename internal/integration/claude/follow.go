package claude

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/assistant"
)

// Shown is a conversation as its person sees it.
type Shown struct {
	assistant.Conversation
	Messages []assistant.Message
	Calls    []assistant.Call
	Draft    string // what is being said, as far as it is kept
	Cost     assistant.Nano
}

// Conversation is one of the conversations of the person that acts. One that is
// missing or another's is an Error of kind NotFound.
func (s *Service) Conversation(ctx context.Context, id assistant.ConversationID) (Shown, error) {
	me, err := person(ctx)
	if err != nil {
		return Shown{}, err
	}
	var shown Shown
	if shown.Conversation, err = s.Store.Conversation(ctx, me.Org, owner(me), id); err != nil {
		return Shown{}, err
	}
	if shown.Messages, err = s.Store.Messages(ctx, id, 0); err != nil {
		return Shown{}, err
	}
	if shown.Calls, err = s.Store.ToolCalls(ctx, id); err != nil {
		return Shown{}, err
	}
	if shown.Draft, err = s.Store.Draft(ctx, id); err != nil {
		return Shown{}, err
	}
	used, err := s.Store.UsageOfConversation(ctx, me.Org, id)
	for _, u := range used {
		shown.Cost += u.Cost
	}
	return shown, err
}

// pollElsewhere is how often a turn of another process is looked at.
const pollElsewhere = 500 * time.Millisecond

// Follow hands on what happens in a conversation, from the event after the given
// one, until the turn ends. A turn of another process is told as far as it is
// kept: whole messages, and its end.
func (s *Service) Follow(ctx context.Context, id assistant.ConversationID, after int, hand func(Event) error) error {
	me, err := person(ctx)
	if err != nil {
		return err
	}
	c, err := s.Store.Conversation(ctx, me.Org, owner(me), id)
	if err != nil {
		return err
	}
	f := s.hub.of(id)
	if f == nil {
		return s.followElsewhere(ctx, c, hand)
	}
	for {
		events, over, more := f.after(after)
		for _, e := range events {
			if err := hand(e); err != nil {
				return err
			}
			after = e.ID
		}
		if over {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-more:
		}
	}
}

func (s *Service) followElsewhere(ctx context.Context, c assistant.Conversation, hand func(Event) error) error {
	ticker := time.NewTicker(pollElsewhere)
	defer ticker.Stop()
	for seen := c.Head; ; {
		messages, err := s.Store.Messages(ctx, c.ID, seen)
		if err != nil {
			return err
		}
		for _, m := range messages {
			seen = m.Number
			if err := hand(Event{Kind: EventMessage, Data: m}); err != nil {
				return err
			}
		}
		if c, err = s.Store.Conversation(ctx, c.Org, c.User, c.ID); err != nil {
			return err
		}
		if c.State != assistant.Running {
			return hand(Event{Kind: EventEnd})
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}
