package claudesim

import "time"

// cacheKey is a prefix of one account. The model is part of the prefix.
type cacheKey struct {
	account string
	prefix  digest
}

type cacheEntry struct {
	keep  ttl
	until time.Time
}

// promptCache remembers prefixes by the clock. https://platform.claude.com/docs/en/build-with-claude/prompt-caching
type promptCache struct {
	entries map[cacheKey]cacheEntry
	swept   time.Time
}

// lookBack is how many blocks before a mark are compared with what is kept, the marked one included.
const lookBack = 20

func (k ttl) lasts() time.Duration {
	if k == keepLong {
		return time.Hour
	}
	return 5 * time.Minute
}

// forget drops what has expired, once a minute.
func (p *promptCache) forget(now time.Time) {
	if now.Sub(p.swept) < time.Minute && !now.Before(p.swept) {
		return
	}
	p.swept = now
	for key, entry := range p.entries {
		if !now.Before(entry.until) {
			delete(p.entries, key)
		}
	}
}

// input is how the tokens of a prompt are paid for. Their sum is the whole prompt.
type input struct {
	Plain, WriteShort, WriteLong, Read int
}

func (i input) written() int { return i.WriteShort + i.WriteLong }

// limited is what counts towards the limit of input tokens: reads are free.
func (i input) limited() int { return i.Plain + i.written() }

// look says how a prompt would be paid for, and where the kept prefix ends (-1 for nowhere).
func (p *promptCache) look(r *Request, now time.Time) (in input, hit int) {
	hit = -1
	for mark := len(r.parts) - 1; mark >= 0; mark-- {
		if r.parts[mark].keep == "" {
			continue
		}
		for i := mark; i >= 0 && i > mark-lookBack && i > hit; i-- {
			if entry, kept := p.entries[cacheKey{r.account, r.parts[i].prefix}]; kept && now.Before(entry.until) {
				hit = i
				break
			}
		}
	}
	paid := 0
	if hit >= 0 {
		paid = r.parts[hit].tokens
		in.Read = paid
	}
	for i := hit + 1; i < len(r.parts); i++ {
		if r.parts[i].keep == "" || r.parts[i].tokens < r.model.MinimumCache {
			continue
		}
		if r.parts[i].keep == keepLong {
			in.WriteLong += r.parts[i].tokens - paid
		} else {
			in.WriteShort += r.parts[i].tokens - paid
		}
		paid = r.parts[i].tokens
	}
	in.Plain = r.inputTokens() - paid
	return in, hit
}

// use keeps the marked prefixes of a prompt and refreshes the one that was read.
func (p *promptCache) use(r *Request, hit int, now time.Time) {
	for i, piece := range r.parts {
		key := cacheKey{r.account, piece.prefix}
		if entry, kept := p.entries[key]; kept && i <= hit && now.Before(entry.until) {
			p.entries[key] = cacheEntry{entry.keep, now.Add(entry.keep.lasts())}
		} else if piece.keep != "" && i > hit && piece.tokens >= r.model.MinimumCache {
			p.entries[key] = cacheEntry{piece.keep, now.Add(piece.keep.lasts())}
		}
	}
}

// ForgetPrompts empties the prompt cache.
func (s *Server) ForgetPrompts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.cache.entries)
}
