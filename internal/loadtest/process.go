package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// startWithin is how long a server may take to answer.
const startWithin = 20 * time.Second

// process is a server that was started for the measurement.
type process struct {
	address string
	command *exec.Cmd
}

// start runs a server and waits until it answers.
func start(ctx context.Context, c *exec.Cmd, address string) (*process, error) {
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	p := &process{address, c}
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		err := ask(ctx, "http://"+address+"/readyz", io.Discard)
		if err == nil {
			return p, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("%s does not answer: %w", c.Path, err), p.stop())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop tells the server to end and waits for it.
func (p *process) stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop %s: %w", p.command.Path, err)
	}
	if err := p.command.Wait(); err != nil && p.command.ProcessState.ExitCode() > 0 {
		return fmt.Errorf("%s ended: %w", p.command.Path, err)
	}
	return nil
}

// cpu is how much processor time the server had used when it was stopped.
func (p *process) cpu() time.Duration {
	if p.command.ProcessState == nil {
		return 0
	}
	return p.command.ProcessState.UserTime() + p.command.ProcessState.SystemTime()
}

func ask(ctx context.Context, address string, into io.Writer) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", address, answer.Status)
	}
	_, err = io.Copy(into, answer.Body)
	return err
}

// freeAddress is an address of this machine that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
