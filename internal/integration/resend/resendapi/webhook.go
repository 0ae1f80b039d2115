package resendapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Headers of a webhook call. The id is the same each time an event is
// delivered.
// https://docs.svix.com/receiving/verifying-payloads/how-manual
const (
	HeaderID        = "Svix-Id"
	HeaderTimestamp = "Svix-Timestamp" // seconds since 1970, of this delivery
	HeaderSignature = "Svix-Signature" // "v1,<base64> v1,<base64>"
)

// Tolerance is how far the timestamp of a call may be from our clock, either
// way.
const Tolerance = 5 * time.Minute

const (
	secretPrefix = "whsec_"
	// minSecret is the shortest key, in bytes, that Svix makes. Some official
	// libraries accept an empty one, with which anybody can sign.
	minSecret = 24
	// scheme is the one kind of signature that is trusted. Others (v1a) are
	// made with other keys.
	scheme  = "v1,"
	maxID   = 256
	sumText = 44 // characters of a signature in base64
)

// ErrUnverified is wrapped by every refusal of Verify.
var ErrUnverified = errors.New("the webhook call is not verified")

// Refusals of Verify.
var (
	// ErrUnsigned: a header is missing, repeated or malformed.
	ErrUnsigned = fmt.Errorf("%w: it is not signed properly", ErrUnverified)
	// ErrStale: it was signed more than Tolerance ago, or ahead.
	ErrStale = fmt.Errorf("%w: its time is too far from ours", ErrUnverified)
	// ErrForged: no signature fits the body under any of our secrets.
	ErrForged = fmt.Errorf("%w: no signature fits", ErrUnverified)
)

// Verifier knows which webhook calls come from Resend.
type Verifier struct {
	// keys gives the decoded secrets. As a function it keeps them out of what
	// fmt prints of a Verifier.
	keys func() [][]byte
}

// NewVerifier takes the signing secrets that are in use: one, or during a
// rotation the new and the old. It refuses a secret that is empty, not of the
// form "whsec_<base64>", or shorter than 24 bytes.
func NewVerifier(secrets ...Secret) (*Verifier, error) {
	if len(secrets) == 0 {
		return nil, errors.New("resend: webhooks cannot be verified without a signing secret")
	}
	var keys [][]byte
	for i, secret := range secrets {
		key, err := decodeSecret(strings.TrimSpace(secret.Reveal()))
		if err != nil {
			return nil, fmt.Errorf("resend: signing secret %d of %d: %w", i+1, len(secrets), err)
		}
		keys = append(keys, key)
	}
	return &Verifier{keys: func() [][]byte { return keys }}, nil
}

// decodeSecret never quotes the secret.
func decodeSecret(text string) ([]byte, error) {
	if text == "" {
		return nil, errors.New("it is empty; copy it from the page of the webhook in Resend")
	}
	encoded, prefixed := strings.CutPrefix(text, secretPrefix)
	if !prefixed {
		return nil, errors.New(`it does not begin with "whsec_"; copy it whole from the page of the webhook in Resend`)
	}
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil || strings.ContainsAny(encoded, "\r\n") {
		return nil, errors.New(`what follows "whsec_" is not base64; copy it whole from the page of the webhook in Resend`)
	}
	if len(key) < minSecret {
		return nil, fmt.Errorf("it has %d bytes, and fewer than %d can be guessed; rotate it in Resend", len(key), minSecret)
	}
	return key, nil
}

// Signed says what a verified call is.
type Signed struct {
	ID string    // of the event: the same over all of its deliveries
	At time.Time // of this delivery, not of the event
}

// Verify reports whether the call comes from Resend, has not been changed and
// is of now. body is the raw body. The time it takes does not depend on where a
// wrong signature differs.
// https://resend.com/docs/webhooks/verify-webhooks-requests
func (v *Verifier) Verify(header http.Header, body []byte, now time.Time) (Signed, error) {
	id, stamp, signatures, err := signedHeaders(header)
	if err != nil {
		return Signed{}, err
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	// The text is what is signed, so only its one plain spelling counts.
	if err != nil || strconv.FormatInt(seconds, 10) != stamp {
		return Signed{}, fmt.Errorf("%w: the timestamp is not a number of seconds", ErrUnsigned)
	}
	at := time.Unix(seconds, 0).UTC()
	if at.Before(now.Add(-Tolerance)) || at.After(now.Add(Tolerance)) {
		return Signed{}, ErrStale
	}
	matched := false
	for _, key := range v.keys() {
		sum := signature(key, id, stamp, body)
		for _, given := range signatures {
			matched = hmac.Equal(given, sum) || matched
		}
	}
	if !matched {
		return Signed{}, ErrForged
	}
	return Signed{ID: id, At: at}, nil
}

func signature(key []byte, id, stamp string, body []byte) []byte {
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(id + "." + stamp + "."))
	sum.Write(body)
	return sum.Sum(nil)
}

// signedHeaders reads the three headers, each of which must come once.
func signedHeaders(header http.Header) (id, stamp string, signatures [][]byte, err error) {
	for _, name := range []string{HeaderID, HeaderTimestamp, HeaderSignature} {
		if given := header.Values(name); len(given) != 1 || given[0] == "" {
			return "", "", nil, fmt.Errorf("%w: it has %d headers %s", ErrUnsigned, len(given), name)
		}
	}
	id, stamp = header.Get(HeaderID), header.Get(HeaderTimestamp)
	// A dot in the id could stand for the one before the timestamp, and make
	// another message of the same signed bytes.
	if len(id) > maxID || strings.Contains(id, ".") {
		return "", "", nil, fmt.Errorf("%w: the id is not one of Svix", ErrUnsigned)
	}
	signatures = readSignatures(header.Get(HeaderSignature))
	if len(signatures) == 0 {
		return "", "", nil, fmt.Errorf("%w: it has no signature of version 1", ErrUnsigned)
	}
	return id, stamp, signatures, nil
}

// readSignatures reads those of our scheme and leaves out what is not well
// formed.
func readSignatures(list string) [][]byte {
	var found [][]byte
	for part := range strings.SplitSeq(list, " ") {
		encoded, ours := strings.CutPrefix(part, scheme)
		// The length keeps out line breaks, which base64 readers skip.
		if !ours || len(encoded) != sumText {
			continue
		}
		if sum, err := base64.StdEncoding.Strict().DecodeString(encoded); err == nil && len(sum) == sha256.Size {
			found = append(found, sum)
		}
	}
	return found
}
