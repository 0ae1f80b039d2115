package xero

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// Why a record is left out of a run.
const (
	skipSame      = "same"
	skipDraft     = "draft"
	skipNever     = "never_sent"
	skipTheirs    = "from_xero"
	skipOnItsWay  = "on_its_way"
	skipDismissed = "dismissed"
)

// planned stands for the id that Xero will give a record.
const planned = "planned"

// planChunk is how many records one transaction plans.
const planChunk = 200

// planner finds out what the push would do with records, by the rules of the
// push, without doing it.
type planner struct {
	*run
	of      store.BulkRun
	kind    BulkKind
	place   planPlace
	wished  time.Time              // when its records would be marked
	known   map[link.Key]link.Link // what links will be after it
	names   map[crm.CustomerID]string
	items   []store.BulkItem // of the chunk
	current bulkPart
}

// planPlace is where planning goes on.
type planPlace struct {
	Part  int       `json:"part"`
	After uuid.UUID `json:"after"` // the last record that was planned
	Found int64     `json:"found"`
}

func (r *run) newPlanner(of store.BulkRun) *planner {
	p := &planner{run: r, of: of, wished: r.Now(), known: map[link.Key]link.Link{}, names: map[crm.CustomerID]string{}}
	p.kind, _ = BulkKindNamed(of.Kind)
	r.bulk.foresee = p.foresee
	return p
}

// next plans the records that come next, and reports whether all are planned.
// It reports errFaster when another process has done so.
func (p *planner) next(ctx context.Context) (done bool, err error) {
	if p.place, err = placeOf[planPlace](p.of.Place); err != nil {
		return false, err
	}
	if p.place.Part >= len(p.kind.parts) {
		return true, nil
	}
	p.current, p.items = p.kind.parts[p.place.Part], nil
	choice := store.BulkChoice{Service: Name, BulkFilter: p.of.Filter, After: p.place.After, Max: planChunk}
	ids, err := p.current.choose(ctx, p.Store, p.org.ID, choice)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		if err := p.current.plan(p, ctx, id); err != nil {
			return false, err
		}
		p.place.After = id
	}
	if len(ids) < planChunk {
		p.place.Part, p.place.After = p.place.Part+1, uuid.Nil
	}
	to, err := json.Marshal(p.place)
	if err != nil {
		return false, err
	}
	err = p.Store.InTx(ctx, func(tx *store.Tx) error {
		mine, err := tx.AdvanceBulkRun(ctx, p.of, store.BulkStep{Place: string(to), Records: len(ids)})
		if err == nil && !mine {
			err = errFaster
		}
		if err != nil {
			return err
		}
		for _, i := range p.items {
			if err := tx.AddBulkItem(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
	p.of.Place = string(to)
	return p.place.Part >= len(p.kind.parts), err
}

// rankStep keeps the places in the list of one kind together.
const rankStep = 1_000_000_000

// add puts a record on the list, and keeps what its link will be.
func (p *planner) add(rank int, i store.BulkItem, after link.Link) {
	i.Run, i.Key, i.Rank, i.Label = p.of.ID, after.Key, rank, after.Label
	i.Position = int64(rank)*rankStep + p.place.Found
	p.place.Found++
	i.State = store.ItemPlanned
	if i.Plan == store.PlanSkip {
		i.State = store.ItemSkipped
	}
	p.known[after.Key] = after
	p.items = append(p.items, i)
}

// skip leaves a record out.
func (p *planner) skip(i store.BulkItem, l link.Link, code, words string) {
	i.Plan, i.Code, i.Reason = store.PlanSkip, code, words
	p.add(p.current.rank, i, l)
}

// settled is what a link that the push would not send says: that nothing has to
// be done, or what has to be mended first.
func settled(i store.BulkItem, l link.Link, code, words string) store.BulkItem {
	if l.State == link.Synced {
		i.Plan, i.Code, i.Reason = store.PlanSkip, code, words
		return i
	}
	i.Plan, i.Code, i.Reason, i.Action = store.PlanBlocked, l.Problem.Code, l.Problem.Text, l.Problem.Action
	return i
}

// sent is what a link will be that the push would send.
func sent(i store.BulkItem, l link.Link) (store.BulkItem, link.Link) {
	i.Plan = store.PlanCreate
	if l.RemoteID != "" {
		i.Plan = store.PlanChange
	}
	l.State, l.RemoteID, l.Problem = link.Synced, cmp.Or(l.RemoteID, planned), link.Problem{}
	return i, l
}

// wanted is a record's link as it is, and as it will be when it is marked. What
// is on its way or was dismissed is left out, which is reported as false.
func (p *planner) wanted(ctx context.Context, k link.Key, i store.BulkItem) (was, l link.Link, goes bool, err error) {
	was, err = p.Store.Link(ctx, k)
	if crm.KindOf(err) == crm.NotFound {
		was, err = link.Link{Key: k, Label: i.Label}, nil
	}
	if err != nil {
		return was, l, false, err
	}
	was.Label = i.Label
	switch {
	case was.Waiting():
		p.skip(i, was, skipOnItsWay, "It is on its way already.")
		return was, was, false, nil
	case was.State == link.Dismissed:
		p.skip(i, was, skipDismissed, "Dismissed by "+was.DismissedBy+": "+was.DismissReason)
		return was, was, false, nil
	}
	return was, p.marked(was, i.Version), true, nil
}

// marked is a link as the push finds it.
func (p *planner) marked(l link.Link, version int64) link.Link {
	l.State, l.Priority, l.Wanted, l.Attempts, l.DueAt = link.Pending, link.Bulk, max(version, l.Wanted), 0, p.wished
	return l
}

// foresee is the link of what another record needs, as it will be when its turn
// comes. A customer without one goes along.
func (p *planner) foresee(ctx context.Context, k link.Key) (link.Link, error) {
	if l, ok := p.known[k]; ok {
		return l, nil
	}
	i, err := p.Store.BulkItem(ctx, p.of.ID, k)
	if err == nil { // planned before a restart
		return p.remember(ctx, i)
	}
	if crm.KindOf(err) != crm.NotFound {
		return link.Link{}, err
	}
	l, err := p.Store.Link(ctx, k)
	missing := crm.KindOf(err) == crm.NotFound
	switch {
	case err != nil && !missing, k.Kind != link.Contact:
		return l, err
	case missing:
		return p.alongside(ctx, k)
	case l.State == link.Pending && l.RemoteID == "":
		if _, l, err = p.customer(ctx, k, l); err != nil {
			return l, err
		}
	case l.Waiting() && l.RemoteID == "":
		l.RemoteID = planned
	}
	p.known[k] = l
	return l, nil
}

// remember is what the link of a planned record will be.
func (p *planner) remember(ctx context.Context, i store.BulkItem) (link.Link, error) {
	l, err := p.Store.Link(ctx, i.Key)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return l, err
	}
	l.Key, l.Label = i.Key, i.Label
	switch i.Plan {
	case store.PlanBlocked:
		l.State, l.Problem = link.Blocked, link.Problem{Code: i.Code, Text: i.Reason, Action: i.Action}
	case store.PlanSkip:
	default:
		l.State, l.RemoteID, l.Problem = link.Synced, cmp.Or(l.RemoteID, planned), link.Problem{}
	}
	p.known[i.Key] = l
	return l, nil
}
