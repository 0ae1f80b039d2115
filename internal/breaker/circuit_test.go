package breaker

import (
	"testing"
	"time"
)

func TestAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 22, 10, 5, 0, 0, time.UTC)
	settings := Settings{}.withDefaults()
	open := Circuit{State: Opened, Failures: 5, Until: now.Add(time.Second), Version: 7}
	half := Circuit{State: HalfOpen, Failures: 5, Until: now.Add(time.Minute), Version: 8}
	for _, c := range []struct {
		name    string
		circuit Circuit
		result  result
		want    State
		changed bool
	}{
		{"late success while open", open, result{outcome: succeeded, now: now}, Opened, false},
		{"late failure while open", open, result{outcome: failed, now: now}, Opened, false},
		{"late success during a probe", half, result{outcome: succeeded, now: now}, HalfOpen, false},
		{"lost probe during another", half, result{outcome: succeeded, now: now, probe: 6}, HalfOpen, false},
		{"probe succeeds", half, result{outcome: succeeded, now: now, probe: 8}, Closed, true},
		{"probe fails", half, result{outcome: failed, now: now, probe: 8}, Opened, true},
		{"probe tells nothing", half, result{outcome: unknown, now: now, probe: 8}, Opened, true},
		{"old probe while closed", Circuit{State: Closed, Version: 9}, result{outcome: succeeded, now: now, probe: 8}, Closed, false},
		{"nothing while closed", Circuit{State: Closed, Failures: 2}, result{outcome: unknown, now: now}, Closed, false},
	} {
		got, changed := c.circuit.after(c.result, settings)
		if got.State != c.want || changed != c.changed {
			t.Errorf("%s: %+v, %t", c.name, got, changed)
		}
	}
}
