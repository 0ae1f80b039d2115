package postgres

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// ErrMissing is returned where no PostgreSQL server is installed.
var ErrMissing = errors.New("no PostgreSQL server was found; install it with: apt-get update && apt-get install -y postgresql")

// Programs returns the folder that holds initdb, pg_ctl and postgres: of
// those in PATH, in /usr/local/bin and of the newest version that Debian's
// packages installed, the first that has all three. It returns ErrMissing
// when there is none.
func Programs() (string, error) {
	return programsIn(append(onPath(), "/usr/local/bin"), "/usr/lib/postgresql")
}

func onPath() []string {
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return nil
	}
	return []string{filepath.Dir(initdb)}
}

func programsIn(dirs []string, versions string) (string, error) {
	for _, dir := range append(dirs, newest(versions)) {
		if complete(dir) {
			return dir, nil
		}
	}
	return "", ErrMissing
}

// newest returns the bin folder of the highest version under root, or "".
func newest(root string) (bin string) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return ""
	}
	highest := 0.0
	for _, e := range entries {
		dir := filepath.Join(root, e.Name(), "bin")
		version, err := strconv.ParseFloat(e.Name(), 64)
		if err == nil && version > highest && complete(dir) {
			bin, highest = dir, version
		}
	}
	return bin
}

func complete(dir string) bool {
	for _, name := range []string{"initdb", "pg_ctl", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}
