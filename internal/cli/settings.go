package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/app"
)

// place says where the records are.
type place struct {
	Data        string `default:"" env:"RENOZ_DATA" help:"Folder of the SQLite file and the key." placeholder:"DIR"`
	DatabaseURL string `env:"RENOZ_DATABASE_URL" help:"postgres://… or the path of a SQLite file; without it renoz.db in the data folder." placeholder:"URL"`
	Key         string `env:"RENOZ_KEY" help:"Key that seals tokens; without it renoz.key in the data folder." placeholder:"KEY"`
	URL         string `env:"RENOZ_URL" help:"Public address, such as https://renoz.example.com." placeholder:"URL"`

	Ancestors string `name:"embed-ancestors" env:"RENOZ_EMBED_ANCESTORS" help:"Origins of the sites that may show the Xero card in a frame, with spaces between them; without it none may." placeholder:"ORIGINS"`
	Proxies   string `name:"trusted-proxies" env:"RENOZ_TRUSTED_PROXIES" help:"Networks of the proxies before Renoz, with spaces between them, such as 10.0.0.0/8: only they are believed where requests come from." placeholder:"NETWORKS"`

	XeroClientID     string        `env:"RENOZ_XERO_CLIENT_ID" help:"Client id of the app at Xero." placeholder:"ID"`
	XeroClientSecret string        `env:"RENOZ_XERO_CLIENT_SECRET" help:"Client secret of the app at Xero." placeholder:"SECRET"`
	XeroWebhookKey   string        `env:"RENOZ_XERO_WEBHOOK_KEY" help:"Key that Xero signs webhooks with." placeholder:"KEY"`
	XeroURL          string        `env:"RENOZ_XERO_URL" help:"A simulator or proxy in place of Xero." placeholder:"URL"`
	XeroScopes       []string      `env:"RENOZ_XERO_SCOPES" help:"Scopes to ask Xero for, in place of the usual ones."`
	XeroMinuteLimit  int           `env:"RENOZ_XERO_MINUTE_LIMIT" help:"Calls a minute that Xero allows an organisation." default:"60"`
	XeroDayLimit     int           `env:"RENOZ_XERO_DAY_LIMIT" help:"Calls a day that Xero allows an organisation." default:"5000"`
	XeroMinute       time.Duration `env:"RENOZ_XERO_MINUTE" help:"Length of that minute, for simulators." default:"1m" hidden:""`
	ResendKey        string        `name:"resend-api-key" env:"RENOZ_RESEND_API_KEY" help:"API key at Resend, for organisations without one of their own." placeholder:"KEY"`
	ResendSecrets    []string      `name:"resend-webhook-secrets" env:"RENOZ_RESEND_WEBHOOK_SECRETS" help:"Secrets that Resend signs webhooks with: the one in use and, during a rotation, the one before." placeholder:"SECRET"`
	ResendURL        string        `env:"RENOZ_RESEND_URL" help:"A simulator or proxy in place of Resend." placeholder:"URL"`
	ResendRateLimit  int           `env:"RENOZ_RESEND_RATE_LIMIT" help:"Requests a second that Resend allows an account." default:"5"`
	DNS              string        `name:"dns" env:"RENOZ_DNS" help:"DNS server that is asked for the records of sending domains; without it those of the system." placeholder:"ADDR"`
	ClaudeKey        string        `name:"anthropic-api-key" env:"RENOZ_ANTHROPIC_API_KEY" help:"API key of Claude, for the assistant." placeholder:"KEY"`
	ClaudeURL        string        `name:"anthropic-url" env:"RENOZ_ANTHROPIC_URL" help:"A simulator or proxy in place of Claude." placeholder:"URL"`
	ClaudeModel      string        `name:"anthropic-model" env:"RENOZ_ANTHROPIC_MODEL" help:"Model that answers." placeholder:"MODEL"`
	ClaudeFallback   string        `name:"anthropic-fallback" env:"RENOZ_ANTHROPIC_FALLBACK" help:"Model that answers while the other is overloaded." placeholder:"MODEL"`
	RetrySecond      time.Duration `env:"RENOZ_RETRY_SECOND" help:"Length of a second of waiting before another try, for simulators." default:"1s" hidden:""`
}

func (p place) config(log *slog.Logger, addr string) app.Config {
	data := p.Data
	if data == "" {
		data = defaultData()
	}
	return app.Config{
		Addr: addr, URL: app.PublicURL(p.URL, addr), Data: data, DatabaseURL: p.DatabaseURL, Key: p.Key, Log: log, Now: time.Now,
		RetrySecond: p.RetrySecond, Ancestors: strings.Fields(p.Ancestors), TrustedProxies: strings.Fields(strings.ReplaceAll(p.Proxies, ",", " ")),
		Xero: app.Xero{
			ClientID: p.XeroClientID, ClientSecret: p.XeroClientSecret, WebhookKey: p.XeroWebhookKey, URL: p.XeroURL, Scopes: p.XeroScopes,
			MinuteLimit: p.XeroMinuteLimit, DayLimit: p.XeroDayLimit, Minute: p.XeroMinute,
		},
		Resend: app.Resend{Key: p.ResendKey, WebhookSecrets: p.ResendSecrets, URL: p.ResendURL, RateLimit: p.ResendRateLimit},
		DNS:    p.DNS,
		Claude: app.Claude{Key: p.ClaudeKey, URL: p.ClaudeURL, Model: p.ClaudeModel, Fallback: p.ClaudeFallback},
	}
}

// defaultData is the folder for data that belongs to the person who runs us.
func defaultData() string {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "renoz")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "renoz-data"
	}
	return filepath.Join(home, ".local", "share", "renoz")
}

// with opens the program for one command and closes it afterwards.
func (p place) with(ctx context.Context, out output, do func(*app.App) error) error {
	a, err := app.Open(ctx, p.config(out.quiet, "127.0.0.1:8080"))
	if err != nil {
		return err
	}
	return errors.Join(do(a), a.Close(ctx))
}
