package resend

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// pull reads Resend's list, the newest first, until a page has nothing new. Once a
// day it reads all of it, which shows what was taken off there; a job that has to
// end before goes on where it was.
func (x *exchanging) pull(ctx context.Context) error {
	if x.BegunAt == nil && (x.WholeAt == nil || x.began.Sub(*x.WholeAt) >= wholeEvery) {
		x.BegunAt, x.Reached = &x.began, ""
	}
	for q := (resendapi.Query{Limit: resendapi.MaxListed, After: x.Reached}); ; q.After = x.Reached {
		if !x.mayCall(ctx) {
			return errMore
		}
		asked := x.Now()
		watch, call := watched(ctx)
		page, err := x.client.Suppressions(watch, "", q)
		fresh := 0
		err = x.keep(ctx, exchanged{call: *call, err: err, action: synclog.Read, direction: synclog.In}, func(tx *store.Tx) (err error) {
			fresh, err = x.takePage(ctx, tx, page.Records, asked)
			return err
		})
		if failure, refused := asFailure(err); refused && q.After != "" && (failure.Kind == resendapi.KindFix || failure.Kind == resendapi.KindNotFound) {
			x.BegunAt, x.Reached = nil, "" // the entry that it came to is gone: the next time begins anew
			return errMore
		}
		if err != nil {
			return err
		}
		if x.Reached = page.Next; x.Reached == "" || x.BegunAt == nil && fresh == 0 {
			break
		}
	}
	x.Reached = ""
	if x.BegunAt == nil {
		return nil
	}
	if err := x.findTakenOff(ctx); err != nil {
		return err
	}
	x.WholeAt, x.BegunAt = x.BegunAt, nil
	return nil
}

// takePage takes a page over, and counts what was new.
func (x *exchanging) takePage(ctx context.Context, tx *store.Tx, rows []resendapi.Suppression, asked time.Time) (fresh int, err error) {
	added := 0
	for _, row := range rows {
		known, err := tx.KnownRemoteSuppression(ctx, x.org, row.ID)
		if err != nil {
			return fresh, err
		}
		if known && x.BegunAt == nil {
			continue
		}
		if !known {
			fresh++
		}
		came, err := x.meet(ctx, tx, x.org, listing{row, asked})
		if err != nil {
			return fresh, err
		}
		if came == cameNew {
			added++
		}
	}
	if added == 0 {
		return fresh, nil
	}
	return fresh, tx.InsertEntry(ctx, synclog.Entry{
		ID: uuid.Must(uuid.NewV7()), Org: x.org, Service: Name, Direction: synclog.In, EntityType: suppressionEntity, EntityID: x.org.String(),
		Label: plural(added, "address", "addresses") + " taken over from Resend's list", Action: synclog.Create, Status: synclog.Success, Attempt: 1, Actor: "Resend", At: x.Now(),
	})
}

// came is what became of an entry of Resend's list.
type came string

// What can become of it.
const (
	cameNew    came = "new"
	cameKnown  came = "known"
	cameLifted came = "lifted" // a person lifted it here after it came there: it is taken off there
	cameBad    came = "bad"    // its address cannot be read
)

// listing is an entry of Resend's list, and when it was there for certain.
type listing struct {
	resendapi.Suppression
	at time.Time
}

// meet takes an entry of Resend's list over. One that a person has lifted here since
// is taken off there instead.
func (s *Service) meet(ctx context.Context, tx *store.Tx, org crm.OrgID, row listing) (came, error) {
	address, err := crm.ParseEmail(row.Email)
	if err != nil {
		return cameBad, nil
	}
	held, err := tx.SuppressionsOf(ctx, org, address)
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(held, func(h mail.Suppression) bool { return h.Scope == mail.Everything }); i >= 0 {
		h := held[i]
		if h.Remote == mail.RemoteTaken && h.RemoteAt != nil && h.RemoteAt.After(row.at) {
			return cameKnown, nil // it was taken off after that
		}
		_, err = tx.PlaceSuppression(ctx, h, mail.Place{Remote: mail.RemoteThere, RemoteID: row.ID, At: row.at})
		return cameKnown, err
	}
	lifted, err := lastLifted(ctx, tx, org, address)
	if err != nil {
		return "", err
	}
	if lifted != nil && !row.CreatedAt.After(*lifted.RemovedAt) {
		if lifted.Remote != mail.RemoteRemove {
			_, err = tx.PlaceSuppression(ctx, *lifted, mail.Place{Remote: mail.RemoteRemove, RemoteID: row.ID, At: row.at})
		}
		return cameLifted, err
	}
	sup := mail.Suppression{ID: crm.NewID[mail.Suppression](), Org: org, Address: address, Scope: mail.Everything, Reason: reasonOfOrigin(row.Origin), Via: mail.ViaList,
		By: "Resend", Remote: mail.RemoteThere, RemoteID: row.ID, RemoteAt: &row.at}
	if sup.Source, err = ourMail(ctx, tx, org, row.SourceID); err != nil {
		return "", err
	}
	if sup.Source != "" {
		sup.Via = mail.ViaMailEvent
	}
	_, err = tx.Suppress(ctx, sup)
	return cameNew, err
}

// lastLifted is what a person lifted last of what stopped everything; nil: nothing.
func lastLifted(ctx context.Context, tx *store.Tx, org crm.OrgID, address string) (*mail.Suppression, error) {
	removed, err := tx.RemovedSuppressionsOf(ctx, org, address)
	if i := slices.IndexFunc(removed, func(r mail.Suppression) bool { return r.Scope == mail.Everything }); i >= 0 {
		return &removed[i], err
	}
	return nil, err
}

func reasonOfOrigin(origin string) mail.Reason {
	switch origin {
	case resendapi.OriginBounce:
		return mail.ForBounce
	case resendapi.OriginComplaint:
		return mail.ForComplaint
	}
	return mail.ByService
}

// ourMail is the id of the mail that Resend knows by an id; "" when it is none of
// the organisation's.
func ourMail(ctx context.Context, tx *store.Tx, org crm.OrgID, remote string) (string, error) {
	if remote == "" {
		return "", nil
	}
	id, found, err := tx.MailByRemote(ctx, remote)
	if err != nil || !found {
		return "", err
	}
	if _, err := tx.Mail(ctx, org, id); crm.KindOf(err) == crm.NotFound {
		return "", nil
	} else if err != nil {
		return "", err
	}
	return id.String(), nil
}

// clocksDiffer is how far Resend's clock may be from ours.
const clocksDiffer = time.Minute

// findTakenOff marks what Resend listed and does not any more. Ours holds until a
// person lifts it.
func (x *exchanging) findTakenOff(ctx context.Context) error {
	const step = 500
	for after := (crm.ID[mail.Suppression]{}); ; {
		rows, err := x.Store.SuppressionsThere(ctx, x.org, after, step)
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].ID
		rows = slices.DeleteFunc(rows, func(r mail.Suppression) bool {
			return r.RemoteAt != nil && !r.RemoteAt.Before(x.BegunAt.Add(-clocksDiffer))
		})
		if err := x.Store.InTx(ctx, func(tx *store.Tx) error { return putAt(ctx, tx, rows, mail.RemoteTaken) }); err != nil {
			return fmt.Errorf("note what was taken off: %w", err)
		}
	}
}
