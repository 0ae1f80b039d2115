package claude

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"

	"github.com/renoz/renoz/internal/assistant"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/vault"
)

// Name is the service in budgets and settings.
const Name = "claude"

// Bounds of one turn.
const (
	maxSteps    = 16              // requests to the model
	maxTurn     = 5 * time.Minute // its length
	maxAnswer   = 4096            // tokens of one answer, thinking included
	maxQuestion = 20_000          // bytes
	maxTools    = 20              // uses in one message
)

// DefaultModel answers where nothing else is chosen.
const DefaultModel = "claude-sonnet-5-5"

// Config is what the assistant needs.
type Config struct {
	URL       string // of a simulator or proxy; empty: the service
	Key       string // of the service; empty: nothing can be asked
	Model     string // empty: DefaultModel
	Fallback  string // a model that answers while the first is overloaded; may be empty
	Store     *store.Store
	Book      *records.Book
	Vault     *vault.Vault
	Process   store.Process
	Transport http.RoundTripper
	Prices    []assistant.Price // empty: the list prices
	PublicURL string            // for links in answers
	Log       *slog.Logger
	Now       func() time.Time
	Wait      func(context.Context, time.Duration) error // before a request is repeated; nil: by the real clock
}

// Service is the assistant. It is safe for concurrent use.
type Service struct {
	Config
	client anthropic.Client
	tools  []Tool
	hub    hub
	turns  sync.WaitGroup
	stop   context.CancelFunc
	base   context.Context // of turns, which outlive the request that began them
}

// New returns the assistant with its tools.
func New(c Config) *Service {
	if c.Model == "" {
		c.Model = DefaultModel
	}
	if len(c.Prices) == 0 {
		c.Prices = assistant.Prices()
	}
	if c.Wait == nil {
		c.Wait = wait
	}
	options := []option.RequestOption{option.WithoutEnvironmentDefaults(), option.WithAPIKey(c.Key), option.WithMaxRetries(0), option.WithHTTPClient(&http.Client{Transport: c.Transport})}
	if c.URL != "" {
		options = append(options, option.WithBaseURL(c.URL))
	}
	s := &Service{Config: c, client: anthropic.NewClient(options...)}
	s.base, s.stop = context.WithCancel(context.Background())
	s.tools = s.readTools()
	return s
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends all turns. They are taken up again by another process, or by the
// next one.
func (s *Service) Close() {
	s.stop()
	s.turns.Wait()
}
