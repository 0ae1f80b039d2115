package cli

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/integration/xero"
)

type webhooksCommand struct {
	List   webhooksList   `cmd:"" default:"withargs" help:"List webhooks that arrived, the newest first."`
	Show   webhooksShow   `cmd:"" help:"Show a webhook with its payload."`
	Replay webhooksReplay `cmd:"" help:"Have one webhook looked at again, several, or all that failed."`
	Gaps   webhooksGaps   `cmd:"" help:"List webhooks of Xero that did not arrive, the latest first."`
}

type webhooksList struct {
	orgPlace `embed:""`
	Service  string `default:"xero" help:"xero or resend."`
	Category string `help:"Only of this category, such as INVOICE."`
	State    string `help:"Only in this state, such as failed."`
	Text     string `help:"Only with this in the record's id, the result, the type or the tenant."`
	Limit    int    `default:"50" help:"How many at most, up to 200."`
}

// Run lists webhooks.
func (l *webhooksList) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, d desk) error {
		rows, err := d.Store.Events(ctx, d.org.ID, inbox.Filter{Service: l.Service, Category: l.Category, State: inbox.State(l.State), Text: l.Text, Limit: l.Limit})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return out.tell("There is no such webhook.")
		}
		c := columnsOf(out, "ID", "RECEIVED", "CATEGORY", "TYPE", "STATE", "RESOURCE", "RESULT")
		for _, e := range rows {
			c.row(e.ID, moment(&e.ReceivedAt), e.Category, e.Type, e.State, e.Resource, e.Result)
		}
		return c.Flush()
	})
}

type webhooksShow struct {
	orgPlace `embed:""`
	ID       string `arg:"" help:"Id of the webhook, as renoz webhooks list shows it."`
}

// Run shows a webhook.
func (s *webhooksShow) Run(ctx context.Context, out output) error {
	id, err := eventID(s.ID)
	if err != nil {
		return err
	}
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		e, err := d.Store.Event(ctx, d.org.ID, id)
		if err != nil {
			return err
		}
		c := columnsOf(out)
		c.row("webhook", e.ID)
		c.row("category", e.Category+" "+e.Type)
		c.row("resource", e.Resource)
		c.row("occurred", moment(&e.OccurredAt))
		c.row("received", moment(&e.ReceivedAt))
		c.row("state", e.State)
		c.row("result", e.Result)
		c.row("tries", e.Attempts)
		if err := c.Flush(); err != nil {
			return err
		}
		return out.tell("%s", e.Payload)
	})
}

func eventID(text string) (crm.EventID, error) {
	id, err := crm.ParseID[crm.Event](text)
	if err != nil {
		err = crm.Errorf(crm.Invalid, "%q is not the id of a webhook. `renoz webhooks list` shows them.", text)
	}
	return id, err
}

type webhooksReplay struct {
	orgPlace `embed:""`
	IDs      []string `arg:"" optional:"" name:"id" help:"Ids of webhooks, as renoz webhooks list shows them."`
	Failed   bool     `help:"All that failed."`
	Service  string   `default:"xero" help:"Of which service those are that failed: xero or resend."`
}

// Run has webhooks looked at again; the process that works on jobs does it.
func (r *webhooksReplay) Run(ctx context.Context, out output) error {
	if err := onlyOne("Name webhooks by their ids, or take all that --failed.", len(r.IDs) > 0, r.Failed); err != nil {
		return err
	}
	ids := make([]crm.EventID, len(r.IDs))
	for i, text := range r.IDs {
		var err error
		if ids[i], err = eventID(text); err != nil {
			return err
		}
	}
	return r.act(ctx, out, func(ctx context.Context, d desk) error {
		n, err := r.replay(ctx, d, ids)
		if err != nil {
			return err
		}
		return out.tell("%s looked at again.", count(n, "webhook is", "webhooks are"))
	})
}

func (r *webhooksReplay) replay(ctx context.Context, d desk, ids []crm.EventID) (int, error) {
	switch {
	case r.Failed:
		return d.Xero.ReplayFailed(ctx, r.Service)
	case len(ids) == 1: // one that cannot be is said
		return 1, d.Xero.Replay(ctx, ids[0])
	}
	return d.Xero.ReplayAll(ctx, ids)
}

type webhooksGaps struct {
	orgPlace `embed:""`
	Limit    int `default:"50" help:"How many at most."`
}

// Run lists gaps, and says how far webhooks have come.
func (g *webhooksGaps) Run(ctx context.Context, out output) error {
	return g.act(ctx, out, func(ctx context.Context, d desk) error {
		e, err := d.Store.Endpoint(ctx, xero.Name)
		if err != nil {
			return err
		}
		gaps, err := d.Store.Gaps(ctx, xero.Name, g.Limit)
		if err != nil {
			return err
		}
		if err := tellEndpoint(out, e); err != nil || len(gaps) == 0 {
			return err
		}
		c := columnsOf(out, "CAUSE", "NUMBERS", "FROM", "UNTIL", "FOUND", "FILLED", "BY")
		for _, gap := range gaps {
			numbers := ""
			if gap.Last > 0 {
				numbers = fmt.Sprintf("%d-%d", gap.First, gap.Last)
			}
			c.row(gap.Cause, numbers, moment(&gap.From), moment(&gap.Until), moment(&gap.FoundAt), moment(&gap.FilledAt), gap.FilledBy)
		}
		return c.Flush()
	})
}

func tellEndpoint(out output, e inbox.Endpoint) error {
	switch {
	case e.LastAt.IsZero():
		return out.tell("No webhook has come yet.")
	case !e.SilentSince.IsZero():
		return out.tell("Webhooks are silent since %s; the last number is %d.", moment(&e.SilentSince), e.Highest)
	}
	return out.tell("The last webhook came at %s; the last number is %d.", moment(&e.LastAt), e.Highest)
}
