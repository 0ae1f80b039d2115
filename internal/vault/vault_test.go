package vault

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func rawKey(fill byte) string {
	return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{fill}, 32))
}

func mustOpen(t testing.TB, config Config) *Vault {
	t.Helper()
	v, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mustSeal(t testing.TB, v *Vault, plain, context string) string {
	t.Helper()
	sealed, err := v.Seal([]byte(plain), []byte(context))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	v := mustOpen(t, Config{Key: rawKey(1)})
	sealed := mustSeal(t, v, "token", "connection/1/refresh")
	if strings.Contains(sealed, "token") || sealed == mustSeal(t, v, "token", "connection/1/refresh") {
		t.Errorf("sealed %q", sealed)
	}
	again := mustOpen(t, Config{Key: " " + strings.TrimRight(rawKey(1), "=") + "\n"})
	if plain, err := again.Open(sealed, []byte("connection/1/refresh")); err != nil || string(plain) != "token" {
		t.Errorf("opened %q, %v", plain, err)
	}
	if again.Fingerprint() != v.Fingerprint() || again.Check(v.Fingerprint()) != nil || again.Check("") != nil {
		t.Error("the same key has another fingerprint")
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	v, other := mustOpen(t, Config{Key: rawKey(1)}), mustOpen(t, Config{Key: rawKey(2)})
	sealed := mustSeal(t, v, "token", "here")
	cut := sealed[:len(sealed)-4] + "AAAA"
	for name, c := range map[string]struct {
		vault           *Vault
		sealed, context string
		want            string
	}{
		"another key":   {other, sealed, "here", "set RENOZ_KEY to the key it was sealed with"},
		"another place": {v, sealed, "there", "another purpose"},
		"changed":       {v, cut, "here", "changed since"},
	} {
		plain, err := c.vault.Open(c.sealed, []byte(c.context))
		if !errors.Is(err, ErrWrongKey) || plain != nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), sealed) {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
	for _, text := range []string{"", "token", "v1.", "v1.AAAA", "v2." + sealed[3:], "v1.!!"} {
		if _, err := v.Open(text, nil); err == nil || errors.Is(err, ErrWrongKey) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := other.Check(v.Fingerprint()); !errors.Is(err, ErrWrongKey) || !strings.Contains(err.Error(), "RENOZ_KEY") {
		t.Error(err)
	}
}

func TestBadKeys(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"not base64 at all, secret", "c2VjcmV0", rawKey(1) + rawKey(1), base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{9}, 80))} {
		_, err := Open(Config{Key: key})
		if err == nil || !strings.Contains(err.Error(), "openssl rand -base64 32") || strings.Contains(err.Error(), key) {
			t.Errorf("%v", err)
		}
	}
	if _, err := Open(Config{}); err == nil || !strings.Contains(err.Error(), "set RENOZ_KEY") {
		t.Error(err)
	}
}

func TestNothingPrintsTheKey(t *testing.T) {
	t.Parallel()
	config := Config{Key: rawKey('K'), File: "x.key"}
	v := mustOpen(t, config)
	printed := fmt.Sprintf("%v %+v %#v %s %x %v %+v %#v %q", v, v, v, v, v, config, config, config, config)
	for _, secret := range []string{config.Key, "KKKK", "75 75", "75, 75", "4b4b", "0x4b"} {
		if strings.Contains(printed, secret) {
			t.Errorf("%q is in %s", secret, printed)
		}
	}
}

func TestRotateKeyFromEnvironment(t *testing.T) {
	t.Parallel()
	v := mustOpen(t, Config{Key: rawKey(1)})
	sealed, before := mustSeal(t, v, "token", "here"), v.Fingerprint()
	key, err := v.Rotate()
	if err != nil || key == "" || v.Fingerprint() != before {
		t.Fatalf("%t, %v", key == "", err)
	}
	next := mustOpen(t, Config{Key: key})
	if next.Fingerprint() == before || next.Check(before) != nil || v.Check(next.Fingerprint()) == nil {
		t.Error("fingerprints do not tell old and new apart")
	}
	resealed, changed, err := next.Reseal(sealed, []byte("here"))
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	if plain, err := next.Open(resealed, []byte("here")); err != nil || string(plain) != "token" {
		t.Errorf("%q, %v", plain, err)
	}
	if same, changed, err := next.Reseal(resealed, []byte("here")); err != nil || changed || same != resealed {
		t.Errorf("%t, %v", changed, err)
	}
	if _, err := v.Open(resealed, []byte("here")); !errors.Is(err, ErrWrongKey) {
		t.Errorf("the old key opens what the new one sealed: %v", err)
	}
	if _, _, err := v.Reseal(resealed, []byte("here")); !errors.Is(err, ErrWrongKey) {
		t.Error(err)
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data", "renoz.key")
	var vaults [8]*Vault
	var group sync.WaitGroup
	for i := range vaults {
		group.Go(func() { vaults[i], _ = Open(Config{File: file}) })
	}
	group.Wait()
	for _, v := range vaults {
		if v == nil || v.Fingerprint() != vaults[0].Fingerprint() {
			t.Fatal("processes that start together have different keys")
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".key-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	// One process rotates, another opens what it seals.
	if key, err := vaults[0].Rotate(); err != nil || key != "" {
		t.Fatal(key == "", err)
	}
	sealed := mustSeal(t, vaults[0], "token", "here")
	if plain, err := vaults[1].Open(sealed, []byte("here")); err != nil || string(plain) != "token" {
		t.Errorf("%q, %v", plain, err)
	}
	if vaults[1].Fingerprint() != vaults[0].Fingerprint() {
		t.Error("the other process did not take the new key")
	}
}

func TestRotationsTakeTurns(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "renoz.key")
	first, second := mustOpen(t, Config{File: file}), mustOpen(t, Config{File: file})
	if err := os.WriteFile(file+".rotating", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Rotate(); err == nil || !strings.Contains(err.Error(), "remove "+file+".rotating") {
		t.Error(err)
	}
	if err := os.Remove(file + ".rotating"); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Rotate(); err != nil {
		t.Fatal(err)
	}
	sealed := mustSeal(t, first, "token", "here")
	if _, err := second.Rotate(); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Open(sealed, []byte("here")); err != nil {
		t.Errorf("the second rotation lost the key of the first: %v", err)
	}
}

func TestUnsafeKeyFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"readable by others": {rawKey(1), 0o644, "chmod 600"},
		"readable by group":  {rawKey(1), 0o640, "chmod 600"},
		"garbage":            {"hunter2 hunter2!", 0o600, "backup"},
		"empty":              {"", 0o600, "0 bytes"},
	} {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(Config{File: file}); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(Config{File: folder}); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Error(err)
	}
	lost := filepath.Join(folder, "lost")
	v := mustOpen(t, Config{File: lost})
	if err := os.Remove(lost); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Rotate(); err == nil {
		t.Error("rotated a lost file")
	}
	if err := mustOpen(t, Config{File: lost}).Check(v.Fingerprint()); !errors.Is(err, ErrWrongKey) || !strings.Contains(err.Error(), lost) {
		t.Error(err)
	}
}

func FuzzOpen(f *testing.F) {
	v := mustOpen(f, Config{Key: rawKey(1)})
	sealed := mustSeal(f, v, "token", "here")
	f.Add(sealed, "there")
	f.Add("v1.AQAAAAAA", "here")
	f.Fuzz(func(t *testing.T, text, context string) {
		plain, err := v.Open(text, []byte(context))
		if err == nil && (context != "here" || string(plain) != "token") {
			t.Fatalf("%q opened in %q", text, context)
		}
	})
}

func FuzzKeys(f *testing.F) {
	f.Add(rawKey(1))
	f.Fuzz(func(t *testing.T, key string) {
		v, err := Open(Config{Key: key})
		if err != nil {
			return
		}
		if plain, err := v.Open(mustSeal(t, v, "x", "y"), []byte("y")); err != nil || string(plain) != "x" {
			t.Fatalf("%q, %v", plain, err)
		}
	})
}
