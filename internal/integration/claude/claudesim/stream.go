package claudesim

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
	"unicode/utf8"
)

// events writes server-sent events, each flushed, and lets things go wrong between them.
type events struct {
	server *Server
	ctx    context.Context
	call   *call
	w      http.ResponseWriter
	flush  func()
	pace   time.Duration
	deltas int
	ended  bool // nothing more may be written
}

func (e *events) send(name string, value any) {
	if e.ended {
		return
	}
	data := encode(value)
	line := make([]byte, 0, len(name)+len(data)+16)
	line = append(append(append(append(append(line, "event: "...), name...), "\ndata: "...), data...), "\n\n"...)
	if _, err := e.w.Write(line); err != nil {
		e.ended = true
		return
	}
	e.flush()
}

type pingEvent struct {
	Type string `json:"type"`
}

func (e *events) ping() { e.send("ping", pingEvent{"ping"}) }

// delta sends a piece of a block; faults in the middle of a stream come before it.
func (e *events) delta(index int, delta any) {
	f := e.call.fault
	if f != nil && f.streams() && e.deltas == f.After && !e.ended {
		e.disturb(f)
	}
	e.deltas++
	e.send("content_block_delta", map[string]any{"type": "content_block_delta", "index": index, "delta": delta})
	if e.pace > 0 && !e.ended {
		e.ended = e.server.opts.Wait(e.ctx, e.pace) != nil
	}
}

func (e *events) disturb(f *Fault) {
	switch f.Kind {
	case FaultStall:
		e.ping()
		e.ended = e.server.opts.Wait(e.ctx, f.Delay) != nil
	case FaultStreamError:
		p := problem{status: http.StatusOK, kind: "overloaded_error", message: "Overloaded"}
		e.call.record.Problem, e.call.record.Message = p.kind, p.message
		e.send("error", p.body(e.call.id))
		e.ended = true
	case FaultStreamCut:
		e.ended, e.call.record.Cut = true, true
	case FaultStreamEnd:
		e.ended = true
	}
}

// stream sends an answer as events. https://platform.claude.com/docs/en/build-with-claude/streaming
func (s *Server) stream(c *call, r *Request, out *said, w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	settings := s.Settings()
	e := &events{server: s, ctx: c.r.Context(), call: c, w: w, pace: settings.Pace, flush: func() {}}
	if flusher, ok := w.(http.Flusher); ok {
		e.flush = flusher.Flush
	}
	w.WriteHeader(http.StatusOK)
	start := out.message(r)
	start.Content, start.StopReason, start.StopSequence, start.StopDetails = []any{}, nil, nil, nil
	start.Usage.OutputTokens, start.Usage.OutputDetails = min(1, out.out), nil
	e.send("message_start", map[string]any{"type": "message_start", "message": start})
	e.ended = e.ended || s.opts.Wait(e.ctx, settings.FirstToken+out.turn.Delay) != nil
	e.blocks(out)
	if f := c.fault; f != nil && f.streams() && e.deltas <= f.After && !e.ended {
		e.disturb(f) // the answer was shorter than the fault expected
	}
	e.send("message_delta", map[string]any{"type": "message_delta", "usage": deltaUsage{InputTokens: out.in.Plain, CacheWritten: out.in.written(), CacheRead: out.in.Read,
		OutputTokens: out.out, OutputDetails: &outputDetails{out.thought}},
		"delta": map[string]any{"stop_reason": out.stop, "stop_sequence": orNull(out.sequence), "stop_details": out.details(), "container": nil}})
	e.send("message_stop", pingEvent{"message_stop"})
	c.record.Status = http.StatusOK
	if c.record.Cut {
		panic(http.ErrAbortHandler) // the connection ends in the middle, without the last chunk
	}
}

// blocks sends the content, one block after the other or interleaved: then all begin in order, go on in turns and end
// in order.
func (e *events) blocks(out *said) {
	all := make([][]any, len(out.blocks))
	for i, b := range out.blocks {
		partial := ""
		if i == len(out.blocks)-1 {
			partial = out.partial
		}
		all[i] = deltasOf(b, partial)
	}
	if !out.turn.Interleave {
		for i, b := range out.blocks {
			e.start(i, b)
			for _, delta := range all[i] {
				e.delta(i, delta)
			}
			e.stop(i)
		}
		return
	}
	for i, b := range out.blocks {
		e.start(i, b)
	}
	for step, more := 0, true; more; step++ {
		more = false
		for i := range all {
			if step < len(all[i]) {
				e.delta(i, all[i][step])
				more = true
			}
		}
	}
	for i := range out.blocks {
		e.stop(i)
	}
}

// start begins a block, empty as it is. A ping follows the first, and stands before each call of a tool.
func (e *events) start(i int, b Block) {
	switch b.Type {
	case "tool_use":
		b.Input = json.RawMessage("{}")
		e.ping()
	default:
		b.Text, b.Signature = "", ""
	}
	e.send("content_block_start", map[string]any{"type": "content_block_start", "index": i, "content_block": b.wire()})
	if i == 0 {
		e.ping()
	}
}

func (e *events) stop(i int) {
	e.send("content_block_stop", map[string]any{"type": "content_block_stop", "index": i})
}

// deltasOf are the pieces of a block. Calls are cut at awkward places: inside words, numbers and escapes.
func deltasOf(b Block, partial string) []any {
	var out []any
	switch b.Type {
	case "thinking":
		for _, piece := range pieces(b.Text, 13, 29, 7) {
			out = append(out, map[string]any{"type": "thinking_delta", "thinking": piece})
		}
		return append(out, map[string]any{"type": "signature_delta", "signature": b.Signature})
	case "tool_use":
		out = append(out, map[string]any{"type": "input_json_delta", "partial_json": ""})
		whole := string(b.Input)
		if partial != "" {
			whole = partial
		}
		for _, piece := range pieces(whole, 1, 3, 7, 2, 11, 5) {
			out = append(out, map[string]any{"type": "input_json_delta", "partial_json": piece})
		}
		return out
	}
	for _, piece := range pieces(b.Text, 4, 17, 9, 25) {
		out = append(out, map[string]any{"type": "text_delta", "text": piece})
	}
	return out
}

// pieces cuts a text into pieces of these sizes in bytes, in turns, never inside a character.
func pieces(text string, sizes ...int) []string {
	var out []string
	for i := 0; len(text) > 0; i++ {
		n := min(len(text), sizes[i%len(sizes)])
		for n < len(text) && !utf8.RuneStart(text[n]) {
			n++
		}
		out, text = append(out, text[:n]), text[n:]
	}
	return out
}
