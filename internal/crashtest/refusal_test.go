package crashtest

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to change a file behind the program's back
)

// refusal is a start that must fail.
type refusal struct {
	name    string
	prepare func(t *testing.T, data string) (env, args []string)
	says    string // in the one line on standard error
}

var refusals = []refusal{
	{"settings that are not there", func(_ *testing.T, data string) ([]string, []string) {
		return nil, []string{"--config", filepath.Join(data, "settings.json"), "serve"}
	}, "settings.json"},
	{"settings that cannot be read", func(t *testing.T, data string) ([]string, []string) {
		write(t, filepath.Join(data, "settings.json"), "{addr: 1}")
		return nil, []string{"--config", filepath.Join(data, "settings.json"), "serve"}
	}, "not JSON"},
	{"an address that is taken", func(t *testing.T, _ string) ([]string, []string) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return []string{"RENOZ_ADDR=" + l.Addr().String()}, []string{"serve"}
	}, "RENOZ_ADDR"},
	{"a public address that is none", func(*testing.T, string) ([]string, []string) {
		return []string{"RENOZ_URL=renoz.example.com"}, []string{"serve"}
	}, "RENOZ_URL"},
	{"half of an application at Xero", func(*testing.T, string) ([]string, []string) {
		return []string{"RENOZ_XERO_CLIENT_ID=demo"}, []string{"serve"}
	}, "RENOZ_XERO_CLIENT_SECRET"},
	{"a file that is no database", func(t *testing.T, data string) ([]string, []string) {
		write(t, filepath.Join(data, "renoz.db"), strings.Repeat("words in place of a database. ", 100))
		write(t, filepath.Join(data, "renoz.db.lock"), "")
		return nil, []string{"serve"}
	}, "renoz.db"},
	{"no database server", func(t *testing.T, _ string) ([]string, []string) {
		return []string{"RENOZ_DATABASE_URL=postgres://renoz@" + freeAddr(t) + "/renoz"}, []string{"serve"}
	}, "RENOZ_DATABASE_URL"},
	{"a database of a newer program", func(t *testing.T, data string) ([]string, []string) {
		used(t, data)
		d, err := sql.Open("sqlite", filepath.Join(data, "renoz.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = d.Close() }()
		if _, err := d.Exec("insert into schema_versions (version_id, is_applied) values (9999, 1)"); err != nil {
			t.Fatal(err)
		}
		return nil, []string{"serve"}
	}, "newer program"},
	{"another key", func(t *testing.T, data string) ([]string, []string) {
		used(t, data)
		return []string{"RENOZ_KEY=" + strings.Repeat("A", 43) + "="}, []string{"serve"}
	}, "key"},
	{"a key that cannot be read", func(t *testing.T, data string) ([]string, []string) {
		used(t, data)
		return []string{"RENOZ_KEY=short"}, []string{"serve"}
	}, "RENOZ_KEY"},
	{"a check without a database", func(*testing.T, string) ([]string, []string) {
		return nil, []string{"doctor"}
	}, "renoz migrate"},
}

// TestRefusesToStart starts the program where it must not start. It says why in
// one line, ends with 1, and leaves everything as it was.
func TestRefusesToStart(t *testing.T) {
	t.Parallel()
	for _, test := range refusals {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			env, args := test.prepare(t, data)
			before := listing(t, data)
			p := start(t, append([]string{"RENOZ_DATA=" + data, "RENOZ_ADDR=" + freeAddr(t)}, env...), args...)
			status, said := p.wait(stops), p.out.String()
			if status != 1 || !exited(p.err) {
				t.Errorf("ended with %d: %v", status, p.err)
			}
			if strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "renoz: ") || !strings.Contains(said, test.says) {
				t.Errorf("said %q, which should be one line with %q", said, test.says)
			}
			if after := listing(t, data); after != before {
				t.Errorf("the folder held\n%sand holds\n%s", before, after)
			}
		})
	}
}

// TestRefusesSecond starts the program on a file that another one uses.
func TestRefusesSecond(t *testing.T) {
	t.Parallel()
	data, addr := t.TempDir(), freeAddr(t)
	first := start(t, []string{"RENOZ_DATA=" + data, "RENOZ_ADDR=" + addr}, "serve")
	first.addr = addr
	first.ready(stops)
	second := start(t, []string{"RENOZ_DATA=" + data, "RENOZ_ADDR=" + freeAddr(t)}, "serve")
	if status := second.wait(stops); status != 1 || !strings.Contains(second.out.String(), "Another Renoz process") {
		t.Errorf("ended with %d: %s", status, second.out)
	}
	first.ready(time.Second)
	first.kill()
	third := start(t, []string{"RENOZ_DATA=" + data, "RENOZ_ADDR=" + addr}, "serve")
	third.addr = addr
	third.ready(stops)
}

// used lets the program make its database and key, and end in order.
func used(t *testing.T, data string) {
	t.Helper()
	addr := freeAddr(t)
	p := start(t, []string{"RENOZ_DATA=" + data, "RENOZ_ADDR=" + addr}, "serve")
	p.addr = addr
	p.ready(stops)
	if status := p.stop(stops); status != 0 {
		t.Fatalf("the program ended with %d\n%s", status, p.out)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// listing names every file of a folder with a hash of its content.
func listing(t *testing.T, folder string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path) // #nosec G304 -- a folder of the test
		sum := sha256.Sum256(content)
		b.WriteString(strings.TrimPrefix(path, folder) + " " + hex.EncodeToString(sum[:8]) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
