package store_test

import (
	"testing"

	"github.com/renoz/renoz/internal/breaker"
	breakertest "github.com/renoz/renoz/internal/breaker/storetest"
	"github.com/renoz/renoz/internal/ratelimit"
	limittest "github.com/renoz/renoz/internal/ratelimit/storetest"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		limittest.Run(t, func(*testing.T) ratelimit.Store { return s.Limits() })
	})
}

func TestCircuits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		breakertest.Run(t, func(*testing.T) breaker.Store { return s.Circuits() })
	})
}
