package postgres

import (
	"bytes"
	"context"
	_ "embed" // the script
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

//go:embed watch.sh
var watch string

// ServerVariable is the environment variable with the address of a server that
// tests use instead of starting one.
const ServerVariable = "RENOZ_TEST_POSTGRES_URL"

// Server is a running PostgreSQL server.
type Server struct {
	dir   string
	alive io.Closer // the watching shell ends the server when this closes
	shell *exec.Cmd
}

// Start makes an empty server and waits until it answers, which takes about
// two seconds. It returns ErrMissing where PostgreSQL is not installed. The
// server outlives ctx, which only bounds the start.
func Start(ctx context.Context) (*Server, error) {
	bin, err := Programs()
	if err != nil {
		return nil, err
	}
	dir, owner, err := folder()
	if err != nil {
		return nil, fmt.Errorf("make a folder for PostgreSQL: %w", err)
	}
	shell := exec.Command("/bin/sh", "-c", watch, "watch.sh", bin, dir)
	shell.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	shell.Dir = dir
	// A session of its own, so that Ctrl-C reaches the tests and not the shell.
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: owner}
	s, err := start(ctx, shell)
	if err != nil {
		_ = os.RemoveAll(dir) // the script has done it unless it never ran
		return nil, fmt.Errorf("start PostgreSQL from %s: %w", bin, err)
	}
	s.dir = dir
	return s, nil
}

func start(ctx context.Context, shell *exec.Cmd) (*Server, error) {
	alive, err := shell.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("hold the pipe: %w", err)
	}
	answer, err := shell.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	var complaint bytes.Buffer
	shell.Stderr = &complaint
	if err := shell.Start(); err != nil {
		return nil, fmt.Errorf("run the shell: %w", err)
	}
	s := &Server{alive: alive, shell: shell}
	stop := context.AfterFunc(ctx, func() { _ = alive.Close() })
	_, err = io.ReadFull(answer, make([]byte, len("ready\n")))
	if !stop() {
		err = ctx.Err()
	}
	if err != nil {
		_ = s.Stop() // its words are in complaint
		return nil, fmt.Errorf("it did not become ready (%w): %s", err, bytes.TrimSpace(complaint.Bytes()))
	}
	return s, nil
}

// URL returns the address of a database on the server. The database
// "postgres" is always there.
func (s *Server) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/" + database,
		RawQuery: url.Values{"host": {s.dir}}.Encode()}
	return u.String()
}

// Stop ends the server, drops what it held and removes its folder.
func (s *Server) Stop() error {
	_ = s.alive.Close() // a second Stop finds it closed
	if err := s.shell.Wait(); err != nil {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	return nil
}

// folder makes the server's folder and says who runs the server: PostgreSQL
// refuses to run as root, so root hands it to another user.
func folder() (string, *syscall.Credential, error) {
	if os.Geteuid() != 0 {
		dir, err := os.MkdirTemp("", "renoz-postgres-")
		return dir, nil, err
	}
	owner, err := unprivileged()
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("/tmp", "renoz-postgres-") // root's own TMPDIR may be closed to others
	if err != nil {
		return "", nil, err
	}
	return dir, owner, os.Chown(dir, int(owner.Uid), int(owner.Gid))
}

func unprivileged() (*syscall.Credential, error) {
	account, err := user.Lookup("postgres")
	if err != nil {
		account, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("find a user to run as: %w", err)
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read the id of %s: %w", account.Username, err)
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read the group of %s: %w", account.Username, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
