package syncpages

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/link"
)

func TestNextStep(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		action         link.Action
		record, remote string
		want           string
	}{
		{link.Map, "", "", "/xero/settings"},
		{link.OpenSettings, "", "", "/xero"},
		{link.Connect, "", "", "/xero"},
		{link.Reconnect, "", "", "/xero"},
		{link.Review, "/customers/1", "", "/customers/1"},
		{link.Review, "", "", ""},
		{link.LookRemote, "/invoices/1", "https://go.xero.example/1", "https://go.xero.example/1"},
		{link.LookRemote, "/invoices/1", "", "/invoices/1"},
		{link.Wait, "/invoices/1", "", ""},
		{link.Retry, "/invoices/1", "", ""},
	} {
		if got := nextStep(test.action, test.record, test.remote); got.URL != test.want || got.Label == "" {
			t.Errorf("%s leads to %+v, want %q", test.action, got, test.want)
		}
	}
}

func TestCauseLabel(t *testing.T) {
	t.Parallel()
	for want, of := range map[string][2]string{"Account unknown": {"account_unknown", "invalid"}, "Invalid": {"validation", "invalid"}, "Unavailable": {"", "unavailable"}, "Other": {"", ""}} {
		if got := causeLabel(of[0], of[1]); got != want {
			t.Errorf("%v is %q, want %q", of, got, want)
		}
	}
}

func FuzzParseAfter(f *testing.F) {
	at := time.Date(2026, 11, 22, 1, 2, 3, 456789000, time.UTC)
	id := uuid.MustParse("0198c0de-0000-7000-8000-000000000000")
	f.Add(after(link.Link{Key: link.Key{Record: id}, FailedAt: &at}))
	f.Add("")
	f.Add("MjAyNg")
	f.Fuzz(func(t *testing.T, cursor string) {
		moment, record, ok := parseAfter(cursor)
		if !ok {
			return
		}
		again, same, _ := parseAfter(after(link.Link{Key: link.Key{Record: record}, FailedAt: &moment}))
		if !again.Equal(moment) || same != record {
			t.Errorf("%q reads as %v %v, then as %v %v", cursor, moment, record, again, same)
		}
	})
}
