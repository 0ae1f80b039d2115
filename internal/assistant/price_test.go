package assistant_test

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/assistant"
)

func TestCost(t *testing.T) {
	t.Parallel()
	before, after := time.Date(2026, 10, 6, 23, 59, 59, 0, time.UTC), time.Date(2026, 10, 7, 0, 0, 0, 0, time.UTC)
	million := assistant.Tokens{Input: 1_000_000, Output: 1_000_000, CacheRead: 1_000_000, CacheWrite5m: 1_000_000, CacheWrite1h: 1_000_000}
	for _, c := range []struct {
		name   string
		model  string
		tokens assistant.Tokens
		terms  assistant.Terms
		want   assistant.Nano
	}{
		{"each class", "claude-sonnet-5-5", million, assistant.Terms{At: before}, 18_700_000_000},
		{"a new price from its day on", "claude-sonnet-5-5", million, assistant.Terms{At: after}, 18_600_000_000},
		{"a dated version of a model", "claude-sonnet-5-5-20260928", assistant.Tokens{Output: 1}, assistant.Terms{At: after}, 10_000},
		{"the older model of the family", "claude-sonnet-5", assistant.Tokens{CacheRead: 10}, assistant.Terms{At: after}, 2000},
		{"a short prompt", "claude-haiku-5-5", assistant.Tokens{Input: 100_000}, assistant.Terms{At: after}, 10_000_000},
		{"a long prompt, cached ones counted", "claude-haiku-5-5", assistant.Tokens{Input: 1, CacheRead: 100_000}, assistant.Terms{At: after}, 5_000_500},
		{"rounded once, at the end", "claude-haiku-5-5", assistant.Tokens{CacheRead: 3}, assistant.Terms{At: after, Batch: true, InUS: true}, 17}, // 16.5
		{"fast", "claude-opus-5-5", assistant.Tokens{Output: 10}, assistant.Terms{At: after, Fast: true}, 400_000},
		{"fast where there is no such price", "claude-haiku-4-5", assistant.Tokens{Output: 10}, assistant.Terms{At: after, Fast: true}, 50_000},
		{"nothing", "claude-opus-5-5", assistant.Tokens{}, assistant.Terms{At: after}, 0},
	} {
		if got, known := assistant.Cost(assistant.Prices(), c.model, c.tokens, c.terms); got != c.want || !known {
			t.Errorf("%s: %d %t, want %d", c.name, got, known, c.want)
		}
	}
	if got, known := assistant.Cost(assistant.Prices(), "claude-saga-6", assistant.Tokens{Output: 1}, assistant.Terms{At: after}); got != 50_000 || known {
		t.Errorf("an unknown model costs %d, %t; want the dearest, unknown", got, known)
	}
}
