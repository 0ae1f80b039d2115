package auth

import (
	"errors"
	"log/slog"
	"strings"
	"time"
)

// Config is what a Service is made of. Only Store is required.
type Config struct {
	Store     Store
	Now       func() time.Time
	PublicURL string // https makes cookies Secure and binds them to the host
	Log       *slog.Logger
}

// Service signs people in, knows programs by their tokens, and manages both.
// Where somebody acts, it asks the context who that is and checks the right.
type Service struct {
	store     Store
	now       func() time.Time
	log       *slog.Logger
	passwords *passwords
	secure    bool
}

// New makes a Service.
func New(c Config) (*Service, error) {
	if c.Store == nil {
		return nil, errors.New("auth: Config.Store is missing")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	now := func() time.Time { return c.Now().UTC() }
	return &Service{c.Store, now, c.Log, newPasswords(), strings.HasPrefix(c.PublicURL, "https://")}, nil
}
