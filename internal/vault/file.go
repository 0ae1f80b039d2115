package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// openFile reads the key file, and makes it first when there is none.
func openFile(path string) (*keyring, error) {
	keys, err := readFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	if keys, err = makeKeyring(); err != nil {
		return nil, err
	}
	text, err := keys.text()
	if err != nil {
		return nil, err
	}
	// Linking fails when another process was first; then its key is the one.
	if err := writeFile(path, text, os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return readFile(path)
}

// claim keeps other processes from replacing the file until release, since
// the later of two replacements would lose the key that the earlier one made.
func claim(path string) (release func(), err error) {
	mark := path + ".rotating"
	file, err := os.OpenFile(mark, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("another process is replacing it; if none is, remove %s", mark)
	}
	if err != nil {
		return nil, err
	}
	return func() { os.Remove(mark) }, file.Close()
}

func readFile(path string) (*keyring, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file")
	}
	if open := info.Mode().Perm() & 0o077; open != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("other users of this machine may use it (mode %04o); run chmod 600 %s", info.Mode().Perm(), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	keys, err := parseKeyring(string(text))
	if err != nil {
		return nil, fmt.Errorf("%w, or put the file back from a backup", err)
	}
	return keys, nil
}

// writeFile writes text beside path, with mode 0600 and on the disk for good,
// and then moves it there in one step.
func writeFile(path, text string, move func(from, to string) error) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, ".key-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(text + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := move(file.Name(), path); err != nil {
		return err
	}
	return syncFolder(folder)
}

func syncFolder(folder string) error {
	if runtime.GOOS == "windows" { // folders cannot be synced there
		return nil
	}
	opened, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}
