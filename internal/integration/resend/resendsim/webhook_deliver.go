package resendsim

import (
	"bytes"
	"container/heap"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// liveRetry is how long Svix waits before each try, for 27.6 hours in all.
// https://docs.svix.com/retries
func liveRetry() []time.Duration {
	return []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour}
}

// keepBoth is how long a rotated secret still signs beside the new one.
const keepBoth = 24 * time.Hour

// Deliver does everything that is due by the clock: scheduled mail leaves, and every waiting webhook is tried
// once. It returns when nothing is due any more; what was refused waits for the clock. The error is that of ctx.
func (s *Server) Deliver(ctx context.Context) error {
	select {
	case s.delivering <- struct{}{}:
		defer func() { <-s.delivering }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		batch := s.dueDeliveries()
		if len(batch) == 0 {
			return ctx.Err()
		}
		s.tryAll(ctx, batch)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// mostAtOnce is the most deliveries that are taken from the queue together.
const mostAtOnce = 1000

func (s *Server) dueDeliveries() (batch []*delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	if s.settings.HoldWebhooks {
		return nil
	}
	now, queue := s.now(), &s.hooks.waiting
	for queue.Len() > 0 && len(batch) < mostAtOnce && !queue.list[0].due.After(now) {
		d := heap.Pop(queue).(*delivery)
		d.queued = false
		if !d.to.Enabled {
			d.status = deliveryFailed
			continue
		}
		batch = append(batch, d)
	}
	if len(batch) > 1 && s.hookFault(FaultHookReverse, batch[0].event.kind) != nil {
		slices.Reverse(batch)
	}
	return batch
}

// tryAll tries some deliveries, as many at once as Options.Parallel says. Those that ctx kept from being tried go
// back into the queue.
func (s *Server) tryAll(ctx context.Context, batch []*delivery) {
	if s.opts.Parallel == 1 {
		for _, d := range batch {
			s.try(ctx, d)
		}
		return
	}
	work := make(chan *delivery)
	var group sync.WaitGroup
	for range min(s.opts.Parallel, len(batch)) {
		group.Go(func() {
			for d := range work {
				s.try(ctx, d)
			}
		})
	}
	for _, d := range batch {
		work <- d
	}
	close(work)
	group.Wait()
}

func (s *Server) try(ctx context.Context, d *delivery) {
	s.mu.Lock()
	if !d.to.Enabled { // disabled or deleted since the batch was taken
		d.status = deliveryFailed
		s.mu.Unlock()
		return
	}
	unsigned := s.hookFault(FaultHookUnsigned, d.event.kind) != nil
	repeat := s.hookFault(FaultHookRepeat, d.event.kind) != nil
	s.mu.Unlock()
	if unsigned {
		_ = s.post(ctx, d, "v1,bm90IHRoZSByaWdodCBzaWduYXR1cmU=") // what matters is the signed one that follows
	}
	result := s.post(ctx, d, "")
	if repeat {
		_ = s.post(ctx, d, "") // one that nobody asked for; its answer does not matter
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil && result.status == 0 {
		s.push(d)
		return
	}
	s.settle(d, result)
}

// settle writes down the result of a try. An endpoint that refused an event to the last, and took none since that
// event's first try, is disabled until somebody enables it. s.mu is held.
func (s *Server) settle(d *delivery, result attempt) {
	d.attempts = append(d.attempts, result)
	d.tries++
	if result.status >= 200 && result.status < 300 {
		d.status, d.to.lastSuccess = deliverySuccess, result.at
		return
	}
	if d.tries < len(s.opts.WebhookRetry) {
		d.status, d.due = deliveryAttempting, result.at.Add(s.opts.WebhookRetry[d.tries])
		s.push(d)
		return
	}
	d.status = deliveryFailed
	first := d.attempts[len(d.attempts)-d.tries].at
	if d.to.Enabled && d.to.lastSuccess.Before(first) {
		d.to.Enabled = false
		s.opts.Log.Warn("resend simulator: webhook endpoint disabled, the owner is mailed", "endpoint", d.to.URL, "event", d.event.id)
	}
}

const longestResponse = 1 << 10 // bytes of an endpoint's answer that are kept

// post sends an event once; an empty signature means the right one.
func (s *Server) post(ctx context.Context, d *delivery, signature string) attempt {
	s.mu.Lock()
	now, url := s.now(), d.to.URL
	if signature == "" {
		signature = Sign(d.to.Secret, d.event.id, now, d.event.payload)
		if d.to.oldSecret != "" && now.Before(d.to.oldUntil) {
			signature += " " + Sign(d.to.oldSecret, d.event.id, now, d.event.payload)
		}
	}
	s.tally.deliveries++
	s.mu.Unlock()
	out := attempt{id: "atmpt_" + randomLetters(), at: now}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(d.event.payload))
	if err != nil {
		out.response = fmt.Sprintf("the address cannot be used: %v", err)
		return out
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Svix-Webhooks/1.84.0 (sender simulated)")
	req.Header.Set("Svix-Id", d.event.id)
	req.Header.Set("Svix-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("Svix-Signature", signature)
	res, err := s.opts.HTTP.Do(req)
	if err != nil {
		out.response = err.Error()
		return out
	}
	defer func() { _ = res.Body.Close() }() // nothing more is read
	body, err := io.ReadAll(io.LimitReader(res.Body, longestResponse))
	if err == nil {
		_, err = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)) // so that the connection can be used again
	}
	if err != nil {
		out.response = err.Error()
		return out
	}
	out.status, out.response = res.StatusCode, string(body)
	return out
}
