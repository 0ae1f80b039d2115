package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"
)

// How often committed pages move from the write-ahead log into the database
// file. When a committing connection moves them, those who wait for the commit
// wait for it too; so this is done beside it, and left to it only when the log
// has grown to logPages. The log's file keeps its size: a disk syncs what
// overwrites sooner than what appends.
const (
	checkpointEvery = time.Second
	logPages        = 32768 // of 4 KiB
	restartPages    = 4096  // from which the log is made to start anew
)

// checkpointer moves committed pages from the log into the database file.
type checkpointer struct {
	write, read *sql.DB
	stop        context.CancelFunc
	done        sync.WaitGroup
}

func startCheckpoints(write, read *sql.DB) *checkpointer {
	ctx, stop := context.WithCancel(context.Background())
	c := &checkpointer{write: write, read: read, stop: stop}
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
			c.checkpoint(ctx)
		}
	}
}

// checkpoint moves most pages while others write. The log starts anew only
// once it has no page that did not move; so when it is long, the few that were
// added meanwhile move on the writing connection, where no more can come.
// What fails is tried again a moment later.
func (c *checkpointer) checkpoint(ctx context.Context) {
	pages, left, err := movePages(ctx, c.read)
	if err == nil && left > 0 && pages > restartPages {
		_, _, _ = movePages(ctx, c.write)
	}
}

// movePages returns how many pages the log has, and how many of them did not
// move. https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
func movePages(ctx context.Context, on *sql.DB) (pages, left int, err error) {
	var busy, moved int
	if err := on.QueryRowContext(ctx, "pragma wal_checkpoint(passive)").Scan(&busy, &pages, &moved); err != nil {
		return 0, 0, fmt.Errorf("move pages out of the log: %w", err)
	}
	return pages, pages - moved, nil
}

func (c *checkpointer) close() {
	c.stop()
	c.done.Wait()
}
