package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"github.com/renoz/renoz/internal/crm"
)

// The length of passwords in characters, see
// https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver
const (
	minPassword = 10
	maxPassword = 256
)

// hashCost is the smallest cost that OWASP gives for Argon2id: 19 MiB, two
// passes, one thread, see
// https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
// Hashing takes some 30 ms and needs its memory only meanwhile.
func hashCost() argon2id.Params {
	return argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// hashers is how many passwords are hashed at a time, because each takes
// 19 MiB and a core.
const hashers = 2

// passwords hashes and compares, a few at a time.
type passwords struct {
	turns chan struct{}
	dummy string // compared with when there is no such user, so that it takes as long
}

func newPasswords() *passwords { return &passwords{make(chan struct{}, hashers), nobodysHash()} }

// nobodysHash is one in the form of the others whose password nobody has: its
// salt and key are random. Hashing one would take 19 MiB when the program
// starts, which the collector keeps for as long as the program idles.
func nobodysHash() string {
	cost := hashCost()
	random := make([]byte, cost.SaltLength+cost.KeyLength)
	_, _ = rand.Read(random) // never fails
	salt, key := random[:cost.SaltLength], random[cost.SaltLength:]
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", cost.Memory, cost.Iterations, cost.Parallelism, b64(salt), b64(key))
}

func (p *passwords) turn(ctx context.Context, do func() error) error {
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
		return do()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *passwords) hash(ctx context.Context, password string) (hash string, err error) {
	err = p.turn(ctx, func() error {
		cost := hashCost()
		hash, err = argon2id.CreateHash(password, &cost)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// matches compares a password with a hash; an empty hash takes as long and
// never matches. It also reports whether the hash has another cost than new
// ones.
func (p *passwords) matches(ctx context.Context, password, hash string) (ok, outdated bool, err error) {
	against := hash
	if against == "" {
		against = p.dummy
	}
	err = p.turn(ctx, func() error {
		match, cost, err := argon2id.CheckHash(password, against)
		if err != nil {
			return err
		}
		ok, outdated = match && hash != "", *cost != hashCost()
		return nil
	})
	if err != nil {
		return false, false, fmt.Errorf("compare a password: %w", err)
	}
	return ok, outdated, nil
}

// CheckPassword returns an Error of kind Invalid with the field password when
// it is too easy: shorter than 10 characters, or made of the e-mail address.
// There is no rule about digits or signs, which makes passwords worse.
func CheckPassword(password, email string) error {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	plain := strings.ToLower(strings.TrimSpace(password))
	message := ""
	switch {
	case !utf8.ValidString(password):
		message = "Use letters, digits and signs that can be typed."
	case utf8.RuneCountInString(password) < minPassword:
		message = "Use at least 10 characters; a few words are good."
	case utf8.RuneCountInString(password) > maxPassword:
		message = "Use at most 256 characters."
	case plain == "" || strings.Trim(plain, plain[:1]) == "":
		message = "Use more than one character."
	case email != "" && (plain == strings.ToLower(email) || plain == local):
		message = "Choose something other than the e-mail address."
	default:
		return nil
	}
	return crm.FieldErrors(map[string]string{"password": message})
}
