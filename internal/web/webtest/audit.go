package webtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
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

// What axe-core is asked: WCAG 2.2 AA and its best practices, or of those what
// depends on colours.
const (
	everyRule   = `['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']`
	colourRules = `['color-contrast', 'link-in-text-block']`
)

// Audit runs axe-core against WCAG 2.2 AA and its best practices. Evaluating
// over the DevTools protocol is exempt from the page's policy, so the policy
// stays exactly as shipped.
func (p *Page) Audit() {
	p.Helper()
	p.audit(everyRule)
}

func (p *Page) audit(rules string) {
	p.Helper()
	source, err := axe()
	need(p, err)
	p.Do(Settled())
	if !Get[bool](p, `!!window.axe`) {
		p.Do(JS(source))
	}
	out := Get[string](p, `axe.run(document, {runOnly: `+rules+`, resultTypes: ['violations']})
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
// time, and returns when all are done. Device and colours change while a page is
// shown, as when a window is made small, so that it loads once; in dark only
// colours are audited. With SHOTS it saves them.
func Check(t *testing.T, baseURL string, views ...View) {
	t.Run("", func(t *testing.T) {
		for _, some := range together(views) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				check(t, baseURL, some)
			})
		}
	})
}

// perTab is how many views share a tab at most: opening one takes longer than
// looking at a page, and its time is limited.
const perTab = 8

// together groups views that a tab can show one after the other: neighbours of
// the same reader, with nothing special about them.
func together(views []View) [][]View {
	plain := func(v View) bool { return len(v.Expect) == 0 && !v.WithoutScripts && !v.Foreign }
	var groups [][]View
	for n, v := range views {
		if last := len(groups) - 1; n > 0 && plain(v) && plain(views[n-1]) && len(groups[last]) < perTab && slices.EqualFunc(v.Cookies, views[n-1].Cookies, sameCookie) {
			groups[last] = append(groups[last], v)
			continue
		}
		groups = append(groups, []View{v})
	}
	return groups
}

func sameCookie(a, b *http.Cookie) bool { return a.Name == b.Name && a.Value == b.Value }

// check looks at views in one tab.
func check(whole *testing.T, baseURL string, views []View) {
	tab := Open(whole, baseURL, views[0])
	for n, v := range views {
		whole.Run(v.Path, func(t *testing.T) {
			p := *tab
			p.TB = t
			if n > 0 {
				p.Do(Desktop.emulate(), colours(false))
				p.Go(v.Path)
			}
			p.answered(v)
			for _, device := range []Device{Desktop, Phone} {
				t.Run(device.String(), func(t *testing.T) {
					p := *tab
					p.TB = t
					p.see(v, device)
				})
			}
		})
	}
}

// see looks at the page that is shown on a device.
func (p *Page) see(v View, device Device) {
	p.Helper()
	p.Do(device.emulate(), colours(false), Eventually(fmt.Sprintf(`matchMedia('(pointer: coarse)').matches === %t && innerWidth === %d`, device == Phone, device.width())))
	p.themed(v, false)
	p.Look(device.String() + scheme(false) + v.Path)
	p.Do(colours(true))
	p.themed(v, true)
	p.ShootFull(device.String() + scheme(true) + v.Path)
	p.audit(colourRules)
}

// themed waits until a page of ours follows the colours of the medium.
func (p *Page) themed(v View, dark bool) {
	p.Helper()
	if !v.Foreign && !v.WithoutScripts {
		p.Do(Eventually(fmt.Sprintf(`document.documentElement.classList.contains('dark') === %t`, dark)))
	}
}

// answered wants the page that a view names, unless it provokes a refusal.
func (p *Page) answered(v View) {
	p.Helper()
	const status = `performance.getEntriesByType('navigation')[0].responseStatus`
	if got := Get[int](p, status); got != http.StatusOK && len(v.Expect) == 0 {
		p.Errorf("%s answers %d", v.Path, got)
	}
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
