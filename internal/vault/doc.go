// Package vault keeps the tokens and keys of other services unreadable at
// rest. It seals a text into another that only the same key, for the same
// purpose, opens again.
//
// It owns the key: where it comes from, whether its file is safe, how it is
// replaced. It does not own what is sealed, nor where that is kept.
//
// The key is a Tink keyset (https://developers.google.com/tink/keysets):
// several XChaCha20-Poly1305 keys with ids, of which one, the primary, seals
// and all open. Replacing the key therefore needs no moment at which
// everything is sealed anew:
//
//	one key ──Rotate──► old and new key, new one seals ──Reseal──► everything under the new key
package vault
