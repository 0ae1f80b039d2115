package storytest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/store/storetest"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// binary is the built program; it is built once for all tests.
var binary = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("RENOZ_TEST_BINARY"); given != "" {
		return given, nil
	}
	dir, err := os.MkdirTemp("", "renoz-story")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "renoz")
	build := exec.Command("go", "build", "-o", path, "../../cmd/renoz")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// demo is the program as a person starts it.
type demo struct {
	url, xero, resend, password string
	said                        *lines
}

// lines collects what the program prints.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.WriteString(line + "\n")
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var addresses = regexp.MustCompile(`(?s)Renoz is at (\S+)\nThe simulated Xero is at (\S+)\nThe simulated Resend is at (\S+).*the password "([^"]+)"`)

// startDemo starts the program and waits until it says where it is.
func startDemo(t *testing.T, args ...string) *demo {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"demo", "--addr", "127.0.0.1:0", "--xero-addr", "127.0.0.1:0", "--resend-addr", "127.0.0.1:0", "--claude-addr", "127.0.0.1:0", "--data", t.TempDir()}, args...)...)
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.Wait()
		_ = in.Close()
	}()
	d := &demo{said: &lines{}}
	ready := make(chan bool)
	go d.listen(out, ready)
	t.Cleanup(func() { stop(t, cmd, ended, d) })
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("the demo ended: %v\n%s", err, d.said)
	case <-time.After(2 * time.Minute):
		t.Fatalf("the demo is not ready:\n%s", d.said)
	}
	return d
}

func (d *demo) listen(out io.Reader, ready chan<- bool) {
	for scan := bufio.NewScanner(out); scan.Scan(); {
		d.said.add(scan.Text())
		if m := addresses.FindStringSubmatch(d.said.String()); m != nil && d.url == "" {
			d.url, d.xero, d.resend, d.password = m[1], m[2], m[3], m[4]
			close(ready)
		}
	}
}

// stop asks the program to end, as Ctrl-C does, and wants it to do so well.
func stop(t *testing.T, cmd *exec.Cmd, ended <-chan error, d *demo) {
	t.Helper()
	_ = cmd.Process.Signal(syscall.SIGINT)
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the demo did not end well: %v\n%s", err, d.said)
		}
	case <-time.After(30 * time.Second):
		_ = cmd.Process.Kill()
		t.Errorf("the demo did not end within 30 s:\n%s", d.said)
	}
}

// engines runs a test on the demo of each engine.
func engines(t *testing.T, test func(t *testing.T, d *demo)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, startDemo(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, startDemo(t, "--database-url", storetest.PostgresURL(t))) })
}
