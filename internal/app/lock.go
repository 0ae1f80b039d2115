package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/renoz/renoz/internal/crm"
)

// fileLock keeps a SQLite file to one process. The system gives it up when the
// process dies, however it dies.
type fileLock struct{ file *os.File }

func lockFile(path string) (*fileLock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, crm.Errorf(crm.Unavailable, "The data folder cannot be made: %w. Choose another with RENOZ_DATA or --data.", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // #nosec G304 -- beside the database that the operator names
	if err != nil {
		return nil, crm.Errorf(crm.Unavailable, "The data folder cannot be written: %w. Choose another with RENOZ_DATA or --data.", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) // #nosec G115 -- a file descriptor
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = crm.Errorf(crm.Conflict, "Another Renoz process uses %s. Stop it first, or use PostgreSQL for several processes.", filepath.Dir(path))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &fileLock{file}, nil
}

func (l *fileLock) release() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("release the data folder: %w", err)
	}
	return nil
}
