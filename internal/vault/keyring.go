package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/xchacha20poly1305"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/secretdata"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// prefixSize is what Tink writes before a ciphertext: a 1 and the key's id.
// https://developers.google.com/tink/wire-format
const prefixSize = 5

// keyring is a keyset with its cipher. It never changes.
type keyring struct {
	handle       *keyset.Handle
	aead         tink.AEAD
	primary      uint32
	fingerprints map[uint32]string
}

func newKeyring(handle *keyset.Handle) (*keyring, error) {
	cipher, err := aead.New(handle)
	if err != nil {
		return nil, errors.New("the keyset is not one for sealing (AEAD)")
	}
	material := insecurecleartextkeyset.KeysetMaterial(handle)
	keys := &keyring{handle, cipher, material.GetPrimaryKeyId(), map[uint32]string{}}
	for _, key := range material.GetKey() {
		sum := sha256.Sum256(append([]byte("renoz vault key\x00"), key.GetKeyData().GetValue()...))
		keys.fingerprints[key.GetKeyId()] = hex.EncodeToString(sum[:8])
	}
	return keys, nil
}

// makeKeyring makes a keyring of one random key.
func makeKeyring() (*keyring, error) {
	handle, err := keyset.NewHandle(aead.XChaCha20Poly1305KeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return newKeyring(handle)
}

// parseKeyring reads 32 bytes or a keyset in any usual base64. Its errors never
// hold what it was given.
func parseKeyring(text string) (*keyring, error) {
	text = strings.TrimRight(strings.Join(strings.Fields(text), ""), "=")
	raw, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(text))
	if err != nil {
		return nil, errors.New("it is not base64; make a key with openssl rand -base64 32")
	}
	if len(raw) == 32 {
		return keyringOf(raw)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(raw)))
	if err != nil {
		return nil, fmt.Errorf("it holds %d bytes, which are neither a key of 32 bytes nor a keyset; make a key with openssl rand -base64 32", len(raw))
	}
	return newKeyring(handle)
}

// keyringOf makes a keyring of one key whose id follows from its bytes, so
// that every process gives it the same.
func keyringOf(raw []byte) (*keyring, error) {
	sum := sha256.Sum256(append([]byte("renoz vault key id\x00"), raw...))
	id := binary.BigEndian.Uint32(sum[:4]) | 1 // ids are not 0
	parameters, err := xchacha20poly1305.NewParameters(xchacha20poly1305.VariantTink)
	if err != nil {
		return nil, errors.New("make a key of 32 bytes")
	}
	key, err := xchacha20poly1305.NewKey(secretdata.NewBytesFromData(raw, insecuresecretdataaccess.Token{}), id, parameters)
	if err != nil {
		return nil, errors.New("make a key of 32 bytes")
	}
	manager := keyset.NewManager()
	if _, err := manager.AddKey(key); err != nil {
		return nil, errors.New("make a keyset of a key")
	}
	return primaryOf(manager, id)
}

func (k *keyring) withNewPrimary() (*keyring, error) {
	manager := keyset.NewManagerFromHandle(k.handle)
	id, err := manager.Add(aead.XChaCha20Poly1305KeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return primaryOf(manager, id)
}

func primaryOf(manager *keyset.Manager, id uint32) (*keyring, error) {
	if err := manager.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("choose the primary key: %w", err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("make a keyset: %w", err)
	}
	return newKeyring(handle)
}

// text is the keyset in base64, secret as it is.
func (k *keyring) text() (string, error) {
	var raw bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.handle, keyset.NewBinaryWriter(&raw)); err != nil {
		return "", errors.New("write the keyset")
	}
	return base64.StdEncoding.EncodeToString(raw.Bytes()), nil
}

func keyIDOf(sealed []byte) uint32 { return binary.BigEndian.Uint32(sealed[1:prefixSize]) }

// has reports whether a key of the ring has the id that the sealed text names.
func (k *keyring) has(sealed []byte) bool {
	_, found := k.fingerprints[keyIDOf(sealed)]
	return found
}

func (k *keyring) sealedByPrimary(sealed []byte) bool { return keyIDOf(sealed) == k.primary }

func (k *keyring) fingerprint() string { return k.fingerprints[k.primary] }

func (k *keyring) knows(fingerprint string) bool {
	for _, known := range k.fingerprints {
		if known == fingerprint {
			return true
		}
	}
	return false
}
