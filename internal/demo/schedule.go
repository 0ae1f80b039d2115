package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// step is one thing that somebody does at Voltway.
type step struct {
	at   minute
	who  auth.Role
	what string // for errors
	do   func(context.Context, records.Work) error
}

// schedule are the steps of the year, those of one record in order.
type schedule struct{ steps []step }

func (s *schedule) add(at minute, who auth.Role, what string, do func(context.Context, records.Work) error) {
	s.steps = append(s.steps, step{at, who, what, do})
}

// run does all steps up to now, in the order of their time, so that numbers
// and ids rise with the dates. It looks between the steps whether to stop, so
// that the engine need not watch over each of a hundred thousand statements.
func (f *filling) run(ctx context.Context, tx *store.Tx) error {
	unwatched := context.WithoutCancel(ctx)
	steps := slices.DeleteFunc(f.schedule.steps, func(s step) bool { return s.at > f.calendar.end })
	slices.SortStableFunc(steps, func(a, b step) int { return int(a.at - b.at) })
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.clock = f.calendar.at(s.at)
		if err := s.do(unwatched, f.work(tx, s.who)); err != nil {
			return fmt.Errorf("%s at %s: %w", s.what, f.clock.Format("2006-01-02 15:04"), err)
		}
	}
	return nil
}

// work are the steps of records in the name of one person.
func (f *filling) work(tx *store.Tx, who auth.Role) records.Work {
	return f.book.In(tx, records.By{Org: f.accounts.Org, Actor: f.accounts.Of(who).Email})
}
