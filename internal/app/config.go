package app

import (
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
)

// Config is what a person who runs Renoz sets.
type Config struct {
	Addr        string   // where to listen, such as 127.0.0.1:8080
	URL         string   // the public address, such as https://renoz.example.com
	Data        string   // folder of the SQLite file and the key
	DatabaseURL string   // postgres://…, or a SQLite file; empty: renoz.db in Data
	Key         string   // seals tokens at rest; empty: a file in Data
	Serve       bool     // bring the schema up to date and keep a SQLite file to this process
	Work        bool     // work on jobs in this process
	Hints       []Hint   // accounts that the sign-in page offers, for a demonstration
	Ancestors   []string // origins whose pages may show the card of an exchange, such as https://intranet.example.com

	// TrustedProxies are networks or addresses of proxies before this program,
	// which say where requests come from.
	TrustedProxies []string

	Xero        Xero
	Resend      Resend
	Claude      Claude
	DNS         string        // server that is asked for the records of sending domains; empty: those of the system
	RetrySecond time.Duration // how long a second of waiting after a failure lasts, for simulators; zero: a second

	Log *slog.Logger
	Now func() time.Time
}

// Hint is an account whose password is no secret.
type Hint struct{ Name, Email, Password, Role string }

// Xero is how to reach Xero.
type Xero struct {
	ClientID, ClientSecret, WebhookKey string
	Scopes                             []string
	URL                                string // a simulator or proxy in place of all of Xero's hosts
	MinuteLimit, DayLimit              int    // of one organisation; zero: 60 and 5,000
	Minute                             time.Duration
}

// Resend is how to reach Resend.
type Resend struct {
	Key            string   // of organisations without one of their own; may be empty
	WebhookSecrets []string // the one in use, and during a rotation the one before
	URL            string   // a simulator or proxy in place of Resend
	RateLimit      int      // requests a second of an account; zero: 5
}

// Claude is how to reach Claude.
type Claude struct {
	Key      string // empty: nothing can be asked
	URL      string // a simulator or proxy in place of Claude
	Model    string // that answers; empty: the usual one
	Fallback string // that answers while the other is overloaded; may be empty
}

// schedule is when what failed is tried again.
func (c Config) schedule() jobs.Schedule { return jobs.Schedule{Second: c.RetrySecond} }

// Database is where the records are.
func (c Config) Database() string {
	if c.DatabaseURL != "" {
		return strings.TrimPrefix(c.DatabaseURL, "file:")
	}
	return filepath.Join(c.Data, "renoz.db")
}

// Check returns an Error of kind Invalid that names what cannot be right.
func (c Config) Check() error {
	u, err := url.Parse(c.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return crm.Errorf(crm.Invalid, "RENOZ_URL is %q. It is the public address without a path, such as https://renoz.example.com.", c.URL)
	}
	if c.Xero.URL != "" {
		if u, err := url.Parse(c.Xero.URL); err != nil || u.Host == "" {
			return crm.Errorf(crm.Invalid, "RENOZ_XERO_URL is not an address such as http://127.0.0.1:9000.")
		}
	}
	if (c.Xero.ClientID == "") != (c.Xero.ClientSecret == "") {
		return crm.Errorf(crm.Invalid, "RENOZ_XERO_CLIENT_ID and RENOZ_XERO_CLIENT_SECRET belong together; one of them is missing.")
	}
	if c.Resend.URL != "" {
		if u, err := url.Parse(c.Resend.URL); err != nil || u.Host == "" {
			return crm.Errorf(crm.Invalid, "RENOZ_RESEND_URL is not an address such as http://127.0.0.1:9002.")
		}
	}
	if c.Claude.URL != "" {
		if u, err := url.Parse(c.Claude.URL); err != nil || u.Host == "" {
			return crm.Errorf(crm.Invalid, "RENOZ_ANTHROPIC_URL is not an address such as http://127.0.0.1:9003.")
		}
	}
	if _, err := c.resendWebhooks(); err != nil {
		return err
	}
	if _, err := c.trustedProxies(); err != nil {
		return err
	}
	if err := checkDNS(c.DNS); err != nil {
		return err
	}
	return checkAncestors(c.Ancestors)
}

// PublicURL is the address that people on this machine use, unless one is given.
func PublicURL(given, addr string) string {
	if given != "" {
		return strings.TrimRight(given, "/")
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "http://" + addr
	}
	return "http://localhost:" + port
}
