package crmpages

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web/ui"
)

// timeline is what happened to a record, the newest first.
func (p *Pages) timeline(r *http.Request, kind crm.RecordKind, id uuid.UUID) ([]ui.Event, error) {
	changes, err := p.book.History(r.Context(), kind, id, 20)
	if err != nil {
		return nil, err
	}
	events := make([]ui.Event, len(changes))
	for i, c := range changes {
		events[i] = eventOf(c)
	}
	return events, nil
}

func eventOf(c store.ChangeEntry) ui.Event {
	e := ui.Event{At: c.At, Title: c.Detail, Who: c.Actor}
	switch c.What {
	case crm.Created, crm.Confirmed, crm.Issued, crm.Shipped, crm.Delivered, crm.Paid, crm.Restored:
		e.Level = ui.OK
	case crm.Cancelled, crm.Voided, crm.Reversed, crm.Archived:
		e.Level = ui.Warn
	}
	return e
}
