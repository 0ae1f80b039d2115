package resendapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

const keyHeader = "Idempotency-Key"

// Send encodes the e-mail and sends it. Where a retry may be needed, Encode it
// once, keep the bytes and use SendEncoded.
func (c *Client) Send(ctx context.Context, key string, m Message) (string, error) {
	frozen, err := Encode(m)
	if err != nil {
		return "", err
	}
	return c.SendEncoded(ctx, key, frozen)
}

// SendEncoded sends the bytes of Encode and returns Resend's id of the e-mail.
// Under a key that was used in the last 24 hours with the same bytes it sends
// nothing, and returns the id of that first time.
// https://resend.com/docs/dashboard/emails/idempotency-keys
func (c *Client) SendEncoded(ctx context.Context, key string, frozen []byte) (string, error) {
	e := sending("send the e-mail", "/emails")
	e, err := e.frozen(key, frozen, '{')
	if err != nil {
		return "", err
	}
	got, err := c.wire.send(ctx, e)
	if err != nil {
		return "", err
	}
	var sent identity
	if err := e.decode(got, &sent); err != nil {
		return "", err
	}
	if sent.ID == "" {
		return "", lostAnswer(e, got, CodeUnreadable, errors.New("the answer has no id"))
	}
	return sent.ID, nil
}

// identity is the answer of calls that say no more than which record they made
// or changed.
type identity struct {
	ID string `json:"id"`
}

func sending(op, path string) exchange {
	return exchange{op: op, method: http.MethodPost, path: path, header: http.Header{}, writes: true, sends: true}
}

// frozen adds the key and the bytes, which must begin as their kind does.
func (e exchange) frozen(key string, body []byte, opening byte) (exchange, error) {
	if !plainKey(key) {
		return e, &Error{
			Kind: KindBug, Op: e.op, Code: CodeKeyInvalid, notSent: true, sends: true,
			cause: fmt.Errorf("an %s has 1 to %d plain characters, this one %d", keyHeader, maxKey, len(key)),
		}
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != opening {
		return e, badRequest(e.op, "the bytes are not those of its Encode")
	}
	e.header.Set(keyHeader, key)
	e.body = body
	return e, nil
}

// plainKey reports whether a header takes the key.
func plainKey(key string) bool {
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	return key != "" && len(key) <= maxKey && !strings.ContainsFunc(key, odd)
}
