package store

import (
	"context"
	"database/sql"
	"os"
	"sync"
	"time"
)

// How large the write-ahead log may grow before its pages move into the
// database file, and how often that is looked at. When a committing connection
// moves them itself, those who wait for the commit wait for it too; so this is
// done beside it, and left to it only when the log is eight times as large.
const (
	logLimit        = 16 << 20 // bytes
	logPages        = 8 * logLimit / 4096
	checkpointEvery = 250 * time.Millisecond
)

// checkpointer moves committed pages from the log into the database file.
type checkpointer struct {
	write, read *sql.DB
	log         string
	stop        context.CancelFunc
	done        sync.WaitGroup
}

func startCheckpoints(path string, write, read *sql.DB) *checkpointer {
	ctx, stop := context.WithCancel(context.Background())
	c := &checkpointer{write: write, read: read, log: path + "-wal", stop: stop}
	c.done.Go(func() { c.run(ctx) })
	return c
}

func (c *checkpointer) run(ctx context.Context) {
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if log, err := os.Stat(c.log); err == nil && log.Size() > logLimit {
			c.checkpoint(ctx)
		}
	}
}

// checkpoint moves most pages while others write. The few that they added
// meanwhile move on the writing connection, where none can be added, so that
// the log starts anew. What fails is tried again a moment later.
func (c *checkpointer) checkpoint(ctx context.Context) {
	for _, on := range []*sql.DB{c.read, c.write} {
		if _, err := on.ExecContext(ctx, "pragma wal_checkpoint(passive)"); err != nil {
			return
		}
	}
}

func (c *checkpointer) close() {
	c.stop()
	c.done.Wait()
}
