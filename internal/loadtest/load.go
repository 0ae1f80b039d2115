package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// load is what to send where.
type load struct {
	address, key, tenant string
	connections          int
	length               time.Duration
	sequence             *atomic.Int64
}

// result is how one round went.
type result struct {
	took    []time.Duration // of each acknowledged webhook, sorted
	length  time.Duration
	refused map[int]int // other answers, by status
}

func (r result) rate() float64 { return float64(len(r.took)) / r.length.Seconds() }

// quantile is how long the fraction q of the webhooks took at most.
func (r result) quantile(q float64) time.Duration {
	if len(r.took) == 0 {
		return 0
	}
	return r.took[min(int(q*float64(len(r.took))), len(r.took)-1)]
}

// send keeps all connections busy for the length of a round. Each connection
// sends its next webhook when the last one was answered.
func (l load) send(ctx context.Context) (result, error) {
	conns := make([]net.Conn, l.connections)
	for i := range conns {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.address)
		if err != nil {
			return result{}, err
		}
		defer func() { _ = c.Close() }()
		conns[i] = c
	}
	parts := make([]result, len(conns))
	begun := time.Now()
	until := begun.Add(l.length)
	var group errgroup.Group
	for i, c := range conns {
		group.Go(func() (err error) {
			parts[i], err = l.sendOn(c, until)
			return err
		})
	}
	err := group.Wait()
	out := result{length: time.Since(begun), refused: map[int]int{}}
	for _, p := range parts {
		out.took = append(out.took, p.took...)
		for status, n := range p.refused {
			out.refused[status] += n
		}
	}
	slices.Sort(out.took)
	return out, err
}

func (l load) sendOn(c net.Conn, until time.Time) (result, error) {
	out := result{refused: map[int]int{}}
	w := newWriter(l.key, l.tenant, l.address, l.sequence)
	answers := bufio.NewReaderSize(c, 4096)
	for {
		request := w.next()
		begun := time.Now()
		if begun.After(until) {
			return out, nil
		}
		if _, err := c.Write(request); err != nil {
			return out, fmt.Errorf("send a webhook: %w", err)
		}
		status, err := readAnswer(answers)
		if err != nil {
			return out, fmt.Errorf("read an answer: %w", err)
		}
		if status == 200 {
			out.took = append(out.took, time.Since(begun))
		} else {
			out.refused[status]++
		}
	}
}

// readAnswer reads one answer and returns its status. It reads no more of HTTP
// than servers send here, so that the client costs little beside them.
func readAnswer(r *bufio.Reader) (status int, err error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, errors.New("this is not an answer")
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, fmt.Errorf("read a status: %w", err)
	}
	length := 0
	for {
		line, err = r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, fmt.Errorf("read a length: %w", err)
			}
		}
	}
	_, err = io.CopyN(io.Discard, r, int64(length))
	return status, err
}
