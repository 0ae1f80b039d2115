package webtest

import (
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// console holds what a test provokes.
type console struct {
	mu       sync.Mutex
	expected []string
}

// Expect names parts of console messages to come.
func (p *Page) Expect(parts ...string) {
	p.console.mu.Lock()
	defer p.console.mu.Unlock()
	p.console.expected = append(p.console.expected, parts...)
}

func (c *console) expects(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.expected, func(part string) bool { return strings.Contains(text, part) })
}

// watch reads the console to its end.
func (p *Page) watch() <-chan struct{} {
	messages := chromedp.Console(p.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range messages {
			if err != nil {
				return
			}
			switch m.Type {
			case chromedp.ConsoleWarning, chromedp.ConsoleError, chromedp.ConsoleException:
				if !p.console.expects(m.Text) {
					p.Errorf("console %s: %s (%s)", m.Type, m.Text, m.URL)
				}
			}
		}
	}()
	return done
}
