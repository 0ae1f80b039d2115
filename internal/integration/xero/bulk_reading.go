package xero

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/store"
)

// readOn prepares the place of a run that reads: one that begins forgets what its
// preview counted, but for how much there is to read.
func (s *Service) readOn(ctx context.Context, tx *store.Tx, run store.BulkRun, was store.BulkState) error {
	place, err := placeOf[pullPlace](run.Place)
	if err != nil {
		return err
	}
	place.Resumed = run.Records
	if was == store.BulkReady || was == store.BulkPreparing {
		place = place.begin()
		if err := tx.RestartBulkRun(ctx, run); err != nil {
			return err
		}
		run.Place = ""
	}
	to, err := json.Marshal(place)
	if err != nil {
		return fmt.Errorf("write where a bulk run is: %w", err)
	}
	mine, err := tx.AdvanceBulkRun(ctx, run, store.BulkStep{Place: string(to)})
	if err == nil && !mine {
		err = errFaster
	}
	return err
}

// reading works out how fast a run reads since it last went on, and when it has
// read everything.
func (p *BulkProgress) reading(now time.Time) error {
	place, err := placeOf[pullPlace](p.Run.Place)
	if err != nil || p.Run.ResumedAt == nil {
		return err
	}
	p.Rate = float64(p.Run.Records-place.Resumed) / max(now.Sub(*p.Run.ResumedAt), time.Second).Minutes()
	if p.Rate > 0 {
		p.Left = time.Duration(float64(place.left()) / p.Rate * float64(time.Minute))
	}
	return nil
}
