package cli

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/breaker"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/ratelimit"
)

type xeroCommand struct {
	Show       xeroShow       `cmd:"" default:"withargs" help:"Say how the exchange with Xero goes: connection, what waits, and health with its sum."`
	Limits     xeroLimits     `cmd:"" help:"Say how much Xero takes, how much of it is used, and whether calls are held back."`
	Settings   xeroSettings   `cmd:"" help:"Show and change how records go to Xero."`
	Choices    xeroChoices    `cmd:"" help:"List accounts, tax rates and themes that the settings may name."`
	Reset      xeroReset      `cmd:"" help:"Let calls go on that are held back after failures in a row."`
	Disconnect xeroDisconnect `cmd:"" help:"End the access to Xero. Connecting takes a person and a browser."`
}

type (
	xeroShow struct {
		orgPlace `embed:""`
	}
	xeroLimits struct {
		orgPlace `embed:""`
	}
	xeroReset struct {
		orgPlace `embed:""`
	}
	xeroDisconnect struct {
		orgPlace `embed:""`
	}
)

// Run writes the exchange at a glance.
func (s *xeroShow) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		card, err := d.Xero.Card(ctx, d.org.ID)
		if err != nil {
			return err
		}
		counts, err := d.Store.LinkCounts(ctx, d.org.ID, xero.Name)
		if err != nil {
			return err
		}
		state := string(card.State)
		if state == "" {
			state = "not_connected"
		}
		c := columnsOf(out)
		c.row("state", state)
		c.row("organisation", card.Tenant)
		c.row("last sync", moment(card.LastSyncAt))
		c.row("health", fmt.Sprintf("%s, %d of 100: %s", card.Health, card.Score, card.Reason))
		for _, less := range card.Deductions {
			c.row(fmt.Sprintf("-%d", less.Points), less.Reason)
		}
		c.row("errors", fmt.Sprintf("%d, %d of them new", card.Errors, card.NewErrors))
		for _, kind := range link.Kinds() {
			n := counts[kind]
			c.row(kind, fmt.Sprintf("%d in line, %d waiting, %d need a person", n[link.Synced], n[link.Pending]+n[link.Sending]+n[link.Unknown], n[link.Blocked]+n[link.Rejected]+n[link.Dead]))
		}
		return c.Flush()
	})
}

// Run writes limits and breaker.
func (s *xeroLimits) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		l, err := d.Xero.Limits(ctx)
		if err != nil {
			return err
		}
		c := columnsOf(out)
		for _, b := range l.Budgets {
			used := fmt.Sprintf("%d of %d used", b.Used, b.Limit)
			if !b.BlockedUntil.IsZero() {
				used += ", blocked until " + moment(&b.BlockedUntil)
			}
			c.row(windowWords(b.Window), used)
		}
		hour := 0
		for _, n := range l.Calls {
			hour += n
		}
		c.row("last hour", count(hour, "call", "calls"))
		c.row("breaker", circuitWords(l.Circuit))
		return c.Flush()
	})
}

func windowWords(window string) string {
	switch window {
	case "day":
		return "today"
	case "appminute":
		return "this minute, all organisations"
	case ratelimit.Concurrent:
		return "at once"
	}
	return "this " + window
}

func circuitWords(c breaker.Circuit) string {
	switch {
	case c.State == breaker.Opened:
		return fmt.Sprintf("open after %d failures in a row, the last was %s; the next call is tried at %s", c.Failures, c.Cause, moment(&c.Until))
	case c.State == breaker.HalfOpen:
		return "half open: one call is under way to find out whether Xero works again"
	case c.Failures > 0:
		return fmt.Sprintf("closed, with %s in a row, the last was %s", count(c.Failures, "failure", "failures"), c.Cause)
	}
	return "closed: calls go through"
}

// Run lets calls go on.
func (s *xeroReset) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		if err := d.Xero.ResetBreaker(ctx); err != nil {
			return err
		}
		return out.tell("Calls to Xero go on. The next failures in a row pause them again.")
	})
}

// Run ends the access.
func (s *xeroDisconnect) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		if err := d.Xero.Disconnect(ctx); err != nil {
			return err
		}
		return out.tell("Xero is disconnected. Nothing is sent or read any more.")
	})
}
