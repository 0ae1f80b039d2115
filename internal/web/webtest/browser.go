package webtest

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// chromium is one browser for all tests of a binary. It is started on first use
// and lives longer than any test, so it cannot belong to one.
type chromium struct {
	ctx   context.Context
	close func()
}

var browser = sync.OnceValues(startChromium)

func startChromium() (*chromium, error) {
	bin, err := exec.LookPath(cmp.Or(os.Getenv("CHROMIUM"), "chromium"))
	if err != nil {
		return nil, err
	}
	profile, err := os.MkdirTemp("", "webtest")
	if err != nil {
		return nil, err
	}
	ctx, endProcess := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(bin), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-dev-shm-usage", true))...)
	ctx, endTabs := chromedp.NewContext(ctx)
	c := &chromium{ctx: ctx, close: func() {
		endTabs()
		endProcess()
		_ = os.RemoveAll(profile)
	}}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// used reports whether a test asked for the browser.
var used sync.Map

// Main runs a binary's tests and ends the browser if one was started.
func Main(m *testing.M) {
	code := m.Run()
	if _, started := used.Load("browser"); started {
		if c, err := browser(); err == nil {
			c.close()
		}
	}
	os.Exit(code)
}

// need skips a test that lacks something, or fails it when tests are strict.
func need(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case os.Getenv("RENOZ_TEST_STRICT") == "1":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
}

// moduleFile finds a file from the module's root, wherever the test runs.
func moduleFile(name string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, name), nil
		}
		if filepath.Dir(dir) == dir {
			return "", os.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
}
