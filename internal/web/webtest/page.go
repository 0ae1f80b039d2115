package webtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Step is something done in the browser, such as chromedp.Click.
type Step = chromedp.Action[chromedp.Void]

// Device is a screen and how it is touched.
type Device int

// The devices that pages are designed for.
const (
	Desktop Device = iota // 1440 by 900, mouse
	Phone                 // 390 by 844 at scale 2, touch
)

func (d Device) String() string { return [...]string{"desktop", "phone"}[d] }

func (d Device) width() int { return [...]int{1440, 390}[d] }

func (d Device) emulate() Step {
	if d == Phone {
		return chromedp.EmulateViewport(int64(d.width()), 844, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	return chromedp.EmulateViewport(int64(d.width()), 900)
}

// patience bounds one test's time in the browser, one call of Do, and one
// condition.
const (
	patience          = 4 * time.Minute
	stepsPatience     = 90 * time.Second
	conditionPatience = 30 * time.Second
)

// View is how a page is opened.
type View struct {
	Path           string
	Device         Device
	Dark           bool
	WithoutScripts bool
	Foreign        bool           // not one of ours: it need not have our scripts
	Cookies        []*http.Cookie // e.g. the session of a signed-in reader
	Expect         []string       // parts of console messages that this page provokes, e.g. "404"
}

// Page is a tab under test. The test fails on every console warning, uncaught
// exception and policy violation that Expect does not name.
type Page struct {
	testing.TB
	URL     string // of the server, without a slash at its end
	ctx     context.Context
	console *console
}

// Blank gives an empty tab for the server at baseURL. Where RENOZ_TEST_BROWSER is
// "later", browser tests have a pass of their own and are left out here.
func Blank(t testing.TB, baseURL string) *Page {
	t.Helper()
	if os.Getenv("RENOZ_TEST_BROWSER") == "later" {
		t.Skip("browser tests run in a pass of their own")
	}
	used.Store("browser", true)
	c, err := browser()
	need(t, err)
	ctx, cancelTimeout := context.WithTimeout(c.ctx, patience)
	ctx, cancel := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	p := &Page{TB: t, URL: strings.TrimSuffix(baseURL, "/"), ctx: ctx, console: &console{}}
	watched := p.watch()
	t.Cleanup(func() {
		cancel()
		cancelTimeout()
		<-watched
	})
	return p
}

// Open shows a page in a tab of its own, fonts and scripts loaded.
func Open(t testing.TB, baseURL string, v View) *Page {
	t.Helper()
	p := Blank(t, baseURL)
	p.Expect(v.Expect...)
	p.Do(v.Device.emulate(), colours(v.Dark))
	for _, c := range v.Cookies {
		p.SetCookie(c)
	}
	if v.WithoutScripts {
		p.Do(withoutScripts())
	}
	if v.WithoutScripts || v.Foreign {
		p.Do(chromedp.Navigate(p.URL+v.Path), chromedp.WaitReady("body"))
		return p
	}
	p.Go(v.Path)
	return p
}

// Go leads the tab to another page of the server and waits until it is ready.
func (p *Page) Go(path string) {
	p.Helper()
	p.Do(chromedp.Navigate(p.URL+path), Eventually(`window.basecoat && window.htmx && document.fonts.status === 'loaded'`))
}

// Context is the tab's, for chromedp functions that Page lacks.
func (p *Page) Context() context.Context { return p.ctx }

// SetCookie stores a cookie for the server, as a sign-in would.
func (p *Page) SetCookie(c *http.Cookie) {
	p.Helper()
	httpOnly := c.HttpOnly
	p.Do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: p.URL, HTTPOnly: &httpOnly})
		return err
	}))
}

// Do runs steps one after the other; the first failure ends the test. A step
// that names a selector waits until every match is visible: keep it narrow.
func (p *Page) Do(steps ...Step) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepsPatience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// Get evaluates JavaScript.
func Get[T any](p *Page, expression string, opts ...chromedp.EvaluateOption) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, opts...))
	if err != nil {
		p.Fatalf("%v: %.200s", err, expression)
	}
	return v
}

// InFrame evaluates JavaScript in the first frame of the page, also where that
// is of another origin of the same site. What page scripts set is not seen.
func InFrame[T any](p *Page, expression string) (T, error) {
	p.Helper()
	return chromedp.Run(p.ctx, chromedp.Action[T](func(ctx context.Context, target *chromedp.Target) (v T, err error) {
		tree, err := chromedp.Call(ctx, page.GetFrameTree, cdp.Empty{})
		if err != nil || len(tree.FrameTree.ChildFrames) == 0 {
			return v, errors.Join(err, errNoFrame)
		}
		world, err := chromedp.Call(ctx, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: tree.FrameTree.ChildFrames[0].Frame.ID})
		if err != nil {
			return v, err
		}
		return chromedp.Evaluate[T](expression, func(e *runtime.EvaluateParams) { e.ContextID = world.ExecutionContextID })(ctx, target)
	}))
}

var errNoFrame = errors.New("the page has no frame")

// JS runs JavaScript for its effect.
func JS(expression string) Step { return chromedp.Evaluate[chromedp.Void](expression) }

// Eventually polls a JavaScript condition, across reloads. Pages stream, so
// waiting for a quiet network or a stable picture would never end.
func Eventually(condition string) Step {
	check := chromedp.Evaluate[bool]("!!(" + condition + ")")
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		deadline, cancel := context.WithTimeout(ctx, conditionPatience)
		defer cancel()
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			if holds, err := check(ctx, target); err == nil && holds {
				return nil
			}
			select {
			case <-deadline.Done():
				return fmt.Errorf("never came true: %s", condition)
			case <-tick.C:
			}
		}
	})
}

// Settled waits until no transition or animation with an end is running.
func Settled() Step {
	return Eventually(`document.getAnimations().every(a => a.playState !== 'running' || a.effect.getComputedTiming().endTime === Infinity)`)
}

func colours(dark bool) Step {
	return media("prefers-color-scheme", strings.TrimPrefix(scheme(dark), "-"))
}

func media(name, value string) Step {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: name, Value: value}},
		})
		return err
	})
}

func withoutScripts() Step {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
}

// Shoot saves what is in view when SHOTS names a directory.
func (p *Page) Shoot(name string) {
	p.Helper()
	p.shoot(name, chromedp.CaptureScreenshot())
}

// ShootFull saves the page in its whole length when SHOTS names a directory.
func (p *Page) ShootFull(name string) {
	p.Helper()
	p.shoot(name, chromedp.FullScreenshot(100))
}

func (p *Page) shoot(name string, capture chromedp.Action[[]byte]) {
	p.Helper()
	dir := os.Getenv("SHOTS")
	if dir == "" {
		return
	}
	p.Do(Settled())
	png, err := chromedp.Run(p.ctx, capture)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, strings.NewReplacer("/", "-", "?", "-").Replace(name)+".png"), png, 0o600)
	}
	if err != nil {
		p.Fatal(err)
	}
}
