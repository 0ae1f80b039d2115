package store

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// RemoteList is what a service held when it was last read, in the integration's
// own JSON. It returns an Error of kind NotFound when it was never read.
func (r Reader) RemoteList(ctx context.Context, org crm.OrgID, service, kind string) (body string, readAt time.Time, err error) {
	row, err := r.q.RemoteList(ctx, org, service, kind)
	if err != nil {
		return "", time.Time{}, notFound(err, "list of "+service)
	}
	return row.Body, row.ReadAt.Time, nil
}

// KeepRemoteList keeps what a service holds now in place of what was read before.
func (t *Tx) KeepRemoteList(ctx context.Context, org crm.OrgID, service, kind, body string) error {
	err := t.q.KeepRemoteList(ctx, db.KeepRemoteListParams{OrgID: org, Service: service, Kind: kind, Body: body, ReadAt: instant.At(t.Now())})
	if err != nil {
		return fmt.Errorf("keep the %s of %s: %w", kind, service, err)
	}
	return nil
}
