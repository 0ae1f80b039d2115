package auth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// After maxFailures wrong sign-ins within throttleWindow, for one e-mail
// address or from one network address, further ones wait for its end.
const (
	maxFailures    = 10
	throttleWindow = 15 * time.Minute
)

// WaitError is the cause of a refused sign-in that may be tried again later.
type WaitError struct{ Until time.Time }

func (e *WaitError) Error() string { return "wait until " + e.Until.Format(time.RFC3339) }

// RetryAt is when a refused attempt may be repeated, for a Retry-After header.
func RetryAt(err error) (time.Time, bool) {
	var wait *WaitError
	if errors.As(err, &wait) {
		return wait.Until, true
	}
	return time.Time{}, false
}

// attempt is one sign-in that is being counted.
type attempt struct {
	service  *Service
	person   string // subject of the e-mail address
	network  string // subject of the network address, or ""
	subjects []string
}

func (s *Service) newAttempt(email, address string) attempt {
	a := attempt{service: s, person: subject("e-mail", email)}
	a.subjects = []string{a.person}
	if address != "" {
		a.network = subject("network", network(address))
		a.subjects = append(a.subjects, a.network)
	}
	return a
}

// begin counts the attempt as wrong before the password is looked at, so that
// guesses made at the same time count too. It returns an Error of kind TooMany
// when there were too many.
func (a attempt) begin(ctx context.Context) error {
	now := a.service.now()
	for _, subject := range a.subjects {
		f, err := a.service.store.SignInFailures(ctx, subject)
		if err != nil {
			return fmt.Errorf("read wrong sign-ins: %w", err)
		}
		if f.Count >= maxFailures && now.Before(f.Since.Add(throttleWindow)) {
			return tooMany(now, f) // without a write for each further guess
		}
	}
	for _, subject := range a.subjects {
		f, err := a.service.store.CountSignIn(ctx, subject, now, now.Add(-throttleWindow))
		if err != nil {
			return fmt.Errorf("count sign-ins: %w", err)
		}
		if f.Count > maxFailures {
			return tooMany(now, f)
		}
	}
	return nil
}

// succeed forgets the person's wrong sign-ins. Of the network only this one is
// taken back, or an attacker would sign in to an account of their own between
// guesses.
func (a attempt) succeed(ctx context.Context) error {
	if err := a.service.store.ForgetSignIns(ctx, a.person); err != nil {
		return fmt.Errorf("forget wrong sign-ins: %w", err)
	}
	if a.network == "" {
		return nil
	}
	if err := a.service.store.UncountSignIn(ctx, a.network); err != nil {
		return fmt.Errorf("take back a sign-in: %w", err)
	}
	return nil
}

func tooMany(now time.Time, f Failures) error {
	until := f.Since.Add(throttleWindow)
	minutes := max(1, int((until.Sub(now)+time.Minute-1)/time.Minute))
	words := fmt.Sprintf("%d minutes", minutes)
	if minutes == 1 {
		words = "a minute"
	}
	err := crm.Errorf(crm.TooMany, "There were too many wrong sign-ins. Try again in %s.", words)
	err.Cause = &WaitError{until}
	return err
}

// subject is hashed, so that the table holds no addresses and no long texts.
func subject(kind, text string) string { return kind + ":" + hashOf(text) }

// network is an address without its port; of IPv6 the first 64 bits, which one
// customer of a provider has to themselves.
func network(address string) string {
	ip, known := parseAddress(address)
	if !known {
		return address
	}
	if ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return prefix.String()
}

// bareAddress is an address without its port, or "" for what is none.
func bareAddress(address string) string {
	ip, known := parseAddress(address)
	if !known {
		return ""
	}
	return ip.String()
}

func parseAddress(address string) (netip.Addr, bool) {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		port, err := netip.ParseAddrPort(address)
		if err != nil {
			return netip.Addr{}, false
		}
		ip = port.Addr()
	}
	return ip.Unmap().WithZone(""), true
}
