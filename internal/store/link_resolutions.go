package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

func (t *Tx) insertResolution(ctx context.Context, r link.Resolution) error {
	now := t.Now()
	id, err := newIDAt(now)
	if err != nil {
		return err
	}
	err = t.q.InsertResolution(ctx, db.InsertResolutionParams{
		ID: id, OrgID: r.Org, Service: r.Service, Kind: string(r.Kind), RecordID: r.Record, Label: r.Label, FailedCode: r.Failed.Code, FailedText: r.Failed.Text,
		FailedAt: instant.At(r.FailedAt), Mend: string(r.Mend), MendedBy: r.By, ResolvedAt: instant.At(now)})
	if err != nil {
		return fmt.Errorf("keep how %s became right: %w", r.Label, err)
	}
	return nil
}

// ResolutionFilter selects what had failed and became right. Empty fields
// select all that is kept.
type ResolutionFilter struct {
	Kind   link.Kind
	Text   string
	Before uuid.UUID // Nil: the newest
	Limit  int
}

// Resolutions lists what had failed and became right within KeepResolutions,
// the latest first.
func (s *Store) Resolutions(ctx context.Context, org crm.OrgID, f ResolutionFilter) ([]link.Resolution, error) {
	if f.Before == uuid.Nil {
		f.Before = uuid.Max
	}
	rows, err := s.q.Resolutions(ctx, db.ResolutionsParams{
		OrgID: org, Since: firstIDAt(s.now().Add(-link.KeepResolutions)), Before: f.Before, Kind: string(f.Kind), Pattern: contains(f.Text), MaxRows: limit(f.Limit)})
	if err != nil {
		return nil, fmt.Errorf("list what became right: %w", err)
	}
	return each(rows, resolutionOf), nil
}

// DropOldResolutions removes what became right longer ago than is kept.
func (s *Store) DropOldResolutions(ctx context.Context) error {
	return s.InTx(ctx, func(t *Tx) error {
		if _, err := t.q.DeleteOldResolutions(ctx, firstIDAt(t.Now().Add(-link.KeepResolutions))); err != nil {
			return fmt.Errorf("delete old resolutions: %w", err)
		}
		return nil
	})
}

func resolutionOf(row db.LinkResolution) link.Resolution {
	return link.Resolution{
		Key: link.Key{Org: row.OrgID, Service: row.Service, Kind: link.Kind(row.Kind), Record: row.RecordID}, ID: row.ID, Label: row.Label,
		Failed: link.Problem{Code: row.FailedCode, Text: row.FailedText}, FailedAt: row.FailedAt.Time, Mend: link.Mend(row.Mend), By: row.MendedBy, ResolvedAt: row.ResolvedAt.Time,
	}
}
