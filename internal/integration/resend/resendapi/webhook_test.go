package resendapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// vector is a call signed by another implementation; see webhook_vectors.mjs.
type vector struct {
	Name, Secret, ID, Timestamp, Signature string
	Body                                   []byte
}

func vectors(t testing.TB) []vector {
	t.Helper()
	content, err := os.ReadFile("testdata/webhook_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(content, &all); err != nil || len(all) < 20 {
		t.Fatalf("%d vectors, %v", len(all), err)
	}
	return all
}

func (v vector) header() http.Header { return signedBy(v.ID, v.Timestamp, v.Signature) }

func (v vector) at(t testing.TB) time.Time {
	t.Helper()
	seconds, err := strconv.ParseInt(v.Timestamp, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(seconds, 0)
}

func signedBy(id, stamp, signatures string) http.Header {
	header := http.Header{}
	header.Set("svix-id", id)
	header.Set("svix-timestamp", stamp)
	header.Set("svix-signature", signatures)
	return header
}

func verifier(t testing.TB, secrets ...string) *Verifier {
	t.Helper()
	given := make([]Secret, len(secrets))
	for i, secret := range secrets {
		given[i] = Secret(secret)
	}
	v, err := NewVerifier(given...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// sign signs as Svix does, with the bytes of the key.
func sign(key []byte, id, stamp, body string) string {
	sum := hmac.New(sha256.New, key)
	fmt.Fprintf(sum, "%s.%s.%s", id, stamp, body)
	return "v1," + base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

func TestCallsSignedElsewhere(t *testing.T) {
	t.Parallel()
	for _, vector := range vectors(t) {
		signed, err := verifier(t, vector.Secret).Verify(vector.header(), vector.Body, vector.at(t))
		if err != nil || signed.ID != vector.ID || !signed.At.Equal(vector.at(t)) || signed.At.Location() != time.UTC {
			t.Errorf("%s: %+v, %v", vector.Name, signed, err)
		}
	}
}

// TestEveryTampering changes each byte of a signed call in turn.
func TestEveryTampering(t *testing.T) {
	t.Parallel()
	good := vectors(t)[0]
	v, now := verifier(t, good.Secret), good.at(t)
	refuse := func(what string, header http.Header, body []byte) {
		t.Helper()
		if _, err := v.Verify(header, body, now); !errors.Is(err, ErrUnverified) {
			t.Errorf("%s passes: %v", what, err)
		}
	}
	for i := range good.Body {
		for bit := range 8 {
			body := []byte(string(good.Body))
			body[i] ^= 1 << bit
			refuse(fmt.Sprint("body, bit ", i, ".", bit), good.header(), body)
		}
	}
	refuse("longer body", good.header(), append([]byte(string(good.Body)), ' '))
	refuse("shorter body", good.header(), good.Body[1:])
	for name, text := range map[string]string{HeaderID: good.ID, HeaderTimestamp: good.Timestamp, HeaderSignature: good.Signature} {
		for i := range text {
			for bit := range 8 {
				header, changed := good.header(), []byte(text)
				changed[i] ^= 1 << bit
				header.Set(name, string(changed))
				refuse(fmt.Sprint(name, ", bit ", i, ".", bit), header, good.Body)
			}
			cut := good.header()
			cut.Set(name, text[:i]+text[i+1:])
			refuse(fmt.Sprint(name, " without ", i), cut, good.Body)
		}
	}
}

func TestRefusedCalls(t *testing.T) {
	t.Parallel()
	good := vectors(t)[0]
	other := vectors(t)[6]
	now := good.at(t)
	replace := func(name string, values ...string) http.Header {
		header := good.header()
		header[name] = values
		return header
	}
	key, err := decodeSecret(good.Secret)
	if err != nil {
		t.Fatal(err)
	}
	body := string(good.Body)
	shifted := signedBy(good.ID+".1", good.Timestamp, sign(key, good.ID+".1", good.Timestamp, body))
	for _, c := range []struct {
		name   string
		header http.Header
		now    time.Time
		want   error
	}{
		{"no headers", http.Header{}, now, ErrUnsigned},
		{"no id", replace(HeaderID), now, ErrUnsigned},
		{"empty id", replace(HeaderID, ""), now, ErrUnsigned},
		{"two ids", replace(HeaderID, good.ID, good.ID), now, ErrUnsigned},
		{"long id", replace(HeaderID, strings.Repeat("a", 257)), now, ErrUnsigned},
		{"dot in the id", shifted, now, ErrUnsigned},
		{"no time", replace(HeaderTimestamp), now, ErrUnsigned},
		{"time as text", replace(HeaderTimestamp, "now"), now, ErrUnsigned},
		{"time with a sign", replace(HeaderTimestamp, "+"+good.Timestamp), now, ErrUnsigned},
		{"time with zeros", replace(HeaderTimestamp, "0"+good.Timestamp), now, ErrUnsigned},
		{"time beyond", replace(HeaderTimestamp, "99999999999999999999"), now, ErrUnsigned},
		{"no signature", replace(HeaderSignature), now, ErrUnsigned},
		{"two signature headers", replace(HeaderSignature, good.Signature, good.Signature), now, ErrUnsigned},
		{"other scheme", replace(HeaderSignature, "v2"+good.Signature[2:]), now, ErrUnsigned},
		{"asymmetric scheme", replace(HeaderSignature, "v1a"+good.Signature[2:]), now, ErrUnsigned},
		{"no scheme", replace(HeaderSignature, good.Signature[3:]), now, ErrUnsigned},
		{"capital scheme", replace(HeaderSignature, "V1"+good.Signature[2:]), now, ErrUnsigned},
		{"joined by commas", replace(HeaderSignature, good.Signature+","+good.Signature), now, ErrUnsigned},
		{"empty signature", replace(HeaderSignature, "v1,"), now, ErrUnsigned},
		{"cut signature", replace(HeaderSignature, good.Signature[:30]), now, ErrUnsigned},
		{"line break", replace(HeaderSignature, good.Signature[:20]+"\n"+good.Signature[20:]), now, ErrUnsigned},
		{"signature in hex", replace(HeaderSignature, "v1,"+strings.Repeat("ab", 32)), now, ErrUnsigned},
		{"of another key", replace(HeaderSignature, other.Signature), now, ErrForged},
		{"of an empty key", replace(HeaderSignature, sign(nil, good.ID, good.Timestamp, body)), now, ErrForged},
		{"too old", good.header(), now.Add(Tolerance + time.Second), ErrStale},
		{"too early", good.header(), now.Add(-Tolerance - time.Second), ErrStale},
	} {
		if _, err := verifier(t, good.Secret).Verify(c.header, good.Body, c.now); !errors.Is(err, c.want) || !errors.Is(err, ErrUnverified) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestAcceptedCalls(t *testing.T) {
	t.Parallel()
	good, other := vectors(t)[0], vectors(t)[6]
	now := good.at(t)
	signed := func(list string) http.Header { return signedBy(good.ID, good.Timestamp, list) }
	for name, c := range map[string]struct {
		secrets []string
		header  http.Header
		now     time.Time
	}{
		"just in time":          {[]string{good.Secret}, good.header(), now.Add(Tolerance)},
		"just not too early":    {[]string{good.Secret}, good.header(), now.Add(-Tolerance)},
		"second of two":         {[]string{good.Secret}, signed(other.Signature + " " + good.Signature), now},
		"first of two":          {[]string{good.Secret}, signed(good.Signature + " " + other.Signature), now},
		"among other schemes":   {[]string{good.Secret}, signed("v1a,AAAA v2,x v1,short " + good.Signature + " "), now},
		"new and old secret":    {[]string{other.Secret, good.Secret}, good.header(), now},
		"old and new secret":    {[]string{good.Secret, other.Secret}, good.header(), now},
		"secret with blanks":    {[]string{" " + good.Secret + "\n"}, good.header(), now},
		"secret without ending": {[]string{strings.TrimRight(good.Secret, "=")}, good.header(), now},
	} {
		if _, err := verifier(t, c.secrets...).Verify(c.header, good.Body, c.now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusedSecrets(t *testing.T) {
	t.Parallel()
	short := "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 23))
	for name, secrets := range map[string][]Secret{
		"none": nil, "empty": {""}, "blank": {"  "}, "prefix alone": {"whsec_"}, "short": {Secret(short)},
		"no prefix": {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, "API key": {"re_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
		"not base64": {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La!aSw"}, "line break": {"whsec_MfKQ9r8GKYqrTwjU\nPD8ILPZIo2LaLaSw"},
		"second empty": {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ""},
	} {
		v, err := NewVerifier(secrets...)
		if err == nil || v != nil {
			t.Errorf("%s is taken", name)
			continue
		}
		mustContain(t, err.Error(), "signing secret")
		mustLack(t, err.Error(), "MfKQ", "PD8I")
	}
	v := verifier(t, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	mustLack(t, fmt.Sprintf("%+v %#v", v, v), "31 f2 90", "0x31", "MfKQ", "49 242")
}

// FuzzVerify: what passes is well formed, and of the very bytes that were
// signed.
func FuzzVerify(f *testing.F) {
	all := vectors(f)
	good := all[0]
	for _, vector := range all {
		f.Add(vector.ID, vector.Timestamp, vector.Signature, vector.Body)
	}
	f.Add(good.ID, good.Timestamp, "v1a,AAAA "+good.Signature+" v1,", good.Body)
	f.Add(good.ID+".1", "614265330", good.Signature, good.Body)
	v, now := verifier(f, good.Secret), good.at(f)
	key, err := decodeSecret(good.Secret)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id, stamp, signatures string, body []byte) {
		_, err := v.Verify(signedBy(id, stamp, signatures), body, now)
		wanted := sign(key, id, stamp, string(body))
		if err == nil && (id == "" || strings.Contains(id, ".") || !strings.Contains(" "+signatures+" ", " "+wanted+" ")) {
			t.Fatalf("%q %q %q passes", id, stamp, signatures)
		}
		if err != nil && !errors.Is(err, ErrUnverified) {
			t.Fatal(err)
		}
		for _, sum := range readSignatures(signatures) {
			if len(sum) != sha256.Size {
				t.Fatalf("a signature of %d bytes", len(sum))
			}
		}
	})
}

func FuzzSecret(f *testing.F) {
	for _, vector := range vectors(f) {
		f.Add(vector.Secret)
	}
	for _, odd := range []string{"", "whsec_", "whsec_====", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjU\r\nPD8ILPZIo2LaLaSw"} {
		f.Add(odd)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := NewVerifier(Secret(text))
		if err != nil {
			if len(text) > 12 && strings.Contains(err.Error(), text) {
				t.Fatalf("%v quotes the secret", err)
			}
			return
		}
		if len(v.keys()[0]) < minSecret {
			t.Fatalf("a key of %d bytes is taken", len(v.keys()[0]))
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	good := vectors(b)[0]
	key, err := decodeSecret(good.Secret)
	if err != nil {
		b.Fatal(err)
	}
	body := `{"type":"email.delivered","created_at":"2026-11-22T10:00:00Z","data":{"x":"` + strings.Repeat("a", 1000) + `"}}`
	header := signedBy(good.ID, good.Timestamp, sign(key, good.ID, good.Timestamp, body))
	v, now := verifier(b, good.Secret), good.at(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := v.Verify(header, []byte(body), now); err != nil {
			b.Fatal(err)
		}
	}
}
