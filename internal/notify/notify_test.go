package notify_test

import (
	"context"
	"errors"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/notify"
)

// board keeps notices in memory, one a cause.
type board struct {
	notify.Store
	told map[string]bool
}

func (b *board) KeepNotice(_ context.Context, n notify.Notice) (bool, error) {
	if err := n.Validate(); err != nil || b.told[n.Cause] {
		return false, err
	}
	b.told[n.Cause] = true
	return true, nil
}

func (b *board) UnreadNotices(context.Context, crm.OrgID) (int, error) { return len(b.told), nil }

type sender struct {
	sent []string
	err  error
}

func (s *sender) Send(_ context.Context, n notify.Notice) error {
	s.sent = append(s.sent, n.Cause)
	return s.err
}

func notice() notify.Notice {
	return notify.Notice{Org: crm.NewID[crm.Organisation](), Cause: "xero.dead", Level: notify.Warning, Title: "An invoice was not synced", Href: "/sync/errors"}
}

func TestTell(t *testing.T) {
	t.Parallel()
	down := errors.New("mail is down")
	broken, works := &sender{err: down}, &sender{}
	n := notify.New(&board{told: map[string]bool{}}, broken, works)
	if err := n.Tell(t.Context(), notice()); !errors.Is(err, down) {
		t.Errorf("got %v", err)
	}
	if err := n.Tell(t.Context(), notice()); err != nil {
		t.Errorf("told twice: %v", err)
	}
	if len(broken.sent) != 1 || len(works.sent) != 1 {
		t.Errorf("sent %v and %v", broken.sent, works.sent)
	}
	bad := notice()
	bad.Title = ""
	if err := n.Tell(t.Context(), bad); crm.KindOf(err) != crm.Invalid {
		t.Errorf("got %v", err)
	}
}

func TestReadersSignIn(t *testing.T) {
	t.Parallel()
	n := notify.New(&board{})
	_, listed := n.List(t.Context(), crm.NotificationID{}, 10)
	_, counted := n.Unread(t.Context())
	for _, err := range []error{listed, counted, n.MarkRead(t.Context(), crm.NotificationID{})} {
		if crm.KindOf(err) != crm.Unauthenticated {
			t.Errorf("got %v", err)
		}
	}
	if _, err := n.Unread(auth.With(t.Context(), auth.System(crm.NewID[crm.Organisation](), "test"))); err != nil {
		t.Error(err)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	if err := notice().Validate(); err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*notify.Notice){
		"org":   func(n *notify.Notice) { n.Org = crm.OrgID{} },
		"cause": func(n *notify.Notice) { n.Cause = "" },
		"level": func(n *notify.Notice) { n.Level = "loud" },
		"title": func(n *notify.Notice) { n.Title = " " },
		"href":  func(n *notify.Notice) { n.Href = "//evil.example" },
	} {
		n := notice()
		spoil(&n)
		var e *crm.Error
		if !errors.As(n.Validate(), &e) || e.Fields[field] == "" {
			t.Errorf("%s: %v", field, n.Validate())
		}
	}
}
