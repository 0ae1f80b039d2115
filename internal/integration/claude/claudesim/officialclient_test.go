package claudesim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/claude/claudesim"
)

// officialClient finds Anthropic's own TypeScript client, or skips; with RENOZ_TEST_STRICT=1 it fails.
func officialClient(t *testing.T) (node, folder string) {
	t.Helper()
	missing := func(reason string) {
		t.Helper()
		if os.Getenv("RENOZ_TEST_STRICT") == "1" {
			t.Fatal(reason)
		}
		t.Skip(reason)
	}
	folder = "officialclient"
	node, err := exec.LookPath("node")
	if err != nil {
		missing("node is missing, so Anthropic's own client is not run against the simulator; install Node 20 or newer")
	}
	locked, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	installed, err := os.ReadFile(filepath.Join(folder, "node_modules", ".installed"))
	if err != nil || !bytes.Equal(locked, installed) {
		missing("the npm packages are not installed as the lock file says; run scripts/setup")
	}
	return node, folder
}

// TestOfficialClient lets Anthropic's own TypeScript client ask, stream, count, list and batch.
func TestOfficialClient(t *testing.T) {
	t.Parallel()
	node, folder := officialClient(t)
	sim := claudesim.New(claudesim.Options{Settings: claudesim.Unlimited()})
	web := httptest.NewServer(sim)
	t.Cleanup(web.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, node, "script.mjs", web.URL)
	run.Dir = folder
	// Nothing of the surroundings may lead the client elsewhere, such as a proxy.
	run.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "NO_PROXY=*"}
	var words bytes.Buffer
	run.Stderr = &words
	said, err := run.Output()
	if err != nil {
		t.Fatalf("Anthropic's own client: %v\n%s", err, words.String())
	}
	lines := bytes.Split(bytes.TrimSpace(said), []byte("\n"))
	var seen struct{ Counted, Listed int }
	if err := json.Unmarshal(lines[len(lines)-1], &seen); err != nil {
		t.Fatalf("the script's last line is %s: %v", lines[len(lines)-1], err)
	}
	if seen.Counted == 0 || seen.Listed < 5 || sim.Counts().Answers < 5 {
		t.Errorf("it saw %+v, the simulator %+v", seen, sim.Counts())
	}
}
