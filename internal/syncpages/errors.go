package syncpages

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// errorsID is the element that holds causes and list.
const errorsID = "errors"

// pageSize is how many rows a list shows.
const pageSize = 50

// errorsView is what the page of errors shows.
type errorsView struct {
	Text, Kind, State string
	After             bool // not the first page
	Causes            []store.Cause
	Rows              []failure
	Resolved          []resolution     // in place of Rows, among those that became right
	Dismissals        []link.Dismissal // that can be undone together
	Next              string           // address of what follows
	Open              int
	MayRetry          bool
}

// failure is a record that did not arrive.
type failure struct {
	link.Link
	URL, RemoteURL string
	Step           step
}

func (p *Pages) errors(w http.ResponseWriter, r *http.Request) error {
	v, err := p.errorsView(r)
	if err != nil {
		return err
	}
	if err := p.seen(r.Context(), v); err != nil {
		return err
	}
	if web.Target(r) == errorsID {
		return web.ShowFragment(w, r, errorsList(v), ui.SegmentCounts("errors-filter", v.segments()))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Errors", Path: "/sync/errors"}, errorsPage(v))
}

// seen clears the badge of new errors where they are shown; those on this page
// were read before.
func (p *Pages) seen(ctx context.Context, v errorsView) error {
	if v.Open == 0 || v.State != "" {
		return nil
	}
	me, err := auth.SignedIn(ctx)
	if err != nil {
		return err
	}
	return p.store.InTx(ctx, func(tx *store.Tx) error { return tx.SeeFailures(ctx, me.Org) })
}

func (p *Pages) errorsView(r *http.Request) (errorsView, error) {
	ctx := r.Context()
	me, err := auth.Require(ctx, auth.ErrorsView)
	if err != nil {
		return errorsView{}, err
	}
	v := errorsView{Text: r.FormValue("q"), Kind: r.FormValue("kind"), State: r.FormValue("state"), MayRetry: me.Can(auth.SyncRetry)}
	if v.State != string(link.Dismissed) && v.State != resolvedState {
		v.State = ""
	}
	if v.Open, _, err = p.store.CountFailures(ctx, me.Org); err != nil {
		return v, err
	}
	if v.State == resolvedState {
		return v, p.resolved(r, me.Org, &v)
	}
	if v.State == "" {
		if v.Causes, err = p.store.FailureCauses(ctx, me.Org); err != nil {
			return v, err
		}
	}
	if v.Dismissals, err = p.dismissals(ctx, me.Org, v); err != nil {
		return v, err
	}
	f := store.FailureFilter{State: link.State(v.State), Kind: link.Kind(v.Kind), Text: v.Text, Limit: pageSize + 1}
	f.BeforeAt, f.BeforeID, v.After = parseAfter(r.FormValue("after"))
	rows, err := p.store.Failures(ctx, me.Org, f)
	if err != nil {
		return v, err
	}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		v.Next = v.address(after(rows[pageSize-1]))
	}
	v.Rows, err = p.describe(ctx, me.Org, rows)
	return v, err
}

// describe adds where each record is seen and what to do about it.
func (p *Pages) describe(ctx context.Context, org crm.OrgID, rows []link.Link) ([]failure, error) {
	conn, err := p.store.Connection(ctx, org, service)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return nil, err
	}
	out := make([]failure, len(rows))
	for i, l := range rows {
		f := failure{Link: l}
		kind, id, err := p.documentOf(ctx, org, l.Kind, l.Record)
		if err != nil {
			return nil, err
		}
		remote, err := p.remoteID(ctx, l, kind, id)
		if err != nil {
			return nil, err
		}
		f.URL, f.RemoteURL = pageOf(kind, id), p.remoteURL(conn, kind, remote)
		f.Step = nextStep(l.Problem.Action, f.URL, f.RemoteURL)
		if l.Kind == link.Contact && l.Problem.Action == link.Review {
			f.Step = step{Label: "Decide", URL: "/xero/customers/" + l.Record.String()}
		}
		out[i] = f
	}
	return out, nil
}

// after is the cursor behind a link; parseAfter reads it. What cannot be read
// shows the first page.
func after(l link.Link) string {
	if l.FailedAt == nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(l.FailedAt.UTC().Format(time.RFC3339Nano) + " " + l.Record.String()))
}

func parseAfter(cursor string) (time.Time, uuid.UUID, bool) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return time.Time{}, uuid.UUID{}, false
	}
	moment, record, _ := strings.Cut(string(text), " ")
	at, err := time.Parse(time.RFC3339Nano, moment)
	if err != nil {
		return time.Time{}, uuid.UUID{}, false
	}
	id, err := uuid.Parse(record)
	return at, id, err == nil
}

// address is the list with the same filter, from a cursor on.
func (v errorsView) address(cursor string) string {
	return listAddress("/sync/errors", [][2]string{{"q", v.Text}, {"kind", v.Kind}, {"state", v.State}, {"after", cursor}})
}

// listAddress leaves empty values out.
func listAddress(path string, values [][2]string) string {
	q := url.Values{}
	for _, v := range values {
		if v[1] != "" {
			q.Set(v[0], v[1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (v errorsView) segments() []ui.Segment {
	return []ui.Segment{{Label: "Open", Count: ui.Thousands(v.Open)}, {Value: string(link.Dismissed), Label: "Dismissed"}, {Value: resolvedState, Label: "Resolved"}}
}

func (v errorsView) shown() string {
	return strconv.Itoa(len(v.Rows)+len(v.Resolved)) + " shown, the latest first"
}
