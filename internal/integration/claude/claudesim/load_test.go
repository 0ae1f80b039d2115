package claudesim_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/claude/claudesim"
)

const streams = 200

// BenchmarkStreams runs 200 streams at once and says how much memory each holds while all of them are open.
func BenchmarkStreams(b *testing.B) {
	open := make(chan struct{}, streams)
	var release chan struct{}
	opts := claudesim.Options{Script: func(*claudesim.Request) (claudesim.Turn, bool) {
		return claudesim.Turn{Blocks: []claudesim.Block{claudesim.Think("Hm."), claudesim.Say(strings.Repeat("A few words. ", 100))}, Delay: time.Second}, true
	}, Wait: func(_ context.Context, d time.Duration) error {
		if d > 0 {
			open <- struct{}{}
			<-release
		}
		return nil
	}}
	bench := newBench(b, opts)
	transport := &http.Transport{MaxConnsPerHost: streams, MaxIdleConnsPerHost: streams}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	body := message(strings.Repeat("question ", 200))
	body["stream"] = true
	var held uint64
	for b.Loop() {
		release = make(chan struct{})
		before := heap()
		var all sync.WaitGroup
		for range streams {
			req := bench.request("POST", "/v1/messages", body)
			all.Go(func() {
				res, err := client.Do(req)
				if err != nil {
					b.Error(err)
					return
				}
				defer func() { _ = res.Body.Close() }()
				if err := ends(res.Body); err != nil {
					b.Error(err)
				}
			})
		}
		for range streams {
			<-open
		}
		held += heap() - min(before, heap())
		close(release)
		all.Wait()
	}
	b.ReportMetric(float64(held)/float64(b.N)/streams/1024, "KB/stream")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*streams), "ms/stream")
}

// heap is the memory in use after a collection: of the server, the client and the test.
func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapInuse + stats.StackInuse
}

// ends reads a stream and looks that it ends as it should.
func ends(body io.Reader) error {
	last := []byte{}
	lines := bufio.NewScanner(body)
	for lines.Scan() {
		if len(lines.Bytes()) > 0 {
			last = append(last[:0], lines.Bytes()...)
		}
	}
	if !bytes.Contains(last, []byte("message_stop")) {
		return io.ErrUnexpectedEOF
	}
	return lines.Err()
}

// TestManyStreams runs 200 streams at once and looks that each ends.
func TestManyStreams(t *testing.T) {
	t.Parallel()
	b := newBench(t, claudesim.Options{})
	var all sync.WaitGroup
	for range streams {
		req := b.request("POST", "/v1/messages", with(message("Which invoices are overdue?"), m{"stream": true, "tools": officeTools()}))
		all.Go(func() {
			out, err := b.send(req)
			if err == nil {
				err = ends(bytes.NewReader(out.body))
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := b.sim.Counts(); n.Answers != streams || n.Conversations != streams {
		t.Errorf("counts %+v", n)
	}
}
