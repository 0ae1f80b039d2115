// Command withpostgres runs a command with a PostgreSQL server beside it, whose
// address the command finds in RENOZ_TEST_POSTGRES_URL, and ends with the
// command's exit status. Use it through scripts/with-postgres.
//
// Where the address is set already that server is used, and where PostgreSQL is
// not installed the command runs without, so that its tests say what to install.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/renoz/renoz/internal/store/storetest/postgres"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: scripts/with-postgres command [argument …]")
		os.Exit(2)
	}
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "with-postgres:", err)
	}
	os.Exit(code)
}

func run(command []string) (int, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server, err := beside(ctx)
	if err != nil {
		return 1, err
	}
	if server == nil {
		return execute(ctx, command, os.Environ())
	}
	code, err := execute(ctx, command, append(os.Environ(), postgres.ServerVariable+"="+server.URL("postgres")))
	return code, errors.Join(err, server.Stop())
}

// beside returns nil where the command needs no server or cannot have one.
func beside(ctx context.Context) (*postgres.Server, error) {
	if os.Getenv(postgres.ServerVariable) != "" {
		return nil, nil
	}
	s, err := postgres.Start(ctx)
	if errors.Is(err, postgres.ErrMissing) {
		fmt.Fprintln(os.Stderr, "with-postgres:", err)
		return nil, nil
	}
	return s, err
}

// execute passes an interrupt on as SIGTERM, so that the command can end well.
func execute(ctx context.Context, command, environment []string) (int, error) {
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Env = environment
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	err := c.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil // -1: ended by a signal
	}
	if err != nil {
		return 1, fmt.Errorf("run %s: %w", command[0], err)
	}
	return 0, nil
}
