package api

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/notify"
)

// Notice is something that the people of the organisation should know.
type Notice struct {
	ID     crm.NotificationID `json:"id" format:"uuid"`
	Level  string             `json:"level" enum:"info,warning,urgent"`
	Title  string             `json:"title"`
	Text   string             `json:"text"`
	Href   string             `json:"href,omitempty" doc:"The page that leads on."`
	At     time.Time          `json:"at"`
	ReadAt *time.Time         `json:"read_at,omitempty"`
}

func (t *table) notices() {
	add(t, spec{id: "list-notifications", method: http.MethodGet, path: "/notifications", permission: auth.SyncView, tag: "Notifications",
		summary: "List what people should know, the newest first"}, t.listNotices)
}

func (a *API) listNotices(ctx context.Context, in *struct{ Paging }) (*listed[Notice], error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	before, err := placeOf(in.After)
	if err != nil {
		return nil, err
	}
	rows, err := a.store.Notices(ctx, who.Org, crm.NotificationID{UUID: before}, in.Limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := cut(rows, in.Limit, func(n notify.Kept) string { return n.ID.String() })
	return stretch(ctx, rows, next, func(n notify.Kept) Notice {
		return Notice{n.ID, string(n.Level), n.Title, n.Text, n.Href, n.At, n.ReadAt}
	}), nil
}
