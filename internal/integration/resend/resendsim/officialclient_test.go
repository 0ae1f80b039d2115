package resendsim_test

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

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
)

// officialClient finds Resend's own Node client, or skips; with RENOZ_TEST_STRICT=1 it fails.
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
		missing("node is missing, so Resend's own client is not run against the simulator; install Node 20 or newer")
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

// TestOfficialClient lets Resend's own Node client send, read, change and take webhooks.
func TestOfficialClient(t *testing.T) {
	t.Parallel()
	node, folder := officialClient(t)
	sim := resendsim.New(resendsim.Options{Settings: resendsim.Settings{RateLimit: -1}})
	web := httptest.NewServer(sim)
	t.Cleanup(web.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- sim.Run(ctx) }()
	run := exec.CommandContext(ctx, node, "script.mjs", web.URL)
	run.Dir = folder
	// Nothing of the surroundings may lead the client elsewhere, such as a proxy.
	run.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "NO_PROXY=*"}
	var words bytes.Buffer
	run.Stderr = &words
	said, err := run.Output()
	if err != nil {
		t.Fatalf("Resend's own client: %v\n%s", err, words.String())
	}
	lines := bytes.Split(bytes.TrimSpace(said), []byte("\n"))
	var made struct {
		Sent, Blocked, Secret, ID, Payload, Signature string
		At                                            time.Time
	}
	if err := json.Unmarshal(lines[len(lines)-1], &made); err != nil {
		t.Fatalf("the script's last line is %s: %v", lines[len(lines)-1], err)
	}
	if got := resendsim.Sign(made.Secret, made.ID, made.At, []byte(made.Payload)); got != made.Signature {
		t.Errorf("signed %s, Svix's library signs %s", got, made.Signature)
	}
	sent, _ := sim.Email(made.Sent)
	if len(sent.Attachments) != 1 || string(sent.Attachments[0].Content) != "%PDF-1.7" || sent.Tag("email_id") != "abc-1" || len(sent.Headers) != 1 {
		t.Errorf("the message is %+v", sent)
	}
	if n := sim.Counts(); n.Accepted != 7 || n.Waiting != 0 || n.Emails != 7 {
		t.Errorf("counts %+v", n)
	}
	cancel()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// TestSignatureVector is Svix's own example of a signature.
// https://docs.svix.com/receiving/verifying-payloads/how-manual
func TestSignatureVector(t *testing.T) {
	t.Parallel()
	got := resendsim.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
}
