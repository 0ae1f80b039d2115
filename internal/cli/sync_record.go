package cli

import (
	"context"

	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
)

type syncRecord struct {
	orgPlace `embed:""`
	Kind     string `arg:"" enum:"customer,invoice,credit-note" help:"customer, invoice or credit-note."`
	Record   string `arg:"" help:"Its number or id."`
}

// Run brings one record into line: what waits is sent by the process that works
// on jobs, and what is in Xero is read now.
func (s *syncRecord) Run(ctx context.Context, out output) error {
	kind, err := xero.SyncableKind(s.Kind + "s")
	if err != nil {
		return err
	}
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		id, err := d.record(ctx, kind, s.Record)
		if err != nil {
			return err
		}
		if err := d.Xero.SyncRecord(ctx, kind, id); err != nil {
			return err
		}
		l, err := d.Store.Link(ctx, link.Key{Org: d.org.ID, Service: xero.Name, Kind: kind, Record: id})
		if err != nil {
			return err
		}
		if l.Waiting() {
			return out.tell("%s is on its way to Xero.", l.Label)
		}
		return out.tell("%s is %s. %s", l.Label, l.State, l.Problem.Text)
	})
}
