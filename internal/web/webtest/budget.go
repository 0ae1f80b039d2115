package webtest

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// What a page may cost, in bytes on the wire and in milliseconds. A shared
// machine delays some paints, so the best of several warm loads counts.
const (
	coldBytes  = 120_000
	warmBytes  = 15_000
	warmPaint  = 200
	paintTries = 10
)

// Streams are left out: they have no size until they end.
const (
	weight = `performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
		.filter(e => !e.name.endsWith('/events')).reduce((sum, e) => sum + e.transferSize, 0)`
	paint = `performance.getEntriesByName('first-contentful-paint')[0].startTime`
)

// Budget measures the weight of pages, cold and warm, and their first paint. The
// weight is always held to its bound; the time depends on what else the machine
// does, so it is held to its bound where RENOZ_TEST_PAINT is 1.
func Budget(t *testing.T, baseURL string, views ...View) {
	t.Helper()
	for _, some := range together(views) {
		tab := Open(t, baseURL, some[0])
		for _, v := range some {
			t.Run(strings.Trim(v.Path, "/"), func(t *testing.T) {
				p := *tab
				p.TB = t
				p.budget(v.Path)
			})
		}
	}
}

func (p *Page) budget(path string) {
	p.Helper()
	timed := os.Getenv("RENOZ_TEST_PAINT") == "1"
	p.Do(forget())
	p.Go(path)
	cold := Get[int](p, weight)
	warm, best := p.reload(path)
	for try := 1; timed && try < paintTries && best > warmPaint; try++ {
		_, again := p.reload(path)
		best = min(best, again)
	}
	p.Logf("%s: cold %d B, warm %d B, first paint %.0f ms", path, cold, warm, best)
	if cold > coldBytes || warm > warmBytes || timed && best > warmPaint {
		p.Errorf("%s is over budget: cold %d B, warm %d B, first paint %d ms", path, coldBytes, warmBytes, warmPaint)
	}
}

// forget leaves the page, which holds resources in memory, and empties the cache.
func forget() Step {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := chromedp.Navigate("about:blank")(ctx, target); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, network.ClearBrowserCache, cdp.Empty{})
		return err
	})
}

func (p *Page) reload(path string) (bytes int, firstPaint float64) {
	p.Helper()
	p.Do(chromedp.Navigate(p.URL+path), Eventually(`window.htmx && `+paint))
	return Get[int](p, weight), Get[float64](p, paint)
}
