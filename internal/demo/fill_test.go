package demo_test

import (
	"context"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/demo"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

func noon() time.Time { return time.Date(2026, 11, 19, 1, 30, 0, 0, time.UTC) } // Thursday 12:30 in Sydney

func fill(t testing.TB, ctx context.Context, s *store.Store, now func() time.Time) demo.Accounts {
	t.Helper()
	service, err := auth.New(auth.Config{Store: s, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	a, err := demo.Fill(ctx, demo.Config{Store: s, Auth: service, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func BenchmarkFill(b *testing.B) {
	for b.Loop() {
		fill(b, b.Context(), storetest.SQLite(b), noon)
	}
}
