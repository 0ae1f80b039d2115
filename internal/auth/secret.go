package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
)

// What a token looks like: rnz_ and 32 random bytes in base 62. The prefix
// lets scanners of leaked secrets find it.
const (
	tokenPrefix = "rnz_"
	tokenLength = len(tokenPrefix) + 43
	hintLength  = 8
	secretBytes = 32
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newSessionToken is 32 random bytes for a cookie.
func newSessionToken() string { return base64.RawURLEncoding.EncodeToString(randomBytes()) }

// newAPIToken is 32 random bytes in base 62, always 43 digits.
func newAPIToken() string {
	digits := new(big.Int).SetBytes(randomBytes()).Text(62)
	return tokenPrefix + strings.Repeat("0", tokenLength-len(tokenPrefix)-len(digits)) + digits
}

// looksLikeToken spares the database texts that cannot be tokens.
func looksLikeToken(text string) bool {
	digits, prefixed := strings.CutPrefix(text, tokenPrefix)
	return prefixed && len(text) == tokenLength && strings.Trim(digits, base62) == ""
}

func randomBytes() []byte {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // never fails: the program ends when the system has no random numbers
	return b
}

// hashOf is what is kept of a token. Tokens are random and long, so a fast hash
// without salt is enough, and finds its row by index.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
