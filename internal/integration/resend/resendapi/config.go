package resendapi

import (
	"strings"
	"time"
)

// Defaults of the real service and of this client.
const (
	DefaultAPIURL  = "https://api.resend.com"
	DefaultTimeout = 30 * time.Second

	// Without a User-Agent Resend's front answers 403, "error code: 1010".
	// https://resend.com/docs/api-reference/introduction#user-agent
	defaultUserAgent = "renoz"
)

// Limits of the service.
const (
	// KeyLife is how long Resend knows an Idempotency-Key, from its first use.
	// https://resend.com/docs/dashboard/emails/idempotency-keys
	KeyLife = 24 * time.Hour
	// MaxBatch is the most e-mails of one batch.
	// https://resend.com/docs/api-reference/emails/send-batch-emails
	MaxBatch = 100
	// MaxRecipients is the most addresses of one "to".
	MaxRecipients = 50
	// MaxListed is the most rows of a page, addresses of a change of the
	// suppression list, and ids of a filter.
	MaxListed = 100
	// MaxAttachments is the most that the attachments of one e-mail may hold,
	// in bytes after base64.
	// https://resend.com/docs/dashboard/emails/attachments
	MaxAttachments = 40 << 20

	maxKey = 256 // characters of an Idempotency-Key
	maxTag = 256 // characters of a tag's name and value
)

// Config says where Resend is and who we are to it. Its zero value speaks to
// the real service.
type Config struct {
	APIURL    string
	UserAgent string        // "renoz" when empty: it is never left out
	Timeout   time.Duration // of one request; 30 s when zero

	Observer Observer         // told of each exchange; may be nil
	Now      func() time.Time // time.Now when nil
}

// filled returns the configuration with its defaults in place.
func (c Config) filled() Config {
	c.APIURL = strings.TrimRight(c.APIURL, "/")
	if c.APIURL == "" {
		c.APIURL = DefaultAPIURL
	}
	if c.UserAgent = strings.TrimSpace(c.UserAgent); c.UserAgent == "" {
		c.UserAgent = defaultUserAgent
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}
