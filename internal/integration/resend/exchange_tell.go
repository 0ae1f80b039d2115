package resend

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// suppressionEntity is what the history calls what is exchanged.
const suppressionEntity = "suppression"

// tell has Resend's list follow what waits here, a hundred addresses a call. A call
// whose outcome is not known is made again: what it asks for can be done twice.
func (x *exchanging) tell(ctx context.Context, where mail.Remote) error {
	for {
		waiting, err := x.Store.SuppressionsToTell(ctx, x.org, where, crm.ID[mail.Suppression]{}, resendapi.MaxListed)
		if err != nil || len(waiting) == 0 {
			return err
		}
		if !x.mayCall(ctx) {
			return errMore
		}
		if where == mail.RemoteRemove {
			err = x.tellRemovals(ctx, waiting)
		} else {
			err = x.tellAdditions(ctx, waiting)
		}
		if err != nil {
			return err
		}
	}
}

func addresses(list []mail.Suppression) []string {
	all := make([]string, len(list))
	for i, one := range list {
		all[i] = one.Address
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (x *exchanging) tellAdditions(ctx context.Context, waiting []mail.Suppression) error {
	watch, call := watched(ctx)
	_, err := x.client.AddSuppressions(watch, addresses(waiting))
	return x.keep(ctx, exchanged{call: *call, err: err, action: synclog.Create, direction: synclog.Out, label: plural(len(waiting), "address", "addresses") + " added to Resend's list"},
		func(tx *store.Tx) error { return putAt(ctx, tx, waiting, mail.RemoteThere) })
}

// tellRemovals takes addresses off Resend's list, but for those that were suppressed
// here again meanwhile.
func (x *exchanging) tellRemovals(ctx context.Context, waiting []mail.Suppression) error {
	var off []mail.Suppression
	for _, w := range waiting {
		held, err := x.Store.SuppressionsOf(ctx, x.org, w.Address)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(held, func(h mail.Suppression) bool { return h.Scope == mail.Everything }) {
			off = append(off, w)
		}
	}
	if len(off) == 0 {
		return x.Store.InTx(ctx, func(tx *store.Tx) error { return putAt(ctx, tx, waiting, mail.NotThere) })
	}
	watch, call := watched(ctx)
	_, err := x.client.RemoveSuppressions(watch, addresses(off))
	return x.keep(ctx, exchanged{call: *call, err: err, action: synclog.Delete, direction: synclog.Out, label: plural(len(off), "address", "addresses") + " taken off Resend's list"},
		func(tx *store.Tx) error { return putAt(ctx, tx, waiting, mail.NotThere) })
}

func putAt(ctx context.Context, tx *store.Tx, list []mail.Suppression, where mail.Remote) error {
	for _, one := range list {
		if _, err := tx.PlaceSuppression(ctx, one, mail.Place{Remote: where, RemoteID: one.RemoteID, At: tx.Now()}); err != nil {
			return err
		}
	}
	return nil
}

// exchanged is a call with what it was for.
type exchanged struct {
	call      resendapi.Call
	err       error
	action    synclog.Action
	direction synclog.Direction
	label     string // empty: nothing worth an entry, unless it failed
}

// keep writes a call to the history, with what follows from it where it went well.
func (x *exchanging) keep(ctx context.Context, e exchanged, then func(*store.Tx) error) error {
	failed := x.Store.InTx(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		if e.err == nil {
			if err := then(tx); err != nil {
				return err
			}
			if e.label == "" {
				return nil
			}
		}
		call, err := x.keepCall(ctx, tx, x.org, answer{call: e.call, err: e.err})
		if err != nil || call == nil {
			return err
		}
		entry := synclog.Entry{
			ID: uuid.Must(uuid.NewV7()), Org: x.org, Service: Name, Direction: e.direction, EntityType: suppressionEntity, EntityID: x.org.String(), Label: cmp.Or(e.label, "Resend's list"),
			Action: e.action, Status: synclog.Success, Attempt: x.Attempts + 1, Actor: "Renoz", CallID: call, Duration: e.call.Duration, HTTPStatus: e.call.Status, At: x.Now(),
		}
		if failure, refused := asFailure(e.err); refused {
			entry.Status, entry.Error = synclog.Failed, failure.Words()
		}
		return tx.InsertEntry(ctx, entry)
	})
	if e.err != nil {
		return e.err
	}
	return failed
}
