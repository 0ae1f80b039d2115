package ui

import (
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web/icon"
)

// ConsentEvents are entries of the log of consent to marketing mail, as a Timeline
// shows them.
func ConsentEvents(rows []mail.Consent) []Event {
	events := make([]Event, len(rows))
	for i, c := range rows {
		e := Event{At: c.At, Title: "Withdrawn: " + c.Scope.Label(), Text: c.Way.Label(), Who: c.By, Icon: icon.CircleX}
		if c.Given {
			e.Title, e.Level, e.Icon = "Given: "+c.Scope.Label(), OK, icon.CircleCheck
		}
		if c.Note != "" {
			e.Text += ". " + c.Note
		}
		events[i] = e
	}
	return events
}
