package claude

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// Begin makes a conversation of the person that acts.
func (s *Service) Begin(ctx context.Context) (assistant.Conversation, error) {
	me, err := person(ctx)
	if err != nil {
		return assistant.Conversation{}, err
	}
	c := assistant.Conversation{ID: crm.NewID[assistant.Conversation](), Org: me.Org, User: owner(me), Model: s.Model, State: assistant.Idle}
	return c, s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.InsertConversation(ctx, c) })
}

// person is who acts, where that is a person or a program with a token.
func person(ctx context.Context) (auth.Identity, error) {
	me, err := auth.Require(ctx, auth.AssistantUse)
	if err == nil && !me.IsPerson() && !me.IsToken() {
		err = crm.Errorf(crm.Forbidden, "A conversation belongs to a person. Say who asks.")
	}
	return me, err
}

// owner is whose conversations somebody has: a token has its own.
func owner(me auth.Identity) crm.UserID {
	if me.IsToken() {
		return crm.UserID{UUID: me.Token.UUID}
	}
	return me.User
}

// Ask says something in a conversation and begins the turn that answers it. The
// answer comes by Follow. It returns an Error of kind Invalid for what cannot be
// asked, of kind Conflict while a turn goes on, and of kind Precondition without
// a key.
func (s *Service) Ask(ctx context.Context, id assistant.ConversationID, question string) error {
	me, err := person(ctx)
	if err != nil {
		return err
	}
	if question, err = checked(question); err != nil {
		return err
	}
	if _, err := s.Store.Conversation(ctx, me.Org, owner(me), id); err != nil {
		return err
	}
	if err := s.ready(); err != nil {
		return err
	}
	org, err := s.Store.Organisation(ctx, me.Org)
	if err != nil {
		return err
	}
	content, err := textBlocks(s.now(org, me), question)
	if err != nil {
		return err
	}
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		c, err := s.hold(ctx, tx, id)
		if err != nil {
			return err
		}
		c.Head++
		if err := tx.InsertMessage(ctx, c, assistant.Message{Number: c.Head, From: assistant.FromUser, Content: content, Complete: true, Said: question}); err != nil {
			return err
		}
		if c.Title == "" {
			c.Title = shorten(question)
		}
		c.State, c.StopAsked = assistant.Running, false
		return tx.UpdateConversation(ctx, c, &s.Process.ID)
	})
	if err != nil {
		return err
	}
	s.start(id)
	return nil
}

// Start makes a conversation with its first question. It returns the Errors of
// Ask, and then makes none.
func (s *Service) Start(ctx context.Context, question string) (assistant.Conversation, error) {
	if _, err := checked(question); err != nil {
		return assistant.Conversation{}, err
	}
	if err := s.ready(); err != nil {
		return assistant.Conversation{}, err
	}
	c, err := s.Begin(ctx)
	if err != nil {
		return c, err
	}
	return c, s.Ask(ctx, c.ID, question)
}

// checked is a question that can be asked.
func checked(question string) (string, error) {
	question = strings.TrimSpace(question)
	switch {
	case question == "":
		return "", crm.FieldErrors(map[string]string{"question": "Enter a question."})
	case len(question) > maxQuestion:
		return "", crm.FieldErrors(map[string]string{"question": fmt.Sprintf("The question has %d characters; %d is the most. Shorten it, or ask in two steps.", len(question), maxQuestion)})
	}
	return question, nil
}

// ready returns an Error of kind Precondition where nothing can be asked.
func (s *Service) ready() error {
	if s.Key == "" {
		return crm.Errorf(crm.Precondition, "The assistant is not set up yet: there is no key for Claude. Set RENOZ_ANTHROPIC_API_KEY.")
	}
	return nil
}

// hold is a conversation that is idle.
func (s *Service) hold(ctx context.Context, tx *store.Tx, id assistant.ConversationID) (assistant.Conversation, error) {
	c, _, err := tx.HoldConversation(ctx, id)
	if err == nil && c.State != assistant.Idle {
		err = crm.Errorf(crm.Conflict, "The assistant is still answering. Wait for it, or stop it first.")
	}
	return c, err
}

// now tells the model what changes from day to day. It stands in the message, so
// that what comes before stays as it was.
func (s *Service) now(org crm.Organisation, me auth.Identity) string {
	at := s.Now().In(org.Location())
	return fmt.Sprintf("<now>%s, %s. %s is asking, role %s, at %s. Currency %s.</now>", at.Format("Monday 2 January 2006 15:04"), org.TimeZone, oneLine(me.Actor()), me.Role.Label(), oneLine(org.Name), org.Currency)
}

func oneLine(text string) string {
	return strings.NewReplacer("<", "", ">", "").Replace(strings.Join(strings.Fields(text), " "))
}

const titleLength = 60 // runes

func shorten(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= titleLength {
		return string(runes)
	}
	return strings.TrimSpace(string(runes[:titleLength-1])) + "…"
}

// Again answers the last question once more, after an answer that failed or was
// stopped. It returns an Error of kind Conflict where there is none to repeat.
func (s *Service) Again(ctx context.Context, id assistant.ConversationID) error {
	me, err := person(ctx)
	if err != nil {
		return err
	}
	if _, err := s.Store.Conversation(ctx, me.Org, owner(me), id); err != nil {
		return err
	}
	if err := s.ready(); err != nil {
		return err
	}
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		c, err := s.hold(ctx, tx, id)
		if err != nil {
			return err
		}
		messages, err := tx.Messages(ctx, id, c.Head-1)
		if err != nil {
			return err
		}
		if len(messages) == 0 || messages[0].Complete && messages[0].From == assistant.FromAssistant {
			return crm.Errorf(crm.Conflict, "There is nothing to answer again: the last answer is whole.")
		}
		c.State, c.StopAsked = assistant.Running, false
		return tx.UpdateConversation(ctx, c, &s.Process.ID)
	})
	if err != nil {
		return err
	}
	s.start(id)
	return nil
}

// Stop ends the turn that goes on. What was said until then is kept.
func (s *Service) Stop(ctx context.Context, id assistant.ConversationID) error {
	me, err := person(ctx)
	if err != nil {
		return err
	}
	asked := false
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		asked, err = tx.AskToStop(ctx, me.Org, owner(me), id)
		return err
	})
	if err == nil && !asked {
		if _, err = s.Store.Conversation(ctx, me.Org, owner(me), id); err == nil {
			err = crm.Errorf(crm.Conflict, "The assistant is not answering, so there is nothing to stop.")
		}
	}
	if err == nil {
		s.hub.stop(id)
	}
	return err
}

// start works on a turn in this process. The request that asked for it may end.
func (s *Service) start(id assistant.ConversationID) {
	ctx, cancel := context.WithTimeout(s.base, maxTurn)
	f := s.hub.begin(id, cancel)
	s.turns.Go(func() {
		defer cancel()
		defer s.hub.end(id, f)
		if err := s.run(ctx, id, f); err != nil {
			s.Log.ErrorContext(ctx, "a turn of the assistant failed", "conversation", id.String(), "error", err)
		}
	})
}

// Sweep takes up turns whose processes are gone, and pays for their requests.
// It is repeated every few seconds in each process.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.settleDead(ctx); err != nil {
		return err
	}
	ids, err := s.Store.OrphanedConversations(ctx)
	for _, id := range ids {
		taken, err := s.adopt(ctx, id)
		if err != nil {
			return err
		}
		if taken {
			s.start(id)
		}
	}
	return err
}

// adopt makes this process work on a conversation, where the one that did is
// still gone.
func (s *Service) adopt(ctx context.Context, id assistant.ConversationID) (taken bool, err error) {
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		c, _, err := tx.HoldConversation(ctx, id)
		if err != nil || c.State != assistant.Running {
			return err
		}
		orphans, err := tx.OrphanedConversations(ctx) // once it is held: another process may have taken it
		if err != nil {
			return err
		}
		for _, orphan := range orphans {
			taken = taken || orphan == id
		}
		if !taken {
			return nil
		}
		return tx.UpdateConversation(ctx, c, &s.Process.ID)
	})
	return taken, err
}

// pollStop is how often a turn looks whether another process was asked to stop it.
const pollStop = time.Second
