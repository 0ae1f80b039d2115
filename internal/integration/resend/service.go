package resend

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/embed"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/vault"
)

// Name is the service in the inbox, the history and budgets.
const Name = "resend"

// Config is what the integration needs.
type Config struct {
	API       resendapi.Config
	Key       resendapi.Secret // of organisations that have none of their own; may be empty
	Store     *store.Store
	Vault     *vault.Vault
	Process   store.Process
	Transport http.RoundTripper // with rate limits and breaker
	DNS       mail.Resolver     // nil: nothing is looked up in DNS
	Consented Consented         // what else follows from consent that an address gave; nil: nothing
	Document  Documents         // what the accounting service has of invoices and credit notes; nil: nothing is mailed by itself
	Schedule  jobs.Schedule     // of what failed
	URL       string            // the public address, for links in mails
	Embed     embed.Links       // to the card, for other sites
	Log       *slog.Logger
	Now       func() time.Time
	Wait      func(context.Context, time.Duration) error // until a limit lets the next request pass; nil: by the real clock
}

// Document is an invoice or a credit note as its customer gets it.
type Document struct {
	Name string // of the file
	PDF  []byte
	Link string // where the customer sees and pays it; may be empty
}

// Documents gives the document of an invoice or a credit note; without a PDF there
// is none to have. An Error of kind Unavailable asks to try again later.
type Documents func(ctx context.Context, org crm.OrgID, about mail.About) (Document, error)

// Consented is told, in the same transaction, that the owner of an address agreed to
// marketing mail and confirmed it.
type Consented func(ctx context.Context, tx *store.Tx, org crm.OrgID, address string) error

// Service is the integration. It is safe for concurrent use.
type Service struct {
	Config
	http    *http.Client
	gates   jobs.Gates // of sending
	looks   jobs.Gates // of looking at webhooks, for all organisations together
	domains jobs.Gates // of reading domains
	lists   jobs.Gates // of exchanging suppressions
	imports jobs.Gates
	naps    jobs.Naps
	rest    atomic.Bool
}

// New returns the integration.
func New(c Config) *Service {
	s := &Service{Config: c, http: &http.Client{Transport: c.Transport}}
	s.API.Observer = observe
	s.API.Now = c.Now
	if s.Wait == nil {
		s.Wait = wait
	}
	return s
}

// Rehearses reports whether all mail stays on this machine: both the mail service
// and the public address are on it, as in a demonstration.
func (s *Service) Rehearses() bool { return template.IsHere(s.API.APIURL) && template.IsHere(s.URL) }

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

// callTakes is the longest that a call takes, with what is kept of it.
const callTakes = resendapi.DefaultTimeout + 5*time.Second

// Rest makes jobs end after the call that is under way.
func (s *Service) Rest() { s.rest.Store(true) }

// mayCall reports whether a job may begin another call: the process is not
// stopping, and the call would end before the job is cancelled.
func (s *Service) mayCall(ctx context.Context) bool {
	end, limited := ctx.Deadline()
	return !s.rest.Load() && (!limited || time.Until(end) > callTakes)
}

// Account names the account of a key without telling the key: limits hold for
// each account.
func Account(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:8])
}

// AccountOf names the account that a request is made for.
func AccountOf(r *http.Request) string {
	key, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !found {
		return ""
	}
	return Account(key)
}

// key is the organisation's own, or the program's. It returns an Error of kind
// Precondition when there is neither.
func (s *Service) key(org crm.OrgID, kept store.MailSettings) (resendapi.Secret, error) {
	if kept.SealedKey == "" && s.Key == "" {
		return "", crm.Errorf(crm.Precondition, "There is no API key for Resend yet. Enter one in the mail settings, or set RENOZ_RESEND_API_KEY.")
	}
	if kept.SealedKey == "" {
		return s.Key, nil
	}
	plain, err := s.Vault.Open(kept.SealedKey, keyContext(org))
	if err != nil {
		return "", fmt.Errorf("open the key of Resend: %w", err)
	}
	return resendapi.Secret(plain), nil
}

func keyContext(org crm.OrgID) []byte { return []byte("mail/" + org.String() + "/key") }

// client speaks for who has the key.
func (s *Service) client(key resendapi.Secret) *resendapi.Client {
	return resendapi.New(s.API, s.http, key)
}
