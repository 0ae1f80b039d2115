package crashtest

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is one run of the program as a process of its own.
type program struct {
	testing.TB
	cmd   *exec.Cmd
	addr  string
	out   *tail
	ended chan struct{} // closed when the process is gone
	err   error         // how it ended, to be read after ended
}

// start runs the program with these settings and arguments. It is killed when
// the test ends.
func start(t testing.TB, env []string, args ...string) *program {
	t.Helper()
	p := &program{TB: t, cmd: exec.Command(binary, args...), out: &tail{}, ended: make(chan struct{})} // #nosec G204 -- the program under test
	p.cmd.Env = append(clean(os.Environ()), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start the program: %v", err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p
}

// clean leaves out settings of whoever runs the tests.
func clean(env []string) []string {
	var out []string
	for _, e := range env {
		if !strings.HasPrefix(e, "RENOZ_") {
			out = append(out, e)
		}
	}
	return out
}

// kill ends the process as a power cut would, and waits until it is gone.
func (p *program) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL) // it may have ended
	<-p.ended
}

// stop asks the process to end and returns its exit status.
func (p *program) stop(within time.Duration) int {
	p.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.Fatalf("stop the program: %v\n%s", err, p.out)
	}
	return p.wait(within)
}

// wait returns the exit status.
func (p *program) wait(within time.Duration) int {
	p.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(within):
		p.Fatalf("the program still runs after %s\n%s", within, p.out)
		return -1
	}
}

// ready waits until the process answers that it is, and returns how long that
// took.
func (p *program) ready(within time.Duration) time.Duration {
	p.Helper()
	begun := time.Now()
	client := &http.Client{Timeout: time.Second}
	until(p, within, "the program is ready", func() bool {
		select {
		case <-p.ended:
			p.Fatalf("the program ended: %v\n%s", p.err, p.out)
		default:
		}
		answer, err := client.Get("http://" + p.addr + "/readyz")
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return time.Since(begun)
}

// until waits for a condition.
func until(t testing.TB, within time.Duration, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited %s in vain until %s", within, what)
		case <-tick.C:
		}
	}
}

// freeAddr is an address that nothing listens on.
func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// tail keeps the end of what a process writes.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - tailSize; over > 0 {
		t.text = bytes.Clone(t.text[over:])
	}
	return len(p), nil
}

// String is what was written last.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}

// exited reports whether an error tells that a process ended by itself.
func exited(err error) bool {
	var e *exec.ExitError
	return errors.As(err, &e) && e.Exited()
}
