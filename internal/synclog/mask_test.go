package synclog

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "",
		`{"access_token":"secret","expires_in":1800}`:                    `{"access_token":"•••","expires_in":1800}`,
		`{"Contacts":[{"Name":"Harbour","EmailAddress":"a@b.example"}]}`: `{"Contacts":[{"EmailAddress":"a•••","Name":"Harbour"}]}`,
		`{"Addresses":[{"AddressLine1":"1 Quay St","City":"Sydney"}]}`:   `{"Addresses":[{"AddressLine1":"1•••","City":"Sydney"}]}`,
		`{"EmailAddress":"","TaxNumber":"51824753556"}`:                  `{"EmailAddress":"","TaxNumber":"5•••"}`,
		`{"Total":10439.55,"Number":12345678901234567890}`:               `{"Number":12345678901234567890,"Total":10439.55}`,
		`The Organisation is offline`:                                    `The Organisation is offline`,
		`grant_type=refresh_token&refresh_token=secret`:                  `(not JSON, not kept)`,
	} {
		if got := Mask([]byte(in)); got != want {
			t.Errorf("%s\nbecomes %s\nwant    %s", in, got, want)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add([]byte(`{"token":"s3cret","a":[{"email":"x@y.example"}]}`))
	f.Add([]byte(`{"password":{"deep":"s3cret"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		out := Mask(body)
		if len(out) > MaxBody+len("…") || utf8.Valid(body) && !utf8.ValidString(out) {
			t.Fatalf("%d bytes, valid %v", len(out), utf8.ValidString(out))
		}
		var fields map[string]any
		if json.Unmarshal(body, &fields) != nil {
			return
		}
		if secret, ok := fields["password"].(string); ok && len(secret) > 5 && strings.Contains(out, secret) && strings.Count(string(body), secret) == 1 {
			t.Fatalf("the secret is in %s", out)
		}
	})
}
