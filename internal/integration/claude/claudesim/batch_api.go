package claudesim

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"
)

type wireBatch struct {
	ID              string      `json:"id"`
	Type            string      `json:"type"`
	Status          string      `json:"processing_status"`
	Counts          batchCounts `json:"request_counts"`
	CreatedAt       time.Time   `json:"created_at"`
	ExpiresAt       time.Time   `json:"expires_at"`
	EndedAt         *time.Time  `json:"ended_at"`
	CancelInitiated *time.Time  `json:"cancel_initiated_at"`
	ArchivedAt      *time.Time  `json:"archived_at"`
	ResultsURL      *string     `json:"results_url"`
}

func (b *batch) archived(now time.Time) bool { return !now.Before(b.made.Add(resultLife)) }

// wireBatch is a batch as it is answered. The counts move on only when all of it has ended.
func (c *call) wireBatch(b *batch) wireBatch {
	c.server.finishBatch(c, b)
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	out := wireBatch{ID: b.id, Type: "message_batch", Status: b.status(), CreatedAt: b.made, ExpiresAt: b.made.Add(batchLife),
		EndedAt: orNoTime(b.ended), CancelInitiated: orNoTime(b.canceled)}
	if b.ended.IsZero() {
		out.Counts.Processing = len(b.requests)
		return out
	}
	for line := range bytes.Lines(b.results) {
		switch {
		case bytes.HasSuffix(bytes.TrimSpace(line), []byte(`"type":"errored"}}`)):
			out.Counts.Errored++
		case bytes.HasSuffix(bytes.TrimSpace(line), []byte(`"result":{"type":"canceled"}}`)):
			out.Counts.Canceled++
		case bytes.HasSuffix(bytes.TrimSpace(line), []byte(`"result":{"type":"expired"}}`)):
			out.Counts.Expired++
		default:
			out.Counts.Succeeded++
		}
	}
	if b.archived(c.now) {
		at := b.made.Add(resultLife)
		out.ArchivedAt = &at
		return out
	}
	url := c.server.base(c.r) + "/v1/messages/batches/" + b.id + "/results"
	out.ResultsURL = &url
	return out
}

// base is the simulator's own address for links.
func (s *Server) base(r *http.Request) string {
	if s.opts.URL != "" {
		return s.opts.URL
	}
	return "http://" + r.Host
}

var customID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

func (c *call) createBatch() answer {
	b, bad := c.readBatch()
	if bad != nil {
		return c.refuse(*bad)
	}
	s := c.server
	s.mu.Lock()
	headers, bad := s.ration(c, "batches", 0)
	if bad == nil {
		s.batches.order = append(s.batches.order, b)
		s.batches.byID[b.id] = b
	}
	s.mu.Unlock()
	if bad != nil {
		return c.refuse(*bad)
	}
	return c.with(jsonAnswer(http.StatusOK, c.wireBatch(b)), headers)
}

// readBatch reads the list; the requests in it are looked at when their turn comes.
func (c *call) readBatch() (*batch, *problem) {
	o, bad := readObject("", c.body)
	if bad == nil {
		bad = o.only("requests")
	}
	if bad != nil {
		return nil, bad
	}
	list, bad := o.list("requests")
	if bad != nil {
		return nil, bad
	}
	if len(list) == 0 {
		return nil, at("requests", "List should have at least 1 item")
	}
	if len(list) > mostRequests {
		return nil, at("requests", fmt.Sprintf("List should have at most %d items", mostRequests))
	}
	b := &batch{id: c.server.nextID("msgbatch_"), account: c.key.account(), key: c.key, made: c.now, takes: c.server.Settings().batchTime(), header: map[string][]string{
		"Anthropic-Version": c.r.Header.Values("Anthropic-Version"), "Anthropic-Beta": c.r.Header.Values("Anthropic-Beta")}}
	seen := map[string]bool{}
	for i, raw := range list {
		inner, bad := readObject(item("requests", i), raw)
		if bad == nil {
			bad = inner.only("custom_id", "params")
		}
		if bad != nil {
			return nil, bad
		}
		id, bad := inner.needText("custom_id")
		if bad != nil {
			return nil, bad
		}
		if !customID.MatchString(id) {
			return nil, at(inner.place("custom_id"), "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'")
		}
		if seen[id] {
			return nil, at(inner.place("custom_id"), fmt.Sprintf("custom_id '%s' is not unique within the batch", id))
		}
		if seen[id] = true; !inner.has("params") {
			return nil, inner.missing("params")
		}
		b.requests = append(b.requests, batchRequest{id, inner.fields["params"]})
	}
	return b, nil
}

// withBatch answers of one batch of the caller's account.
func (c *call) withBatch(work func(*batch) answer) answer {
	c.server.mu.Lock()
	b := c.server.batches.byID[c.r.PathValue("id")]
	c.server.mu.Unlock()
	if b == nil || b.account != c.key.account() {
		return c.refuse(*notFound("Message Batch not found"))
	}
	return work(b)
}

func (c *call) getBatch() answer {
	return c.withBatch(func(b *batch) answer { return c.reply(c.wireBatch(b)) })
}

func (c *call) listBatches() answer {
	c.server.mu.Lock()
	own := []*batch{}
	for _, b := range slices.Backward(c.server.batches.order) {
		if b.account == c.key.account() {
			own = append(own, b)
		}
	}
	c.server.mu.Unlock()
	rows := make([]row, 0, len(own))
	for _, b := range own {
		rows = append(rows, row{b.id, c.wireBatch(b)})
	}
	return c.page(rows)
}

func (c *call) cancelBatch() answer {
	return c.withBatch(func(b *batch) answer {
		c.server.mu.Lock()
		ended := !b.ended.IsZero()
		if !ended && b.canceled.IsZero() {
			b.canceled = c.now
		}
		c.server.mu.Unlock()
		if ended {
			return c.refuse(*invalid("Batch " + b.id + " has already ended and cannot be canceled."))
		}
		return c.reply(c.wireBatch(b))
	})
}

func (c *call) deleteBatch() answer {
	return c.withBatch(func(b *batch) answer {
		c.server.mu.Lock()
		defer c.server.mu.Unlock()
		if b.ended.IsZero() {
			return c.refuse(*invalid("Batch " + b.id + " is still in progress; cancel it first."))
		}
		delete(c.server.batches.byID, b.id)
		c.server.batches.order = slices.DeleteFunc(c.server.batches.order, func(one *batch) bool { return one == b })
		return c.reply(map[string]string{"id": b.id, "type": "message_batch_deleted"})
	})
}

func (c *call) batchResults() answer {
	return c.withBatch(func(b *batch) answer {
		c.server.finishBatch(c, b)
		c.server.mu.Lock()
		results, ended := b.results, !b.ended.IsZero()
		c.server.mu.Unlock()
		switch {
		case !ended:
			return c.refuse(*invalid("Batch " + b.id + " has not ended yet; its results are not available."))
		case b.archived(c.now):
			return c.refuse(*notFound("The results of batch " + b.id + " are no longer available."))
		}
		return c.with(answer{status: http.StatusOK, contentType: "application/x-jsonl", body: results}, nil)
	})
}
