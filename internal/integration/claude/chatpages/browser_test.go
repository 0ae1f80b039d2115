package chatpages_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/renoz/renoz/internal/integration/claude/claudesim"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestChatLooksRight(t *testing.T) {
	w := newWorld(t, claudesim.DefaultKey)
	whole := w.asked("What are we owed?", claudesim.Answer(claudesim.Say("Let me look."), claudesim.Use("invoice_figures", nil)),
		claudesim.Answer(claudesim.Say("Nothing is **owed**:\n\n- no invoice is open\n- none is `overdue`\n\n| Month | Sales |\n|---|---|\n| November | $0.00 |")))
	refused := w.asked("Say something bad", claudesim.Refuse("general_harms"))
	webtest.Check(t, w.url, w.view("/assistant"), w.view("/assistant?q=nothing+like+it"), w.view("/assistant/"+whole.String()), w.view("/assistant/"+refused.String()))
}

// TestChatInTheBrowser asks, sees the answer grow, loads the page again in the
// middle, looks at what was looked up, and stops another answer.
func TestChatInTheBrowser(t *testing.T) {
	w := newWorld(t, claudesim.DefaultKey)
	slow := claudesim.Answer(claudesim.Say("Nothing is owed."))
	slow.Delay = 1500 * time.Millisecond
	never := claudesim.Answer(claudesim.Say("Too late."))
	never.Delay = time.Minute
	w.must(w.sim.Plan(claudesim.Plan{Turns: []claudesim.Turn{claudesim.Answer(claudesim.Say("Let me look."), claudesim.Use("invoice_figures", nil)), slow, never}}))
	p := webtest.Open(t, w.url, w.view("/assistant"))
	p.Do(chromedp.SendKeys(`#chat-input`, "What are we owed?"), chromedp.SendKeys(`#chat-input`, kb.Enter),
		webtest.Eventually(`location.pathname !== '/assistant' && document.querySelector('#turn-1')?.textContent.includes('Let me look.')`))
	p.Shoot("chat-streaming")
	p.Do(chromedp.Reload(), webtest.Eventually(`window.htmx && document.querySelector('#turn-1[aria-busy]')?.textContent.includes('Let me look.')`),
		webtest.Eventually(`document.querySelector('#turn-1:not([aria-busy])')?.textContent.includes('Nothing is owed.') && document.querySelector('#chat-action [aria-label=Ask]')`),
		chromedp.Click(`#turn-1 summary`))
	p.Look("chat-done")
	p.Do(chromedp.SendKeys(`#chat-input`, "And now?"), chromedp.Click(`#chat-action button`),
		webtest.Eventually(`document.querySelector('#chat-action [aria-label="Stop answering"]')`), chromedp.Click(`#chat-action button`),
		webtest.Eventually(`document.querySelector('#chat-action [aria-label=Ask]') && document.querySelector('#chat-log').textContent.includes('Answer again')`))
	p.Look("chat-stopped")
}
