package assistant

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Nano is an amount of money in nano-dollars.
type Nano int64

// Dollar is one US dollar.
const Dollar Nano = 1_000_000_000

// Tokens are what a call used, by the class in which they are paid. Output
// includes thinking.
type Tokens struct {
	Input, Output, CacheRead, CacheWrite5m, CacheWrite1h int64
}

// Prompt is how long the prompt was, wherever its tokens came from.
func (t Tokens) Prompt() int64 { return t.Input + t.CacheRead + t.CacheWrite5m + t.CacheWrite1h }

// Total is all of them.
func (t Tokens) Total() int64 { return t.Prompt() + t.Output }

// Add adds what another call used.
func (t *Tokens) Add(other Tokens) {
	t.Input += other.Input
	t.Output += other.Output
	t.CacheRead += other.CacheRead
	t.CacheWrite5m += other.CacheWrite5m
	t.CacheWrite1h += other.CacheWrite1h
}

// Rate is the price of one token of each class, in nano-dollars.
type Rate struct {
	Input, Output, CacheWrite5m, CacheWrite1h, CacheRead Nano
}

// Price is what a model costs from a day on.
type Price struct {
	Model string    // its id, or the beginning of the ids of its versions
	From  time.Time // midnight UTC
	Above int64     // tokens of the prompt from which on it holds for the whole call; 0: any
	Fast  bool
	Rate
}

// Prices are the list prices.
// https://platform.claude.com/docs/en/about-claude/pricing
func Prices() []Price {
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	var always time.Time
	return []Price{
		{"claude-haiku-5-5", always, 0, false, Rate{100, 500, 125, 200, 10}},
		{"claude-haiku-5-5", always, 100_001, false, Rate{500, 2500, 625, 1000, 50}},
		{"claude-sonnet-5-5", always, 0, false, Rate{2000, 10_000, 2500, 4000, 200}},
		{"claude-sonnet-5-5", day(time.October, 7), 0, false, Rate{2000, 10_000, 2500, 4000, 100}},
		{"claude-opus-5-5", always, 0, false, Rate{4000, 20_000, 5000, 8000, 200}},
		{"claude-opus-5-5", always, 0, true, Rate{8000, 40_000, 10_000, 16_000, 400}},
		{"claude-fable-5-1", always, 0, false, Rate{10_000, 50_000, 12_500, 20_000, 250}},
		{"claude-opus-5", always, 0, false, Rate{5000, 25_000, 6250, 10_000, 500}},
		{"claude-opus-4", always, 0, false, Rate{5000, 25_000, 6250, 10_000, 500}},
		{"claude-sonnet-5", always, 0, false, Rate{2000, 10_000, 2500, 4000, 200}},
		{"claude-haiku-4-5", always, 0, false, Rate{1000, 5000, 1250, 2000, 100}},
	}
}

// Terms are what else a price depends on.
type Terms struct {
	At    time.Time
	Fast  bool
	Batch bool // half price
	InUS  bool // kept in the United States: a tenth more
}

// Cost is the price of a call. known is false for a model that the list does not
// have; the dearest one's price stands in, so that no budget is passed unseen.
func Cost(prices []Price, model string, t Tokens, terms Terms) (cost Nano, known bool) {
	rate, known := rateOf(prices, model, t.Prompt(), terms)
	sum := Nano(t.Input)*rate.Input + Nano(t.Output)*rate.Output + Nano(t.CacheRead)*rate.CacheRead +
		Nano(t.CacheWrite5m)*rate.CacheWrite5m + Nano(t.CacheWrite1h)*rate.CacheWrite1h
	over := Nano(1)
	if terms.InUS {
		sum, over = sum*11, over*10
	}
	if terms.Batch {
		over *= 2
	}
	return (sum + over/2) / over, known
}

func rateOf(prices []Price, model string, prompt int64, terms Terms) (Rate, bool) {
	var best *Price
	for i, p := range prices {
		if !strings.HasPrefix(model, p.Model) || p.From.After(terms.At) || prompt < p.Above || p.Fast && !terms.Fast {
			continue
		}
		if best == nil || p.closer(*best) > 0 {
			best = &prices[i]
		}
	}
	if best != nil {
		return best.Rate, true
	}
	dearest := slices.MaxFunc(prices, func(a, b Price) int { return cmp.Compare(a.Output, b.Output) })
	return dearest.Rate, false
}

// closer compares which of two prices that both hold is the more particular one.
func (p Price) closer(than Price) int {
	fast := func(p Price) int {
		if p.Fast {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(len(p.Model), len(than.Model)), cmp.Compare(fast(p), fast(than)), cmp.Compare(p.Above, than.Above), p.From.Compare(than.From))
}

// String writes an amount in dollars to six places, rounded up.
func (n Nano) String() string {
	micro := (n + 999) / 1000
	return fmt.Sprintf("%d.%06d", micro/1_000_000, micro%1_000_000)
}
