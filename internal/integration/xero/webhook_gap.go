package xero

import (
	"context"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/store"
)

// How long a change may stay untold before webhooks count as silent, by how
// much the clocks of a change and of its webhook may differ, and how many changes
// of one reading are looked for.
const (
	tellWithin  = 30 * time.Minute
	clockSlack  = 5 * time.Minute
	mostChanges = 50
)

// Change is a record that was changed in Xero.
type Change struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// CheckToldArgs asks whether webhooks told of changes that a reading met.
type CheckToldArgs struct {
	Org     crm.OrgID `json:"org"`
	Changes []Change  `json:"changes"`
}

// Kind names the job.
func (CheckToldArgs) Kind() string { return "xero_check_told" }

// met notes a changed record that a webhook should tell of: since the
// organisation is connected, Xero tells of each.
func (r *run) met(id string, at time.Time) {
	if len(r.changes) < mostChanges && at.After(r.conn.ConnectedAt) {
		r.changes = append(r.changes, Change{id, at.UTC()})
	}
}

// checkTold looks whether webhooks told of what a reading met. What is too new
// is looked at again.
func (r *run) checkTold(ctx context.Context) error {
	changes := r.changes
	r.changes = nil
	return r.CheckTold(ctx, CheckToldArgs{r.org.ID, changes})
}

// CheckTold finds changes that no webhook has told. Without a webhook key none
// is expected. What is not told in time means that webhooks are silent: Xero
// disables them after 24 hours of failures.
// https://developer.xero.com/documentation/guides/webhooks/overview/
func (s *Service) CheckTold(ctx context.Context, args CheckToldArgs) error {
	if s.WebhookKey == "" || len(args.Changes) == 0 {
		return nil
	}
	untold, err := s.untold(ctx, args.Changes)
	if err != nil || len(untold) == 0 {
		return err
	}
	now := s.Now()
	var wait []Change
	for _, c := range untold {
		if now.Sub(c.At) < tellWithin {
			wait = append(wait, c)
		}
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		for _, c := range untold {
			if now.Sub(c.At) < tellWithin {
				continue
			}
			if err := tx.NoteSilence(ctx, Name, c.At); err != nil {
				return err
			}
		}
		if len(wait) == 0 {
			return nil
		}
		latest := wait[0].At
		for _, c := range wait {
			if c.At.After(latest) {
				latest = c.At
			}
		}
		return tx.Enqueue(ctx, jobs.Request{Args: CheckToldArgs{args.Org, wait}, At: latest.Add(tellWithin)})
	})
}

func (s *Service) untold(ctx context.Context, changes []Change) ([]Change, error) {
	ids, first := make([]string, len(changes)), changes[0].At
	for i, c := range changes {
		ids[i] = c.ID
		if c.At.Before(first) {
			first = c.At
		}
	}
	told, err := s.Store.LastTold(ctx, Name, first.Add(-clockSlack), ids)
	if err != nil {
		return nil, err
	}
	var untold []Change
	for _, c := range changes {
		if told[c.ID].Before(c.At.Add(-clockSlack)) {
			untold = append(untold, c)
		}
	}
	return untold, nil
}

// FillGaps makes up for webhooks that did not arrive: it has what changed read
// for every connected organisation, and tells their people.
func (s *Service) FillGaps(ctx context.Context) error {
	var gaps []inbox.Gap
	err := s.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		if err := tx.SettleMissing(ctx, Name); err != nil {
			return err
		}
		gaps, err = tx.UnreadGaps(ctx, Name)
		return err
	})
	if err != nil || len(gaps) == 0 {
		return err
	}
	conns, err := s.Store.Connections(ctx, Name)
	if err != nil {
		return err
	}
	for _, c := range conns {
		for _, g := range gaps {
			if err := s.Notify(ctx, gapNotice(c.Org, g)); err != nil {
				return err
			}
		}
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.ReadGaps(ctx, Name); err != nil {
			return err
		}
		for _, c := range conns {
			if err := tx.Wake(ctx, PullArgs{c.Org}, jobs.Urgent); err != nil {
				return err
			}
		}
		return tx.FillReadGaps(ctx, Name, cursorPayments) // where nothing is connected
	})
}

func gapNotice(org crm.OrgID, g inbox.Gap) Notice {
	n := Notice{Org: org, Cause: "xero_webhooks_" + string(g.Cause), Href: "/sync/webhooks"}
	if g.Cause == inbox.Silence {
		n.Title = "Webhooks of Xero may be disabled"
		n.Text = "Xero changed records and did not tell within 30 minutes. What changed is read at once, and then every hour. Xero disables webhooks after a day of failures; switch them on again there."
		return n
	}
	n.Title = "Webhooks of Xero are missing"
	n.Text = fmt.Sprintf("Numbers %d to %d did not arrive. What changed is read from Xero at once.", g.First, g.Last)
	return n
}
