package inbox

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// How many deliveries may wait, and how many events one transaction takes.
const (
	queueSize = 4096
	batchSize = 256
	// flushEvery is how often counted refusals are written down, and how often
	// batches are looked for that another process kept and did not live to file.
	flushEvery = 2 * time.Second
)

var errFull = errors.New("too many webhooks wait")

// Store keeps events. KeepBatch only writes them down. FileBatches files the
// oldest of what was written down, counts those whose DeliveryKey it already
// knows, enqueues the job that will look at the others in the same transaction,
// and reports whether more may wait.
type Store interface {
	KeepBatch(ctx context.Context, events []Event) error
	FileBatches(ctx context.Context) (more bool, err error)
	CountRefusal(ctx context.Context, r Refusal) error
}

// Config is what an Inbox needs.
type Config struct {
	Store Store
	Log   *slog.Logger
	Now   func() time.Time
}

// Inbox keeps webhooks. Run has to run while its handlers are used.
type Inbox struct {
	store Store
	log   *slog.Logger
	now   func() time.Time
	queue chan delivery
	kept  chan struct{} // holds one while there is something to file

	mu       sync.Mutex
	refusals map[refusalKey]Refusal
}

type refusalKey struct {
	service, reason string
	day             crm.Day
}

// delivery is one request that waits to be answered.
type delivery struct {
	events []Event
	kept   chan<- error
}

// New returns an inbox that keeps events in c.Store.
func New(c Config) *Inbox {
	return &Inbox{store: c.Store, log: c.Log, now: c.Now, queue: make(chan delivery, queueSize),
		kept: make(chan struct{}, 1), refusals: map[refusalKey]Refusal{}}
}

// keep waits until the events are on the disk.
func (in *Inbox) keep(ctx context.Context, events []Event) error {
	kept := make(chan error, 1)
	select {
	case in.queue <- delivery{events, kept}:
	default:
		return errFull
	}
	select {
	case err := <-kept:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run keeps what arrives and files it, until ctx ends; then it keeps what is
// still queued. What is not filed by then is filed when a process runs again.
func (in *Inbox) Run(ctx context.Context) error {
	var filing sync.WaitGroup
	filing.Go(func() { in.file(ctx) })
	defer filing.Wait()
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case first := <-in.queue:
			in.commit(context.WithoutCancel(ctx), first)
		case <-tick.C:
			in.flush(ctx)
		case <-ctx.Done():
			in.drain(context.WithoutCancel(ctx))
			return nil
		}
	}
}

// file brings what was kept to where it is looked at. It stands beside keeping,
// so that a storm of webhooks is answered at the pace of keeping alone.
func (in *Inbox) file(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		more, err := in.store.FileBatches(ctx)
		if err != nil && ctx.Err() == nil {
			in.log.Error("webhooks could not be filed", "error", err)
		}
		if more && err == nil {
			continue
		}
		select {
		case <-in.kept:
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

func (in *Inbox) drain(ctx context.Context) {
	for {
		select {
		case first := <-in.queue:
			in.commit(ctx, first)
		default:
			in.flush(ctx)
			return
		}
	}
}

// commit keeps first and whatever else waits, in one transaction.
func (in *Inbox) commit(ctx context.Context, first delivery) {
	batch, events := in.gather(first)
	err := in.store.KeepBatch(ctx, events)
	for _, d := range batch {
		d.kept <- err
	}
	select {
	case in.kept <- struct{}{}:
	default:
	}
}

// gather takes first and whatever else waits. As long as that brings more, it
// lets those go first who are about to ask: a transaction costs about the same
// for ten webhooks as for one.
func (in *Inbox) gather(first delivery) ([]delivery, []Event) {
	batch, events := []delivery{first}, first.events
	for found := -1; found < len(batch) && len(events) < batchSize; {
		found = len(batch)
		runtime.Gosched()
		for waiting := len(in.queue); waiting > 0 && len(events) < batchSize; waiting-- {
			next := <-in.queue
			batch = append(batch, next)
			events = append(events, next.events...)
		}
	}
	return batch, events
}

func (in *Inbox) flush(ctx context.Context) {
	in.mu.Lock()
	counted := in.refusals
	in.refusals = map[refusalKey]Refusal{}
	in.mu.Unlock()
	for _, r := range counted {
		if err := in.store.CountRefusal(ctx, r); err != nil {
			in.log.Error("refused webhooks could not be counted", "service", r.Service, "error", err)
		}
	}
}
