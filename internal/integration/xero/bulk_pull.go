package xero

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// What reading a record from Xero led to, beside a change in words.
const (
	nothingChanged  = "Nothing had changed."
	keptForMatching = "The contact is kept for matching; no customer is linked to it."
)

// bulkTurnPages is after how many pages the reading for a run lets others have
// its place.
const bulkTurnPages = 20

// errUndo takes back what applying would have changed, for a preview.
var errUndo = errors.New("only a preview")

// puller reads all records of the kinds of a run from Xero. For a preview what
// it applies is taken back.
type puller struct {
	*run
	of      store.BulkRun
	place   pullPlace
	preview bool
	pages   int
	kind    BulkKind
	current bulkPart
	since   time.Time       // from when on the usual reading would read the kind
	seen    map[string]bool // documents that were read
	taking  *takeover       // nil: documents that only Xero has are left there
}

// pullPlace is where reading goes on.
type pullPlace struct {
	Part  int       `json:"part"`
	Since time.Time `json:"since,omitzero"` // changes from then on are still to be read
	Begun time.Time `json:"begun,omitzero"` // when the kind's reading began
	Found int64     `json:"found"`
	// What tells how fast reading is and when it ends.
	Left    int   `json:"left,omitempty"`    // rows of the kind that Xero has after those that were read
	Read    []int `json:"read,omitempty"`    // records read of each kind
	Ahead   []int `json:"ahead,omitempty"`   // records of each kind, as the preview read them
	Resumed int   `json:"resumed,omitempty"` // records that had been read when the run last went on
}

// reads counts records of the kind that is being read.
func (p *pullPlace) reads(n int) {
	for len(p.Read) <= p.Part {
		p.Read = append(p.Read, 0)
	}
	p.Read[p.Part] += n
}

// begin is where a run begins to read that was previewed.
func (p pullPlace) begin() pullPlace { return pullPlace{Ahead: p.Read} }

// left is how many records are still to be read: of the kind that is being read
// by Xero's count, of those that come by the preview's.
func (p pullPlace) left() int {
	n := p.Left
	if p.Begun.IsZero() {
		return n + sum(p.Ahead, p.Part)
	}
	return n + sum(p.Ahead, p.Part+1)
}

// sum adds the numbers from one on.
func sum(numbers []int, from int) (n int) {
	for _, x := range numbers[min(from, len(numbers)):] {
		n += x
	}
	return n
}

// readBulk reads for a run to its end, or until its turn is over.
func (r *run) readBulk(ctx context.Context, b store.BulkRun) error {
	place, err := placeOf[pullPlace](b.Place)
	if err != nil {
		return err
	}
	p := &puller{run: r, of: b, place: place, preview: b.State == store.BulkPreparing, seen: map[string]bool{}}
	p.kind, _ = BulkKindNamed(b.Kind)
	if p.taking, err = p.takes(ctx); err != nil {
		return err
	}
	for p.place.Part < len(p.kind.parts) {
		p.current = p.kind.parts[p.place.Part]
		if p.current.pull == nil { // read with another kind
			p.place.Part++
			continue
		}
		if p.place.Begun.IsZero() {
			p.place.Begun = r.Now()
		}
		if err := p.read(ctx); err != nil {
			return err
		}
		begun := p.place.Begun
		p.place.Part, p.place.Since, p.place.Begun, p.place.Left = p.place.Part+1, time.Time{}, time.Time{}, 0
		if err := p.finish(ctx, begun); err != nil {
			return err
		}
	}
	if p.preview {
		return r.prepared(ctx, p.of)
	}
	return p.end(ctx)
}

// takes returns what takes documents over that only Xero has: because the run
// wants that, or because the organisation always does. Nil: they stay there.
func (p *puller) takes(ctx context.Context) (*takeover, error) {
	if p.of.Filter.TakeOver {
		return p.newTakeover(ctx, p.conn, p.of.Actor)
	}
	return p.byItself(ctx, p.conn)
}

// read reads the current kind, and does with it all that the usual reading does,
// so that this one may start from where it ends.
func (p *puller) read(ctx context.Context) (err error) {
	if p.since, _, err = p.Store.Cursor(ctx, p.org.ID, Name, p.current.cursor(p.conn)); err != nil {
		return err
	}
	read := p.current.pull(p, ctx)
	if read != nil && !errors.Is(read, errTurn) {
		return read
	}
	return errors.Join(read, p.checkTold(ctx))
}

// meets notes a changed record that the usual reading would meet next.
func (p *puller) meets(id string, at time.Time) {
	if !p.preview && !at.Before(p.since) {
		p.met(id, at)
	}
}

// end ends a run that has read everything.
func (p *puller) end(ctx context.Context) error {
	return p.Store.InTx(ctx, func(tx *store.Tx) error {
		now := tx.Now()
		p.of.State, p.of.EndedAt = store.BulkDone, &now
		if err := tx.StepBulkRun(ctx, p.of, store.BulkRunning); err != nil {
			return faster(err)
		}
		if p.of.Kind != BulkEverything {
			return nil
		}
		return tx.SetSynced(ctx, p.org.ID, Name)
	})
}

// faster says that somebody else stepped a run meanwhile.
func faster(err error) error {
	if crm.KindOf(err) == crm.Conflict {
		return errFaster
	}
	return err
}

// finish keeps that a kind was read to its end: what changes from its beginning
// on is read by itself.
func (p *puller) finish(ctx context.Context, begun time.Time) error {
	if !p.preview && p.current.kind == link.Contact {
		if err := p.Service.rematch(ctx, p.org.ID); err != nil {
			return err
		}
	}
	return p.Store.InTx(ctx, func(tx *store.Tx) error {
		if !p.preview {
			cursor := p.current.cursor(p.conn)
			since, _, err := tx.Cursor(ctx, p.org.ID, Name, cursor)
			if err == nil && since.Before(begun) {
				err = tx.SetCursor(ctx, p.org.ID, Name, cursor, begun)
			}
			if err != nil {
				return err
			}
		}
		return p.advance(ctx, tx, store.BulkStep{})
	})
}

// advance keeps how far the reading is. It reports errFaster when the run was
// paused or cancelled, or somebody else reads for it.
func (p *puller) advance(ctx context.Context, tx *store.Tx, step store.BulkStep) error {
	to, err := json.Marshal(p.place)
	if err != nil {
		return fmt.Errorf("write where a bulk run is: %w", err)
	}
	step.Place = string(to)
	mine, err := tx.AdvanceBulkRun(ctx, p.of, step)
	if err == nil && !mine {
		err = errFaster
	}
	p.of.Place = step.Place
	return err
}

// applied is what became of the records of one batch, by their ids in Xero.
type applied struct {
	results map[string]string
	owner   link.Kind // whose links tell the records that are ours
}

// readAll reads pages and applies each in batches.
func readAll[T any](ctx context.Context, p *puller, pages iter.Seq2[[]T, error], stamp func(T) time.Time, apply func(context.Context, []T) (store.BulkStep, []store.BulkItem, error)) error {
	ctx, t := p.follow(ctx, p.org.ID, p.of.Actor)
	from := p.place.Since
	for page, err := range pages {
		if err != nil {
			return errors.Join(fmt.Errorf("read for a bulk run: %w", err), p.settle(ctx, t, nil, nil))
		}
		step, items, err := apply(ctx, page)
		if err != nil {
			return errors.Join(err, p.settle(ctx, t, nil, nil))
		}
		step.Pages, step.Records = 1, len(page)
		p.place.reads(len(page))
		if last := stamp(page[len(page)-1]); last.After(p.place.Since) {
			p.place.Since = last
		}
		err = p.settle(ctx, t, nil, func(ctx context.Context, tx *store.Tx) error { return p.keep(ctx, tx, step, items) })
		if err != nil {
			return err
		}
		t.calls, t.doing = nil, nil
		if p.pages++; !p.mayCall(ctx) || p.pages >= bulkTurnPages && p.place.Since.After(from) {
			return errTurn
		}
	}
	return p.settle(ctx, t, nil, nil)
}

// keep adds what a page changed to the run.
func (p *puller) keep(ctx context.Context, tx *store.Tx, step store.BulkStep, items []store.BulkItem) error {
	for _, i := range items {
		i.Run, i.Rank, i.State = p.of.ID, p.current.rank, store.ItemDone
		switch {
		case p.preview:
			i.State = store.ItemPlanned
		case i.Plan == store.PlanBlocked:
			i.State = store.ItemSkipped
		}
		i.Position = int64(i.Rank)*rankStep + p.place.Found
		p.place.Found++
		if err := tx.AddBulkItem(ctx, i); err != nil {
			return err
		}
	}
	return p.advance(ctx, tx, step)
}

// try applies in a transaction, which is taken back for a preview.
func (p *puller) try(ctx context.Context, do func(*store.Tx) error) error {
	err := p.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := do(tx); err != nil || !p.preview {
			return err
		}
		return errUndo
	})
	if errors.Is(err, errUndo) {
		return nil
	}
	return err
}

// count sorts what became of records by their ids in Xero.
func (p *puller) count(ctx context.Context, ids []string, a applied) (step store.BulkStep, items []store.BulkItem, err error) {
	for _, id := range ids {
		what, ours := a.results[id]
		switch {
		case !ours || what == keptForMatching:
			step.Ignored++
			continue
		case what == nothingChanged:
			step.Unchanged++
			continue
		}
		step.Changed++
		l, err := p.Store.LinkByRemote(ctx, link.Key{Org: p.org.ID, Service: Name, Kind: a.owner}, id)
		if crm.KindOf(err) == crm.NotFound { // it moved to another contact
			continue
		}
		if err != nil {
			return step, nil, err
		}
		items = append(items, store.BulkItem{Key: l.Key, Label: l.Label, Plan: store.PlanChange, Reason: what})
	}
	return step, items, nil
}
