package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/claude"
)

type ask struct {
	place    `embed:""`
	Question string `arg:"" help:"What to ask, in quotes."`
	Org      string `required:"" help:"Name or id of the organisation."`
	As       string `required:"" help:"E-mail address of the person who asks: what their role may not see is not told." placeholder:"EMAIL"`
	Go       string `name:"continue" help:"Id of the conversation to go on with." placeholder:"ID"`
}

// Run asks the assistant and writes the answer while it is being said.
func (q *ask) Run(ctx context.Context, out output) error {
	return q.with(ctx, out, func(a *app.App) error {
		org, err := findOrganisation(ctx, a, q.Org)
		if err != nil {
			return err
		}
		who, err := personOf(ctx, a, org, q.As)
		if err != nil {
			return err
		}
		end, err := a.Attend(ctx)
		if err != nil {
			return err
		}
		return errors.Join(q.ask(auth.With(ctx, who), out, a.Claude), end())
	})
}

func (q *ask) ask(ctx context.Context, out output, c *claude.Service) error {
	id, err := q.conversation(ctx, c)
	if err != nil {
		return err
	}
	if err := c.Ask(ctx, id, q.Question); err != nil {
		return err
	}
	err = c.Follow(ctx, id, 0, func(e claude.Event) error {
		switch data := e.Data.(type) {
		case assistant.Call:
			if data.Tool != "" {
				_, err := fmt.Fprintf(out.err, "[%s %s]\n", data.Tool, data.Input)
				return err
			}
		case string:
			if e.Kind == "text" {
				_, err := fmt.Fprint(out, data)
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	shown, err := c.Conversation(ctx, id)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "\n"); err != nil {
		return err
	}
	if last := shown.Messages[len(shown.Messages)-1]; last.Problem != "" {
		return crm.Errorf(crm.Unavailable, "%s", last.Problem)
	}
	_, err = fmt.Fprintf(out.err, "[conversation %s, US$%s]\n", id, shown.Cost)
	return err
}

func (q *ask) conversation(ctx context.Context, c *claude.Service) (assistant.ConversationID, error) {
	if q.Go == "" {
		begun, err := c.Begin(ctx)
		return begun.ID, err
	}
	return crm.ParseID[assistant.Conversation](q.Go)
}

// personOf finds a member of an organisation.
func personOf(ctx context.Context, a *app.App, org crm.Organisation, email string) (auth.Identity, error) {
	members, err := a.Store.Members(ctx, org.ID)
	for _, m := range members {
		if strings.EqualFold(m.User.Email, strings.TrimSpace(email)) && m.DisabledAt == nil {
			return auth.Identity{Org: org.ID, OrgName: org.Name, User: m.User.ID, Name: m.User.Name, Email: m.User.Email, Role: m.Role}, err
		}
	}
	if err == nil {
		err = crm.Errorf(crm.NotFound, "Nobody in %s has the address %s. renoz user lists them.", org.Name, email)
	}
	return auth.Identity{}, err
}
