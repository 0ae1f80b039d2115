package breaker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// maxTries bounds how often a change is tried when other processes change the
// same circuit.
const maxTries = 20

var errBusy = errors.New("too many processes change it at once")

// Config is what a Breaker needs.
type Config struct {
	Store Store
	// Settings are those of a service; nil stands for the usual ones.
	Settings func(service string) Settings
	Now      func() time.Time
	Log      *slog.Logger
}

// Breaker knows the circuits of all services. It is safe for concurrent use.
type Breaker struct{ config Config }

// New makes a Breaker.
func New(config Config) *Breaker {
	if config.Settings == nil {
		config.Settings = func(string) Settings { return Settings{} }
	}
	return &Breaker{config}
}

// State is the circuit as it is now, for pages. When it is open, Until is when
// it will try again.
func (b *Breaker) State(ctx context.Context, service, tenant string) (Circuit, error) {
	circuit, err := b.load(ctx, Key{service, tenant})
	if err != nil {
		return Circuit{}, fmt.Errorf("load the breaker of %s: %w", service, err)
	}
	return circuit, nil
}

// load fills in the state of a circuit that was never saved.
func (b *Breaker) load(ctx context.Context, key Key) (Circuit, error) {
	circuit, err := b.config.Store.Load(ctx, key)
	if circuit.State == "" {
		circuit.State = Closed
	}
	return circuit, err
}

// Reset closes the circuit, whatever its state.
func (b *Breaker) Reset(ctx context.Context, service, tenant string) error {
	err := b.change(ctx, Key{service, tenant}, func(c Circuit) (Circuit, bool) {
		changed := c.Failures > 0 || c.State == Opened || c.State == HalfOpen
		return c.closed(b.config.Now()), changed
	})
	if err != nil {
		return fmt.Errorf("reset the breaker of %s: %w", service, err)
	}
	return nil
}

// pass is the right to send one request.
type pass struct {
	key   Key
	probe int64
}

// ask returns Open when a request must not leave.
func (b *Breaker) ask(ctx context.Context, key Key) (pass, error) {
	settings := b.settings(key)
	for range maxTries {
		circuit, err := b.load(ctx, key)
		if err != nil {
			return pass{}, unsent{fmt.Errorf("load the breaker of %s: %w", key.Service, err)}
		}
		next, passes, probe := circuit.claim(b.config.Now(), settings)
		if !passes {
			return pass{}, &Open{Key: key, Until: circuit.Until}
		}
		if !probe {
			return pass{key: key}, nil
		}
		claimed, err := b.config.Store.Save(ctx, key, next)
		if err != nil {
			return pass{}, unsent{fmt.Errorf("claim the probe of %s: %w", key.Service, err)}
		}
		if claimed {
			return pass{key, next.Version + 1}, nil
		}
	}
	return pass{}, unsent{fmt.Errorf("claim the probe of %s: %w", key.Service, errBusy)}
}

// tell records what a request that passed told, even when it was cancelled.
func (b *Breaker) tell(ctx context.Context, p pass, o outcome, cause string) {
	if o == unknown && p.probe == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	settings := b.settings(p.key)
	err := b.change(ctx, p.key, func(c Circuit) (Circuit, bool) {
		next, changed := c.after(result{o, cause, b.config.Now(), p.probe}, settings)
		if changed && next.State != c.State {
			b.config.Log.WarnContext(ctx, "breaker changed", "service", p.key.Service, "state", next.State, "cause", next.Cause)
		}
		return next, changed
	})
	if err != nil {
		b.config.Log.ErrorContext(ctx, "record an outcome in the breaker", "service", p.key.Service, "error", err)
	}
}

// change loads, changes and saves a circuit until no other process came in
// between.
func (b *Breaker) change(ctx context.Context, key Key, apply func(Circuit) (Circuit, bool)) error {
	for range maxTries {
		circuit, err := b.load(ctx, key)
		if err != nil {
			return err
		}
		next, changed := apply(circuit)
		if !changed {
			return nil
		}
		if saved, err := b.config.Store.Save(ctx, key, next); saved || err != nil {
			return err
		}
	}
	return errBusy
}

func (b *Breaker) settings(key Key) Settings { return b.config.Settings(key.Service).withDefaults() }
