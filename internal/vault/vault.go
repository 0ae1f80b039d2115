package vault

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
)

// ErrWrongKey says that a text was sealed with a key that this vault does not
// have, or for another purpose, or was changed since.
var ErrWrongKey = errors.New("sealed with another key")

// Config says where the key comes from.
type Config struct {
	// Key is the value of RENOZ_KEY: 32 bytes or a keyset, in base64. It wins
	// over File.
	Key string
	// File holds a keyset in base64. It is made with mode 0600 when it does not
	// exist.
	File string
}

// Format keeps the key out of logs, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "{key given: %t, file: %q}", c.Key != "", c.File)
}

// Vault seals and opens texts. It is safe for concurrent use.
type Vault struct {
	file string // "" when the key came from the environment

	mu   sync.RWMutex
	keys *keyring
}

// Open finds the key. It returns an error that says what to do when the key
// cannot be read, or when other users of the machine could read its file.
func Open(config Config) (*Vault, error) {
	if strings.TrimSpace(config.Key) != "" {
		keys, err := parseKeyring(config.Key)
		if err != nil {
			return nil, fmt.Errorf("read RENOZ_KEY: %w", err)
		}
		return &Vault{keys: keys}, nil
	}
	if config.File == "" {
		return nil, errors.New("there is no key for tokens at rest: set RENOZ_KEY to the output of openssl rand -base64 32")
	}
	keys, err := openFile(config.File)
	if err != nil {
		return nil, fmt.Errorf("open the key file %s: %w", config.File, err)
	}
	return &Vault{file: config.File, keys: keys}, nil
}

// Format keeps the key out of logs, whatever the verb.
func (v *Vault) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "vault %s", v.Fingerprint())
}

// sealedPrefix tells the form of a sealed text; another form would get
// another number.
const sealedPrefix = "v1."

// Seal makes a text of plain that Open turns back, given the same context. The
// context names the place of the secret, such as "connection/<id>/refresh", so
// that a sealed text copied to another place does not open there.
func (v *Vault) Seal(plain, context []byte) (string, error) {
	sealed, err := v.current().aead.Encrypt(plain, context)
	if err != nil {
		return "", errors.New("seal a secret: the cipher refused")
	}
	return sealedPrefix + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open returns what was sealed. It returns ErrWrongKey, wrapped with words
// that say what to do, when the key or the context is not the one it was
// sealed with.
func (v *Vault) Open(sealed string, context []byte) ([]byte, error) {
	raw, err := decodeSealed(sealed)
	if err != nil {
		return nil, err
	}
	keys := v.current()
	if !keys.has(raw) && v.file != "" {
		if keys, err = v.reload(); err != nil {
			return nil, err
		}
	}
	plain, err := keys.aead.Decrypt(raw, context)
	switch {
	case err == nil:
		return plain, nil
	case !keys.has(raw):
		return nil, fmt.Errorf("open a secret: %w; %s", ErrWrongKey, v.advice())
	}
	return nil, fmt.Errorf("open a secret: %w, for another purpose, or changed since; connect the service again", ErrWrongKey)
}

// Reseal returns a text sealed with the primary key, and whether it differs
// from the one given. It returns the errors of Open.
func (v *Vault) Reseal(sealed string, context []byte) (resealed string, changed bool, err error) {
	raw, err := decodeSealed(sealed)
	if err != nil {
		return "", false, err
	}
	plain, err := v.Open(sealed, context)
	if err != nil {
		return "", false, err
	}
	if v.current().sealedByPrimary(raw) {
		return sealed, false, nil
	}
	resealed, err = v.Seal(plain, context)
	return resealed, err == nil, err
}

// Fingerprint names the primary key without telling anything about it.
func (v *Vault) Fingerprint() string { return v.current().fingerprint() }

// Check compares the fingerprint that was kept with the sealed texts, or "",
// with the keys of this vault. It returns ErrWrongKey, wrapped with words that
// say what to do, when it belongs to none of them.
func (v *Vault) Check(fingerprint string) error {
	if fingerprint == "" || v.current().knows(fingerprint) {
		return nil
	}
	return fmt.Errorf("the secrets in this database are %w (its fingerprint is %s, this one's %s); %s",
		ErrWrongKey, fingerprint, v.Fingerprint(), v.advice())
}

// Rotate adds a new primary key and keeps the old ones for opening. A key
// file is replaced, and newKey is "". A key from the environment cannot be:
// newKey is then the value to set RENOZ_KEY to, to be shown once to the
// operator and never logged, and this vault goes on with the old key until the
// program is started with the new one.
func (v *Vault) Rotate() (newKey string, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.file != "" {
		return "", v.rotateFile()
	}
	next, err := v.keys.withNewPrimary()
	if err != nil {
		return "", err
	}
	return next.text()
}

func (v *Vault) rotateFile() error {
	release, err := claim(v.file)
	if err != nil {
		return fmt.Errorf("replace the key file %s: %w", v.file, err)
	}
	defer release()
	old, err := readFile(v.file) // another process may have replaced it since
	if err != nil {
		return fmt.Errorf("read the key file %s: %w", v.file, err)
	}
	next, err := old.withNewPrimary()
	if err != nil {
		return err
	}
	text, err := next.text()
	if err != nil {
		return err
	}
	if err := writeFile(v.file, text, os.Rename); err != nil {
		return fmt.Errorf("replace the key file %s: %w", v.file, err)
	}
	v.keys = next
	return nil
}

func (v *Vault) current() *keyring {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.keys
}

// reload reads the key file again, because another process may have rotated
// it.
func (v *Vault) reload() (*keyring, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	keys, err := readFile(v.file)
	if err != nil {
		return nil, fmt.Errorf("read the key file %s again: %w", v.file, err)
	}
	v.keys = keys
	return keys, nil
}

func (v *Vault) advice() string {
	if v.file == "" {
		return "set RENOZ_KEY to the key it was sealed with, or connect the services again"
	}
	return "put the key file it was sealed with back at " + v.file + ", or connect the services again"
}

func decodeSealed(sealed string) ([]byte, error) {
	text, found := strings.CutPrefix(sealed, sealedPrefix)
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if !found || err != nil || len(raw) < prefixSize {
		return nil, errors.New("open a secret: the text was not sealed by this program; connect the service again")
	}
	return raw, nil
}
