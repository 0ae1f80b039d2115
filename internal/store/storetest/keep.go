package storetest

import (
	"testing"

	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/store"
)

// Keep keeps webhooks and files them, as the inbox does.
func Keep(t testing.TB, s *store.Store, events []inbox.Event) {
	t.Helper()
	if err := s.KeepBatch(t.Context(), events); err != nil {
		t.Fatalf("keep webhooks: %v", err)
	}
	for more := true; more; {
		var err error
		if more, err = s.FileBatches(t.Context()); err != nil {
			t.Fatalf("file webhooks: %v", err)
		}
	}
}
