package webtest

import (
	"os"
	"testing"

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

// Budget measures a page's weight, cold and warm, and its first paint. The
// weight is always held to its bound; the time depends on what else the machine
// does, so it is held to its bound where RENOZ_TEST_PAINT is 1.
func Budget(t *testing.T, baseURL string, v View) {
	t.Helper()
	p := Open(t, baseURL, v)
	cold := Get[int](p, weight)
	warm, best := p.reload(v.Path)
	timed := os.Getenv("RENOZ_TEST_PAINT") == "1"
	for try := 1; timed && try < paintTries && best > warmPaint; try++ {
		_, again := p.reload(v.Path)
		best = min(best, again)
	}
	t.Logf("%s: cold %d B, warm %d B, first paint %.0f ms", v.Path, cold, warm, best)
	if cold > coldBytes || warm > warmBytes || timed && best > warmPaint {
		t.Errorf("%s is over budget: cold %d B, warm %d B, first paint %d ms", v.Path, coldBytes, warmBytes, warmPaint)
	}
}

func (p *Page) reload(path string) (bytes int, firstPaint float64) {
	p.Helper()
	p.Do(chromedp.Navigate(p.URL+path), Eventually(`window.htmx && `+paint))
	return Get[int](p, weight), Get[float64](p, paint)
}
