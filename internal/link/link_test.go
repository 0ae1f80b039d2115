package link

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/jobs"
)

func TestSteps(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
	problem := Problem{Code: "c", Kind: "k", Text: "t", Action: Review}
	for name, c := range map[string]struct {
		step     func(*Link)
		state    State
		attempts int
		due      time.Duration
		action   Action
	}{
		"arrived":            {func(l *Link) { l.Succeed(Remote{ID: "r"}, 3, now) }, Synced, 0, 0, ""},
		"refused":            {func(l *Link) { l.Reject(problem, now) }, Rejected, 3, 0, Review},
		"blocked":            {func(l *Link) { l.Block(problem, now) }, Blocked, 2, 0, Review},
		"postponed":          {func(l *Link) { l.Postpone(now.Add(time.Minute), problem) }, Pending, 2, time.Minute, Review},
		"in doubt":           {func(l *Link) { l.Doubt(now.Add(time.Second), problem) }, Unknown, 3, time.Second, Review},
		"found":              {func(l *Link) { l.Found(Remote{ID: "r"}, now) }, Pending, 2, 0, ""},
		"not found":          {func(l *Link) { l.NotFound(now, jobs.Schedule{}) }, Pending, 2, 30 * time.Second, ""},
		"failed, tries left": {func(l *Link) { l.Fail(problem, now, jobs.Schedule{}) }, Pending, 3, 15 * time.Minute, Review},
	} {
		l := Link{State: Sending, Attempts: 2, DueAt: now}
		c.step(&l)
		if l.State != c.state || l.Attempts != c.attempts || !l.DueAt.Equal(now.Add(c.due)) || l.Problem.Action != c.action {
			t.Errorf("%s: %s, %d attempts, due in %v, next %q", name, l.State, l.Attempts, l.DueAt.Sub(now), l.Problem.Action)
		}
	}
}

func TestGivesUpAfterTheLastTry(t *testing.T) {
	t.Parallel()
	now := time.Now()
	var l Link
	var waits []time.Duration
	for l.State != Dead {
		l.Fail(Problem{Action: Wait}, now, jobs.Schedule{})
		waits = append(waits, l.DueAt.Sub(now))
	}
	want := []time.Duration{30 * time.Second, 2 * time.Minute, 15 * time.Minute, time.Hour, 0}
	for i := range want {
		if len(waits) != len(want) || waits[i] != want[i] {
			t.Fatalf("waits are %v", waits)
		}
	}
	if l.FailedAt == nil || l.Problem.Action != Retry || !l.Failed() || l.Waiting() {
		t.Errorf("the link is %+v", l)
	}
	doubtful := Link{Attempts: jobs.MaxAttempts}
	doubtful.NotFound(now, jobs.Schedule{})
	if doubtful.State != Dead {
		t.Errorf("five doubtful tries leave it %s", doubtful.State)
	}
}
