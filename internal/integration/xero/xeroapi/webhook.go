package xeroapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// SignatureHeader carries the signature of a webhook call.
const SignatureHeader = "X-Xero-Signature"

// Categories of events. Xero adds to them; there is none for payments.
const (
	EventContact      = "CONTACT"
	EventInvoice      = "INVOICE"
	EventCreditNote   = "CREDITNOTE"
	EventPrepayment   = "PREPAYMENT"
	EventOverpayment  = "OVERPAYMENT"
	EventSubscription = "SUBSCRIPTION"
)

// VerifySignature reports whether signature is the base64 HMAC-SHA256 of the
// raw body under the webhook key. The time it takes does not depend on where a
// wrong one differs. Without a key nothing is valid.
// https://developer.xero.com/documentation/guides/webhooks/overview/
func VerifySignature(key, body []byte, signature string) bool {
	// The length check keeps out line breaks, which base64 readers skip.
	if len(key) == 0 || len(signature) != base64.StdEncoding.EncodedLen(sha256.Size) {
		return false
	}
	given, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil {
		return false
	}
	sum := hmac.New(sha256.New, key)
	sum.Write(body)
	return hmac.Equal(given, sum.Sum(nil))
}

// Webhook is one call: events of any tenants that opened themselves to us. The
// activation test has none.
type Webhook struct {
	Events        []Event
	FirstSequence int64
	LastSequence  int64
	Entropy       string
}

// wireWebhook is a call as it comes.
type wireWebhook struct {
	Events        *[]json.RawMessage `json:"events"`
	FirstSequence int64              `json:"firstEventSequence"`
	LastSequence  int64              `json:"lastEventSequence"`
	Entropy       string             `json:"entropy"`
}

// Event says that a record changed; how, must be read from Xero. Events come
// at least once, and late.
type Event struct {
	ResourceURL string    `json:"resourceUrl"`
	ResourceID  string    `json:"resourceId"`
	TenantID    string    `json:"tenantId"` // of the organisation; of the app for subscriptions
	TenantType  string    `json:"tenantType"`
	Category    string    `json:"eventCategory"` // an Event… constant, or one not known yet
	Type        string    `json:"eventType"`     // CREATE, UPDATE (archiving too)
	At          Time      `json:"eventDateUtc"`
	Data        EventData `json:"data,omitzero"`

	Raw json.RawMessage `json:"-"` // as it came
}

// EventData comes with credit notes.
type EventData struct {
	Type   string `json:"Type,omitempty"`
	Status string `json:"Status,omitempty"`
}

// ErrWebhook is wrapped when a body is not a webhook call.
var ErrWebhook = errors.New("not a Xero webhook body")

// ParseWebhook reads a body whose signature has been verified. Unknown
// categories pass; an event that does not say which record of which tenant it
// is about does not.
func ParseWebhook(body []byte) (Webhook, error) {
	var wire wireWebhook
	if err := json.Unmarshal(body, &wire); err != nil {
		return Webhook{}, fmt.Errorf("%w: %w", ErrWebhook, jsonProblem(err))
	}
	if wire.Events == nil {
		return Webhook{}, fmt.Errorf("%w: it has no events", ErrWebhook)
	}
	hook := Webhook{Events: make([]Event, len(*wire.Events)), FirstSequence: wire.FirstSequence, LastSequence: wire.LastSequence, Entropy: wire.Entropy}
	for i, raw := range *wire.Events {
		event, err := readEvent(raw)
		if err != nil {
			return Webhook{}, fmt.Errorf("%w: %w", ErrWebhook, jsonProblem(err))
		}
		hook.Events[i] = event
	}
	for i, event := range hook.Events {
		if event.ResourceID == "" || event.TenantID == "" || event.Category == "" {
			return Webhook{}, fmt.Errorf("%w: event %d lacks its resource, tenant or category", ErrWebhook, i)
		}
	}
	return hook, nil
}

// Test reports that this is the activation test, also called intent to receive.
func (w Webhook) Test() bool { return len(w.Events) == 0 }

// DedupeKey is the same for each delivery of one event: events have no id of
// their own.
func (e Event) DedupeKey() string {
	return strings.Join([]string{
		strings.ToLower(e.TenantID), strings.ToUpper(e.Category), strings.ToLower(e.ResourceID),
		strings.ToUpper(e.Type), e.At.UTC().Format(time.RFC3339Nano),
	}, "/")
}
