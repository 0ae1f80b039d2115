package xeroapi

import (
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// RefreshLife is how long an unused refresh token stays good.
// https://developer.xero.com/documentation/guides/oauth2/token-types/
const RefreshLife = 60 * 24 * time.Hour

// Token is what the token endpoint hands out. Printing or logging it shows
// when it ends, never what it is. It is deliberately not JSON: keep its fields
// encrypted.
type Token struct {
	AccessToken    string `json:"-"`
	RefreshToken   string `json:"-"` // empty for client credentials
	AccessExpires  time.Time
	RefreshExpires time.Time // zero without a refresh token
	Scopes         []string
}

// String says when the token ends.
func (t Token) String() string {
	text := "xero token until " + t.AccessExpires.UTC().Format(time.RFC3339)
	if t.RefreshToken != "" {
		text += ", refreshable until " + t.RefreshExpires.UTC().Format(time.RFC3339)
	}
	return text
}

// GoString keeps %#v from printing the secrets.
func (t Token) GoString() string { return "xeroapi.Token{" + t.String() + "}" }

// Format keeps every verb of package fmt, %+v and %x included, from printing
// the secrets.
func (t Token) Format(state fmt.State, verb rune) {
	text := t.String()
	if verb == 'v' && state.Flag('#') {
		text = t.GoString()
	}
	_, _ = state.Write([]byte(text))
}

// LogValue keeps the secrets out of slog.
func (t Token) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Time("access_expires", t.AccessExpires),
		slog.Time("refresh_expires", t.RefreshExpires),
		slog.String("scopes", strings.Join(t.Scopes, " ")),
	)
}
