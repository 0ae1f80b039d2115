package store

import (
	"context"
	"sync"
)

// turnsAhead is how many transactions that keep webhooks may go before one of
// the others that wait.
const turnsAhead = 4

type urgentKey struct{}

// urgently marks a transaction that goes ahead of others.
func urgently(ctx context.Context) context.Context {
	return context.WithValue(ctx, urgentKey{}, true)
}

func isUrgent(ctx context.Context) bool {
	urgent, _ := ctx.Value(urgentKey{}).(bool)
	return urgent
}

// turns decide who writes next. SQLite has one writer; a service that sends
// webhooks gives up after seconds, all others can wait for their turn. They do
// get it: each time after at most turnsAhead transactions that overtook them.
type turns struct {
	mu     sync.Mutex
	taken  bool
	ahead  int // since one of the others had a turn
	urgent []chan struct{}
	others []chan struct{}
}

// take waits for a turn. After nil, give must be called.
func (t *turns) take(ctx context.Context, urgent bool) error {
	t.mu.Lock()
	if !t.taken {
		t.taken = true
		t.mu.Unlock()
		return nil
	}
	mine := make(chan struct{})
	if urgent {
		t.urgent = append(t.urgent, mine)
	} else {
		t.others = append(t.others, mine)
	}
	t.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	if !t.leave(mine) { // it came at the same moment: the next one has it
		t.give()
	}
	return ctx.Err()
}

// leave ends waiting. It reports false when the turn has come.
func (t *turns) leave(mine chan struct{}) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, queue := range []*[]chan struct{}{&t.urgent, &t.others} {
		for i, waiting := range *queue {
			if waiting == mine {
				*queue = append((*queue)[:i], (*queue)[i+1:]...)
				return true
			}
		}
	}
	return false
}

// give hands the turn to the next who waits.
func (t *turns) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	queue := &t.others
	if len(t.urgent) > 0 && (len(t.others) == 0 || t.ahead < turnsAhead) {
		queue = &t.urgent
		t.ahead++
	} else {
		t.ahead = 0
	}
	if len(*queue) == 0 {
		t.taken = false
		return
	}
	next := (*queue)[0]
	*queue = (*queue)[1:]
	close(next)
}
