package xero

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// parcel is one record on its way to Xero.
type parcel[T any] struct {
	link     link.Link
	version  int64 // of our record, as it was mapped
	totals   crm.Totals
	ends     bool // it voids or deletes
	approves bool // it approves a draft
	body     T
}

func (p parcel[T]) action() synclog.Action {
	if p.link.RemoteID == "" {
		return synclog.Create
	}
	return synclog.Update
}

// carrier is how one kind of record is sent.
type carrier[T any] struct {
	kind link.Kind
	send func(ctx context.Context, key string, bodies []T) ([]xeroapi.Result[T], error)
	// remote is a record as its link keeps it, after what the link kept before.
	remote func(before string, record T) link.Remote
	// check compares what arrived with what was sent; may be nil.
	check func(sent, got T, ours crm.Totals) *link.Problem
	// after does what follows from records that arrived, in the transaction
	// that settles them; may be nil.
	after func(ctx context.Context, tx *store.Tx, arrived []T) error
}

// deliver sends parcels in one call and settles each by its own result. It
// returns errHalted when nothing more can be sent for now.
func deliver[T any](ctx context.Context, r *run, c carrier[T], parcels []parcel[T]) error {
	if len(parcels) == 0 {
		return nil
	}
	ctx, t := r.follow(ctx, r.org.ID, "sync")
	results, err := c.send(ctx, writeKey(c.kind, parcels), bodies(parcels))
	if err != nil && len(parcels) > 1 && xeroapi.KindOf(err) == xeroapi.KindInvalid {
		return deliverSingly(ctx, r, c, parcels, t)
	}
	var arrived []T
	links := make([]link.Link, len(parcels))
	for i, p := range parcels {
		switch {
		case p.ends && r.endsOtherwise(&p.link, refusalOf(results, i, err)):
		case err != nil:
			r.fail(&p.link, err)
		case results[i].OK():
			p.link.Succeed(c.remote(p.link.Snapshot, results[i].Record), p.version, r.Now())
			if c.check != nil {
				r.doubtTotals(&p.link, c.check(p.body, results[i].Record, p.totals))
			}
			arrived = append(arrived, results[i].Record)
		default:
			r.refuse(&p.link, results[i].Problems)
		}
		links[i] = p.link
	}
	failed := r.settle(ctx, t, links, func(ctx context.Context, tx *store.Tx) error {
		if err := logParcels(ctx, tx, t, parcels, links); err != nil {
			return err
		}
		if err := unblockUses(ctx, tx, parcels, links); err != nil {
			return err
		}
		if c.after == nil || len(arrived) == 0 {
			return nil
		}
		return c.after(ctx, tx, arrived)
	})
	if failed != nil {
		return failed
	}
	return r.consequence(ctx, err)
}

// refusalOf is the code of what Xero has against one record of a call; empty:
// nothing, or the call did not come that far.
func refusalOf[T any](results []xeroapi.Result[T], n int, err error) string {
	var e *xeroapi.Error
	switch {
	case errors.As(err, &e) && e.Kind == xeroapi.KindInvalid:
		return e.Code
	case err == nil && !results[n].OK():
		return results[n].Problems[0].Code
	}
	return ""
}

// endsOtherwise has a document looked up whose end Xero refused for its status:
// somebody may have ended it there, or approved the draft that it was.
func (r *run) endsOtherwise(l *link.Link, code string) bool {
	if code != xeroapi.CodeInvoiceState || l.Attempts+1 >= jobs.MaxAttempts {
		return false
	}
	l.Doubt(r.Now(), link.Problem{Kind: "waits", Code: code, Text: "Xero has it in another status than was known. It is looked up.", Action: link.Wait})
	return true
}

func (r *run) doubtTotals(l *link.Link, p *link.Problem) {
	if p != nil {
		l.Reject(*p, r.Now())
	}
}

// deliverSingly finds which record of a refused batch is at fault.
func deliverSingly[T any](ctx context.Context, r *run, c carrier[T], parcels []parcel[T], t *trail) error {
	if err := r.settle(ctx, t, nil, nil); err != nil {
		return err
	}
	for i, p := range parcels {
		if err := deliver(ctx, r, c, []parcel[T]{p}); err != nil {
			return r.putBack(ctx, linksOf(parcels[i+1:]), err)
		}
	}
	return nil
}

// putBack releases links that were claimed and not sent.
func (r *run) putBack(ctx context.Context, links []link.Link, cause error) error {
	for i := range links {
		links[i].Postpone(r.Now(), links[i].Problem)
	}
	if err := r.settle(ctx, &trail{org: r.org.ID, now: r.Now}, links, nil); err != nil {
		return err
	}
	return cause
}

// writeKey names one write of these versions of these records: a later try is
// another write, because Xero repeats its old answer under the same key for six
// minutes. It is at most 128 characters.
// https://developer.xero.com/documentation/guides/idempotent-requests/idempotency/
func writeKey[T any](kind link.Kind, parcels []parcel[T]) string {
	sum := sha256.New()
	for _, p := range parcels {
		fmt.Fprintln(sum, p.link.Org, p.link.Record, p.link.RemoteID, p.version, p.link.Attempts, p.link.UpdatedAt.UnixNano()) // when it was claimed
	}
	return string(kind) + "-" + hex.EncodeToString(sum.Sum(nil))
}

func logParcels[T any](ctx context.Context, tx *store.Tx, t *trail, parcels []parcel[T], settled []link.Link) error {
	call := t.last()
	for i, p := range parcels {
		e := t.entry(call)
		e.Direction, e.Action, e.EntityType, e.EntityID, e.Label = synclog.Out, p.action(), string(p.link.Kind), p.link.Record.String(), p.link.Label
		e.Attempt = p.link.Attempts + 1
		e.Status, e.Error = outcome(settled[i])
		if err := tx.InsertEntry(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// unblockUses lets what waited for drafts go on that were approved.
func unblockUses[T any](ctx context.Context, tx *store.Tx, parcels []parcel[T], settled []link.Link) error {
	for i, p := range parcels {
		if p.approves && settled[i].State == link.Synced {
			_, err := tx.UnblockLinks(ctx, p.link.Org, Name, codeDocumentDraft)
			return err
		}
	}
	return nil
}

func outcome(l link.Link) (synclog.Status, string) {
	switch {
	case l.State == link.Synced:
		return synclog.Success, ""
	case l.Failed() || l.Attempts > 0:
		return synclog.Failed, l.Problem.Text
	default:
		return synclog.Waiting, l.Problem.Text
	}
}

func bodies[T any](parcels []parcel[T]) []T {
	out := make([]T, len(parcels))
	for i, p := range parcels {
		out[i] = p.body
	}
	return out
}

func linksOf[T any](parcels []parcel[T]) []link.Link {
	out := make([]link.Link, len(parcels))
	for i, p := range parcels {
		out[i] = p.link
	}
	return out
}

// split parts parcels that create from those that change.
func split[T any](parcels []parcel[T]) (creates, updates []parcel[T]) {
	for _, p := range parcels {
		if p.link.RemoteID == "" {
			creates = append(creates, p)
		} else {
			updates = append(updates, p)
		}
	}
	return creates, updates
}
