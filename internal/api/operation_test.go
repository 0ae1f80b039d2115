package api

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/link"
)

func TestOperationsNeedAPermissionThatExists(t *testing.T) {
	t.Parallel()
	handle := func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }
	for _, permission := range []auth.Permission{"", "customers.paint"} {
		tab := &table{API: &API{}}
		add(tab, spec{id: "a", method: http.MethodGet, path: "/a", permission: permission}, handle)
		if len(tab.wrong) != 1 || len(tab.operations) != 0 {
			t.Errorf("%q: %v, %v", permission, tab.wrong, tab.operations)
		}
	}
	tab := &table{API: &API{operations: []Operation{{http.MethodGet, "/api/v1/a", SignedIn}}}}
	add(tab, spec{id: "a", method: http.MethodGet, path: "/a", permission: SignedIn}, handle)
	if len(tab.wrong) != 1 {
		t.Error("an operation was registered twice")
	}
}

func TestNewNeedsItsParts(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{}); err == nil {
		t.Error("no error")
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rows, limit, kept int
		next              string
	}{{0, 3, 0, ""}, {3, 3, 3, ""}, {4, 3, 3, "x"}, {199, 200, 199, ""}, {200, 200, 200, "x"}} {
		rows, next := cut(make([]int, test.rows), test.limit, func(int) string { return "x" })
		if len(rows) != test.kept || next != test.next {
			t.Errorf("%+v: %d rows, next %q", test, len(rows), next)
		}
	}
}

func TestLocation(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{"name": "body.name", "lines.12.unit_price.amount": "body.lines[12].unit_price.amount", "after": "query.after", "": "body."} {
		if got := location(field); got != want {
			t.Errorf("%q: %q, want %q", field, got, want)
		}
	}
}

func FuzzFailureCursor(f *testing.F) {
	at := time.Date(2026, 11, 22, 1, 2, 3, 4000, time.UTC)
	f.Add(failureCursor(link.Link{FailedAt: &at, Key: link.Key{Record: uuid.Max}}))
	f.Add("")
	f.Add("eA")
	f.Fuzz(func(t *testing.T, cursor string) {
		at, id, err := failureAfter(cursor)
		if err != nil || cursor == "" {
			return
		}
		again, same, err := failureAfter(failureCursor(link.Link{FailedAt: &at, Key: link.Key{Record: id}}))
		if err != nil || !again.Equal(at) || same != id {
			t.Errorf("%q is %v %v, then %v %v: %v", cursor, at, id, again, same, err)
		}
	})
}
