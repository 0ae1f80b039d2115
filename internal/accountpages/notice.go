package accountpages

import (
	"net/http"

	"github.com/renoz/renoz/internal/web/ui"
)

// Notices words what the pages report.
func (p *Pages) Notices() map[string]func(*http.Request) *ui.Notice {
	return map[string]func(*http.Request) *ui.Notice{
		"signed-out": says("Signed out", "Your session on this device has ended."),
	}
}

func says(title, text string) func(*http.Request) *ui.Notice {
	return func(*http.Request) *ui.Notice { return &ui.Notice{Title: title, Text: text} }
}
