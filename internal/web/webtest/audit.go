package webtest

import (
	"encoding/json"
	"os"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe is a development dependency of frontend/.
var axe = sync.OnceValues(func() (string, error) {
	name, err := moduleFile("frontend/node_modules/axe-core/axe.min.js")
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(name)
	return string(source), err
})

type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML   string
		Target []any
	}
}

// Audit runs axe-core against WCAG 2.2 AA and its best practices. Evaluating
// over the DevTools protocol is exempt from the page's policy, so the policy
// stays exactly as shipped.
func (p *Page) Audit() {
	p.Helper()
	source, err := axe()
	need(p, err)
	p.Do(Settled(), JS(source))
	out := Get[string](p, `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
		.then(r => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise)
	var found []violation
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		p.Fatal(err)
	}
	for _, v := range found {
		for _, n := range v.Nodes {
			p.Errorf("axe: %s (%s) %s\n\t%v\n\t%.300s", v.ID, v.Impact, v.Help, n.Target, n.HTML)
		}
	}
}

// smallTargets lists what a finger would miss. Links inside a sentence are
// exempt, a hidden radio button is as large as its label, and a stretched link
// as what it covers.
const smallTargets = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
	.filter(e => e.type !== 'hidden' && e.tabIndex >= 0)
	.map(e => e.matches('.sr-only, .sr-only *') ? e.closest('label') : e.matches('.stretched') ? e.closest('.card, tr')
		: e.matches('[type=checkbox], [type=radio]') ? e.closest('label') ?? e.labels[0] ?? e
		: e.closest('.command header, .relative:has(> input), .affixed') ?? e)
	.filter(e => e && !e.matches('p a, dd a, span a') && !e.closest('p a') && e.checkVisibility({visibilityProperty: true}))
	.map(e => [e, e.getBoundingClientRect()])
	.filter(([e, box]) => box.right > 0 && (box.width < 43.9 || box.height < 43.9))
	.map(([e, box]) => e.outerHTML.slice(0, 120) + ' ' + box.width + 'x' + box.height)`

// smallInputs lists what iOS would zoom into.
const smallInputs = `[...document.querySelectorAll('input:not([type=radio], [type=checkbox], [type=hidden]), select, textarea')]
	.filter(e => e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 16).map(e => e.outerHTML.slice(0, 120))`

// Fits fails the test when the page scrolls sideways. With touch it also wants
// targets of 44 px and text in inputs of 16 px.
func (p *Page) Fits() {
	p.Helper()
	if wider := Get[int](p, `document.documentElement.scrollWidth - innerWidth`); wider > 0 {
		p.Errorf("the page is %d px wider than the window", wider)
	}
	if !Get[bool](p, `matchMedia('(pointer: coarse)').matches`) {
		return
	}
	for _, small := range Get[[]string](p, smallTargets) {
		p.Errorf("touch target below 44 px: %s", small)
	}
	for _, small := range Get[[]string](p, smallInputs) {
		p.Errorf("text below 16 px: %s", small)
	}
}

// Check audits and measures views on both devices, in light and dark, some at a
// time, and returns when all are done. A tab is opened for each device: its
// colours follow the medium without loading the page again. With SHOTS it saves
// them.
func Check(t *testing.T, baseURL string, views ...View) {
	t.Run("", func(t *testing.T) {
		for _, v := range views {
			for _, v.Device = range []Device{Desktop, Phone} {
				t.Run(v.Device.String()+v.Path, func(t *testing.T) {
					t.Parallel()
					p := Open(t, baseURL, v)
					for _, dark := range []bool{false, true} {
						p.Do(colours(dark))
						p.Look(v.Device.String() + scheme(dark) + v.Path)
					}
				})
			}
		}
	})
}

// Look audits and measures what is shown, and saves it with SHOTS.
func (p *Page) Look(name string) {
	p.Helper()
	p.ShootFull(name)
	p.Audit()
	p.Fits()
}

func scheme(dark bool) string {
	if dark {
		return "-dark"
	}
	return "-light"
}
