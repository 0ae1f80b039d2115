package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// Args is what a job is given. Its Kind names the worker; its fields are kept
// as JSON.
type Args interface{ Kind() string }

// The priorities of jobs. Lower runs first.
const (
	Urgent = 1 // a person waits
	Normal = 2
	Bulk   = 4
)

// Request asks for a job in the transaction that it is enqueued in.
type Request struct {
	Args     Args
	At       time.Time // zero: as soon as the transaction has committed
	Priority int       // zero: Normal
}

// Params is the request in River's words.
func (r Request) Params() river.InsertManyParams {
	priority := r.Priority
	if priority == 0 {
		priority = Normal
	}
	return river.InsertManyParams{Args: r.Args, InsertOpts: &river.InsertOpts{Priority: priority, ScheduledAt: r.At, MaxAttempts: 5}}
}

// Snooze asks to run the job again after d without counting it as a failure.
func Snooze(d time.Duration) error { return river.JobSnooze(d) }

// Workers collects what works each kind of job.
type Workers struct {
	river    *river.Workers
	periodic []*river.PeriodicJob
}

// NewWorkers returns an empty collection.
func NewWorkers() *Workers { return &Workers{river: river.NewWorkers()} }

// Handle makes work the worker of jobs with arguments of type T.
func Handle[T Args](w *Workers, work func(context.Context, T) error) {
	river.AddWorker(w.river, river.WorkFunc(func(ctx context.Context, job *river.Job[T]) error {
		return work(ctx, job.Args)
	}))
}

// Every enqueues a job at each interval, and once at the start.
func (w *Workers) Every(interval time.Duration, args Args) {
	w.periodic = append(w.periodic, river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) {
			return args, &river.InsertOpts{Priority: Normal, MaxAttempts: 1}
		}, &river.PeriodicJobOpts{RunOnStart: true}))
}

// schedule is when a failed job runs again: at once, then after 30 s, 2 min,
// 15 min and 1 h.
var schedule = []time.Duration{0, 30 * time.Second, 2 * time.Minute, 15 * time.Minute, time.Hour}

// MaxAttempts is how often a failed operation is tried in all.
const MaxAttempts = 5

// Schedule is when what failed is tried again. The zero Schedule is the usual
// one; Second stretches or shortens all waiting, for simulators.
type Schedule struct{ Second time.Duration } // how long a second lasts; zero: a second

// Delay is how long to wait before the next try after attempts failed ones.
// It reports false when no try is left.
func (s Schedule) Delay(attempts int) (time.Duration, bool) {
	if attempts >= MaxAttempts {
		return 0, false
	}
	return s.Wait(schedule[max(attempts, 0)]), true
}

// Wait is how long d lasts on this schedule.
func (s Schedule) Wait(d time.Duration) time.Duration {
	if s.Second == 0 {
		return d
	}
	return time.Duration(d.Seconds() * float64(s.Second))
}
