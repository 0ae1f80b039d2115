package xeroapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

const hookBody = `{"events":[
 {"resourceUrl":"https://api.xero.com/api.xro/2.0/CreditNotes/55D84274","resourceId":"55D84274","tenantId":"aef86862","tenantType":"ORGANISATION",
  "eventCategory":"CREDITNOTE","eventType":"CREATE","eventDateUtc":"2026-11-22T00:44:09.923","data":{"Type":"ACCPAYCREDIT","Status":"DRAFT"}},
 {"resourceUrl":"x","resourceId":"r-2","tenantId":"t-2","tenantType":"ORGANISATION","eventCategory":"PAYMENT","eventType":"UPDATE","eventDateUtc":"2026-11-22T00:44:10"}],
 "firstEventSequence":76,"lastEventSequence":77,"entropy":"FXNGWLCCGVANWHKILRUB"}`

func sign(key, body string) string {
	sum := hmac.New(sha256.New, []byte(key))
	sum.Write([]byte(body))
	return base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

func TestVerifySignature(t *testing.T) {
	t.Parallel()
	good := sign("key", hookBody)
	cases := []struct {
		name, key, body, signature string
		want                       bool
	}{
		{"right", "key", hookBody, good, true},
		{"empty body", "key", "", sign("key", ""), true},
		{"other body", "key", hookBody + " ", good, false},
		{"other key", "other", hookBody, good, false},
		{"no key", "", hookBody, sign("", hookBody), false},
		{"no signature", "key", hookBody, "", false},
		{"cut", "key", hookBody, good[:40], false},
		{"longer", "key", hookBody, good + "AAAA", false},
		{"line break", "key", hookBody, good[:10] + "\n" + good[10:], false},
		{"not base64", "key", hookBody, "%%%", false},
		{"hex", "key", hookBody, strings.Repeat("ab", 32), false},
	}
	for _, c := range cases {
		if got := VerifySignature([]byte(c.key), []byte(c.body), c.signature); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestParseWebhook(t *testing.T) {
	t.Parallel()
	hook, err := ParseWebhook([]byte(hookBody))
	if err != nil || len(hook.Events) != 2 || hook.FirstSequence != 76 || hook.LastSequence != 77 || hook.Test() {
		t.Fatalf("%+v, %v", hook, err)
	}
	first := hook.Events[0]
	if !first.At.Equal(time.Date(2026, 11, 22, 0, 44, 9, 923_000_000, time.UTC)) || first.Data.Type != "ACCPAYCREDIT" {
		t.Errorf("%+v", first)
	}
	if got, want := first.DedupeKey(), "aef86862/CREDITNOTE/55d84274/CREATE/2026-11-22T00:44:09.923Z"; got != want {
		t.Errorf("the key is %s, want %s", got, want)
	}
	test, err := ParseWebhook([]byte(`{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}`))
	if err != nil || !test.Test() {
		t.Errorf("the activation test is %+v, %v", test, err)
	}
}

func TestRefuseWebhook(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `null`, `[]`, `{}`, `{"events":null}`, `{"events":{}}`, `{"events":[{}]}`, `{"events":[null]}`,
		`{"events":[{"resourceId":"r","tenantId":"t","eventCategory":"INVOICE","eventDateUtc":"yesterday"}]}`,
	} {
		if hook, err := ParseWebhook([]byte(body)); err == nil || (!errors.Is(err, ErrWebhook)) {
			t.Errorf("%s reads as %+v, %v", body, hook, err)
		}
	}
}

func FuzzVerifySignature(f *testing.F) {
	f.Add([]byte("key"), []byte(hookBody), sign("key", hookBody))
	f.Add([]byte(""), []byte(""), "")
	f.Fuzz(func(t *testing.T, key, body []byte, signature string) {
		if len(key) == 0 {
			if VerifySignature(key, body, signature) {
				t.Fatal("valid without a key")
			}
			return
		}
		right := sign(string(key), string(body))
		if !VerifySignature(key, body, right) {
			t.Fatal("the right signature was refused")
		}
		if signature != right && VerifySignature(key, body, signature) {
			t.Fatalf("%q was accepted, right is %q", signature, right)
		}
	})
}

func FuzzParseWebhook(f *testing.F) {
	f.Add([]byte(hookBody))
	f.Add([]byte(`{"events":[],"firstEventSequence":0}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		hook, err := ParseWebhook(body)
		if err != nil {
			if !errors.Is(err, ErrWebhook) {
				t.Fatalf("an untyped error: %v", err)
			}
			return
		}
		for _, event := range hook.Events {
			if event.TenantID == "" || event.ResourceID == "" || event.DedupeKey() == "" {
				t.Fatalf("%+v", event)
			}
		}
	})
}
