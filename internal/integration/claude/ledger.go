package claude

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
)

// countsFor are the places where a request counts, each with its span of now:
// days and months always, shorter spans where a limit asks for them.
func countsFor(u assistant.Usage, limits []assistant.Limit, at time.Time, zone *time.Location) []assistant.Count {
	var counts []assistant.Count
	for _, who := range []assistant.Place{{Scope: assistant.Organisation}, {Scope: assistant.Role, Key: u.Role}, {Scope: assistant.Person, Key: u.User.String()}} {
		for _, span := range assistant.Spans() {
			who.Span = span
			if span != assistant.Day && span != assistant.Month && limitAt(limits, who) == nil {
				continue
			}
			counts = append(counts, assistant.Count{Place: who, Start: span.Start(at, zone)})
		}
	}
	return counts
}

func limitAt(limits []assistant.Limit, p assistant.Place) *assistant.Limit {
	for i := range limits {
		if limits[i].Place == p {
			return &limits[i]
		}
	}
	return nil
}

// reserve sets aside what a request may use at most, where every limit allows
// it. It returns an *assistant.Refused where one does not.
func (s *Service) reserve(ctx context.Context, org crm.Organisation, u assistant.Usage, d assistant.Demand) (assistant.Hold, error) {
	h := assistant.Hold{ID: crm.NewID[assistant.Hold](), Usage: u, Demand: d}
	err := s.Store.InTx(ctx, func(tx *store.Tx) error {
		limits, err := tx.AssistantLimits(ctx, u.Org)
		if err != nil {
			return err
		}
		zone := org.Location()
		counts, err := tx.LockCounts(ctx, u.Org, countsFor(u, limits, u.At, zone))
		if err != nil {
			return err
		}
		for _, c := range counts {
			if l := limitAt(limits, c.Place); l != nil {
				if err := l.Refusal(c, d, c.Span.End(u.At, zone)); err != nil {
					return err
				}
			}
		}
		for _, c := range counts {
			c.Requests++
			c.HeldTokens += d.Tokens
			c.Held += d.Cost
			if err := tx.SaveCount(ctx, u.Org, c); err != nil {
				return err
			}
		}
		return tx.InsertHold(ctx, h, s.Process.ID)
	})
	return h, err
}

// pay ends what was set aside and adds to the ledger what was used, in the
// transaction that keeps what it was used for. Money is counted in the spans of
// the moment in which it was set aside, so that both ends meet.
func (s *Service) pay(ctx context.Context, tx *store.Tx, h assistant.Hold, used assistant.Usage) error {
	open, err := tx.EndHold(ctx, h.ID)
	if err != nil || !open {
		return err // somebody took this process for dead and has paid
	}
	org, err := tx.Organisation(ctx, h.Org)
	if err != nil {
		return err
	}
	limits, err := tx.AssistantLimits(ctx, h.Org)
	if err != nil {
		return err
	}
	counts, err := tx.LockCounts(ctx, h.Org, countsFor(h.Usage, limits, h.At, org.Location()))
	if err != nil {
		return err
	}
	used.Cost, used.Unknown = s.cost(used.Model, used.Tokens, used.At)
	for _, c := range counts {
		c.HeldTokens = max(c.HeldTokens-h.Demand.Tokens, 0)
		c.Held = max(c.Held-h.Demand.Cost, 0)
		c.Tokens += used.Total()
		c.Spent += used.Cost
		if l := limitAt(limits, c.Place); l != nil {
			if err := s.warn(ctx, tx, h.Org, *l, &c); err != nil {
				return err
			}
		}
		if err := tx.SaveCount(ctx, h.Org, c); err != nil {
			return err
		}
	}
	return tx.InsertUsage(ctx, used)
}

func (s *Service) cost(model string, t assistant.Tokens, at time.Time) (cost assistant.Nano, unknown bool) {
	cost, known := assistant.Cost(s.Prices, model, t, assistant.Terms{At: at})
	return cost, !known
}

// demand is what a request uses at most. A token is at least a byte, and what was
// read before is known from the answer to it.
func (s *Service) demand(model string, known assistant.Tokens, fresh int, at time.Time) assistant.Demand {
	t := assistant.Tokens{CacheWrite5m: known.Prompt() + int64(fresh), Output: maxAnswer}
	cost, _ := s.cost(model, t, at)
	return assistant.Demand{Tokens: t.Total(), Cost: cost}
}

// settleDead pays by estimate for requests whose processes are gone: the service
// may have answered them, and nobody read the answer.
func (s *Service) settleDead(ctx context.Context) error {
	holds, err := s.Store.DeadHolds(ctx)
	for _, h := range holds {
		used := h.Usage
		used.ID, used.Estimated, used.Tokens = crm.NewID[assistant.Usage](), true, assistant.Tokens{Input: h.Input}
		if err := s.Store.InTx(ctx, func(tx *store.Tx) error { return s.pay(ctx, tx, h, used) }); err != nil {
			return err
		}
	}
	return err
}

// newUsage is what is known of a request before it is made.
func (s *Service) newUsage(c assistant.Conversation, role, model, feature string) assistant.Usage {
	return assistant.Usage{ID: crm.NewID[assistant.Usage](), Org: c.Org, User: c.User, Role: role, Persona: c.Persona, Model: model, Conversation: &c.ID, Feature: feature, At: s.Now().UTC()}
}

// warn tells people when a share of what may be spent is reached, each once in a
// span.
func (s *Service) warn(ctx context.Context, tx *store.Tx, org crm.OrgID, l assistant.Limit, c *assistant.Count) error {
	share := l.Share(*c)
	if share <= c.Warned {
		return nil
	}
	c.Warned = share
	_, err := tx.KeepNotice(ctx, warning(org, l, *c, share))
	return err
}

func warning(org crm.OrgID, l assistant.Limit, c assistant.Count, share int) notify.Notice {
	return notify.Notice{
		Org: org, Cause: fmt.Sprintf("assistant_%s_%s_%s_%d", l.Scope, l.Key, l.Span, share), Level: notify.Warning,
		Title: fmt.Sprintf("The assistant has used %d %% of a limit", share),
		Text:  fmt.Sprintf("Spent %s of %s in this %s, by the %s.", dollars(c.Spent), dollars(l.Hard), l.Span, l.Scope),
	}
}

// dollars writes an amount to the cent, rounded up.
func dollars(n assistant.Nano) string {
	cents := (n + assistant.Dollar/100 - 1) / (assistant.Dollar / 100)
	return fmt.Sprintf("US$%d.%02d", cents/100, cents%100)
}
