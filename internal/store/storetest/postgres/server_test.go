package postgres

import (
	"bufio"
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// holdVariable makes this test binary start a server, print where it is and
// end as the variable's value says.
const holdVariable = "RENOZ_TEST_HOLD_SERVER"

func TestMain(m *testing.M) {
	if end := os.Getenv(holdVariable); end != "" {
		hold(end)
	}
	os.Exit(m.Run())
}

func hold(end string) {
	s, err := Start(context.Background())
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
	os.Stdout.WriteString(s.URL("postgres") + "\n")
	if end == "panic" {
		panic("as asked")
	}
	if end == "exit" {
		os.Exit(0)
	}
	select {} // until killed
}

func TestServerAnswersAndStops(t *testing.T) {
	t.Parallel()
	s := startOrSkip(t)
	c, err := pgx.Connect(t.Context(), s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	var encoding, superuser string
	if err := c.QueryRow(t.Context(), "select current_setting('server_encoding'), current_user").Scan(&encoding, &superuser); err != nil {
		t.Fatal(err)
	}
	if encoding != "UTF8" || superuser != "postgres" {
		t.Errorf("encoding %s, user %s", encoding, superuser)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	gone(t, s.dir)
}

func TestServerEndsWithItsProcess(t *testing.T) {
	t.Parallel()
	if _, err := Programs(); err != nil {
		skip(t, err)
	}
	for _, end := range []string{"exit", "panic", "kill"} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			c := exec.CommandContext(t.Context(), os.Args[0])
			c.Env = append(os.Environ(), holdVariable+"="+end)
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatalf("no server: %v", err)
			}
			if end == "kill" {
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			_ = c.Wait() // it ended badly, as asked
			gone(t, folderOf(t, strings.TrimSpace(line)))
		})
	}
}

func TestStartHeedsItsContext(t *testing.T) {
	t.Parallel()
	if _, err := Programs(); err != nil {
		skip(t, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := Start(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", s, err)
	}
}

func TestProgramsAreFound(t *testing.T) {
	t.Parallel()
	all := []string{"initdb", "pg_ctl", "postgres"}
	root := t.TempDir()
	path := programs(t, filepath.Join(root, "path"), all)
	client := programs(t, filepath.Join(root, "client"), []string{"initdb"})
	programs(t, filepath.Join(root, "versions/9.6/bin"), all)
	newest := programs(t, filepath.Join(root, "versions/15/bin"), all)
	programs(t, filepath.Join(root, "versions/17/bin"), []string{"postgres"})

	for _, test := range []struct {
		name, versions, want string
		dirs                 []string
	}{
		{"a folder that has all", "versions", path, []string{path}},
		{"the newest complete version", "versions", newest, []string{client}},
		{"none", "elsewhere", "", []string{client}},
	} {
		got, err := programsIn(test.dirs, filepath.Join(root, test.versions))
		if got != test.want || (test.want == "") != errors.Is(err, ErrMissing) {
			t.Errorf("%s: got %q, %v", test.name, got, err)
		}
	}
}

func programs(t *testing.T, dir string, names []string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func startOrSkip(t *testing.T) *Server {
	t.Helper()
	s, err := Start(t.Context())
	if errors.Is(err, ErrMissing) {
		skip(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func skip(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("RENOZ_TEST_STRICT") == "1" {
		t.Fatal(err)
	}
	t.Skip(err)
}

func folderOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("host")
}

// gone waits until a server's folder is removed, which is the last that the
// watching shell does.
func gone(t *testing.T, dir string) {
	t.Helper()
	if !filepath.IsAbs(dir) {
		t.Fatalf("%q is no folder", dir)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for {
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s is still there", dir)
		}
	}
}
