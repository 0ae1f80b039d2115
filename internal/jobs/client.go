package jobs

import (
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// How long one run of a job may take, and when a run without an end counts as
// lost with its process.
const (
	timeout = 2 * time.Minute
	lost    = 5 * time.Minute
)

// Config says how a process works on jobs.
type Config struct {
	Workers *Workers
	Count   int           // jobs at a time; zero: 8
	Poll    time.Duration // how often to look for jobs where the database cannot tell; zero: 200 ms
	Retry   Schedule      // of jobs that failed
	Log     *slog.Logger
}

// River is the configuration of a client that works on jobs.
func (c Config) River() *river.Config {
	count, poll := c.Count, c.Poll
	if count == 0 {
		count = 8
	}
	if poll == 0 {
		poll = 200 * time.Millisecond
	}
	return &river.Config{
		Workers: c.Workers.river, PeriodicJobs: c.Workers.periodic, Logger: c.Log,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: count, FetchPollInterval: poll, FetchCooldown: 50 * time.Millisecond}},
		JobTimeout:                  timeout,
		RescueStuckJobsAfter:        lost,
		RetryPolicy:                 retryPolicy{c.Retry},
		CompletedJobRetentionPeriod: time.Hour,
	}
}

type retryPolicy struct{ schedule Schedule }

func (p retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	delay, _ := p.schedule.Delay(min(len(job.Errors), MaxAttempts-1))
	return time.Now().UTC().Add(delay)
}
