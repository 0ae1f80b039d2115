package crashtest

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/store/storetest"
)

// What the product promises of a start on a database that is there.
const (
	readyWithin  = time.Second
	idleMemoryMB = 100
)

// TestReady starts the program on a database that is there. Other tests share
// the machine, so the quickest of several starts counts.
func TestReady(t *testing.T) { // alone: it measures
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url, options{})
		quickest, memory := time.Hour, 0
		for range 5 {
			begun := time.Now()
			p := w.serve()
			quickest = min(quickest, time.Since(begun))
			memory = max(memory, residentMB(t, p))
			if status := p.stop(stops); status != 0 {
				t.Fatalf("the program ended with %d\n%s", status, p.out)
			}
		}
		t.Logf("ready after %s, %d MB", quickest.Round(time.Millisecond), memory)
		if quickest > readyWithin || memory > idleMemoryMB {
			t.Errorf("ready after %s, %d MB; not %s, %d MB", quickest, memory, readyWithin, idleMemoryMB)
		}
	})
}

// residentMB is the memory that a process occupies, in 1,000,000 bytes; 0 where
// the system does not tell.
func residentMB(t *testing.T, p *program) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, err := strconv.Atoi(fields[0])
	if err != nil {
		t.Fatal(err)
	}
	return kb * 1024 / 1_000_000
}
