package resendpages

import (
	"net/http"
	"slices"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
)

// addressView is what the page of a suppressed address shows.
type addressView struct {
	reader
	resend.AddressHistory
}

func (p *Pages) showSuppression(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[mail.Suppression](r)
	if err != nil {
		return err
	}
	v := addressView{reader: readerOf(r)}
	if v.AddressHistory, err = p.resend.AddressHistory(r.Context(), id); err != nil {
		return err
	}
	return web.ShowPage(w, r, ui.Page{Title: v.Address, Path: suppressionsURL, Parents: []ui.Link{suppressionsLink()}}, addressPage(v))
}

func (v addressView) facts() []ui.Detail {
	s := v.Suppression
	facts := []ui.Detail{
		{Term: "What is stopped", Text: s.Scope.Label()}, {Term: "Reason", Text: s.Reason.Label()}, {Term: "Source", Text: s.Via.Label()},
		{Term: "By", Text: s.By}, {Term: "Since", Value: ui.When(s.At)},
	}
	if to := sourceURL(s); to != "" {
		facts = append(facts, ui.Detail{Term: "Mail", Text: "Open the mail that it follows from", Href: to})
	}
	if label := s.Remote.Label(); label != "" {
		facts = append(facts, ui.Detail{Term: "On Resend's list", Text: label})
	}
	if s.Note != "" {
		facts = append(facts, ui.Detail{Term: "Note", Text: s.Note, Wide: true})
	}
	return facts
}

// events are what happened to the address, the latest first.
func (v addressView) events() []ui.Event {
	var events []ui.Event
	for _, s := range v.Removed {
		events = append(events,
			ui.Event{At: *s.RemovedAt, Title: "Taken off the list: " + s.Scope.Label(), Text: s.RemovedNote, Who: s.RemovedBy, Icon: icon.Undo2},
			ui.Event{At: s.At, Title: s.Reason.Label() + ": " + s.Scope.Label(), Text: s.Note, Who: s.By, Icon: icon.Ban})
	}
	for _, s := range v.Held {
		events = append(events, ui.Event{At: s.At, Title: s.Reason.Label() + ": " + s.Scope.Label(), Text: s.Note, Who: s.By, Icon: icon.Ban, Level: reasonLevel(s.Reason)})
	}
	slices.SortStableFunc(events, func(a, b ui.Event) int { return b.At.Compare(a.At) })
	return events
}
